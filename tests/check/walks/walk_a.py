"""Walk-through A of docs/screens.md, line by line."""

from __future__ import annotations

import re

from pyotp import TOTP

from tests import sample_files
from tests.check.walks.eyes import Reader
from tests.check.walks.walk import HANAKO, HANAKO_PHONE, PASSWORD, Lines, Walk
from webapp.sandbox.personas.states import REVIEWER_SECRET

SECOND_PHONE = "+817022221111"
TARO, TARO_PHONE = "taro@example.com", "+818012345678"
TURN_ON = "わかりました。2段階認証を有効にする"
ADD_METHOD = "新しい電話またはアプリを追加"
LINES = Lines()


@LINES.add("A1", "Press the person tab at the bottom")
def person_tab(walk: Walk) -> None:
    walk.open()
    walk.site.press("こんにちは, サインイン")
    walk.signs_in(HANAKO)
    walk.site.press("アカウント", stays=True)


@LINES.add("A2", "In its menu, press 「アカウントサービス」")
def account_services(walk: Walk) -> None:
    walk.site.press("アカウントサービス")


@LINES.add("A3", "Under 「アカウント設定」, choose 「ログインとセキュリティ」")
def login_and_security(walk: Walk) -> None:
    walk.site.read("アカウント設定")
    walk.site.press("ログインとセキュリティ")


@LINES.add("A4", "Beside 「2段階認証の設定」, press 「編集」")
def edit(walk: Walk) -> None:
    walk.site.press("編集", beside="2段階認証の設定")


@LINES.add("A5", "A notification comes by mail; open its link and press 「承認」")
def approve(walk: Walk) -> None:
    walk.site.read("続行するには、次の宛先に送信された通知を承認します:")
    walk.approves()


@LINES.add("A6", "Back in the app, the settings open; press 「開始する」")
def begin(walk: Walk) -> None:
    walk.site.press("開始する")


@LINES.add("A7", "Choose 「電話番号」, enter the number, press 「続行」")
def number(walk: Walk) -> None:
    walk.site.tick("電話番号")
    walk.site.type("電話番号", "090-1234-5678")
    walk.site.press("続行")


@LINES.add("A8", "Type the code from the text message, press 「続行」")
def code_of_the_text(walk: Walk) -> None:
    walk.site.type("ワンタイムパスワードを入力", walk.code(HANAKO_PHONE))
    walk.site.press("続行")


@LINES.add("A9", "A backup is offered as a step of its own; 「スキップ」 goes on")
def skip_backup(walk: Walk) -> None:
    walk.site.read("バックアップ手段を追加")
    walk.site.press("スキップ")


@LINES.add(
    "A10",
    "To leave the code out in this browser, tick the box; press 「わかりました。2段階認証を有効にする」",
)
def turn_on(walk: Walk) -> None:
    walk.site.tick("この端末ではコードの入力は不要です")
    walk.site.press(TURN_ON)
    walk.signs_out()
    walk.open("/ap/signin")
    walk.signs_in(HANAKO)
    walk.site.read("こんにちは, 花子さん")


@LINES.add("A11", "For trouble with texts, another phone or an app can be added as a backup")
def another_phone(walk: Walk) -> None:
    walk.settings()
    walk.site.type("ワンタイムパスワードを入力", walk.code(HANAKO_PHONE))
    walk.site.press("サインイン")
    walk.site.press(ADD_METHOD)
    walk.site.read("認証アプリ")
    adds_phone(walk)


def adds_phone(walk: Walk) -> None:
    """Add the second phone as a backup on the settings' page."""
    walk.site.tick("電話番号")
    walk.site.type("電話番号", "070-2222-1111")
    walk.site.press("コードを送信")
    walk.site.type("ワンタイムパスワードを入力", walk.code(SECOND_PHONE))
    walk.site.press("コードを確認して続行")
    walk.site.read("バックアップ手段", "070-2222-1111")


@LINES.add("A12", "For an app instead: reach the settings in the same way (lines 1 to 4)")
def same_way(walk: Walk) -> None:
    walk.begin()
    walk.open()
    walk.site.press("こんにちは, サインイン")
    walk.signs_in(HANAKO)
    walk.settings()


