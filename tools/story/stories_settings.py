"""Backups, other methods, turning off, and passkeys."""

from __future__ import annotations

from tools.story.guide import Guide
from tools.story.steps import (
    AddToApp,
    AppCode,
    Arrives,
    Call,
    Look,
    MailLink,
    Open,
    Press,
    Quietly,
    SignIn,
    Step,
    Wait,
    app_code,
    called_code,
    sms_code,
)
from tools.story.stories_main import BEGIN, HANAKO, HANAKO_NUMBER, LANDLINE, TO_SECURITY, TO_SETTINGS
from tools.story.stories_sign_in import TARO, TARO_NUMBER, name_and_password
from tools.story.story import Story

WITH_CODE: tuple[Step, ...] = (
    *TO_SECURITY,
    Wait(31, ("", "")),
    Press("#edit-two-step", "sign_in.code"),
    Arrives(TARO_NUMBER),
    Press(
        "#auth-signin-button", "settings.overview", "on", fill=(("#auth-mfa-otpcode", sms_code(TARO_NUMBER)),)
    ),
)
TURN_OFF = Press(
    "#disable-mfa",
    caption=("2段階認証の設定画面で[無効にする]をタップします。", "On the settings page, tap [Disable]."),
)


def with_fingerprint(guide: Guide) -> None:
    """Give the site's browser a device that unlocks by fingerprint."""
    session = guide.site.context.new_cdp_session(guide.site)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    guide.notes["finger"] = (session, added["authenticatorId"])


def lift_finger(guide: Guide) -> None:
    """The reader is not touched for now, so that the browser's own offer is not taken at once."""
    _touch(guide, False)


def touch(guide: Guide) -> None:
    """The reader is touched when it asks."""
    _touch(guide, True)


def _touch(guide: Guide, enabled: bool) -> None:
    session, authenticator = guide.notes["finger"]
    session.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": authenticator, "enabled": enabled}
    )


