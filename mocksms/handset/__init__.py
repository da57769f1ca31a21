"""The phone's pages: the list of handsets, and each handset's lock screen, home screen and apps."""

from mocksms.handset import (
    authenticator,
    calls,
    layout_context,
    log_in,
    mail,
    messages,
    problems,
    searching,
    views,
)
from mocksms.handset._blueprint import blueprint

__all__ = [
    "authenticator",
    "blueprint",
    "calls",
    "layout_context",
    "log_in",
    "mail",
    "messages",
    "problems",
    "searching",
    "views",
]
