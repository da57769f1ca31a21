"""Walk-through B of docs/screens.md, line by line."""

from __future__ import annotations

from tests.check.walks.eyes import Reader
from tests.check.walks.walk import HANAKO, HANAKO_PHONE, PASSWORD, Lines, Walk

LANDLINE = "+81611112222"
LINES = Lines()


@LINES.add("B1", "Sign in with email address or phone number and password")
def sign_in(walk: Walk) -> None:
    if walk.site.tab.lay_finger(is_on=False):
        makes_passkey(walk)
    walk.open()
    walk.site.press("こんにちは, サインイン")
    walk.signs_in("090-1234-5678")


def makes_passkey(walk: Walk) -> None:
    """Do what the reader did before: signing in by fingerprint is set up."""
    walk.open("/ap/signin")
    walk.signs_in(HANAKO)
    walk.open("/account/security/passkeys")
    walk.site.press("続行")
    walk.approves("パスキーとは")
    walk.site.tab.lay_finger(is_on=True)
    walk.site.press("パスキーを作成")
    walk.site.tab.lay_finger(is_on=False)
    walk.signs_out()


@LINES.add("B2", "Open `/a/settings/approval`")
def open_settings(walk: Walk) -> None:
    walk.open("/a/settings/approval")
    walk.site.press("続行")
    walk.approves()


@LINES.add("B3", "Start the set-up: press 「開始する」")
def start(walk: Walk) -> None:
    walk.site.press("開始する")


@LINES.add("B4", "Choose how to receive codes: a text message or an authenticator app")
def choose(walk: Walk) -> None:
    walk.site.read("テキストメッセージ(SMS)")
    walk.site.tick("認証アプリ")


@LINES.add("B5", "For the app, a QR code is shown; scan it with the app")
def scan(walk: Walk) -> None:
    picture = walk.folder / "qr.png"
    picture.write_bytes(walk.site.tab.picture(".qr"))
    walk.handset(HANAKO_PHONE, "authenticator/")
    walk.phone.press("開始")
    walk.phone.press("QRコードをスキャン", stays=True)
    walk.phone.choose_files("QRコードの画像", picture)


@LINES.add("B6", "The app shows the code; type it, press 「ワンタイムパスワードを確認して次に進む」")
def give_code(walk: Walk) -> None:
    walk.phone.read("Mihon")
    walk.site.type("ワンタイムパスワードを入力", walk.phone.code())
    walk.site.press("ワンタイムパスワードを確認して次に進む")


@LINES.add(
    "B7", "For a lost phone, enter another number as backup: a text for a mobile, a voice call for a landline"
)
def backup(walk: Walk) -> None:
    walk.site.tick("別の電話番号")
    walk.site.type("電話番号", "06-1111-2222")
    walk.site.tick("音声電話")


@LINES.add("B8", "Press 「コードを送信」; type the code, press 「コードを確認して続行」")
def backup_code(walk: Walk) -> None:
    walk.site.press("コードを送信")
    walk.handset(LANDLINE)
    walk.phone.press_banner("着信中")
    walk.phone.press("応答", stays=True)
    walk.site.type("ワンタイムパスワードを入力", walk.phone.code())
    walk.site.press("コードを確認して続行")


@LINES.add("B9", "A page explains how to sign in where there is no page for a code")
def explained(walk: Walk) -> None:
    walk.site.read("パスワード123456")


@LINES.add(
    "B10", "Tick 「この端末ではコードの入力は不要です」 on a device of your own; other browsers still ask"
)
def trust(walk: Walk) -> None:
    walk.site.tick("この端末ではコードの入力は不要です")
    walk.site.press("わかりました。2段階認証を有効にする")
    walk.signs_out()
    walk.open("/ap/signin")
    walk.signs_in(HANAKO)
    walk.site.read("こんにちは, 花子さん")
    other = Reader(walk.open_window())
    walk.open("/ap/signin", other)
    walk.signs_in(HANAKO, other)
    other.read("ワンタイムパスワードを入力")


