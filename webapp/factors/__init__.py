"""The ways to prove a second step by a code: one object each, behind one interface, in one registry.

Passkeys aren't among them: they are no code, prove both steps at once, and have their own flows.
"""
