"""Clients of the phone's tester API, over the network or straight into an app in the same process.

:class:`Phone` waits for each answer, :class:`AsyncPhone` is awaited; both have the same calls.
"""

from mocksms.client.messages import ApiObject, NothingCame, Received
from mocksms.client.parts import AsyncCall, AsyncFaults, Call, Faults
from mocksms.client.phones import AsyncPhone, Phone
from mocksms.client.steps import PhoneError

__all__ = [
    "ApiObject",
    "AsyncCall",
    "AsyncFaults",
    "AsyncPhone",
    "Call",
    "Faults",
    "NothingCame",
    "Phone",
    "PhoneError",
    "Received",
]
