"""Convert romaji words (Mihon) to kana, so that a Japanese voice reads them instead of spelling them."""

import re

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ",
}  # fmt: skip
_SOFT = {"sh": "し", "ch": "ち", "j": "じ", "ky": "き", "gy": "ぎ", "ny": "に", "hy": "ひ", "ry": "り"}
_SYLLABLES = {
    **{row + vowel: kana for row, kanas in _ROWS.items() for vowel, kana in zip("aiueo", kanas, strict=True)},
    "ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を", "n": "ん",
    "shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ",
    **{
        start + vowel: kana + small
        for start, kana in _SOFT.items()
        for vowel, small in zip("auo", "ゃゅょ", strict=True)
    },
}  # fmt: skip
_SYLLABLE = "|".join(sorted(_SYLLABLES, key=len, reverse=True))
_WORD = re.compile(r"(?<![A-Za-z0-9@./_-])[A-Z]?[a-z]{2,}(?![A-Za-z0-9@./_-])")
_ROMAJI = re.compile(rf"(?:{_SYLLABLE})+")


def to_kana(text: str) -> str:
    """Return the text with each romaji word in hiragana. Abbreviations (SMS), addresses and other words stay."""
    return _WORD.sub(_read, text)


def _read(found: re.Match[str]) -> str:
    word = found.group().lower()
    if not _ROMAJI.fullmatch(word):
        return found.group()
    return "".join(_SYLLABLES[syllable] for syllable in re.findall(_SYLLABLE, word))
