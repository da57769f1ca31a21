"""The main job, by SMS and by app, as in the two articles."""

from __future__ import annotations

from tools.story.journeys import story_of
from tools.story.steps import (
    AddToApp,
    AppCode,
    Call,
    Look,
    Open,
    Press,
    Quietly,
    Step,
    Wait,
    app_code,
    called_code,
)
from tools.story.story import Story
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

HANAKO, HANAKO_NUMBER = "hanako@example.com", "+819012345678"
LANDLINE = "+81312345678"

SIGN_IN = story_of("hanako", main_job.START, *main_job.SIGN_IN)
TO_SECURITY = story_of("hanako", main_job.START, *main_job.ASK_FOR_SETTINGS[:2], See(page="account.security"))
TO_SETTINGS = story_of(
    "hanako", main_job.START, *main_job.ASK_FOR_SETTINGS, *main_job.APPROVE, main_job.GO_ON
)
SIGN_OUT: tuple[Step, ...] = (
    Open("/account", "account.services"),
    Press(pages.SIGN_OUT, "shop.home"),
)
BEGIN: tuple[Step, ...] = (
    Look(
        (
            "承認されると、2段階認証(2SV)の設定画面に自動で進みます。",
            "Once approved, the Two-Step Verification settings open automatically.",
        ),
        page="settings.overview",
    ),
    *story_of("hanako", main_job.BEGIN_SET_UP, See(page="set_up.choose_method")),
)
SKIP_BACKUP = Press(pages.SKIP_BACKUP, "set_up.almost_done")
ON = Look(
    ("これで2段階認証の設定は完了です。", "Two-Step Verification is on."),
    page="settings.overview",
    state="on",
    top=True,
)

STORIES = (
    Story(
        "main-sms",
        ("SMSで2段階認証を設定する", "Set up Two-Step Verification by SMS"),
        (
            "電話番号宛てにSMSでコードが届くようにする、手軽な方法です。設定したあと、コードを使ってサインインします。",
            "Codes arrive by text message. After setting it up, you sign in with a code.",
        ),
        "hanako",
        (
            *SIGN_IN,
            *TO_SETTINGS,
            *BEGIN,
            *story_of("hanako", *main_job.SET_UP_BY_SMS[1:], See(page="settings.overview", state="on")),
            ON,
            *SIGN_OUT,
            Wait(60, ("サインアウトしたあと、もう一度サインインします。", "Once signed out, sign in again.")),
            *SIGN_IN,
            Look(
                (
                    "パスワードに続いて、コードの入力を求められます。",
                    "After the password, you need a code.",
                ),
                page="sign_in.code",
            ),
            *story_of("hanako", *main_job.GIVE_CODE, See(page="shop.home")),
            Look(
                ("コードを使ってサインインできました。", "You signed in with a code."),
                pages.NAV,
            ),
        ),
    ),
    Story(
        "main-app",
        ("認証アプリで2段階認証を設定する", "Set up Two-Step Verification with an authenticator app"),
        (
            "コードは30秒ごとに変わるため、推測されにくい方法です。電波が届かない場所でも使えます。",
            "Codes change every 30 seconds and are hard to guess. The app works without a network, too.",
        ),
        "hanako",
        (
            *SIGN_IN,
            *TO_SETTINGS,
            *BEGIN,
            Press(
                'label[for="method-app"]',
                caption=(
                    "認証方法として[認証アプリ]を選びます。",
                    "Choose [Authenticator app] as the method.",
                ),
            ),
            Look(
                (
                    "QRコードの下に表示されたキーをコピーします。",
                    "Copy the key that is shown below the QR code.",
                ),
                pages.APP_KEY,
            ),
            AddToApp(HANAKO_NUMBER),
            AppCode(HANAKO_NUMBER),
            Press(
                pages.VERIFY_APP,
                "set_up.backup",
                fill=((pages.APP_CODE, app_code),),
            ),
            SKIP_BACKUP,
            Press(
                pages.TURN_ON,
                "settings.overview",
                "on",
                tick=(pages.TURN_ON_REMEMBER,),
            ),
            ON,
            *SIGN_OUT,
            Quietly(SIGN_IN, ("もう一度サインインします。", "Sign in again.")),
            Look(
                (
                    "この端末ではコードの入力を省略しているので、パスワードだけでサインインできます。",
                    "This device needs no code, so you sign in with just your password.",
                ),
                pages.NAV,
                page="shop.home",
            ),
            Wait(30, ("別のブラウザでサインインします。", "Sign in with another browser.")),
            Open("/", fresh=True),
            Quietly(SIGN_IN[1:]),
            Look(
                ("別のブラウザでは、コードの入力を求められます。", "Another browser needs a code."),
                pages.CODE,
                page="sign_in.code",
            ),
            AppCode(HANAKO_NUMBER),
            Press(pages.SIGN_IN_WITH_CODE, "shop.home", fill=((pages.CODE, app_code),)),
            Look(
                ("アプリのコードでサインインできました。", "You signed in with the app's code."),
                pages.NAV,
            ),
        ),
    ),
    Story(
        "voice",
        ("音声電話で固定電話に設定する", "Set up a landline by voice call"),
        (
            "SMSを受け取れない固定電話には、電話でコードをお知らせします。",
            "A landline can't receive text messages, so a call speaks the code.",
        ),
        "hanako",
        (
            *SIGN_IN,
            *TO_SETTINGS,
            *BEGIN,
            Press(
                pages.SEND_TO_NUMBER,
                "set_up.choose_method",
                fill=((pages.NUMBER, "03-1234-5678"),),
            ),
            Look(
                (
                    "固定電話はSMSを受け取れません。[音声電話]が選ばれています。",
                    "A landline can't receive text messages. [Voice call] is selected.",
                ),
                "#auth-error-message-box",
            ),
            Press(pages.SEND_TO_NUMBER, "set_up.verify", choose=("#channel-voice",)),
            Call(LANDLINE),
            Press(pages.VERIFY_CONTACT, "set_up.backup", fill=((pages.CONTACT_CODE, called_code),)),
            SKIP_BACKUP,
            Press(pages.TURN_ON, "settings.overview", "on"),
            ON,
        ),
    ),
)
