"""A mail's HTML as a page: cleaned by nh3, fitted to the phone's width, light or dark as the mail allows."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

import nh3
from markupsafe import escape

from mocksms.core.mail.html_text import is_slow_to_clean, text_of_html, without_pictures
from mocksms.handset import mail_styles

MOST_SHOWN = 24_000_000
"""Characters of pictures in one mail: twice `attachments.LARGEST_PICTURES`, because one may be shown repeatedly."""
DEEPEST = 256
"""Nested elements: the time to clean grows with length times depth."""
LONGEST = 2_000_000
"""Characters to clean, besides pictures."""
_TEXT_OF_REST = 20_000  # characters of other HTML shown as text; the view "Text" has more
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_OFTEN_UNCLOSED = {
    "area", "base", "br", "col", "colgroup", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
}  # fmt: skip
_LAYOUT = {
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "dir", "height", "id", "lang", "role", "style",
    "valign", "width",
}  # fmt: skip
_BODY = re.compile(r"<body\b([^<>]{0,2000})>", re.IGNORECASE)
_META_DARK = re.compile(
    r"<meta\b(?=[^<>]{0,200}\bname\s*=\s*[\"']?(?:supported-)?color-schemes?\b)[^<>]{0,300}\bdark\b",
    re.IGNORECASE,
)
_BRINGS_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark|color-scheme\s*:[^;}]*\bdark\b", re.IGNORECASE)
_COLOURS = re.compile(r"\b(?:bg)?color\s*=|\bstyle=\"[^\"]*(?:color|background)", re.IGNORECASE)
_BASE = (
    "body{margin:0;padding:clamp(8px,4vw,16px);font:16px/1.6 system-ui,sans-serif;overflow-wrap:anywhere;"
    "color:light-dark(#1c1a16,#f2eee4)}body:not([bgcolor]){background:light-dark(#fff,#1f1d19)}"
)
_FIT = (
    "img{max-width:100%!important;height:auto!important}pre{white-space:pre-wrap!important}"
    "table:has(th){display:block;overflow-x:auto;overflow-wrap:normal}"
    "@media (max-width:600px){table{max-width:100%!important}}"
)
"""Rules that override the mail's own styles. A data table scrolls in its own box."""


def document(html: str, title: str, pictures: Mapping[str, str], theme: str, script: str = "") -> str:
    """Return the page for the frame.

    `theme` is the phone's: light, dark, or "" for the system's. A mail with its own dark styles, or without colours,
    follows it; any other stays light, so that it can be read.
    """
    content, own = clean(html, pictures), mail_styles.sheet(html)
    body = _body(html)
    is_dark_too = bool(_META_DARK.search(html) or _BRINGS_DARK.search(own)) or not (
        _COLOURS.search(without_pictures(content))
        or _COLOURS.search(body)
        or re.search(r"color|background", own)
    )
    if theme:
        own = mail_styles.for_theme(own, theme)
    scheme = (theme or "light dark") if is_dark_too else "only light"
    return (
        f'<!doctype html><html lang=""><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>:root{{color-scheme:{scheme}}}{_BASE}</style>"
        f"<style>{own}</style><style>{_FIT}</style></head><body{body}>{content}{script}</body></html>"
    )


def clean(html: str, pictures: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return HTML without anything that runs, loads or posts (docs/promises.md#40). Links open a new tab.

    `pictures` are the mail's own, by Content-ID, as `data:` addresses. Other pictures, and those beyond MOST_SHOWN,
    leave only their `alt` text. HTML that is too long or nested too deep becomes text.
    """
    if _is_too_long(html) or _is_too_deep(html):
        return f"<pre>{escape(text_of_html(html[:_TEXT_OF_REST]))}</pre>"
    left = MOST_SHOWN

    def own(name: str) -> str | None:
        nonlocal left
        picture = pictures.get(unquote(name))
        if picture is None or len(picture) > left:
            return None
        left -= len(picture)
        return picture

    def keep(tag: str, name: str, value: str) -> str | None:
        if name in ("style", "width"):
            return _fitting(tag, name, value)
        start = value.strip()[:20].lower()
        if (tag, name) == ("img", "src"):
            return (
                own(value.strip()[4:])
                if start.startswith("cid:")
                else value
                if start.startswith("data:image/")
                else None
            )
        return None if start.startswith(("cid:", "data:")) else value

    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = set(_LAYOUT)
    attributes["a"] = {"href", "title"}
    attributes["font"] = {"color", "face", "size"}
    return nh3.clean(
        html,
        tags=(nh3.ALLOWED_TAGS | {"font", "main", "section"}) - {"map", "area"},
        clean_content_tags={"script", "style", "title"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto", "tel", "data", "cid"},
        filter_style_properties=mail_styles.PROPERTIES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
        attribute_filter=keep,
    )


def _is_too_long(html: str) -> bool:
    return is_slow_to_clean(html) or (len(html) > LONGEST and len(without_pictures(html)) > LONGEST)


def _is_too_deep(html: str) -> bool:
    depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in _OFTEN_UNCLOSED:
            depth = max(0, depth - 1) if found[1] else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _fitting(tag: str, name: str, value: str) -> str | None:
    """Return a style that fetches nothing, and a width that fits a phone."""
    is_cell = tag in ("td", "th")
    if name == "width":
        return mail_styles.fitting_width(value, is_cell)
    return mail_styles.fit(value, is_cell) if mail_styles.is_harmless(value) else None


def _body(html: str) -> str:
    """Return the attributes of the mail's body, cleaned."""
    found = _BODY.search(html)
    if found is None:
        return ""
    return clean(f"<div{found[1]}></div>").removeprefix("<div").removesuffix("></div>")
