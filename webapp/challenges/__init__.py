"""Issue, deliver and check codes: for a method, a contact, or an address that is to become a method.

A challenge belongs to a flow and is kept in its data. Flows use it for their own states, caps and texts.
"""
