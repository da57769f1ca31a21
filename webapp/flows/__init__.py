"""The order of steps: each flow is a state machine, and each step a function.

A flow function takes the `Services`, the `Visitor` and what was typed. It changes rows in one transaction, sends
messages after it, and returns what comes next or raises a typed refusal. No Flask, no SQL.
"""
