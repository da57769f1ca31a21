"""Clients of the phone's tester API, over the network or in the same process.

:class:`Phone` blocks until each answer, :class:`AsyncPhone` is awaited; both have the same calls.
"""

from mocksms.client.messages import ApiObject, NothingCame, Received, SomethingCame
from mocksms.client.parts import AsyncAuthenticator, AsyncCall, AsyncFaults, Authenticator, Call, Faults
from mocksms.client.phones import AsyncPhone, Phone
from mocksms.client.steps import NotAPhone, PhoneError

__all__ = [
    "ApiObject",
    "AsyncAuthenticator",
    "AsyncCall",
    "AsyncFaults",
    "AsyncPhone",
    "Authenticator",
    "Call",
    "Faults",
    "NotAPhone",
    "NothingCame",
    "Phone",
    "PhoneError",
    "Received",
    "SomethingCame",
]
