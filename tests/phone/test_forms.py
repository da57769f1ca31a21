"""The phone's parser of forms reads what Werkzeug's reads."""

from __future__ import annotations

import itertools
from io import BytesIO
from urllib.parse import parse_qsl, urlencode

from mocksms.api.flask_app import FORM, PhoneRequest, form_pairs
from tests.assertions import not_empty

PARTS = ("%", "%E3", "%81%af", "%zz", "%4", "a", "+", "&", "=", "あ")


def _form(content: str) -> list[tuple[str, str]]:
    body = content.encode()
    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)
    }  # fmt: skip
    return list(PhoneRequest(environ).form.items(multi=True))


def test_forms_any_quoting_is_read_as_by_werkzeug() -> None:
    for parts in not_empty(itertools.product(PARTS, repeat=3)):
        content = "".join(("a=", *parts, "&b=1&&c==%&d"))
        expected = parse_qsl(content, keep_blank_values=True, errors="werkzeug.url_quote")
        assert sorted(_form(content)) == sorted(expected), content


def test_forms_a_text_is_read_as_written() -> None:
    fields = [
        ("Body", "482913は、確認コードです。"),
        ("To", "+819012345678"),
        ("Empty", ""),
        ("Body", "2 & 3"),
    ]
    assert form_pairs(urlencode(fields).encode()) == fields
