"""Detect the language of a text by its script, by letters of one language only, and by its small words."""

import re
from functools import lru_cache

NAMES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_EXAMINED = 4000  # characters
_ADDRESS = re.compile(r"[!-~]*(?:://|@|www\.)[!-~]*")
_SCRIPTS = {  # patterns, compiled at their first use: that takes 3 ms
    "ja": r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]",
    "ko": r"[\u1100-\u11ff\uac00-\ud7af]",
    "th": r"[\u0e01-\u0e4e]",
    "he": r"[\u05d0-\u05ea]",
    "hi": r"[\u0904-\u0939\u0958-\u0961]",
    "el": r"[\u0370-\u03ff]",
    "arabic": r"[\u0620-\u06ff]",
    "cyrillic": r"[\u0400-\u052f]",
    "zh": r"[\u3400-\u9fff]",
}
_HAN_FOR_KANA = 20  # Chinese characters per kana; above it the text is Chinese with some Japanese
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+")
_PERSIAN, _UKRAINIAN = re.compile("[پچژگکی]"), re.compile("[іїєґ]")
_RUSSIAN = re.compile("[ыэъё]")
_LETTERS = {
    "de": "ßäöü", "fr": "èêëçœùàâîô", "es": "ñ¿¡áíóú", "pt": "ãõçáâêô", "it": "àèìòù", "nl": "ĳ", "pl": "ąęłńśźżćó",
    "tr": "ğışçöü", "vi": "ơưđăạảấầậắằặẹẻẽếềểệịỉọỏốồổộớờợụủứừửữựỳỵỷỹ",
}  # fmt: skip
_WORDS = {
    "en": "the your is for to and of you this it not do if with in has have was are at from please on use be"
    " will by my or can we our now never share anyone code enter expires account sign",
    "de": "der die das und ist ihr ihre ihren dein deine nicht sie für mit zu von den dem ein eine auf bitte"
    " wurde um im bei an als diesen niemandem du oder lautet",
    "fr": "le la les de des du et est votre vos pour ne pas vous un une sur ce avec au en par dans veuillez"
    " personne ou a été voici que cette nous ton ta tes à permet connexion",
    "es": "el la los las de del y es tu su para no en un una con por se que si lo este esta te al ha nadie usted"
    " más accede acceso código minutos hasta permite",
    "pt": "o os as de do da e é seu sua para não em um uma com por se que você este esta ao no na foi ninguém ou"
    " só até código acesso responda dia ganhe",
    "it": "il lo la i gli di del della è e per non tuo tua suo un una con si che in questo al da sul ha nessuno"
    " le alle tra fino dalle codice accesso entro sarà conto",
    "nl": "de het een en is uw je jouw voor van niet met op in te dit deze om aan bij wij ons niemand deel heeft"
    " of",
    "pl": "i w z na do nie jest to się twój kod nikomu dla od po o jeśli czy prosimy podawaj jego oraz za"
    " logowanie serwisu ważny strefa",
    "tr": "ve bir için bu ile kodu kodunuz lütfen kimseyle değil olarak da de tarafından ne size sizin hesabınız"
    " giriş doğrulama geçerlidir sen mi mısın",
    "vi": "là của và cho không mã bạn với được trong này để có ma la cua khong ban vui lòng xac thuc xin quý"
    " khách vnd tk luc den tien so du chuyen",
    "id": "dan adalah kode anda untuk jangan ini yang di ke dengan dari pada kepada siapa pun tidak berikan akun"
    " kami atau telah dgn utk ketik silakan masukkan lupa kata sandi sebelum tiba halaman menit sudah"
    " sedang perlu oleh paket",
}  # fmt: skip
_SHARED: dict[str, list[str]] = {}
for _language, _words in _WORDS.items():
    for _word in set(_words.split()):
        _SHARED.setdefault(_word, []).append(_language)


def detect(text: str) -> str | None:
    """Return the main language of a text as in NAMES, or None when its letters don't tell."""
    return _detected(text[:_EXAMINED])  # don't cache a whole mail


@lru_cache(maxsize=256)
def _detected(text: str) -> str | None:
    words = _ADDRESS.sub(" ", text).lower()
    if words.isascii():
        return _of_latin(words)
    counts = {script: len(re.findall(pattern, words)) for script, pattern in _SCRIPTS.items()}
    if counts["ja"] * _HAN_FOR_KANA >= counts["zh"] and counts["ja"]:
        counts["ja"] += counts.pop("zh")
    script = max(counts, key=counts.__getitem__)
    if counts[script] * 2 < len(
        _LATIN.findall(words)
    ):  # a word of a script with few letters is as long as a Latin one
        return _of_latin(words)
    if not counts[script]:
        return None
    if script == "arabic":
        return "fa" if _PERSIAN.search(words) else "ar"
    if script == "cyrillic":
        return "uk" if len(_UKRAINIAN.findall(words)) > len(_RUSSIAN.findall(words)) else "ru"
    return script


def _of_latin(words: str) -> str | None:
    points: dict[str, float] = {}
    for word in _WORD.findall(words):
        languages = _SHARED.get(word, ())
        for language in languages:
            points[language] = points.get(language, 0) + 1 / len(languages)
    if not words.isascii():
        for language, letters in _LETTERS.items():
            if found := sum(map(words.count, letters)):
                points[language] = points.get(language, 0) + found / 2
    return max(points, key=points.__getitem__) if points else None
