"""The mock phone: receives every SMS, call and mail that an app sends, and shows them on handsets.

It works with any app that uses a provider's protocol (see `mocksms.providers`) or SMTP.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocksms.app import create_app, create_edge

__all__ = ["create_app", "create_edge"]


def __getattr__(name: str) -> object:
    """Import the application on first use (PEP 562): the client and the command line don't need it."""
    if name in __all__:
        from mocksms.shared import collector  # lazy on purpose, see above

        with collector.paused():
            from mocksms import app  # the phone itself
        return getattr(app, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
