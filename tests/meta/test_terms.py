"""One term for one concept in what users read, in both languages (docs/glossary.md#japanese-terms)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.meta.test_translations import APPS, catalogue, strings

ENGLISH: dict[str, tuple[str, str]] = {
    # banned: (what to write instead, where it may stand)
    r"take[sn]? on|took on": ("use, switch to", ""),
    r"lift(s|ed)?": ("clear", ""),
    r"refusals?": ("error", ""),
    r"moves": ("transitions", r"only the site's clock moves"),
    r"walk(s|ed)?": ("recording", ""),
    r"exercised": ("covered", ""),
    r"reset by documents": ("reset with ID documents", ""),
    r"prov(e|es|ed|en|ing)": ("verify, confirm", ""),
    r"present": ("current", ""),
    r"mail(s|ed)?": ("email", r"mail server"),
    r"(is|no longer|are) good( for)?": ("is valid, works; expires", ""),
    r"parcels?|a word": ("message, notice", r"^a word |after a word$"),
    r"(some|no|any)body|whoever": ("user, owner, someone, no one", ""),
    r"told": ("shown, notified", ""),
    r"(code|mail|message|text) leaves": ("is sent", ""),
    r"papers": ("documents", ""),
    r"wait (of .*)?runs": ("you must wait", ""),
    r"anew": ("again", ""),
    r"empt(y|ied)": ("reset; leave blank", r"file is empty|name is empty"),
    r"tries": ("attempts", ""),
    r"cannot": ("can't", ""),
    r"set-ups?": ("setup", ""),
    r"please": ("nothing, unless we are at fault", r"Please try again"),
}
"""Banned words of the interface."""

JAPANESE: dict[str, tuple[str, str]] = {
    r"二段階": ("2段階認証", ""),
    r"2段階認証[はをの]?(オン|オフ)": ("有効, 無効", ""),
    r"ログイン": (
        "サインイン",
        r"^ログイン$|「ログイン」を押します|ログインとセキュリティ|のみでアカウントにログインできる",
    ),
    r"\bOTP\b|セキュリティコード|認証コード": ("ワンタイムパスワード, コード", ""),
    r"確認コード": ("コード", r"^Mihonの確認コード$"),
    r"確認方法|第一手段|(?<!バックアップ)手段": ("認証方法", ""),
    r"シークレット": ("セットアップキー", ""),
    r"デバイス": ("端末", r"^デバイス$|^このデバイスで再度コードを要求しないでください$"),
    r"(?<!事)机": ("電話の一覧", ""),
    r"携帯番号": ("携帯電話番号", ""),
    r"(?<!E)メールアドレス": ("Eメールアドレス", ""),
    r"信頼した|入力が不要な(ブラウザ|端末)": ("コードの入力を省略する端末, 信頼済みブラウザ", ""),
    r"許可": ("承認", ""),
    r"拒否": ("否認", r"電話|SMS|メール|拒否される\(エラーコード\)|^拒否$"),
    r"申請": ("依頼", ""),
    r"却下|審査デスク": ("不承認, 審査窓口", ""),
    r"判断": ("審査結果", ""),
    r"あなた|誰か": ("お客様, 第三者", r"^誰かがあなたのアカウントデータにアクセスしようとしています。$"),
    r"端末[をが]サインアウト": ("端末からサインアウト", ""),
    r"お断り": ("エラー", ""),
    r"手順": ("フロー, ステップ", r"^デモの手順"),
    r"登場人物|舞台|足あと|網羅|地図": ("ペルソナ, デモ画面, 操作履歴, カバレッジ, フロー図", ""),
    r"配達": ("配信", ""),
    r"電話網": ("送信サービス", ""),
    r"[（）：～？]": ("半角の ( ) : ?, 波ダッシュ 〜", ""),
    r"何もする必要": ("ご対応は不要です", ""),
}
"""Banned terms of the Japanese interface, and the labels of the walk-throughs that keep them."""


def offences(texts: list[str], banned: dict[str, tuple[str, str]], word: str) -> list[str]:
    """Return each text that has a banned term outside of where it may stand, with what to write."""
    return [
        f"{text!r}: not {found[0]!r}, but {instead}"
        for text in texts
        for term, (instead, allowed) in banned.items()
        if (found := re.search(word % term, text, re.IGNORECASE))
        and not (allowed and re.search(allowed, text))
    ]


def english(app: str) -> list[str]:
    """Return the English texts of an app."""
    ids = [message.id for message in catalogue(app) if message.id]
    return [text for each in ids for text in ([each] if isinstance(each, str) else each)]


def japanese(app: str) -> list[str]:
    """Return the Japanese texts of an app."""
    return [text for message in catalogue(app) if message.id for text in strings(message)]


@pytest.mark.parametrize("app", APPS)
def test_terms_of_the_english_interface(app: str) -> None:
    assert offences(english(app), ENGLISH, r"\b(?:%s)\b") == []


@pytest.mark.parametrize("app", APPS)
def test_terms_of_the_japanese_interface(app: str) -> None:
    assert offences(japanese(app), JAPANESE, r"%s") == []


@pytest.mark.parametrize(
    ("text", "banned", "word"),
    [
        ("Somebody has walked here.", ENGLISH, r"\b(?:%s)\b"),
        ("The mail was sent.", ENGLISH, r"\b(?:%s)\b"),
        ("すべての端末をサインアウトしました", JAPANESE, r"%s"),
        ("メールアドレスを入力してください。", JAPANESE, r"%s"),
    ],
    ids=["walk", "mail", "sign-out", "address"],
)
def test_terms_find_an_offence(text: str, banned: dict[str, tuple[str, str]], word: str) -> None:
    assert offences([text], banned, word)


@pytest.mark.parametrize(("banned", "texts_of"), [(ENGLISH, english), (JAPANESE, japanese)], ids=["en", "ja"])
def test_terms_keep_no_exception_that_nothing_needs(
    banned: dict[str, tuple[str, str]], texts_of: Callable[[str], list[str]]
) -> None:
    texts = [text for app in APPS for text in texts_of(app)]
    unused = [
        part
        for term, (_instead, allowed) in banned.items()
        for part in filter(None, allowed.split("|"))
        if not any(re.search(part, text) and re.search(term, text, re.IGNORECASE) for text in texts)
    ]
    assert unused == []
