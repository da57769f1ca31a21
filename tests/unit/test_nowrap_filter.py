"""What stays on one line: numbers with their parts and counters, and particles after a bracket."""

from __future__ import annotations

import pytest

from webapp.pages.framework.nowrap_filter import nowrap


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("追加しました: 音声電話: 06-6123-4567", ["06-6123-4567"]),
        ("Changed to: Text message (SMS): +44 20 7946 0018.", ["+44 20 7946 0018"]),
        ("完了するまで、1〜2日かかる可能性があります。", ["1〜2日"]),
        ("公共料金(電気、ガス、水道など)の領収書", ["など)の"]),
        ("「セットアップキーを入力する」を選び", ["する」を"]),
        ("2026年11月22日 17:13 JSTに確認済み", []),
        ("名前を保存しました。", []),
    ],
)
def test_nowrap_keeps_parts_on_one_line(text: str, whole: list[str]) -> None:
    html = nowrap(text)
    parts = [each.split("</span>")[0] for each in html.split('<span class="nowrap">')[1:]]
    assert parts == whole
    assert html.striptags() == text


def test_nowrap_escapes_what_was_typed() -> None:
    assert nowrap("(it's')の") == "(it&#39;s&#39;)の"
    assert nowrap("<b>03-1234-5678") == '&lt;b&gt;<span class="nowrap">03-1234-5678</span>'
