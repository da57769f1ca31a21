"""Outgoing messages: the SMS and voice gateway, mail, and the texts of both."""
