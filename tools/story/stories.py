"""All stories, in the order of the guide."""

from __future__ import annotations

from tools.story import stories_account, stories_main, stories_settings, stories_sign_in
from tools.story.story import Story

STORIES: tuple[Story, ...] = (
    *stories_main.STORIES,
    *stories_sign_in.STORIES,
    *stories_settings.STORIES,
    *stories_account.STORIES,
)
