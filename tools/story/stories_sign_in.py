"""Sign in with two-step verification on, and what may get in the way."""

from __future__ import annotations

from tools.story.guide import Guide
from tools.story.journeys import story_of
from tools.story.steps import (
    PASSWORD,
    Arrives,
    Both,
    Call,
    Look,
    Open,
    Press,
    Quietly,
    Step,
    Wait,
    called_code,
    sms_code,
)
from tools.story.story import Story
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

TARO, TARO_NUMBER = "taro@example.com", "+818012345678"
LANDLINE = "+81312345678"


def name_and_password(key: str, page: str) -> tuple[Step, ...]:
    """Return the steps of both sign-in pages; ``page`` is the next page."""
    return story_of(key, *main_job.GIVE_PASSWORD, See(page=page))


def sign_out(told: Both) -> tuple[Step, ...]:
    """Return the steps: sign out on the account's page, then wait a minute."""
    return (Open("/account", "account.services"), Press(pages.SIGN_OUT, "shop.home"), Wait(60, told))


def wrong_code(guide: Guide) -> str:
    """Return a code that is not the one that was sent."""
    if "right" not in guide.notes:
        guide.notes["right"] = guide.handsets.wait_for_code(TARO_NUMBER)
    return "000000" if guide.notes["right"] != "000000" else "111111"


WRONG = Press(pages.SIGN_IN_WITH_CODE, "sign_in.code", fill=((pages.CODE, wrong_code),), picture=False)

