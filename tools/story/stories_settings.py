"""Backups, other methods, turning off, and passkeys."""

from __future__ import annotations

from tools.story.guide import Guide
from tools.story.journeys import story_of
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
    Step,
    Wait,
    app_code,
    called_code,
    sms_code,
)
from tools.story.stories_main import BEGIN, HANAKO, HANAKO_NUMBER, LANDLINE, TO_SECURITY, TO_SETTINGS
from tools.story.stories_sign_in import TARO_NUMBER, name_and_password
from tools.story.story import Story
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import See

WITH_CODE: tuple[Step, ...] = (
    *TO_SECURITY,
    Wait(31, ("", "")),
    Press(pages.EDIT_TWO_STEP, "sign_in.code"),
    *story_of("taro", *main_job.GIVE_CODE, See(page="settings.overview", state="on")),
)
TURN_OFF = Press(
    pages.DISABLE,
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
    """Stop touching the reader, so that the browser's own offer is not accepted at once."""
    _touch(guide, False)


def touch(guide: Guide) -> None:
    """Touch the reader when it asks."""
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
            "Add another phone or an app in case you lose your phone or have no signal.",
        ),
        "hanako",
        (
            Quietly(
                (
                    *name_and_password("hanako", "shop.home"),
                    *TO_SETTINGS,
                    *BEGIN,
                    Press(pages.SEND_TO_NUMBER, "set_up.verify", fill=((pages.NUMBER, "090-1234-5678"),)),
                    Press(
                        pages.VERIFY_CONTACT,
                        "set_up.backup",
                        fill=((pages.CONTACT_CODE, sms_code(HANAKO_NUMBER)),),
                    ),
                ),
                (
                    "SMSのコードを確認すると、バックアップ手段の画面に進みます。",
                    "Once the SMS code is confirmed, you can add a backup method.",
                ),
            ),
            Press(
                'label[for="method-app"]',
                caption=(
                    "バックアップ手段として[認証アプリ]を選びます。",
                    "Choose [Authenticator app] as backup.",
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
            Press(pages.VERIFY_APP, "set_up.almost_done", fill=((pages.APP_CODE, app_code),)),
            Press(pages.TURN_ON, "settings.overview", "on"),
            Look(
                (
                    "優先する方法とバックアップ手段の両方が登録されました。",
                    "The preferred method and the backup are both registered.",
                ),
                '[aria-labelledby="backups"]',
            ),
        ),
    ),
    Story(
        "methods",
        ("認証方法を追加・変更・削除する", "Add, change and delete methods"),
        (
            "2段階認証の設定画面で、コードを受け取る方法をいつでも変えられます。",
            "You can change how you receive codes at any time on the settings page.",
        ),
        "taro",
        (
            Quietly(
                story_of("taro", *main_job.SIGN_IN_BY_CODE),
                ("サインインしてから始めます。", "You're already signed in."),
            ),
            *WITH_CODE,
            Press(pages.ADD_METHOD, "settings.choose_method"),
            Press(
                pages.SEND_TO_NUMBER,
                "settings.verify",
                fill=((pages.NUMBER, "03-1234-5678"),),
                choose=("#channel-voice",),
            ),
            Call(LANDLINE),
            Press(pages.VERIFY_CONTACT, "settings.overview", fill=((pages.CONTACT_CODE, called_code),)),
            Press(
                '[aria-labelledby="backups"] [data-method] form[action$="/prefer"] button',
                "settings.overview",
            ),
            Press('[data-kind="voice"] a[href*="/rename"]', "settings.rename"),
            Press(
                pages.RENAME,
                "settings.overview",
                fill=((pages.METHOD_NAME, lambda g: g.say("自宅", "Home")),),
            ),
            Press('[data-kind="sms"] a[href*="/remove"]', "settings.remove"),
            Press(pages.REMOVE, "settings.overview"),
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
        ("2段階認証を無効にする(設定を残す)", "Turn it off, and keep the methods"),
        (
            "設定を残して無効にすると、次に有効にするときはコードを1回入力するだけです。",
            "If you keep the methods, one code turns it back on.",
        ),
        "taro",
        (
            Quietly(
                story_of("taro", *main_job.SIGN_IN_BY_CODE),
                ("サインインしてから始めます。", "You're already signed in."),
            ),
            *WITH_CODE,
            TURN_OFF,
            Press(f"#disable-dialog {pages.TURN_OFF}", "turn_off.feedback"),
            Press(pages.SKIP_FEEDBACK, "settings.overview", "off"),
            Look(
                ("無効になりました。登録した認証方法は残っています。", "It's off. Your methods are kept."),
                ".notice.info",
            ),
            Wait(31, ("もう一度、有効にします。", "Turn it back on.")),
            Press(pages.GET_STARTED, "set_up.confirm_kept"),
            Arrives(TARO_NUMBER),
            Press(
                pages.VERIFY_CONTACT,
                "set_up.almost_done",
                fill=((pages.CONTACT_CODE, sms_code(TARO_NUMBER)),),
            ),
            Press(pages.TURN_ON, "settings.overview", "on"),
        ),
    ),
    Story(
        "clear",
        ("2段階認証を無効にして、設定もクリアする", "Turn it off, and clear its settings"),
        (
            "電話番号を変えるときなどは、設定ごと無効にできます。",
            "When your number changes, you can clear the settings too.",
        ),
        "taro",
        (
            Quietly(
                story_of("taro", *main_job.SIGN_IN_BY_CODE),
                ("サインインしてから始めます。", "You're already signed in."),
            ),
            *WITH_CODE,
            TURN_OFF,
            Press(
                f"#disable-dialog {pages.TURN_OFF}",
                "turn_off.feedback",
                tick=(f"#disable-dialog {pages.CLEAR_SETTINGS}",),
            ),
            Press(
                pages.SEND_FEEDBACK,
                "settings.overview",
                "off",
                choose=("#reason-1",),
                fill=((pages.FEEDBACK, lambda g: g.say("電話番号が変わります", "My number changes")),),
            ),
            Look(
                ("2段階認証の初期設定画面に戻りました。", "The settings page is as it was at the start."),
                top=True,
            ),
        ),
    ),
    Story(
        "passkey",
        ("パスキー(指紋など)でサインインする", "Sign in with a passkey"),
        (
            "パスキーがあれば、2段階認証を有効にしたあとも、指紋や顔だけでサインインできます。",
            "With a passkey you sign in with your fingerprint or face, even with Two-Step Verification on.",
        ),
        "hanako",
        (
            *name_and_password("hanako", "shop.home"),
            *TO_SECURITY,
            Press('a[href="/account/security/passkeys"]', "step_up.confirm"),
            Press(pages.PROVE, "approval.wait"),
            MailLink(HANAKO, "/a/c/r/", then=(Press(pages.APPROVE, "approval.decide"),)),
            Look(
                ("承認されると、パスキーの画面に進みます。", "Once approved, the passkey page opens."),
                page="passkeys.overview",
            ),
            Press(
                pages.CREATE_PASSKEY,
                fill=((pages.PASSKEY_NAME, lambda g: g.say("わたしの携帯", "My phone")),),
                before=with_fingerprint,
            ),
            Look(("パスキーを登録しました。", "The passkey is registered."), "[data-passkey]"),
            Open("/account", "account.services"),
            Press(pages.SIGN_OUT, "shop.home", before=lift_finger),
            Open("/ap/signin"),
            Press(pages.CONTINUE, fill=((pages.EMAIL, HANAKO),)),
            Press(pages.SIGN_IN_BY_PASSKEY, "shop.home", before=touch),
            Look(
                ("指紋だけでサインインできました。", "You signed in with just your fingerprint."),
                pages.NAV,
            ),
        ),
    ),
)
