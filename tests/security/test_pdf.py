"""PDFs of a reset: every spelling is looked into, and whole ones are taken (docs/promises.md#86)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest

from tests import cpu, sample_files
from webapp.errors import DocumentRefused
from webapp.rules.uploads.pdf import pdf

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
HEAD_OF_OBJECTS = b"/Type/ObjStm/N 1/First 4"

ACTIVE = {
    "spelled": b"4 0 obj<</#53/J#61v#61Script>>endobj",
    "long": b"4 0 obj<<" + b"".join(b"/K%d 1" % at for at in range(5_000)) + b"/S/Launch>>endobj",
    "carriage": b"4 0 obj<</Length 0>>stream\rx endstream endobj\n6 0 obj" + SCRIPT + b"endobj",
    "plain-objects": sample_files.stream(b"6 0 " + SCRIPT, HEAD_OF_OBJECTS),
    "packed-objects": sample_files.packed(b"6 0 " + SCRIPT),
    "references": sample_files.packed(b"6 0 <</P 3 0 R/S/JavaScript>>"),
    "nested": b"4 0 obj" + b"[" * 50 + SCRIPT + b"]" * 50 + b"endobj",
    "launch": b"4 0 obj<</S/Launch/F(x)>>endobj",
    "form": b"4 0 obj<</S/SubmitForm/F(x)>>endobj",
    "remote": b"4 0 obj<</S/GoToR/F(x)/D[0/Fit]>>endobj",
    "embedded": b"4 0 obj<</S/GoToE/D[0/Fit]>>endobj",
    "opening": b"4 0 obj<</OpenAction<</S/URI/URI(http://evil.example)>>>>endobj",
    "opening-next": b"4 0 obj<</OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI>>>>>>endobj",
    "events": b"4 0 obj<</AA<</O<</S/URI/URI(http://evil.example)>>>>>>endobj",
    "files": b"4 0 obj<</Names<</EmbeddedFiles<</Names[]>>>>>>endobj",
    "file": b"4 0 obj<</Type/Filespec/F(a)/EF<</F 3 0 R>>>>endobj",
    "file-stream": sample_files.stream(b"MZ", b"/Type/EmbeddedFile"),
    "annotation": b"4 0 obj<</Type/Annot/Subtype/FileAttachment>>endobj",
    "outside": sample_files.stream(b"", b"/F(http://evil.example)"),
    "form-xfa": b"4 0 obj<</AcroForm<</XFA[(a)3 0 R]>>>>endobj",
}


def packed_streams() -> bytes:
    """Return half a thousand packed streams of two million spaces each."""
    stream = sample_files.packed(b" " * 2_000_000)
    return b"".join(stream.replace(b"5 0 obj", b"\n%d 0 obj" % number) for number in range(5, 500))


WHOLE = {
    "zeros": sample_files.pdf() + b"\0" * 2_000,
    "bom": b"\xef\xbb\xbf" + sample_files.pdf(),
    "crlf": b"\r\n" + sample_files.pdf(),
    "line": sample_files.pdf() + b"<!-- served by a portal -->\r\n",
    "owner": sample_files.locked_pdf(reader=""),
    "new": sample_files.new_pdf(),
    "view": sample_files.pdf(b"4 0 obj<</OpenAction<</S/GoTo/D[3 0 R/Fit]>>>>endobj"),
    "link": sample_files.pdf(b"4 0 obj<</A<</S/URI/URI(https://shop.example)>>>>endobj"),
    "font": sample_files.pdf(b"4 0 obj<</Font<</AA<</Type/Font>>/EF<</Type/Font>>/JS 3 0 R>>>>endobj"),
    "text": sample_files.pdf(b"4 0 obj<</Title(/S/JavaScript <script>)>>endobj"),
}
HOSTILE = {
    "objects": lambda: b"".join(b"%d 0 obj<</A 1>>endobj\n" % number for number in range(5, 400_000)),
    "array": lambda: b"4 0 obj[" + b"1 " * 4_500_000 + b"]endobj\n",
    "suspects": lambda: b"4 0 obj[" + b"<</AA 1>>" * 100_000 + b"]endobj\n",
    "streams": lambda: b"stream\n" * 1_400_000,
    "packed": packed_streams,
}


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_pdf_that_acts_is_refused_in_any_spelling_s86(body: bytes) -> None:
    with pytest.raises(DocumentRefused, match="active"):
        pdf(sample_files.pdf(body))


def test_pdf_that_acts_is_refused_in_objects_of_its_table_s86() -> None:
    with pytest.raises(DocumentRefused, match="active"):
        pdf(sample_files.new_pdf(SCRIPT.decode()))


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_pdf_that_is_whole_is_taken_s86(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf(content))) as kept:
        assert len(kept.pages) == 1 and not kept.is_encrypted


def test_pdf_that_needs_a_password_is_refused_with_that_reason_s86() -> None:
    with pytest.raises(DocumentRefused, match="password"):
        pdf(sample_files.locked_pdf(reader="for the reader"))


def test_pdf_is_kept_without_what_no_page_leads_to_s86() -> None:
    kept = pdf(sample_files.pdf(b"% hidden\n4 0 obj<</Title(hidden)>>endobj"))
    assert b"hidden" not in kept


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_pdf_that_is_hostile_costs_less_than_a_second_s86(make: Callable[[], bytes]) -> None:
    content = sample_files.pdf(make())

    def judge() -> None:
        with pytest.raises(DocumentRefused, match="bomb"):
            pdf(content)

    assert cpu.is_below(1.0, judge)