STORIES = (
    Story(
        "trust",
        ("自分のブラウザではコードを省略する", "Skip the code in your own browser"),
        (
            "自分だけが使うブラウザなら、次からコードの入力を省略できます。ほかのブラウザでは、これまでどおり求められます。",
            "In a browser that only you use, you can skip the code next time. Other browsers still ask for it.",
        ),
        "taro",
        (
            *name_and_password("taro", "sign_in.code"),
            Arrives(TARO_NUMBER),
            Press(
                pages.SIGN_IN_WITH_CODE,
                "shop.home",
                fill=((pages.CODE, sms_code(TARO_NUMBER)),),
                tick=(pages.REMEMBER,),
            ),
            *sign_out(
                (
                    "もう一度、Eメールアドレスとパスワードを入力します。",
                    "Enter your email address and password again.",
                )
            ),
            Quietly(name_and_password("taro", "shop.home")),
            Look(
                ("パスワードだけでサインインできました。", "You signed in with just your password."),
                pages.NAV,
            ),
            Wait(60, ("別のブラウザでは、コードを求められます。", "Another browser needs a code.")),
            Open("/ap/signin", fresh=True),
            Quietly(name_and_password("taro", "sign_in.code")[1:]),
            Look(
                ("別のブラウザでは、コードの入力が必要です。", "Another browser needs a code."),
                pages.CODE,
            ),
        ),
    ),
    Story(
        "another-way",
        ("コードが届かないときは、別の方法で受け取る", "Get the code another way"),
        (
            "認証アプリが手元になくても、登録してあるほかの方法でコードを受け取れます。",
            "If you don't have your app at hand, get a code with any other method that you've registered.",
        ),
        "jiro",
        (
            *name_and_password("jiro", "sign_in.code"),
            Press(pages.ANOTHER_WAY, "sign_in.another_way"),
            Press(pages.SEND_CODE, "sign_in.code", choose=('input[name="otpDeviceContext"] >> nth=1',)),
            Call(LANDLINE),
            Press(pages.SIGN_IN_WITH_CODE, "shop.home", fill=((pages.CODE, called_code),)),
            Look(
                ("電話で聞いたコードでサインインできました。", "You signed in with the code from the call."),
                pages.NAV,
            ),
        ),
    ),
    Story(
        "wrong-codes",
        ("コードを間違えたとき・期限が切れたとき", "Incorrect or expired codes"),
        (
            "間違いが続くと、次に試せるまでの待ち時間が少しずつ長くなります。",
            "After several incorrect codes, you must wait longer before each attempt.",
        ),
        "taro",
        (
            *name_and_password("taro", "sign_in.code"),
            Press(pages.SIGN_IN_WITH_CODE, "sign_in.code", fill=((pages.CODE, wrong_code),)),
            Look(
                (
                    "コードが正しくないと、その理由が表示されます。",
                    "The page shows why the code isn't accepted.",
                ),
                "#auth-error-message-box",
            ),
            WRONG,
            WRONG,
            WRONG,
            Look(
                (
                    "間違いが続いたので、少し待つ必要があります。残りの秒数が表示されます。",
                    "After several incorrect codes you must wait. The page shows the seconds left.",
                ),
                ".notice.care",
            ),
            Wait(700, ("コードの有効期限の10分が過ぎました。", "The code expired after 10 minutes.")),
            Open("/ap/mfa"),
            Look(
                (
                    "サインインの途中のまま10分が過ぎると、はじめからやり直します。",
                    "A sign-in left for 10 minutes starts over.",
                ),
                top=True,
            ),
            *name_and_password("taro", "sign_in.code"),
            Press(
                pages.SIGN_IN_WITH_CODE,
                "shop.home",
                fill=((pages.CODE, sms_code(TARO_NUMBER)),),
            ),
        ),
    ),
    Story(
        "cap",
        ("1日に送れるコードの上限", "The daily limit of codes"),
        (
            "コードの送信は24時間に10回までです。ほかの方法があれば、そちらを使えます。",
            "You can request 10 codes in 24 hours. Other methods still work.",
        ),
        "capped",
        (
            *name_and_password("capped", "sign_in.code"),
            Press(pages.ANOTHER_WAY, "sign_in.another_way"),
            Press(pages.SEND_CODE, choose=('input[name="otpDeviceContext"] >> nth=0',)),
            Look(
                (
                    "上限に達していると、24時間後に再度リクエストできることが表示されます。",
                    "Once you reach the limit, the page says that you can request a code again in 24 hours.",
                ),
                ".notice",
            ),
        ),
    ),
    Story(
        "music",
        ("音楽アプリと古い端末でサインインする", "The music app, and an older device"),
        (
            "同じアカウントを使うほかのアプリでも、画面の流れは同じです。コードの画面がない古い端末では、パスワードに続けてコードを入力します。",
            "Other apps of the same account work the same way. On an older device that can't show a page for codes, "
            "enter the code directly after the password.",
        ),
        "taro",
        (
            Open("/music", "music.home"),
            Press(pages.MUSIC_SIGN_IN, "music.sign_in.identifier"),
            Press(pages.CONTINUE, fill=((pages.EMAIL, TARO),)),
            Press(pages.SIGN_IN, "music.sign_in.code", fill=((pages.PASSWORD, PASSWORD),)),
            Arrives(TARO_NUMBER),
            Press(
                pages.SIGN_IN_WITH_CODE,
                "music.home",
                fill=((pages.CODE, sms_code(TARO_NUMBER)),),
                tick=(pages.REMEMBER,),
            ),
            Look(("音楽アプリにサインインできました。", "You signed in to the music app."), top=True),
            Press(pages.MUSIC_SIGN_OUT, "music.home"),
            Wait(
                60,
                (
                    "次に、コードの画面がない古い端末を使います。",
                    "Next, use an older device that can't show a page for codes.",
                ),
            ),
            Press(pages.OLDER_DEVICE, "older_device.sign_in"),
            Press(pages.OLDER_SIGN_IN, fill=((pages.OLDER_EMAIL, TARO), (pages.OLDER_PASSWORD, PASSWORD))),
            Look(
                (
                    "エラーが表示され、同時にコードが送信されます。",
                    "An error is shown, and a code is sent.",
                ),
                "#auth-error-message-box",
            ),
            Arrives(TARO_NUMBER),
            Press(
                pages.OLDER_SIGN_IN,
                fill=(
                    (
                        pages.OLDER_PASSWORD,
                        lambda guide: PASSWORD + guide.handsets.wait_for_code(TARO_NUMBER),
                    ),
                ),
                caption=(
                    "パスワードのすぐ後ろに、届いたコードを続けて入力し、[サインイン]をタップします。",
                    "Enter the password, followed directly by the code, then tap [Sign in].",
                ),
            ),
            Look(("古い端末でもサインインできました。", "You signed in on the older device, too."), top=True),
        ),
    ),
)
