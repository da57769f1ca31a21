"""Captions below the pictures, made of the page's own labels: what to press, what to type."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from tools.driver import Locator

_LABEL = """element => {
  const hidden = [...element.querySelectorAll('.visually-hidden')].map((part) => part.innerText.trim());
  let text = (element.innerText || element.value || element.getAttribute('aria-label') || '').trim().split('\\n')[0];
  for (const part of hidden) text = text.replace(part, '');
  return text.trim();
}"""
_FIELD = """element => {
  const label = element.labels && element.labels[0];
  const name = label && (label.querySelector('.choice-name') || label);
  return ((name && name.innerText) || element.getAttribute('aria-label') || '').trim().split('\\n')[0];
}"""
_ROW = """element => {
  const row = element.closest('.row');
  const name = row && row.querySelector('.row-name');
  return name && !element.contains(name) ? name.innerText.trim() : '';
}"""


def label_of(element: Locator) -> str:
    """Return the label of a button or link."""
    return str(element.evaluate(_LABEL))


def field_of(element: Locator) -> str:
    """Return the label of a field."""
    return str(element.evaluate(_FIELD))


def row_of(element: Locator) -> str:
    """Return the row of a button, "" outside of tables."""
    return str(element.evaluate(_ROW))


def instruction(
    language: str,
    typed: Sequence[tuple[str, str]],
    chosen: Sequence[str],
    ticked: Sequence[str],
    pressed: str,
    row: str = "",
) -> Markup:
    """Return a caption such as: 「パスワード」に … を入力し、[ログイン]をタップします。"""
    if language == "ja":
        parts = [Markup("「{}」を選び、").format(name) for name in chosen]
        parts += [Markup("「{}」に<b>{}</b>を入力し、").format(name, value) for name, value in typed]
        parts += [Markup("「{}」にチェックを入れ、").format(name) for name in ticked]
        place = Markup("「{}」の").format(row) if row else Markup()
        return Markup().join([*parts, place, Markup("<b>[{}]</b>をタップします。").format(pressed)])
    parts = [Markup("choose “{}”").format(name) for name in chosen]
    parts += [Markup("enter <b>{}</b> in “{}”").format(value, name) for name, value in typed]
    parts += [Markup("tick “{}”").format(name) for name in ticked]
    press = Markup("tap <b>[{}]</b>").format(pressed)
    if row:
        press += Markup(" at “{}”").format(row)
    sentence = Markup(", ").join(parts) + Markup(", then ") + press if parts else press
    return Markup(sentence[:1].upper() + sentence[1:] + ".")


def sentence(sentence: str) -> Markup:
    """Return a sentence of the story with its [labels] highlighted."""
    text = str(escape(sentence))
    return Markup(text.replace("[", "<b>[").replace("]", "]</b>"))
