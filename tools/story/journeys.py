"""Turn journeys into stories: the same steps, each with a picture and a caption."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tools.story.guide import Text
from tools.story.steps import Arrives, Look, MailLink, Open, Press, Step, sms_code
from webapp.sandbox.journeys import pages, steps
from webapp.sandbox.personas.personas import PERSONAS

INSTEAD = {
    pages.NAV_ACCOUNT: Press(
        '.tabs a[href="/account"]',
        "account.services",
        caption=(
            "画面下の人型タブ[アカウント]をタップし、[アカウントサービス]を押します。",
            "Tap the person tab [Account] at the bottom, then [Account services].",
        ),
        before=lambda guide: guide.site.locator(".tabs summary").click(),
    )
}
"""Buttons of the phone layout that differ from the desktop layout."""
NOTICE = Look(
    (
        "Eメールアドレスに通知が届きます。承認されるまで、この画面のまま待ちます。",
        "We send a notification to the email address. Stay on this page until it's approved.",
    )
)
APPROVED = Look(
    ("承認できました。はじめの画面に戻ります。", "The request is approved. Go back to the first screen."),
    top=True,
)


def story_of(key: str, *journey: steps.Step) -> tuple[Step, ...]:
    """Return the story of a persona's journey. It shows on the phone what arrives there."""
    who = PERSONAS[key]
    story: list[Step] = []
    site: list[Step] = []
    typed: tuple[tuple[str, Text], ...] = ()
    for at, step in enumerate(journey):
        after = journey[at + 1] if at + 1 < len(journey) else steps.See()
        match step:
            case steps.Open():
                story.append(Open(step.path, after.page))
            case steps.Press():
                fill = (*typed, *((element, _value(value, who)) for element, value in step.fill.items()))
                state = after.state if isinstance(after, steps.See) else ""
                pressed = Press(step.target, after.page, state, fill=fill)
                story.append(INSTEAD.get(step.target, pressed))
                typed = ()
            case steps.TakeCode():
                story.append(Arrives(who.phone or who.email))
                typed = ((step.field, sms_code(who.phone or who.email)),)
            case steps.OpenMail():
                story.append(NOTICE)
            case steps.FollowLink():
                site, story = story, []
            case steps.BackToFirst():
                link = next(each.part for each in journey if isinstance(each, steps.FollowLink))
                story = [*site, MailLink(who.email, link, then=(*story, APPROVED))]
    return tuple(story)


def _value(value: Any, who: object) -> Text:
    return str(value(SimpleNamespace(who=who)) if callable(value) else value)
