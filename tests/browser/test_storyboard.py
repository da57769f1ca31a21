"""The storyboard: walk one short story, and check the pages written from it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from markupsafe import Markup

from tests.assertions import not_empty
from tests.browser.conftest import assert_accessible
from tools import storyboard
from tools.driver import Browser
from tools.story import writer
from tools.story.captions import instruction, sentence
from tools.story.environment import Environment
from tools.story.scenes import LANGUAGES, Arrival, Chapter, Scene
from tools.story.stories import STORIES
from tools.story.story import Story

SHORT = next(story for story in STORIES if story.name == "register")


@pytest.mark.more
def test_storyboard_walks_a_story_and_writes_it_down(tmp_path: Path, chromium: Browser) -> None:
    environment = Environment(tmp_path / "environment")
    (tmp_path / "board" / "ja").mkdir(parents=True)
    try:
        chapter = storyboard.walk(environment, chromium, tmp_path / "board" / "ja", SHORT, "ja")
    finally:
        environment.stop()
    captions = [str(scene.caption) for scene in chapter.scenes]
    assert "<b>[Mihonアカウントを作成]</b>をタップします。" in captions
    assert next(arrival.channel for scene in chapter.scenes for arrival in scene.arrivals) == "mail"
    happened = [text for scene in chapter.scenes for _kind, text in scene.happened]
    assert "アカウントを作成しました" in happened
    index, page = writer.write(tmp_path / "board", {"ja": [chapter]}, "2026-11-22")
    for scene in not_empty(chapter.scenes):
        assert (tmp_path / "board" / scene.picture).stat().st_size < 200_000
    window = chromium.new_page(viewport={"width": 390, "height": 844})
    for each in (index, page):
        window.goto(each.as_uri())
        assert_accessible(window)
        assert not window.evaluate("document.documentElement.scrollWidth > innerWidth")
        for link in not_empty(window.locator("a[href]").all()):
            target = unquote(link.get_attribute("href") or "")
            path, _hash, mark = target.partition("#")
            assert (tmp_path / "board" / (path or page.name)).exists()
            if mark:
                assert f'id="{mark}"' in page.read_text()
    window.close()


def test_storyboard_names_the_story_and_the_step_that_broke(
    tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaks:
        target = "#nothing"

        def do(self, guide: object) -> None:
            raise RuntimeError("it is not there\nand more")

    environment = Environment(tmp_path / "environment")
    broken = Story("broken", ("壊", "Broken"), ("", ""), "hanako", (Breaks(),))
    try:
        with pytest.raises(storyboard.StoryFailed) as told:
            storyboard.walk(environment, chromium, tmp_path, broken, "en")
    finally:
        environment.stop()
    assert "story broken (en), step 1 (Breaks #nothing)" in str(told.value)
    assert str(told.value).endswith("it is not there")


def test_storyboard_writes_both_languages_and_escapes_what_it_shows(tmp_path: Path) -> None:
    scene = Scene(
        instruction("en", [("Password", "a<b")], [], ["Trust"], "Continue"),
        "phone",
        "en/x-01.webp",
        before=["<i>later</i>"],
        arrivals=[Arrival("sms", "+81", "", "123456 <script>")],
        happened=[("Event", "Signed <in>")],
    )
    chapters = {language: [Chapter("x", "X", "About x", [scene])] for language in LANGUAGES}
    paths = writer.write(tmp_path, chapters, "2026-11-22")
    assert [path.name for path in paths] == ["index.html", "ja.html", "en.html"]
    page = paths[2].read_text()
    assert "Enter <b>a&lt;b</b> in “Password”, tick “Trust”, then tap <b>[Continue]</b>." in page
    assert "<script>" not in page and "&lt;i&gt;later" in page and "Signed &lt;in&gt;" in page
    assert 'href="ja.html"' in page


def test_storyboard_captions_are_made_of_the_pages_words() -> None:
    made = instruction("ja", [("キー", "<x>")], ["電話番号"], ["設定もクリア"], "続行", "2段階認証の設定")
    assert made == Markup(
        "「電話番号」を選び、「キー」に<b>&lt;x&gt;</b>を入力し、「設定もクリア」にチェックを入れ、"
        "「2段階認証の設定」の<b>[続行]</b>をタップします。"
    )
    assert sentence("Tap [Go] <now>") == Markup("Tap <b>[Go]</b> &lt;now&gt;")


def test_storyboard_stories_have_names_and_words_of_their_own() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES)
    for story in not_empty(STORIES):
        assert all(story.title) and all(story.opening) and story.steps
