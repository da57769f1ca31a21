"""Calls as real audio: the voices' output, access to it, and the page without voices."""

from __future__ import annotations

import array
import io
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import mocksms
from mocksms.core import calls, inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.handset import voice
from mocksms.search import romaji
from tests.assertions import not_empty
from tests.form_client import Browser
from tests.handset.test_calls import HANAKO, ring

CALL = (
    '<Response><Say language="ja-JP">確認コードは、482130です。</Say><Pause length="1"/>'
    '<Say language="en-US">Your code is 482130.</Say><Say language="fi-FI">Hei</Say></Response>'
)
PHONE_URL = "http://localhost:8001"


def heard(audio: bytes | None) -> tuple[float, list[int]]:
    """A WAV file's length in seconds and its samples; fails when it is none, or not 16 bit mono."""
    assert audio is not None
    with wave.open(io.BytesIO(audio)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        samples = array.array("h", sound.readframes(sound.getnframes()))
        return len(samples) / sound.getframerate(), samples.tolist()


def loudness(samples: list[int]) -> float:
    """The root of the mean square: 0 is silence, 32,768 the loudest."""
    return float((sum(sample * sample for sample in samples) / len(samples)) ** 0.5)


@pytest.mark.parametrize(
    ("text", "language", "shortest", "longest"),
    [
        ("ワンタイムパスワードをお伝えします。", "ja-JP", 1.5, 6),
        ("0、4、8、2、1、3", "ja-JP", 2, 9),
        ("Hello, this is Mihon. Your one-time password is:", "en-US", 1.5, 7),
        ("0, 4, 8, 2, 1, 3", "en-GB", 1.5, 8),
        ("안녕하세요", "ko-KR", 0.4, 4),
    ],
)
def test_voice_speaks(text: str, language: str, shortest: float, longest: float) -> None:
    seconds, samples = heard(voice.say(text, language))
    assert shortest < seconds < longest
    assert loudness(samples) > 500, "it is not silence"
    assert sum(a * b < 0 for a, b in pairwise(samples)) > 100, "it swings, as sound does"


def test_voice_differs_by_language_and_is_kept() -> None:
    english, japanese = voice.say("1, 2, 3", "en-US"), voice.say("1, 2, 3", "ja-JP")
    assert english and japanese and english != japanese
    assert voice.say("1, 2, 3", "ja-JP") is japanese, "the same phrase is not made twice"


def test_voice_reads_every_digit_of_a_code() -> None:
    as_number, by_digit = voice.say("482130円", "ja-JP"), voice.say("482130", "ja-JP")
    assert as_number != by_digit
    assert by_digit == voice.say("4、8、2、1、3、0", "ja-JP")
    digits, listed = (heard(voice.say(text, "en-US"))[0] for text in ("482130", "4, 8, 2, 1, 3, 0"))
    assert digits == pytest.approx(listed, rel=0.05), "eSpeak never says a thing twice in quite the same way"


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("コードは048-213です", "ja-JP", "コードはゼロ、ヨン、ハチ、ニ、イチ、サンです"),
        ("コードは４８２１です", "ja", "コードはヨン、ハチ、ニ、イチです"),
        ("料金は1200円、10分です", "ja-JP", "料金は1200円、10分です"),
        ("2026年、¥1,200", "ja-JP", "2026年、¥1,200"),
        ("こちらはMihonです", "ja-JP", "こちらはみほんです"),
        ("Your code is 482 130.", "en-US", "Your code is 4, 8, 2, 1, 3, 0."),
        ("In 10 minutes, $1200", "en-US", "In 10 minutes, $1200"),
    ],
)
def test_voice_gets_what_it_can_read(text: str, language: str, read: str) -> None:
    assert voice.readable(text, language) == read


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("Shinjuku", "しんじゅく"), ("ryokan", "りょかん"), ("Tanaka", "たなか"), ("SMS", "SMS"), ("Twilio", "Twilio"),
        ("hanako@example.com", "hanako@example.com"),
    ],
)  # fmt: skip
def test_voice_knows_romaji(text: str, kana: str) -> None:
    assert romaji.to_kana(text) == kana


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "ja-JP"),
        ("。", "ja-JP"),
        ("x" * 301, "en-US"),
        ("1" * 300, "ja-JP"),
        ("Hei", "fi-FI"),
        ("Hi", ""),
    ],
)
def test_voice_says_nothing_rather_than_wrong(text: str, language: str) -> None:
    assert voice.say(text, language) is None


