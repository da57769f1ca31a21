"""The phone's pages: the desk, and on it handsets with lock screen, home screen and apps."""

from mocksms.handset import authenticator, calls, frame, mail, messages, problems, screens, searching
from mocksms.handset._blueprint import blueprint

__all__ = [
    "authenticator",
    "blueprint",
    "calls",
    "frame",
    "mail",
    "messages",
    "problems",
    "screens",
    "searching",
]
