"""One engine for each code that goes out and comes back: to a method, a contact, or a number that is to be a method.

A challenge belongs to a flow and is kept in its data. Flows use it for their own states, caps and texts.
"""