STORIES = (
    Story(
        "backup",
        ("設定のときにバックアップ手段を追加する", "Add a backup method while setting up"),
        (
            "スマホを紛失したときや電波が届かないときのために、別の電話か認証アプリも登録しておきましょう。",
            "For a lost phone or a place without a signal, set up another phone or an app as well.",
        ),
        "hanako",
        (
            Quietly(
                (
                    SignIn(HANAKO),
                    *TO_SETTINGS,
                    *BEGIN,
                    Press("#cvf-submit-phone", "set_up.verify", fill=(("#cvf_phone_num", "090-1234-5678"),)),
                    Press(
                        "#cvf-submit-code",
                        "set_up.almost_done",
                        fill=(("#cvf-input-code", sms_code(HANAKO_NUMBER)),),
                    ),
                ),
                (
                    "SMSのコードを確認し、最後の画面まで進んでいます。",
                    "The SMS code is confirmed; this is the last page.",
                ),
            ),
            Press("#add-backup", "set_up.backup"),
            Press(
                'label[for="method-app"]',
                caption=(
                    "バックアップ手段として[認証アプリ]を選びます。",
                    "Choose [Authenticator app] as backup.",
                ),
            ),
            Press(
                ".how summary",
                caption=(
                    "[QRコードをスキャンできない場合]をタップし、表示されたキーをコピーします。",
                    "Tap [Can't scan the QR code?] and copy the key.",
                ),
            ),
            AddToApp(HANAKO_NUMBER),
            AppCode(HANAKO_NUMBER),
            Press("#ch-auth-app-submit", "set_up.almost_done", fill=(("#ch-auth-app-code-input", app_code),)),
            Press("#enable-mfa-form-submit", "settings.overview", "on"),
            Look(
                (
                    "優先する方法とバックアップ手段の両方が登録されました。",
                    "Both the preferred method and the backup are there.",
                ),
                '[aria-labelledby="backups"]',
            ),
        ),
    ),
    Story(
        "methods",
        ("確認方法を追加・変更・削除する", "Add, change and delete methods"),
        (
            "2段階認証の設定画面で、コードを受け取る方法をいつでも変えられます。",
            "The settings page lets you change how codes reach you at any time.",
        ),
        "taro",
        (
            Quietly(
                (SignIn(TARO, TARO_NUMBER),), ("サインインしてから始めます。", "You are signed in already.")
            ),
            *WITH_CODE,
            Press("#add-method", "settings.choose_method"),
            Press(
                "#cvf-submit-phone",
                "settings.verify",
                fill=(("#cvf_phone_num", "03-1234-5678"),),
                choose=("#channel-voice",),
            ),
            Call(LANDLINE),
            Press("#cvf-submit-code", "settings.overview", fill=(("#cvf-input-code", called_code),)),
            Press(
                '[aria-labelledby="backups"] [data-method] form[action$="/prefer"] button',
                "settings.overview",
            ),
            Press('[data-kind="voice"] a[href*="/rename"]', "settings.rename"),
            Press(
                "#rename-submit",
                "settings.overview",
                fill=(("#method-name", lambda g: g.say("自宅", "Home")),),
            ),
            Press('[data-kind="sms"] a[href*="/remove"]', "settings.remove"),
            Press("#remove-submit", "settings.overview"),
            Look(
                (
                    "自宅の電話だけが残りました。最後のひとつは削除できません。",
                    "Only the phone at home is left. The last one can't be deleted.",
                ),
                '[aria-labelledby="preferred"]',
            ),
        ),
    ),
    Story(
        "turn-off",
        ("2段階認証を無効にする（設定を残す）", "Turn it off, and keep the methods"),
        (
            "設定を残して無効にすると、次に有効にするときはコードを1回入力するだけです。",
            "If the methods are kept, one code turns it on again.",
        ),
        "taro",
        (
            Quietly(
                (SignIn(TARO, TARO_NUMBER),), ("サインインしてから始めます。", "You are signed in already.")
            ),
            *WITH_CODE,
            TURN_OFF,
            Press("#disable-dialog #disable-mfa-submit", "turn_off.feedback"),
            Press("#skip-feedback", "settings.overview", "off"),
            Look(
                ("無効になりました。登録した方法は残っています。", "It is off. The methods are kept."),
                ".notice.info",
            ),
            Wait(31, ("もう一度、有効にします。", "Turn it on again.")),
            Press("#get-started", "set_up.confirm_kept"),
            Arrives(TARO_NUMBER),
            Press(
                "#cvf-submit-code", "set_up.almost_done", fill=(("#cvf-input-code", sms_code(TARO_NUMBER)),)
            ),
            Press("#enable-mfa-form-submit", "settings.overview", "on"),
        ),
    ),
    Story(
        "clear",
        ("2段階認証を解除して、設定もクリアする", "Turn it off, and clear its settings"),
        (
            "電話番号を変えるときなどは、設定ごと解除できます。",
            "When your number changes, the settings can be cleared as well.",
        ),
        "taro",
        (
            Quietly(
                (SignIn(TARO, TARO_NUMBER),), ("サインインしてから始めます。", "You are signed in already.")
            ),
            *WITH_CODE,
            TURN_OFF,
            Press(
                "#disable-dialog #disable-mfa-submit",
                "turn_off.feedback",
                tick=("#disable-dialog #clear-settings",),
            ),
            Press(
                "#feedback-submit",
                "settings.overview",
                "off",
                choose=("#reason-1",),
                fill=(("#feedback-words", lambda g: g.say("電話番号が変わります", "My number changes")),),
            ),
            Look(
                ("2段階認証の初期設定画面に戻りました。", "The settings are as they were at first."), top=True
            ),
        ),
    ),
    Story(
        "passkey",
        ("パスキー（指紋など）でサインインする", "Sign in with a passkey"),
        (
            "パスキーがあれば、2段階認証を有効にしたあとも、指紋や顔だけでサインインできます。",
            "With a passkey, a fingerprint or face signs you in, also while Two-Step Verification is on.",
        ),
        "hanako",
        (
            *name_and_password(HANAKO, "shop.home"),
            *TO_SECURITY,
            Press('a[href="/account/security/passkeys"]', "step_up.confirm"),
            Press("#confirm-continue", "approval.wait"),
            MailLink(HANAKO, "/a/c/r/", then=(Press("#approve", "approval.decide"),)),
            Look(
                ("承認されると、パスキーの画面に進みます。", "Once approved, the passkeys open."),
                page="passkeys.overview",
            ),
            Press(
                "#create-passkey",
                fill=(("#passkey-name", lambda g: g.say("わたしの携帯", "My phone")),),
                before=with_fingerprint,
            ),
            Look(("パスキーを登録しました。", "The passkey is there."), "[data-passkey]"),
            Open("/account", "account.services"),
            Press("#nav-item-signout", "shop.home", before=lift_finger),
            Open("/ap/signin"),
            Press("#continue", fill=(("#ap_email", HANAKO),)),
            Press("#signin-passkey", "shop.home", before=touch),
            Look(
                ("指紋だけでサインインできました。", "The fingerprint alone signs you in."),
                "#nav-link-accountList",
            ),
        ),
    ),
)
