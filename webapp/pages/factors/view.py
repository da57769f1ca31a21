"""The parts of a factor's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.pages.forms.base import AddressForm, CodeForm
from webapp.store.flows import Flow

Text = Any
"""A lazy text, or "" for none."""


@dataclass(frozen=True, kw_only=True)
class FactorView:
    """A factor's name, and its texts on pages.

    ``%(number)s`` in a text is the address as its owner may see it, ``%(last3)s`` is `Factor.mask`, and ``%(name)s``
    is the owner's name for the method.
    """

    kind: str
    icon: str
    """One of the names in ``templates/site/components/icon.html``."""
    label: Text
    """The label for the signed-in owner: ``%(number)s``."""
    choice: Text
    """The choice before sign-in: ``%(last3)s``."""
    named_choice: Text = ""
    """The same with ``%(name)s``, for a method that has one."""
    note: Text = ""
    asked: Text
    """Where the code is: ``%(last3)s``."""
    asked_name: Text = ""
    """The name of one of several methods: ``%(name)s``."""
    asked_owner: Text
    """Where the code is, beside the address itself."""
    asked_older: Text
    """What to type on an older device: ``%(last3)s``."""
    resend: Text = ""
    """The button that sends another code; "" if none is sent."""
    is_call: bool = False
    written: Callable[[str], str] = str
    """An address as its owner knows it."""
    verify_title: Text = ""
    """Title of the page that takes the code of a new address."""
    change: Text = ""
    """Link to type another address."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """How to enrol factors: one choice with one form, for one factor or several.

    ``template`` is included with ``form``, ``action`` (its URL), ``button`` (its label) and what ``context`` returns.
    ``ids`` are the ids of the form's elements, by field. A form that sends codes is an `AddressForm`.
    """

    name: str
    kinds: tuple[str, ...]
    icon: str
    title: Text
    backup_title: Text = ""
    hint: Text
    form: type[AddressForm | CodeForm]
    template: str
    ids: Mapping[str, str]
    context: Callable[[Flow], dict[str, Any]] = field(default=lambda _flow: {})