@pytest.mark.parametrize("language", ["ja-JP", "en-US", "zh-CN"])
@pytest.mark.parametrize("text", ["[[x]] <b>&amp;</b>", "a\0b", "\u202e%s%n{}", "𠮷野家の鯱"])
def test_voice_bears_any_text(text: str, language: str) -> None:
    made = voice.say(text, language)
    assert made is not None and 0 < heard(made)[0] < 20


@pytest.mark.parametrize("language", ["ja-JP", "en-US", "zh-CN"])
def test_voice_says_nothing_for_half_a_character(language: str) -> None:
    assert voice.say("\ud800", language) is None


def test_voice_says_nothing_for_what_has_no_sound_in_japanese() -> None:
    assert voice.say("😀\n\t", "ja-JP") is None


def test_voice_keeps_no_more_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "CACHE_BYTES", 200_000)
    for number in range(9):
        voice.say(f"Number {number}", "en-US")
    kept = [len(said) for said in voice._said.values()]
    assert len(kept) > 1 and sum(kept) <= 200_000


def in_call(here: World) -> Message:
    """A call that was answered and said all it had to."""
    call = ring(here, HANAKO, CALL)
    calls.answer(here, call.id)
    return call


def test_speech_is_offered_where_a_voice_speaks(look_in: Browser, here: World) -> None:
    call = in_call(here)
    page = look_in.get(f"/handsets/{HANAKO}/phone/{call.id}")
    offered = [line.attrs.get("data-speech") for line in page.all("#transcript li")]
    base = f"/handsets/{HANAKO}/phone/{call.id}/speech"
    assert offered == [f"{base}/0.wav", f"{base}/2.wav", None], (
        "the pause counts, and nobody here speaks Finnish"
    )
    for address in not_empty(filter(None, offered)):
        answer = look_in.raw("GET", address)
        assert answer.status_code == 200 and answer.mimetype == "audio/wav"
        assert "no-cache" in answer.headers["Cache-Control"], "after a reset another call has this address"
        assert loudness(heard(answer.get_data())[1]) > 500
        again = look_in.raw("GET", address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert look_in.raw("GET", f"{base}/0.wav", headers={"Range": "bytes=0-99"}).status_code == 206


@pytest.mark.parametrize("number", [1, 3, 4, 99, 10**30])
def test_speech_is_of_this_calls_phrases_only(look: Browser, here: World, number: int) -> None:
    call = in_call(here)
    path = f"/handsets/{HANAKO}/phone/{call.id}/speech/{number}.wav"
    assert look.raw("GET", path).status_code == 404
    other = f"/handsets/+818012345678/phone/{call.id}/speech/0.wav"
    assert look.raw("GET", other).status_code == 404


def offers_the_browsers_voice(browser: Browser, world: World) -> None:
    """The page shows the words without audio of its own, and the audio's address has none."""
    call = in_call(world)
    page = browser.get(f"/handsets/{HANAKO}/phone/{call.id}")
    lines = page.all("#transcript li")
    assert [line.attrs["data-language"] for line in lines] == ["ja-JP", "en-US", "fi-FI"]
    assert not any("data-speech" in line.attrs for line in lines)
    assert page.has("[data-sound-toggle]")
    assert browser.raw("GET", f"{page.path}/speech/0.wav").status_code == 404


@pytest.fixture
def muted(tmp_path: Path) -> Iterator[tuple[Browser, World]]:
    """A phone whose own voices are switched off, and a browser that looks at it."""
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "VOICE": False})
    world: World = app.extensions["mocksms"].get()
    inbox.reset(world)
    yield Browser(app, origin=PHONE_URL), world
    app.extensions["mocksms"].close()


def test_speech_is_left_to_the_browser_when_switched_off(muted: tuple[Browser, World]) -> None:
    offers_the_browsers_voice(*muted)


def test_speech_is_left_to_the_browser_without_the_extra(
    look: Browser, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "_is_installed", lambda _package: False)
    offers_the_browsers_voice(look, here)
