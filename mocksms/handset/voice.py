"""Audio of what is said in a call, by the optional voices of requirements-voice.txt.

Open JTalk (pyopenjtalk-plus) speaks Japanese, eSpeak NG (espeakng-loader) other languages. Their wheels include
voices and dictionaries; nothing is downloaded. Without them, or for a language that they lack, there is no audio, and
the handset uses the browser's voice.
"""

import contextlib
import ctypes
import importlib
import importlib.util
import io
import re
import threading
import wave
from collections import OrderedDict
from functools import cache
from typing import Any

from mocksms.search import romaji
from mocksms.shared.normal_forms import normalise

LONGEST = 300
"""Characters of the longest phrase to speak: about 45 s of sound, and a few seconds of work."""
CACHE_BYTES = 16_000_000
_ENOUGH_DIGITS = 4  # shorter digits are a number (10 minutes), not a code
_ESPEAK_VOICES = {
    "en": "en-us",
    "en-gb": "en",
    "de": "de",
    "es": "es",
    "fr": "fr-fr",
    "it": "it",
    "ko": "ko",
    "pt": "pt-br",
    "zh": "cmn",
}
_ESPEAK_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS of speak_lib.h: return samples, play nothing
_ESPEAK_DONT_EXIT = 0x8000  # otherwise a missing file ends this process
_ESPEAK_UTF8 = 1
_ESPEAK_RATE = 1
_WORDS_A_MINUTE = 150
_KANA = dict(enumerate(("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュー")))
# A code: a run of digits, digits in groups (048-213) or single digits (0、4、8), but no price or year.
_CODE = re.compile(r"(?<![\d¥$€£.,])(?:\d+(?:[\- 、]|, )){0,19}\d+(?![\d]|[.,]\d|\s?(?:円|年|万|yen|JPY))")
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_lock = threading.Lock()  # neither engine is thread-safe
_said: OrderedDict[tuple[str, str], bytes] = OrderedDict()


def speaks(language: str) -> bool:
    """Return whether an installed voice speaks a language (BCP 47, such as ja-JP), without loading it."""
    return _is_installed("pyopenjtalk" if _is_japanese(language) else "espeakng_loader") and (
        _is_japanese(language) or _espeak_voice(language) is not None
    )


def say(text: str, language: str) -> bytes | None:
    """Return the text as a cached WAV file (16 bit, mono).

    None when no voice speaks the language, when the text is empty or longer than :data:`LONGEST`, or when the engine
    fails.
    """
    if not text.strip() or len(text) > LONGEST or not speaks(language):
        return None
    if len(readable(text, language)) > LONGEST:
        return None  # hundreds of digits, each a word
    wanted = (text, language.lower())
    with _lock:
        if (known := _said.get(wanted)) is not None:
            _said.move_to_end(wanted)
            return known
        try:
            made = _japanese(text) if _is_japanese(language) else _other(text, _espeak_voice(language) or "")
        except (RuntimeError, ValueError):
            return None  # the engine fails on the text (such as a lone surrogate): the browser may not
        if made is not None:
            _keep(wanted, made)
        return made


def readable(text: str, language: str) -> str:
    """Return the text for the engine: codes digit by digit, in Japanese as kana.

    A run of four or more digits is a code unless a currency or 年 is beside it: 482130 is ヨン、ハチ、…,
    not 480,000. In Japanese, romaji words become kana; else they would be spelt.
    """
    text = normalise(text).replace("\0", " ")
    japanese = _is_japanese(language)

    def spelt(found: re.Match[str]) -> str:
        digits = re.findall(r"\d", found.group())
        if len(digits) < _ENOUGH_DIGITS:
            return found.group()
        return "、".join(_KANA[int(digit)] for digit in digits) if japanese else ", ".join(digits)

    text = _CODE.sub(spelt, text)
    return romaji.to_kana(text) if japanese else text


def _is_japanese(language: str) -> bool:
    return language.lower().split("-")[0] == "ja"


def _espeak_voice(language: str) -> str | None:
    tag = language.lower()
    return _ESPEAK_VOICES.get(tag) or _ESPEAK_VOICES.get(tag.split("-")[0])


@cache
def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _keep(wanted: tuple[str, str], made: bytes) -> None:
    _said[wanted] = made
    while sum(map(len, _said.values())) > CACHE_BYTES and len(_said) > 1:
        _said.popitem(last=False)


def _wav(samples: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples)
    return file.getvalue()


def _japanese(text: str) -> bytes | None:
    with contextlib.redirect_stdout(io.StringIO()):  # it prints irrelevant advice
        engine = importlib.import_module("pyopenjtalk")
    samples, rate = engine.tts(readable(text, "ja"))
    halved = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1)  # 24 kHz is plenty for a phone
    return _wav(halved.clip(-32768, 32767).astype("<i2").tobytes(), rate // 2) if len(halved) else None


@cache
def _espeak() -> tuple[Any, int] | None:
    """Return the library, started once, and the rate of its samples in Hz."""
    loader = importlib.import_module("espeakng_loader")
    try:
        library = ctypes.CDLL(loader.get_library_path())
    except OSError:
        return None  # no wheel for this operating system
    library.espeak_Synth.argtypes = (
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint),
        *(ctypes.c_void_p, ctypes.c_void_p),
    )
    data = loader.get_data_path().encode()
    rate = library.espeak_Initialize(_ESPEAK_SYNCHRONOUS, 0, ctypes.c_char_p(data), _ESPEAK_DONT_EXIT)
    if rate <= 0:
        return None  # its data is unreadable, for instance because the path is too long for it
    library.espeak_SetParameter(_ESPEAK_RATE, _WORDS_A_MINUTE, 0)
    return library, rate


def _other(text: str, voice: str) -> bytes | None:
    started = _espeak()
    if started is None:
        return None
    library, rate = started
    if library.espeak_SetVoiceByName(ctypes.c_char_p(voice.encode())) != 0:
        return None
    samples = bytearray()

    def take(sound: Any, count: int, _events: int | None) -> int:
        if sound and count > 0:
            samples.extend(ctypes.string_at(sound, count * 2))
        return 0

    callback = _Callback(take)
    library.espeak_SetSynthCallback(callback)
    words = readable(text, "en").encode()
    failed = library.espeak_Synth(words, len(words) + 1, 0, 0, 0, _ESPEAK_UTF8, None, None)
    library.espeak_SetSynthCallback(_Callback())  # the callback is gone after this
    return None if failed or not samples else _wav(bytes(samples), rate)
