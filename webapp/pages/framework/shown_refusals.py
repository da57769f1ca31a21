"""Report the refusals that pages show. The sandbox counts them; the site itself doesn't listen."""

from __future__ import annotations

from blinker import Signal

from webapp.errors import DeliveryFailed, Refusal, refusal_name

shown = Signal("Sent with name= and field= for each refusal and delivery failure that a page shows.")


def show(refusal: Refusal | DeliveryFailed) -> None:
    """Report that the page of this request shows a refusal."""
    show_name(refusal_name(refusal), getattr(refusal, "field", None))


def show_name(name: str, field: str | None = None) -> None:
    """Report a refusal that a flow caught. Only its name is left, as ``GatewayFailed.down``."""
    shown.send(None, name=name, field=field)