@LINES.add("A13", "Open the mail's link 「承認または否認してください」 and choose 「承認」")
def approve_again(walk: Walk) -> None:
    walk.approves()


@LINES.add("A14", "Press 「開始する」 and choose 「認証アプリ」")
def choose_app(walk: Walk) -> None:
    walk.site.press("開始する")
    walk.site.tick("認証アプリ")


@LINES.add("A15", "Scroll down a little: a key is visible below the QR code")
def key_below(walk: Walk) -> None:
    walk.site.read("QRコードをスキャンできない場合")
    qr, key = walk.site.tab.evaluate(
        "() => ['.qr', '#totp-key'].map((each) => document.querySelector(each).getBoundingClientRect())"
    )
    assert key["height"] > 10 and key["top"] >= qr["bottom"]


@LINES.add("A16", "Hold the key, or press the button below it, to copy it")
def copy_key(walk: Walk) -> None:
    held = "() => getComputedStyle(document.querySelector('#totp-key')).userSelect"
    assert walk.site.tab.evaluate(held) == "all", "holding one group marks the whole key"
    walk.site.press("キーをコピー", stays=True)
    walk.site.read("コピーしました")


@LINES.add(
    "A17",
    "In the authenticator app press 「開始」, then choose between a QR code and 「セットアップキーを入力する」",
)
def authenticator(walk: Walk) -> None:
    walk.handset(HANAKO_PHONE, "authenticator/")
    walk.phone.press("開始")
    walk.phone.read("QRコードをスキャン")
    walk.phone.press("セットアップキーを入力する", stays=True)


@LINES.add("A18", "Give a name in 「アカウント」, paste the key into 「キー」, press 「追加」")
def add_key(walk: Walk) -> None:
    walk.phone.type("アカウント", "Mihon")
    walk.phone.paste("キー")
    walk.phone.press("追加")


@LINES.add(
    "A19", "The app shows six digits; they change every 30 seconds, and a blue ring shows the seconds left"
)
def six_digits(walk: Walk) -> None:
    walk.phone.read("Mihon")
    first = walk.phone.code()
    walk.world.clock.advance(30)
    walk.handset(HANAKO_PHONE, "authenticator/")
    assert walk.phone.code() != first
    colour = walk.phone.tab.evaluate(
        "() => getComputedStyle(document.querySelector('.otp__ring-left')).stroke"
    )
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    assert blue > red and blue > green


@LINES.add("A20", "Type the six digits, press 「ワンタイムパスワードを確認して次に進む」")
def give_digits(walk: Walk) -> None:
    walk.site.type("ワンタイムパスワードを入力", app_code(walk))
    walk.site.press("ワンタイムパスワードを確認して次に進む")
    walk.site.press("スキップ")


def app_code(walk: Walk) -> str:
    """Return what the app shows half a minute later: each code works once."""
    walk.world.clock.advance(30)
    walk.handset(HANAKO_PHONE, "authenticator/")
    return walk.phone.code()


@LINES.add("A21", "Tick the box if wanted; press 「わかりました。2段階認証を有効にする」")
def turn_on_by_app(walk: Walk) -> None:
    walk.site.press(TURN_ON)
    walk.site.read("2段階認証(2SV)の設定", "優先する方法")


@LINES.add("A22", "A phone number can be added as a backup of the app")
def phone_of_the_app(walk: Walk) -> None:
    walk.site.press(ADD_METHOD)
    adds_phone(walk)


@LINES.add("A23", "Signing in: enter identifier and password, press 「ログイン」; a code is asked")
def sign_in(walk: Walk) -> None:
    walk.signs_out()
    walk.open("/ap/signin")
    walk.signs_in(HANAKO, button="ログイン")


@LINES.add("A24", "Type the code from the text or the app, press 「サインイン」")
def sign_in_with_code(walk: Walk) -> None:
    walk.site.type("ワンタイムパスワードを入力", app_code(walk))
    walk.site.press("サインイン")
    walk.site.read("こんにちは, 花子さん")


