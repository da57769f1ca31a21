"""The order of steps: each flow is a table of states and moves, and one function a step.

A flow function takes the `Services`, the `Visitor` and what was typed; it changes rows in one transaction, sends
what is to be sent after it, and returns what comes next or raises a typed refusal. No Flask, no SQL.
"""
