"""The main job, by SMS and by app, as the two articles tell it."""

from __future__ import annotations

from tools.story.steps import (
    PASSWORD,
    AddToApp,
    AppCode,
    Arrives,
    Call,
    Look,
    MailLink,
    Open,
    Press,
    Quietly,
    Step,
    Wait,
    app_code,
    called_code,
    sms_code,
)
from tools.story.story import Story

HANAKO, HANAKO_NUMBER = "hanako@example.com", "+819012345678"
LANDLINE = "+81312345678"

SIGN_IN: tuple[Step, ...] = (
    Open("/", "shop.home"),
    Press("#nav-link-accountList", "sign_in.identifier"),
    Press("#continue", "sign_in.identifier", fill=(("#ap_email", HANAKO),)),
    Press("#signInSubmit", fill=(("#ap_password", PASSWORD),)),
)
TO_SECURITY: tuple[Step, ...] = (
    Open("/", "shop.home"),
    Press(
        '.tabs a[href="/account"]',
        "account.services",
        caption=(
            "画面下の人型タブ[アカウント]をタップし、アカウントサービスを開きます。",
            "Tap the person tab [Account] at the bottom to open Account services.",
        ),
    ),
    Press('main a[href="/account/security"]', "account.security"),
)
TO_SETTINGS: tuple[Step, ...] = (
    *TO_SECURITY,
    Press("#edit-two-step", "approval.wait"),
    Look(
        (
            "Eメールアドレスに通知が届きます。承認されるまで、この画面のまま待ちます。",
            "A notice is sent to the email address. Stay on this page until it is approved.",
        ),
    ),
    MailLink(
        HANAKO,
        "/a/c/r/",
        then=(
            Press("#approve", "approval.decide"),
            Look(
                (
                    "承認できました。はじめの画面に戻ります。",
                    "The request is approved. Go back to the first screen.",
                ),
                top=True,
            ),
        ),
    ),
)
SIGN_OUT: tuple[Step, ...] = (
    Open("/account", "account.services"),
    Press("#nav-item-signout", "shop.home"),
)
BEGIN: tuple[Step, ...] = (
    Look(
        (
            "承認されると、2段階認証(2SV)の設定画面に自動で進みます。",
            "Once approved, the Two-Step Verification settings open by themselves.",
        ),
        page="settings.overview",
    ),
    Press("#get-started", "set_up.choose_method"),
)
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
            Press("#cvf-submit-phone", "set_up.verify", fill=(("#cvf_phone_num", "090-1234-5678"),)),
            Arrives(HANAKO_NUMBER),
            Press(
                "#cvf-submit-code", "set_up.almost_done", fill=(("#cvf-input-code", sms_code(HANAKO_NUMBER)),)
            ),
            Press("#enable-mfa-form-submit", "settings.overview", "on"),
            ON,
            *SIGN_OUT,
            Wait(60, ("サインアウトしたあと、もう一度サインインします。", "Once signed out, sign in again.")),
            *SIGN_IN,
            Look(
                (
                    "パスワードに続いて、コードの入力を求められます。",
                    "After the password, a code is asked for.",
                ),
                page="sign_in.code",
            ),
            Arrives(HANAKO_NUMBER),
            Press(
                "#auth-signin-button",
                "shop.home",
                fill=(("#auth-mfa-otpcode", sms_code(HANAKO_NUMBER)),),
            ),
            Look(
                ("コードを使ってサインインできました。", "You are signed in with a code."),
                "#nav-link-accountList",
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
                    "登録する手段で[認証アプリ]を選びます。",
                    "Choose [Authenticator app] as the method.",
                ),
            ),
            Press(
                ".how summary",
                caption=(
                    "QRコードをスキャンできない場合は、[QRコードをスキャンできない場合]をタップし、表示されたキーをコピーします。",
                    "If you can't scan the QR code, tap [Can't scan the QR code?] and copy the key.",
                ),
            ),
            AddToApp(HANAKO_NUMBER),
            AppCode(HANAKO_NUMBER),
            Press(
                "#ch-auth-app-submit",
                "set_up.almost_done",
                fill=(("#ch-auth-app-code-input", app_code),),
            ),
            Press(
                "#enable-mfa-form-submit",
                "settings.overview",
                "on",
                tick=("#enable-mfa-remember",),
            ),
            ON,
            *SIGN_OUT,
            Quietly(SIGN_IN, ("もう一度サインインします。", "Sign in again.")),
            Look(
                (
                    "この端末ではコードの入力を省略しているので、パスワードだけでサインインできます。",
                    "This device needs no code, so the password alone signs you in.",
                ),
                "#nav-link-accountList",
                page="shop.home",
            ),
            Wait(30, ("別のブラウザでサインインします。", "Sign in with another browser.")),
            Open("/", fresh=True),
            Quietly(SIGN_IN[1:]),
            Look(
                ("別のブラウザでは、コードの入力を求められます。", "Another browser is asked for a code."),
                "#auth-mfa-otpcode",
                page="sign_in.code",
            ),
            AppCode(HANAKO_NUMBER),
            Press("#auth-signin-button", "shop.home", fill=(("#auth-mfa-otpcode", app_code),)),
            Look(
                ("アプリのコードでサインインできました。", "The app's code signs you in."),
                "#nav-link-accountList",
            ),
        ),
    ),
    Story(
        "voice",
        ("音声電話で固定電話に設定する", "Set up a landline by voice call"),
        (
            "SMSを受け取れない固定電話には、電話でコードをお知らせします。",
            "A landline takes no text messages: a call speaks the code.",
        ),
        "hanako",
        (
            *SIGN_IN,
            *TO_SETTINGS,
            *BEGIN,
            Press(
                "#cvf-submit-phone",
                "set_up.choose_method",
                fill=(("#cvf_phone_num", "03-1234-5678"),),
            ),
            Look(
                (
                    "固定電話はSMSを受け取れません。[音声電話]が選ばれています。",
                    "A landline takes no text messages. [Voice call] is chosen now.",
                ),
                "#auth-error-message-box",
            ),
            Press("#cvf-submit-phone", "set_up.verify", choose=("#channel-voice",)),
            Call(LANDLINE),
            Press("#cvf-submit-code", "set_up.almost_done", fill=(("#cvf-input-code", called_code),)),
            Press("#enable-mfa-form-submit", "settings.overview", "on"),
            ON,
        ),
    ),
)