@LINES.add("B11", "An older device signs in by itself: password, an error, then password and code")
def older_device(walk: Walk) -> None:
    device = Reader(walk.open_window())
    walk.open("/music/older", device)
    device.type("Eメールまたは携帯電話番号", HANAKO)
    device.type("パスワード", PASSWORD)
    device.press("サインイン")
    device.read("問題が発生しました。")
    device.type("パスワード", PASSWORD + app_code(walk))
    device.press("サインイン")
    device.read("こんにちは, 花子さん")
    walk.open("/music", device)
    device.read("サインインして聴く")


def app_code(walk: Walk) -> str:
    """Return what the app shows half a minute later: each code works once."""
    walk.world.clock.advance(30)
    walk.handset(HANAKO_PHONE, "authenticator/")
    return walk.phone.code()


@LINES.add("B12", "In the music app, enter identifier and password and sign in; all apps have the same pages")
def music(walk: Walk) -> None:
    walk.other = Reader(walk.open_window())
    walk.open("/music", walk.other)
    walk.other.press("サインイン")
    walk.signs_in(HANAKO, walk.other, button="サインイン")


@LINES.add(
    "B13",
    "Type the code; 「このデバイスで再度コードを要求しないでください」 trusts this device, others are asked again",
)
def music_code(walk: Walk) -> None:
    walk.other.type("ワンタイムパスワードを入力", app_code(walk))
    walk.other.tick("このデバイスで再度コードを要求しないでください")
    walk.other.press("サインイン")
    walk.other.read("こんにちは, 花子さん")
    walk.other.press("サインアウト")
    walk.open("/music", walk.other)
    walk.other.press("サインイン")
    walk.signs_in(HANAKO, walk.other, button="サインイン")
    walk.other.read("こんにちは, 花子さん")
    another = Reader(walk.open_window())
    walk.open("/music", another)
    another.press("サインイン")
    walk.signs_in(HANAKO, another, button="サインイン")
    another.read("ワンタイムパスワードを入力")


@LINES.add("B14", "Signing in by fingerprint works as before")
def fingerprint(walk: Walk) -> None:
    walk.signs_out()
    walk.open("/ap/signin")
    walk.site.type("Eメールまたは携帯電話番号", HANAKO)
    walk.site.press("次に進む")
    if walk.site.tab.lay_finger(is_on=True):
        walk.site.press("パスキーでサインイン")
        walk.site.read("こんにちは, 花子さん")
    else:
        walk.site.read("パスキーでサインイン")
        walk.site.type("パスワード", PASSWORD)
        walk.site.press("ログイン")


@LINES.add(
    "B15",
    "Passwords made of addresses, numbers or birthdays are easy to guess; a leaked one is to be changed at once",
)
def passwords(walk: Walk) -> None:
    walk.open("/account")
    walk.site.press("ログインとセキュリティ")
    walk.site.press("編集", beside="パスワード")
    walk.site.press("続行")
    walk.site.type("ワンタイムパスワードを入力", app_code(walk))
    walk.site.press("サインイン")
    for guessable, why in (
        ("hanako@example.com", "ほかの人も知っている情報が含まれています"),
        ("090-1234-5678", "ほかの人も知っている情報が含まれています"),
        ("1990-04-01", "誕生日などの日付が含まれている"),
    ):
        changes_password(walk, guessable)
        walk.site.read("問題が発生しました。", why)
    changes_password(walk, "tea house rain umbrella")
    walk.site.read("ログインとセキュリティ", "サインイン中の端末")


def changes_password(walk: Walk, new: str) -> None:
    """Fill in the page of the password."""
    walk.site.type("現在のパスワード", PASSWORD)
    walk.site.type("新しいパスワード", new)
    walk.site.press("パスワードを保存")
