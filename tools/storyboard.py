"""`make storyboard`: walk every flow in a real browser, in both languages, and write an illustrated guide.

The pages are in INSTANCE/storyboard (instance/storyboard by default). `ARGS="--only main-sms --lang ja"` selects.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

from tools import browser as browsers
from tools.driver import Browser
from tools.story import writer
from tools.story.environment import Environment
from tools.story.guide import Guide
from tools.story.scenes import LANGUAGES, Chapter
from tools.story.steps import Step
from tools.story.stories import STORIES
from tools.story.story import Story

ROOT = Path(__file__).resolve().parent.parent


class StoryFailed(Exception):
    """A story can't be walked to its end; the text names story, language and step."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk the selected stories. Return 1 when a step fails, after a line that names it."""
    asked = _asked(arguments)
    folder = Path(os.environ.get("INSTANCE") or ROOT / "instance").resolve() / "storyboard"
    stories = [story for story in STORIES if not asked.only or story.name in asked.only]
    began = time.monotonic()
    try:
        pages = make(folder, stories, asked.lang or list(LANGUAGES))
    except StoryFailed as broken:
        print(f"nidankai: {broken}", file=sys.stderr)
        return 1
    print(f"nidankai: {len(stories)} stories in {time.monotonic() - began:.0f} s")
    for page in pages:
        print(f"nidankai: {page}")
    return 0


def make(folder: Path, stories: Sequence[Story], languages: Sequence[str]) -> list[Path]:
    """Walk the stories and write their pages into ``folder``, which is emptied first. Raise StoryFailed.

    Each language is walked in its own process, at the same time.
    """
    shutil.rmtree(folder, ignore_errors=True)
    names = [story.name for story in stories]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(languages), mp_context=spawning) as pool:
        walks = [pool.submit(walk_language, folder / language, names, language) for language in languages]
        found = [each.result() for each in walks]
    chapters = dict(zip(languages, found, strict=True))
    return writer.write(folder, chapters, datetime.now().astimezone().strftime("%Y-%m-%d"))


def walk_language(folder: Path, names: Sequence[str], language: str) -> list[Chapter]:
    """Walk the stories of these names, with separate apps and a separate browser. Raise StoryFailed."""
    from playwright.sync_api import sync_playwright

    logging.disable(logging.INFO)  # thousands of requests
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        environment = Environment(Path(place))
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        try:
            chosen = [story for story in STORIES if story.name in names]
            return [walk(environment, chromium, folder, story, language) for story in chosen]
        finally:
            chromium.close()
            environment.stop()


def walk(environment: Environment, chromium: Browser, folder: Path, story: Story, language: str) -> Chapter:
    """Walk one story in one language, in a separate world. Raise StoryFailed."""
    world = environment.new_world(f"{story.name}-{language}", language, (story.persona, *story.others))
    with environment.phone_of(world) as handsets:
        guide = Guide(environment, world, handsets, chromium, language, folder, story.name)
        try:
            for number, step in enumerate(story.steps, 1):
                try:
                    step.do(guide)
                except Exception as failure:
                    raise StoryFailed(_why(story, language, number, step, failure, guide)) from failure
                guide.note_effects()
        finally:
            guide.close()
    at = list(LANGUAGES).index(language)
    return Chapter(story.name, story.title[at], story.opening[at], guide.scenes)


def _why(story: Story, language: str, number: int, step: Step, failure: Exception, guide: Guide) -> str:
    what = getattr(step, "target", "") or getattr(step, "path", "")
    why = str(failure).strip().split("\n", 1)[0]
    named = f"{type(step).__name__} {what}".strip()
    return f"story {story.name} ({language}), step {number} ({named}) at {guide.site.url}: {why}"


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make storyboard", description="Write the flows down as a guide.")
    names = [story.name for story in STORIES]
    parser.add_argument("--only", nargs="+", choices=names, metavar="STORY", help=", ".join(names))
    parser.add_argument("--lang", nargs="+", choices=list(LANGUAGES), help="ja, en or both")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