@LINES.add(
    "A25", "With 「このブラウザでコードを要求しないでください」 ticked, this browser is not asked again"
)
def trust(walk: Walk) -> None:
    walk.signs_out()
    walk.open("/ap/signin")
    walk.signs_in(HANAKO)
    walk.site.type("ワンタイムパスワードを入力", app_code(walk))
    walk.site.tick("このブラウザでコードを要求しないでください")
    walk.site.press("サインイン")
    walk.signs_out()
    walk.open("/ap/signin")
    walk.signs_in(HANAKO)
    walk.site.read("こんにちは, 花子さん")


@LINES.add("A26", "Turning off: account services, login and security, 「編集」; a code if one is asked")
def settings_to_turn_off(walk: Walk) -> None:
    walk.settings()
    walk.site.type("ワンタイムパスワードを入力", app_code(walk))
    walk.site.press("サインイン")


@LINES.add(
    "A27",
    "Press 「無効にする」; in the pop-up tick 「2段階認証の設定もクリア」 and press 「無効にする」 again",
)
def turn_off(walk: Walk) -> None:
    walk.site.press("無効にする", stays=True)
    walk.site.tick("2段階認証の設定もクリア")
    walk.site.press("無効にする")


@LINES.add("A28", "Send feedback or press 「スキップ」; the settings are as at the beginning")
def skip_feedback(walk: Walk) -> None:
    walk.site.press("スキップ")
    walk.site.read("2段階認証(2SV)の設定", "開始する")


@LINES.add("A29", "Locked out: open the page for a reset; email address and password are enough")
def locked_out(walk: Walk) -> None:
    walk.begin()
    walk.open("/ap/signin")
    walk.signs_in(TARO)
    walk.site.press("コードが届きませんか?")
    walk.site.press("お困りの場合: 2段階認証のリセット")
    walk.site.type("Eメールまたは携帯電話番号", TARO)
    walk.site.type("パスワード", PASSWORD)
    walk.site.press("次に進む")


@LINES.add("A30", "Upload an identity document with name, address and issuing authority, clearly legible")
def upload(walk: Walk) -> None:
    walk.site.read("氏名", "住所", "発行機関(都道府県、州または国など)")
    paper = walk.folder / "licence.png"
    paper.write_bytes(sample_files.png(900, 600))
    walk.site.choose_files("書類", paper)


@LINES.add(
    "A31",
    "Driving licence, passport; pension book, residence card; health insurance card; or a utility bill of the"
    " last 6 months for the address",
)
def papers(walk: Walk) -> None:
    walk.site.read(
        "運転免許証、パスポート",
        "年金手帳(年金証明書を含む)、外国人登録証明書(在留カード、特別永住者証明書を含む)",
        "健康保険証(高齢者医療保険証、介護保険証、共済組合員証を含む)",
        "過去6か月以内",
    )


@LINES.add("A32", "Cover secret numbers; DOC, DOCX, JPG, JPEG, PDF and PNG are taken")
def file_types(walk: Walk) -> None:
    walk.site.read("口座番号", "DOC、DOCX、JPG、JPEG、PDF、PNG")
    walk.site.press("書類を送信")


@LINES.add("A33", "The check takes 1 to 2 days; a mail confirms; then the password alone signs in")
def decided(walk: Walk) -> None:
    walk.site.read("1〜2日")
    desk_approves(walk)
    walk.handset(TARO)
    walk.phone.read("2段階認証")
    walk.open("/ap/signin")
    walk.signs_in(TARO)
    walk.site.read("こんにちは, 太郎さん")


def desk_approves(walk: Walk) -> None:
    """Do the reviewer's part, which the owner does not see."""
    desk = Reader(walk.open_window())
    walk.open("/ap/signin", desk)
    walk.signs_in("desk@example.com", desk)
    gives_reviewers_code(walk, desk)
    walk.open("/desk", desk)
    desk.press_banner("太郎")
    desk.press("審査を開始")
    desk.press("続行")
    gives_reviewers_code(walk, desk)
    desk.press("審査を開始")
    desk.tick("承認")
    desk.type("理由", "見本")
    desk.press("審査結果を確定")


def gives_reviewers_code(walk: Walk, desk: Reader) -> None:
    """Type what the reviewer's app shows half a minute later."""
    walk.world.clock.advance(30)
    desk.type("ワンタイムパスワードを入力", TOTP(REVIEWER_SECRET).at(int(walk.world.clock.now())))
    desk.press("サインイン")
