"""Charsets of mails: declared, undeclared, wrongly declared; in text, subject, names and file names."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote_from_bytes

import pytest

from mocksms.core import mail
from mocksms.core.mail import charsets
from tests import more
from tests.phone import corpus
from tests.phone.encodings import NAMES, is_plain, units

JAPANESE = "認証コードは①㈱髙橋です"


def body_of(head: str, content: bytes) -> str:
    """Return the text that a mail with this head and content shows."""
    return mail.parse(head.encode() + b"\r\n\r\n" + content, "a@example.com", "").body


@pytest.mark.parametrize(
    "head", ["X: y", "Content-Type: text/plain", "Content-Type: text/plain; charset=us-ascii"]
)
@pytest.mark.parametrize("codec", ["utf-8", "iso2022_jp_ext", "cp932", "euc_jis_2004"])
def test_undeclared_japanese_is_read(head: str, codec: str) -> None:
    text = "認証コードは482913です。三十分以内に入力してください。"
    assert body_of(head, text.encode(codec)) == text


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "latin1", "windows-1252", "us-ascii", "cp1252", "x-nobody", ""]
)
def test_utf_8_wins_over_latin(label: str) -> None:
    assert body_of(f"Content-Type: text/plain; charset={label}", "認証コード".encode()) == "認証コード"


@pytest.mark.parametrize(
    ("label", "content", "text"),
    [
        ("shift_jis", JAPANESE.encode("cp932"), JAPANESE),
        ("Windows-31J", JAPANESE.encode("cp932"), JAPANESE),
        ("x-sjis", JAPANESE.encode("cp932"), JAPANESE),
        ("cp932", JAPANESE.encode("cp932"), JAPANESE),
        ("iso-2022-jp", b"\x1b$B-!-j\x1b(B", "①㈱"),
        ("iso-2022-jp", b"\x1b$B|b\x1b(B", "髙"),  # of the rows that a maker added
        ("cp50220", b"\x1b(I1R\x1b(B", "ｱﾒ"),
        ("cp50221", b"\x1b$B-!\x1b(I1R\x1b(B ok", "①ｱﾒ ok"),
        ("iso-2022-jp-ms", b"\x1b$B-!\x1b(B", "①"),
        ("iso-2022-jp-3", b"\x1b$(B-!\x1b(B", "①"),
        ("iso-2022-jp", b"\x0e1R\x0f.", "ｱﾒ."),
        ("euc-jp", b"\xad\xa1\xad\xea\xfc\xe2", "①㈱髙"),
        ("eucJP-ms", b"\xad\xa1\x8e\xb1", "①ｱ"),
        ("gb2312", "验证码镕€".encode("gb18030"), "验证码镕€"),
        ("gbk", b"\x80 100", "€ 100"),
        ("x-gbk", "验证码".encode("gb18030"), "验证码"),
        ("euc-kr", "인증번호 똠".encode("cp949"), "인증번호 똠"),
        ("ks_c_5601-1987", "인증번호 똠".encode("cp949"), "인증번호 똠"),
        ("windows-949", "똠".encode("cp949"), "똠"),
        ("big5", "驗證碼 482913 ￥".encode("cp950"), "驗證碼 482913 ￥"),
        ("windows-874", "รหัส".encode("cp874"), "รหัส"),
        ("tis-620", "รหัส".encode("cp874"), "รหัส"),
        ("iso-8859-8-i", "קוד".encode("iso8859_8"), "קוד"),
        ("koi8-u", b"\xae\xbe", "ўЎ"),
        ("iso-8859-1", b"\x80 \x93code\x94 \x81", "€ “code” \x81"),
        ("unicode-1-1-utf-7", b"+ZeVnLIqe-", "日本語"),
        ('"UTF-8"', "コード".encode(), "コード"),
        ("utf8", "コード".encode(), "コード"),
        ("utf-16", "コード".encode("utf-16"), "コード"),
        ("utf-16be", "コード".encode("utf-16-be"), "コード"),
        ("johab", "인증".encode("johab"), "인증"),
    ],
)
def test_label_means_what_it_means_to_browsers(label: str, content: bytes, text: str) -> None:
    head = f"Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: base64"
    assert body_of(head, b64encode(content)) == text


@pytest.mark.parametrize(
    "label", ["unicode_escape", "punycode", "rot13", "undefined", "idna", "mbcs", "hex", "a" * 9000]
)
def test_label_of_no_character_set_is_as_good_as_none(label: str) -> None:
    assert charsets.codec(label) == ""
    assert body_of(f"Content-Type: text/plain; charset={label}", "コード \\x41".encode()) == "コード \\x41"


@pytest.mark.parametrize(
    ("label", "content", "text"),
    [
        ("shift_jis", "認証コードは482913です。".encode(), "認証コードは482913です。"),
        (
            "utf-8",
            "認証コードは482913です。入力してください。".encode("cp932"),
            "認証コードは482913です。入力してください。",
        ),
        ("iso-2022-jp", "認証コード".encode(), "認証コード"),
        # One broken character does not turn all others into another language.
        ("shift_jis", JAPANESE.encode("cp932") * 5 + b"\x82", JAPANESE * 5 + "\ufffd"),
    ],
)
def test_label_that_does_not_fit_the_bytes_loses(label: str, content: bytes, text: str) -> None:
    assert body_of(f"Content-Type: text/plain; charset={label}", content) == text


def test_label_in_the_page_counts_where_the_mail_has_none() -> None:
    page = b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>' + JAPANESE.encode(
        "cp932"
    )
    assert body_of("Content-Type: text/html", page) == JAPANESE


def test_what_was_declared_and_used_is_told() -> None:
    found = mail.parse(
        b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + JAPANESE.encode(), "a@example.com", ""
    )
    assert found.details["text"] == {"part": "text/plain", "declared": "us-ascii", "used": "utf-8"}


@pytest.mark.parametrize("name", NAMES)
@more.examples(15, 60)
def test_any_encoding_comes_out_as_it_went_in(name: str, examples: int) -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    known = units(name)
    drawn = (
        st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=40).map(
            lambda codes: (b"".join(codes), "".join(known[code] for code in codes))
        )
        if known
        else st.text(
            st.characters(exclude_categories=["C", "Z"]).filter(is_plain), min_size=1, max_size=40
        ).map(lambda text: (text.encode(name.replace("utf-16", "utf-16-").rstrip("-")), text))
    )

    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(drawn)
    def check(pair: tuple[bytes, str]) -> None:
        content, text = pair
        if name == "windows-1252" and _is_utf_8(content):
            return  # this rare text means something else on purpose
        word = f"=?{name}?B?{b64encode(content).decode()}?="
        cut = "".join(
            f"=?{name}?Q?{''.join(f'={byte:02X}' for byte in piece)}?=\r\n " for piece in _thirds(content)
        )
        source = (
            f"Subject: {word}\r\nFrom: {cut}<b@example.com>\r\n"
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
            f"Content-Type: text/plain; charset={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            f"{b64encode(content).decode()}\r\n--x\r\nContent-Type: application/pdf\r\n"
            f"Content-Disposition: attachment; filename*={name}''a{quote_from_bytes(content)}\r\n\r\nx\r\n--x\r\n"
            f'Content-Type: application/pdf; name="{word}"\r\n\r\nx\r\n--x--\r\n'
        )
        found = mail.parse(source.encode(), "a@example.com", "")
        assert found.body == text
        assert found.subject == text
        assert (found.details["from"], found.sender) == (f"{text} <b@example.com>", "b@example.com")
        # Blanks and dots at the ends and marks of direction are no part of a file's name.
        names = [each["name"] for each in found.details["attachments"]]
        if name.startswith("utf-16"):
            names.pop(0)  # what stands before it in ASCII is not in this encoding
        assert [each.strip(" .") for each in names] == [
            f"a{text}".strip(" ."),
            text.strip(" .") or "attachment-2",
        ][-len(names) :]

    check()


def _thirds(content: bytes) -> list[bytes]:
    """Return a text in three encoded words that take no care of where a character ends."""
    step = max(1, len(content) // 3)
    return [content[at : at + step] for at in range(0, len(content), step)]


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("language", "codec"),
    [
        ("ja", "cp932"),
        ("ja", "euc_jp"),
        ("ja", "iso2022_jp_ext"),
        ("zh", "gb18030"),
        ("zh", "big5"),
        ("ko", "cp949"),
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("ru", "iso8859_5"),
        ("ru", "cp866"),
    ],
)
def test_undeclared_text_of_40_bytes_is_right_in_95_of_100(language: str, codec: str) -> None:
    pieces = [
        piece
        for each in corpus.messages()
        if each.language == language
        for piece in _pieces(each.text, codec)
    ]
    assert len(pieces) >= 40
    read = [charsets.decode(content).text for _, content in pieces]
    assert not any("\ufffd" in text for text in read)
    right = sum(text == wanted for text, (wanted, _) in zip(read, pieces, strict=True))
    assert right >= 0.95 * len(pieces), f"{right} of {len(pieces)}"


def _pieces(text: str, codec: str) -> list[tuple[str, bytes]]:
    """Return pieces of a text of 40 bytes or a little more, half of them beyond ASCII."""
    found, piece = [], ""
    for char in text:
        try:
            char.encode(codec)
        except UnicodeEncodeError:
            continue
        piece += {"〜": "～", "−": "－", "‖": "∥", "—": "―"}.get(char, char) if codec != "gb18030" else char
        content = _encoded(piece, codec)
        if len(content) >= 40:
            if sum(each > "\x7f" for each in piece) * 3 >= len(piece):
                found.append((piece, content))
            piece = ""
    return found


def _encoded(text: str, codec: str) -> bytes:
    """Return the bytes of a text; the signs that Japanese sets name in two ways in the way of these sets."""
    ways = str.maketrans("～－∥―", "〜−‖—") if codec in ("euc_jp", "iso2022_jp_ext") else {}
    return text.translate(ways).encode(codec, "ignore")
