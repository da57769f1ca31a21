"""The code blocks of a docs page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.meta.sources import ROOT

FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# (\S+\.py)")
"""The first line of a Python block: the file that it is."""
ANY_FILE = re.compile(r"(?:<\?php )?(?:#|//) (\S+\.\w+|Dockerfile)$", re.MULTILINE)
"""The first line of a block in any language: the file that it is."""
HOWTO = "docs/howto"
"""The folder of pages that an outsider follows."""
NOT_RUN = {"php", "java"}
"""Languages of blocks that are not run. Their pages say so, and send the same requests with curl."""
INDENTED = re.compile(r"(?:^\n|\A)(?: {4}\S.*\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One code block: its language, its text, and where it starts."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str, *languages: str) -> list[Block]:
    """Return the fenced code blocks of a page, or those of these languages only."""
    text = (ROOT / page).read_text()
    found = [
        Block(page, text.count("\n", 0, match.start()) + 1, match[2], match[3])
        for match in FENCED.finditer(text)
    ]
    return [block for block in found if not languages or block.language in languages]


def indented(page: str) -> list[str]:
    """Return the code blocks of a page that are marked by indentation only."""
    return INDENTED.findall(FENCED.sub("", (ROOT / page).read_text()))


def file_name(block: Block) -> str | None:
    """Return the file that a block is, as its first line says."""
    named = ANY_FILE.match(block.text)
    return named[1] if named else None


def pages() -> list[str]:
    """Return all pages of the docs, the README first."""
    found = [*sorted(Path(ROOT / "docs").glob("*.md")), *sorted(Path(ROOT / HOWTO).glob("*.md"))]
    return ["README.md", *(str(path.relative_to(ROOT)) for path in found)]


def howto_pages() -> list[str]:
    """Return the pages that an outsider follows, without their index."""
    return [page for page in pages() if page.startswith(HOWTO) and not page.endswith("README.md")]


def write_files(page: str, folder: Path) -> None:
    """Write each Python block of a page into the file that its first line names."""
    for block in blocks(page, "python"):
        name = FILE.match(block.text)
        assert name is not None, f"{block} does not begin with the name of its file"
        (folder / name[1]).write_text(block.text)
