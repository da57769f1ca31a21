"""The styles of a mail: keep what fetches nothing, covers nothing, and fits the width of a phone."""

import html as entities
import re
from collections.abc import Iterator

import nh3

PROPERTIES = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-radius", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "color", "color-scheme", "display", "font", "font-family", "font-size", "font-style",
    "font-weight", "height", "letter-spacing", "line-height", "margin", "margin-bottom",
    "margin-left", "margin-right", "margin-top", "max-width", "min-width", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "text-transform", "transform", "vertical-align", "white-space", "width", "word-break",
}  # fmt: skip
_FUNCTIONS = {
    "calc", "clamp", "color", "color-mix", "hsl", "hsla", "hwb", "lab", "lch", "light-dark", "linear-gradient", "max",
    "min", "oklab", "oklch", "radial-gradient", "rgb", "rgba", "rotate", "scale", "translate", "translatex",
    "translatey", "var",
}  # fmt: skip
_MOST = 100_000  # characters of all style sheets of a mail
_NARROW = 280  # px, fits every phone
_DEEPEST = 4
_FUNCTION = re.compile(r"([\w-]*)\(")
_WIDTH = re.compile(r"(?<![\w-])(min-)?width\s*:\s*(\d{1,9})(?:\.\d*)?px(\s*!\s*important)?", re.IGNORECASE)
_STYLE = re.compile(r"<style\b([^<>]{0,500})>", re.IGNORECASE)
_MEDIA = re.compile(r"""\bmedia\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CONDITION = re.compile(r"[\w\s().,:<>=/-]{1,500}")
_SELECTOR = re.compile(r"""[\w\s.#,>+~:*()\[\]="'^$|-]{1,2000}""")
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_cleaner = nh3.Cleaner(tags={"p"}, attributes={"p": {"style"}}, filter_style_properties=PROPERTIES)


def is_harmless(css: str) -> bool:
    """Return whether a style fetches nothing. Escapes could spell any name, so there may be none."""
    if "\\" in css:
        return False
    return "(" not in css or {name.lower() for name in _FUNCTION.findall(css)} <= _FUNCTIONS


def fit(css: str, is_cell: bool = False) -> str:
    """Return declarations with widths that fit a phone; a cell's width is dropped, because its row shares the space."""

    def fitted(found: re.Match[str]) -> str:
        if int(found[2]) <= _NARROW:
            return found[0]
        if found[1] or is_cell:
            return f"{found[1] or ''}width:auto"
        important = found[3] or ""
        return f"width:100%{important};max-width:{found[2]}px{important}"

    return _WIDTH.sub(fitted, css) if "width" in css.lower() else css


def fitting_width(value: str, is_cell: bool) -> str | None:
    """Return the attribute `width` of an element, or None to drop it."""
    if not re.fullmatch(r"\d{1,9}(px)?", value.strip()) or int(value.strip().removesuffix("px")) <= _NARROW:
        return value
    return None if is_cell else "100%"


def sheet(html: str) -> str:
    """Return the style sheets of a mail as one: rules and media queries with the allowed properties only."""
    return "".join(_rules(html))


def for_theme(css: str, theme: str) -> str:
    """Return a style sheet in which the visitor prefers this theme, light or dark, whatever the system says."""
    return _SCHEME.sub(lambda found: f"({'min' if found[1].lower() == theme else 'max'}-width:0)", css)


def _rules(html: str) -> Iterator[str]:
    left = _MOST
    for media, css in _elements(html):
        for heads, body in _parsed(_without(css[:left], "/*", "*/")):
            *outer, selector = [media, *heads] if media else heads
            if all(map(_CONDITION.fullmatch, outer)) and _SELECTOR.fullmatch(selector):
                rule = f"{selector}{{{kept}}}" if (kept := _declarations(body)) else ""
                for condition in reversed(outer if rule else ()):
                    rule = f"@media {condition}{{{rule}}}"
                yield rule
        left = max(0, left - len(css))


def _elements(html: str) -> Iterator[tuple[str, str]]:
    """Yield the media and the content of each style element outside of comments."""
    html = _without(html, "<!--", "-->")
    lower, at = html.lower(), 0
    while found := _STYLE.search(html, at):
        end = lower.find("</style", found.end())
        if end < 0:
            return
        media = _MEDIA.search(found[1])
        yield (media[1] or media[2] or "") if media else "", html[found.end() : end]
        at = end


def _without(text: str, begin: str, end: str) -> str:
    """Return a text without its comments; an unclosed one ends the text."""
    kept, at = [], 0
    while (start := text.find(begin, at)) >= 0:
        kept.append(text[at:start])
        stop = text.find(end, start + len(begin))
        if stop < 0:
            return "".join(kept)
        at = stop + len(end)
    return "".join([*kept, text[at:]])


def _parsed(css: str) -> Iterator[tuple[list[str], str]]:
    """Yield the declarations of each rule with its heads: the media queries around it, then its selector."""
    start, heads = 0, list[str]()
    for mark in re.finditer("[{};]", css):
        text = css[start : mark.start()].strip()
        in_rule = bool(heads) and not heads[-1].startswith("@")
        if mark[0] == "{":
            heads.append(text)
        elif mark[0] == ";":
            if in_rule:
                continue
        elif heads:
            if (
                in_rule
                and len(heads) <= _DEEPEST
                and all(head.lower().startswith("@media") for head in heads[:-1])
            ):
                yield [head[len("@media") :].strip() for head in heads[:-1]] + heads[-1:], text
            heads.pop()
        start = mark.end()


def _declarations(css: str) -> str:
    shown = _cleaner.clean(f'<p style="{entities.escape(css)}"></p>') if css else ""
    kept = entities.unescape(shown.removeprefix('<p style="').removesuffix('"></p>'))
    return fit(kept) if kept != shown and is_harmless(kept) and not re.search("[<{}]", kept) else ""
