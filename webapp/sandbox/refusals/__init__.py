"""Every refusal within one click: the scenarios that lead to them, and the tester's last step."""
