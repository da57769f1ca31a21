"""The guide's pages: one for each language, an index page, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.story.scenes import LANGUAGES, Chapter

HERE = Path(__file__).resolve().parent
TOKENS = HERE.parent.parent / "webapp" / "static" / "css" / "tokens.css"
SHEETS = (TOKENS, HERE / "guide.css", HERE / "guide_print.css")

WORDS = {
    "ja": {
        "title": "2段階認証の使い方",
        "lead": "見本のお店Mihonを、実際に操作しながら撮影した手引きです。"
        "画面の言葉はすべて、その日のサイトのものです。",
        "contents": "目次",
        "arrived": "届いたもの",
        "happened": "サイトで起きたこと",
        "sms": "SMS",
        "call": "音声電話",
        "mail": "メール",
        "phone": "電話",
        "site": "サイト",
        "steps": "{}枚",
        "made": "{}に作成",
    },
    "en": {
        "title": "How to use Two-Step Verification",
        "lead": "A guide to the demo shop Mihon, with screenshots taken while it was used. "
        "The texts in them are the site's on that day.",
        "contents": "Contents",
        "arrived": "What arrived",
        "happened": "What happened on the site",
        "sms": "SMS",
        "call": "Voice call",
        "mail": "Email",
        "phone": "Phone",
        "site": "Site",
        "steps": "{} pictures",
        "made": "Made on {}",
    },
}


def environment() -> Environment:
    """Return the environment of this folder's templates, with escaping on."""
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(folder: Path, chapters: Mapping[str, Sequence[Chapter]], made: str) -> list[Path]:
    """Write ``index.html`` and a page for each language into ``folder``. Return their paths."""
    templates = environment()
    style = "\n".join(sheet.read_text() for sheet in SHEETS)
    written = []
    for language, found in chapters.items():
        path = folder / f"{language}.html"
        path.write_text(
            templates.get_template("guide.html").render(
                language=language,
                languages=[each for each in LANGUAGES.items() if each[0] in chapters],
                words=WORDS[language],
                chapters=found,
                style=style,
                made=made,
            )
        )
        written.append(path)
    index = folder / "index.html"
    index.write_text(
        templates.get_template("index.html").render(
            languages=LANGUAGES, words=WORDS, chapters=chapters, style=style, made=made
        )
    )
    return [index, *written]
