"""Documents of a reset: accepted and refused ones (docs/promises.md#57 to #60)."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from tests import sample_files
from webapp.errors import DocumentRefused, DocumentTooLarge, TooManyDocuments
from webapp.rules.uploads import pictures
from webapp.rules.uploads.documents import Document, Upload, inspect

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03" + b"\0" * 200
ZIP = sample_files.docx()

GOOD = [
    ("licence.png", sample_files.png(), "png"),
    ("LICENCE.PNG", sample_files.png(mode="RGBA"), "png"),
    ("photo.jpg", sample_files.jpg(), "jpg"),
    ("写真.jpeg", sample_files.jpg(), "jpg"),
    ("bill.pdf", sample_files.pdf(), "pdf"),
    ("scan.pdf", sample_files.pdf(sample_files.stream(b"x/JS /XFA <script>", b"/Filter/DCTDecode")), "pdf"),
    ("view.pdf", sample_files.pdf(b"4 0 obj<</OpenAction[3 0 R/Fit]>>endobj") + b"\0\0\n", "pdf"),
    ("packed.pdf", sample_files.pdf(sample_files.packed(b"1 0 <</Type/Page>>")), "pdf"),
    ("bill.docx", sample_files.docx({"word/media/a.png": sample_files.png()}), "docx"),
    ("bill.doc", sample_files.doc(), "doc"),
]
BAD = [
    # the content is not what the extension says
    ("page.png", HTML),
    ("picture.png", SVG),
    ("program.png", EXE),
    ("program.pdf", EXE),
    ("photo.png", sample_files.jpg()),
    ("photo.jpg", sample_files.png()),
    ("bill.docx", sample_files.pdf()),
    ("bill.doc", sample_files.docx()),
    ("bill.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2040),
    (
        "sheet.docx",
        sample_files.docx(types=sample_files.TYPES.replace(b"wordprocessingml", b"spreadsheetml")),
    ),
    ("archive.docx", sample_files.docx()[:-9]),
    # the extension is none of ours
    ("page.html", HTML),
    ("picture.svg", SVG),
    ("photo.jpg.php", sample_files.jpg()),
    ("photo.jpg.", sample_files.jpg()),
    ("photo", sample_files.jpg()),
    ("photo.php\x00.jpg", sample_files.jpg()),
    ("photo.jpg\r\nX-Evil: 1", sample_files.jpg()),
    ("photo\r\nX-Evil: 1.jpg", sample_files.jpg()),
    ("gpj.\u202ephp", sample_files.jpg()),
    # two things at once
    ("photo.jpg", sample_files.jpg() + ZIP),
    ("photo.png", sample_files.png() + ZIP),
    ("photo.jpg", sample_files.jpg() + HTML),
    ("photo.png", sample_files.png() + b"<?php system($_GET[0]);"),
    ("bill.pdf", sample_files.pdf() + ZIP),
    ("bill.pdf", HTML + sample_files.pdf()),
    ("bill.docx", HTML + sample_files.docx()),
    ("bill.docx", sample_files.docx() + HTML),
    ("bill.doc", sample_files.doc() + ZIP.ljust(len(ZIP) // 512 * 512 + 512, b"\0")),
    ("bill.doc", sample_files.doc()[:512] + HTML.ljust(512, b"\0") + sample_files.doc()[512:]),
    # it would do something by itself
    ("bill.pdf", sample_files.pdf(b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj")),
    ("bill.pdf", sample_files.pdf(b"4 0 obj<</OpenAction<</S/Launch/F(x)>>>>endobj")),
    ("bill.pdf", sample_files.pdf(b"4 0 obj<</S/J#61vaScript>>endobj")),
    ("bill.pdf", sample_files.pdf(b"%stream\n4 0 obj<</S/JavaScript>>endobj endstream")),
    ("bill.pdf", sample_files.pdf(sample_files.packed(b"1 0 <</S/JavaScript/JS(app.alert(1))>>"))),
    ("bill.docx", sample_files.docx({"word/vbaProject.bin": b"x"})),
    ("bill.docx", sample_files.docx({"../../etc/cron.d/x": b"x"})),
    ("bill.docx", sample_files.docx({"word/embeddings/run.exe": EXE})),
    ("bill.doc", sample_files.doc("_VBA_PROJECT")),
    ("bill.doc", sample_files.doc("\x01Ole10Native")),
    # broken or empty
    ("photo.png", sample_files.png()[:40]),
    ("photo.jpg", b""),
]


def take(name: str, content: bytes) -> Document:
    (taken,) = inspect([Upload(name, content)], limit_bytes=10**6, limit_files=3)
    return taken


@pytest.mark.parametrize(("name", "content", "kind"), GOOD, ids=[name for name, *_ in GOOD])
def test_documents_of_the_named_kinds_are_taken_s57(name: str, content: bytes, kind: str) -> None:
    assert take(name, content).kind == kind


@pytest.mark.parametrize(("name", "content"), BAD, ids=[f"{at}-{n!a}" for at, (n, _) in enumerate(BAD)])
def test_documents_that_are_not_what_they_say_are_refused_s57(name: str, content: bytes) -> None:
    with pytest.raises(DocumentRefused):
        take(name, content)


def test_documents_are_refused_together_when_one_is_bad_s57() -> None:
    with pytest.raises(DocumentRefused):
        inspect(
            [Upload("a.png", sample_files.png()), Upload("b.png", HTML)], limit_bytes=10**6, limit_files=3
        )


def test_documents_may_have_the_limit_and_not_a_byte_more_s58() -> None:
    limit = 5_000
    inspect([Upload("a.pdf", sample_files.pdf(size=limit))], limit_bytes=limit, limit_files=3)
    with pytest.raises(DocumentTooLarge):
        inspect([Upload("a.pdf", sample_files.pdf(size=limit + 1))], limit_bytes=limit, limit_files=3)


def test_documents_are_not_more_than_allowed_s58() -> None:
    with pytest.raises(TooManyDocuments):
        inspect([Upload("a.png", sample_files.png())] * 4, limit_bytes=10**6, limit_files=3)


def test_documents_that_unpack_to_too_much_are_refused_s58() -> None:
    bomb = sample_files.docx({"word/big.xml": b"\0" * (101 * 1024 * 1024)})
    assert len(bomb) < 10**6
    with pytest.raises(DocumentRefused, match="bomb"):
        take("bomb.docx", bomb)


def test_documents_whose_list_of_types_is_a_bomb_are_refused_s58() -> None:
    with pytest.raises(DocumentRefused, match="bomb"):
        take("bomb.docx", sample_files.docx(types=sample_files.TYPES + b" " * (2 * 1024 * 1024)))


def test_documents_whose_objects_unpack_to_too_much_are_refused_s58() -> None:
    with pytest.raises(DocumentRefused, match="bomb"):
        take("bomb.pdf", sample_files.pdf(sample_files.packed(b" " * (21 * 1024 * 1024))))


def test_documents_of_nothing_but_beginnings_are_judged_in_one_pass_s58() -> None:
    assert take("long.pdf", sample_files.pdf(b"stream\n" * 140_000)).kind == "pdf"


def test_documents_that_lie_about_what_they_unpack_to_are_refused_s58() -> None:
    honest = sample_files.docx({"word/big.xml": b"\0" * (2 * 1024 * 1024)})
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("word/big.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(DocumentRefused):
        take("lying.docx", lying)


def test_documents_with_too_many_members_are_refused_s58() -> None:
    with pytest.raises(DocumentRefused, match="bomb"):
        take("many.docx", sample_files.docx({f"word/{at}.xml": b"" for at in range(1_000)}))


def test_documents_with_too_many_pixels_are_refused_before_they_are_decoded_s58() -> None:
    with pytest.raises(DocumentRefused, match="pixels"):
        take("huge.png", sample_files.huge_png())


def test_documents_lose_exif_and_stand_upright_s60() -> None:
    sent = sample_files.jpg(60, 40)
    assert sample_files.SECRET_PLACE.encode() in sent
    kept = take("photo.jpg", sent).content
    assert sample_files.SECRET_PLACE.encode() not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert picture.size == (40, 60)


def test_documents_lose_what_a_png_tells_on_the_side_s60() -> None:
    file = io.BytesIO()
    about = Image.Exif()
    about[0x010E] = sample_files.SECRET_PLACE
    Image.new("RGB", (9, 9)).save(file, "PNG", exif=about, dpi=(300, 300))
    kept = take("scan.png", file.getvalue()).content
    assert b"eXIf" in file.getvalue() and b"eXIf" not in kept and b"pHYs" not in kept


def test_documents_are_kept_no_larger_than_a_reviewer_needs() -> None:
    kept = pictures.redraw(sample_files.jpg(5_000, 100), "jpg")
    with Image.open(io.BytesIO(kept)) as picture:
        assert max(picture.size) <= pictures.LONGEST_SIDE
