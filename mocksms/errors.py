"""Errors of the tester API (RFC 9457)."""

from dataclasses import dataclass


@dataclass
class Problem(Exception):
    """An invalid request. `field` is the part of the request that is wrong, "" for none in particular."""

    status: int
    title: str
    detail: str = ""
    field: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the members of the problem document."""
        body: dict[str, object] = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.field:
            body["errors"] = [{"field": self.field, "detail": self.detail or self.title}]
        return body
