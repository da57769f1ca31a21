"""Every refusal within one click: the scenarios that lead to them, and what is left for the tester to do."""
