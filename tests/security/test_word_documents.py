"""DOCX documents of a reset load, embed and run nothing (docs/promises.md#87)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import cpu, sample_files
from webapp.errors import DocumentRefused
from webapp.rules.uploads.documents import Document, Upload, inspect

EXE = b"MZ\x90\x00\x03" + b"\0" * 200


def take(content: bytes) -> Document:
    (taken,) = inspect([Upload("a.docx", content)], limit_bytes=10**6, limit_files=3)
    return taken


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "word/_rels/document.xml.rels"


def related(
    kind: str, *, mode: str = "External", target: str = "https://elsewhere.example/a", at: str = RELATIONS
) -> bytes:
    """Return a DOCX with one relationship."""
    written = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    return sample_files.docx({at: written.encode()})


def typed(kind: str) -> bytes:
    """Return a DOCX with a picture that its list of types calls something else."""
    more = f'<Default Extension="png" ContentType="{kind}"/></Types>'.encode()
    types = sample_files.TYPES.replace(b"</Types>", more)
    return sample_files.docx({"word/media/1.png": sample_files.png()}, types=types)


@pytest.mark.parametrize(
    "kind", ["image", "attachedTemplate", "frame", "subDocument", "oleObject", "HYPERLINK2", ""]
)
@pytest.mark.parametrize(
    ("mode", "at"), [("External", RELATIONS), (" external ", "WORD/_Rels/Settings.xml.RELS")]
)
def test_document_that_loads_from_elsewhere_is_refused_s87(kind: str, mode: str, at: str) -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(related(f"{OFFICE}/{kind}", mode=mode, at=at))


@pytest.mark.parametrize("kind", [OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"])
def test_document_may_link_for_its_reader_s87(kind: str) -> None:
    assert take(related(f"{kind}/hyperlink")).kind == "docx"
    assert take(related(f"{kind}/image", mode="Internal", target="media/1.png")).kind == "docx"


@pytest.mark.parametrize("kind", ["oleObject", "vbaProject", "control", "aFChunk", "OLEOBJECT"])
def test_document_that_embeds_or_runs_is_refused_by_its_relations_s87(kind: str) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(related(f"{OFFICE}/{kind}", mode="Internal", target="media/1.png"))


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.ms-office.vbaProject",
        "application/vnd.ms-word.vbaData+xml",
        "application/vnd.openxmlformats-officedocument.oleObject",
        "APPLICATION/VND.MS-OFFICE.ACTIVEX+XML; charset=x",
        "application/vnd.ms-word.template.macroEnabled.main+xml",
        "application/vnd.ms-office.vba&#80;roject",
    ],
)
def test_document_that_embeds_or_runs_is_refused_by_its_types_s87(kind: str) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(typed(kind))


def test_document_with_a_compound_file_under_any_name_is_refused_s87() -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(sample_files.docx({"word/media/1.png": sample_files.doc()}))


@pytest.mark.parametrize("part", [b"", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe<"])
def test_document_whose_relations_cannot_be_read_is_refused_s87(part: bytes) -> None:
    with pytest.raises(DocumentRefused, match="content"):
        take(sample_files.docx({RELATIONS: part}))


@pytest.mark.parametrize(
    "begins",
    [EXE, b"\x7fELF", sample_files.docx(), sample_files.pdf(), b"{\\rtf1}"],
    ids=lambda it: f"{it[:4]!a}",
)
def test_document_with_a_program_or_file_under_any_name_is_refused_s87(begins: bytes) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(sample_files.docx({"word/media/1.png": begins}))


@pytest.mark.parametrize("kind", ["http://x/hyperlink", f"{OFFICE}/hyperlink/", f"{OFFICE}/x/hyperlink"])
def test_document_relations_are_known_by_their_whole_types_s87(kind: str) -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(related(kind))


@pytest.mark.parametrize("kind", ["oleObject/", "package", "webextensiontaskpanes"])
def test_document_that_embeds_a_file_is_refused_s87(kind: str) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(related(f"{OFFICE}/{kind}", mode="Internal", target="media/1.xml"))


def test_document_with_relations_under_a_name_in_percent_codes_is_refused_s87() -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(related(f"{OFFICE}/image", at="word/_rels/document.xml%2Erels"))


FILES = [
    "file:///c:/a.exe",
    r"\\host\share",
    "//host/a",
    "/%5Chost/a",
    "C:\\a.exe",
    " f&#10;ile:a",
    "javascript:a()",
    "ms-msdt:/id",
]


@pytest.mark.parametrize("target", FILES)
def test_document_may_not_link_to_a_file_or_program_s87(target: str) -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(related(f"{OFFICE}/hyperlink", target=target))
    for switches in ("", r"\o &quot;a: b&quot; "):
        with pytest.raises(DocumentRefused, match="linked"):
            take(worded(f'<w:fldSimple w:instr="HYPERLINK {switches}&quot;{target}&quot;"/>'))


@pytest.mark.parametrize(
    "target", ["mailto:taro@example.jp", "tel:+819000000000", "#part", "http://a.example/b:c"]
)
def test_document_may_link_to_pages_and_addresses_s87(target: str) -> None:
    assert take(related(f"{OFFICE}/hyperlink", target=target)).kind == "docx"
    instruction = rf"HYPERLINK &quot;{target}&quot; \l &quot;a:b&quot; \o &quot;Note: a&quot; \h"
    assert take(worded(f'<w:fldSimple w:instr="{instruction}"/>')).kind == "docx"


def test_document_that_names_another_place_without_saying_so_is_refused_s87() -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(related(f"{OFFICE}/image", mode="Internal"))


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BEGIN, SEPARATE, END = (
    f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
)


def worded(text: str, *, at: str = "word/header1.xml", code: str = "utf-8") -> bytes:
    """Return a DOCX with a further part of text."""
    return sample_files.docx({at: f'<w:hdr xmlns:w="{WORD}"><w:p>{text}</w:p></w:hdr>'.encode(code)})


def instructed(*runs: str, tag: str = "instrText") -> str:
    return "".join(f"<w:r><w:{tag}>{run}</w:{tag}></w:r>" for run in runs)


LOADING = {
    "simple": '<w:fldSimple w:instr=" INCLUDEPICTURE &quot;http://a.example/x.png&quot; \\d "/>',
    "escaped": '<w:fldSimple w:instr="&#73;NCLUDETEXT \\\\host\\share\\a.docx"/>',
    "runs": BEGIN + instructed(" DD", "EAU", 'TO c:\\cmd.exe "/k calc"') + END,
    "lower": BEGIN + instructed("ddeauto a b c") + SEPARATE + END,
    "deleted": BEGIN + instructed("LINK Excel.Sheet", tag="delInstrText") + END,
    "as text": BEGIN + instructed("DATABASE \\d a", tag="t") + SEPARATE + END,
    "within another": BEGIN
    + instructed("IF ")
    + BEGIN
    + instructed("IMPORT a")
    + END
    + instructed(" = 1")
    + END,
    "around another": BEGIN
    + instructed("INCLUDE")
    + BEGIN
    + instructed("PAGE")
    + END
    + instructed("TEXT a")
    + END,
    "not ended": BEGIN + instructed("RD a"),
    "split by a comment": BEGIN + instructed("D<!-- x -->DE a") + END,
    "drawn": '<w:pict><v:imagedata src="http://a.example/x.png" xmlns:v="urn:v"/></w:pict>',
    "letters": "<w:mailMerge/>",
}


@pytest.mark.parametrize(
    ("at", "code"), [("word/a.xml", "utf-8"), ("word/notes.dat", "utf-16")], ids=["8", "16"]
)
@pytest.mark.parametrize("text", LOADING.values(), ids=LOADING)
def test_document_whose_text_loads_from_elsewhere_is_refused_s87(text: str, at: str, code: str) -> None:
    with pytest.raises(DocumentRefused, match="linked"):
        take(worded(text, at=at, code=code))


@pytest.mark.parametrize("name", ["MACROBUTTON a b", "CONTROL Forms.TextBox", "PRINT 27"])
def test_document_whose_text_runs_something_is_refused_s87(name: str) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        take(worded(BEGIN + instructed(name) + END))


@pytest.mark.parametrize(
    "name", ["PAGE", 'TOC \\o "1-3"', "DATE", "REF Link", "= DDE + 1", "LINKED", "ADDIN ZOTERO a"]
)
def test_document_may_have_fields_that_stay_within_it_s87(name: str) -> None:
    text = BEGIN + instructed(name) + SEPARATE + instructed("INCLUDETEXT", tag="t") + END
    assert take(worded(text + instructed("DDE", tag="t"))).kind == "docx"


@pytest.mark.parametrize("part", [b"", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe<"])
def test_document_whose_text_cannot_be_read_is_refused_s87(part: bytes) -> None:
    with pytest.raises(DocumentRefused, match="content"):
        take(sample_files.docx({"word/header1.xml": part}))


LONG = {
    "elements": lambda: b"<a>" + b"<a/>" * 400_000 + b"</a>",
    "attributes": lambda: b"<a " + b" ".join(b'a%d=""' % at for at in range(400_001)) + b"/>",
    "arguments": lambda: b"<fldSimple instr='HYPERLINK " + b"a " * 200_000 + b"'/>",
    "bytes": lambda: b"<a>" + b" " * (12 * 1024 * 1024) + b"</a>",
}


@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
def test_document_whose_text_is_too_long_is_refused_within_a_second_s87(make: Callable[[], bytes]) -> None:
    def judge() -> None:
        with pytest.raises(DocumentRefused, match="bomb"):
            take(bomb)

    bomb = sample_files.docx({"word/a.xml": make()})
    assert cpu.is_below(1.0, judge)


def test_document_costs_less_than_a_second_s87() -> None:
    filling = b"<a/>" * 240_000
    bomb = sample_files.docx(
        {RELATIONS: b"<a>" + filling + b"</a>"}
        | {f"word/media/{at}.png": b"\0" * 9_900_000 for at in range(9)}
    )
    assert cpu.is_below(1.0, lambda: take(bomb))
