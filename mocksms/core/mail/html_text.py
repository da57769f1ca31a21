"""Convert the HTML of a mail to text."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from justhtml import Node

LONGEST_HTML = (
    100_000  # characters besides styles, comments and pictures; the rest is shown in the mail's frame only
)
MOST_ESCAPED = 40_000
"""Characters in one mail that nh3 may escape: they cost less than a tenth of a second."""
_UNSEEN = {"head", "script", "style", "template", "title", "noscript", "textarea", "select"}
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none", re.IGNORECASE)
_PICTURE = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,40};base64,[A-Za-z0-9+/=\s]*")
_COMMENT = re.compile("<!--"), re.compile("-->")
_STYLE = re.compile(r"<style\b", re.IGNORECASE), re.compile("</style[^<>]{0,9}>", re.IGNORECASE)
_ESCAPED = re.compile("[&\x80-\xbf]+")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LINES = re.compile(r" ?\n\s*")


def text_of_html(html: str) -> str:
    """Return what a reader sees of an HTML mail: one line per block, the cells of a row in one line."""
    from justhtml import JustHTML  # late: only mail needs it

    shorter = without_pictures(_without(_without(html, *_COMMENT), *_STYLE))
    page = JustHTML(shorter[:LONGEST_HTML], sanitize=False)
    _lay_out(page.root)
    text = page.to_text("\n", strip=False, separator_blocks_only=True)
    return _LINES.sub("\n", re.sub(r"[ \t\r\f\v\xa0]+", " ", text)).strip()


def is_slow_to_clean(html: str) -> bool:
    """Return whether nh3 would take too long: its time grows with the square of what it may escape in one text.

    That is & and, as no-break space begins with the same byte in UTF-8, U+0080 to U+00BF.
    """
    return len(html) - len(_ESCAPED.sub("", html)) > MOST_ESCAPED


def without_pictures(html: str) -> str:
    """Return HTML without the content of the pictures that it holds."""
    return _PICTURE.sub("data:", html)


def _lay_out(root: "Node") -> None:
    """Remove what is not shown, join the cells of a row, and turn source line breaks into spaces."""
    from justhtml import Element, Template, Text  # late: only mail needs it

    nodes = list(root.children or ())
    while nodes:
        node = nodes.pop()
        if isinstance(node, Text):
            node.data = _BLANKS.sub(" ", node.data or "")
        elif isinstance(node, Element):
            if node.name in _UNSEEN or _is_hidden(node.attrs):
                node.children.clear()
                if isinstance(node, Template):
                    node.template_content = None
            elif node.name in ("td", "th"):
                node.children.append(Text(" "))
                node.name = "span"  # a cell doesn't break the line
            nodes.extend(() if node.name == "pre" else node.children)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _without(html: str, begin: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Return HTML without what is between two marks, in one pass."""
    kept, at = [], 0
    while (start := begin.search(html, at)) and (stop := end.search(html, start.end())):
        kept.append(html[at : start.start()])
        at = stop.end()
    return "".join([*kept, html[at:]])
