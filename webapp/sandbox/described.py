"""What a call of the tools' API takes and answers, described beside its route (`webapp.sandbox.openapi`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Schema = dict[str, Any]
Call = TypeVar("Call", bound=Callable[..., Any])
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
WORLD_NAME: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
_ATTRIBUTE = "describes"


@dataclass(frozen=True, slots=True)
class Description:
    """A call: its name, the schema of each answer by its status (None: empty), and what it takes.

    ``body`` is the schema of its JSON, ``pictures`` the media types of another body, ``query`` are its parameters with
    their meaning, ``path`` the schemas of the path's parameters that are no mere texts.
    """

    name: str
    answers: Mapping[int, Schema | None]
    body: Schema | None = None
    pictures: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, Schema] = field(default_factory=dict)


def describes(name: str, answers: Mapping[int, Schema | None], **more: Any) -> Callable[[Call], Call]:
    """Return a decorator that describes a call; the arguments are those of `Description`."""

    def keep(call: Call) -> Call:
        setattr(call, _ATTRIBUTE, Description(name, answers, **more))
        return call

    return keep


def description_of(call: Callable[..., Any]) -> Description:
    """Return a call's description. Raise AttributeError for a call without one."""
    found: Description = getattr(call, _ATTRIBUTE)
    return found


def ref(name: str) -> Schema:
    """Return a reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def an_object(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    """Return an object with these members, all required unless `required` names some."""
    names = list(properties) if required is None else required
    return {"type": "object", "properties": dict(properties), "required": names}


def a_list(items: Schema) -> Schema:
    """Return a list of such items."""
    return {"type": "array", "items": items}


def or_null(schema: Schema) -> Schema:
    """Return a schema that allows null too."""
    return {"anyOf": [schema, {"type": "null"}]}


def means(words: str, schema: Schema) -> Schema:
    """Return the schema with its meaning."""
    return {**schema, "description": words}
