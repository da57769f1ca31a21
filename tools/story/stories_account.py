"""The account itself: create it, change contacts and password, forget the password, deny a request, reset with ID
documents.
"""

from __future__ import annotations

from tools.story.steps import (
    PASSWORD,
    AppCode,
    Look,
    MailLink,
    Open,
    Press,
    Quietly,
    Step,
    Upload,
    Wait,
    app_code,
    sms_code,
)
from tools.story.stories_main import HANAKO, TO_SECURITY
from tools.story.stories_sign_in import TARO, name_and_password
from tools.story.story import Story
from webapp.sandbox.journeys import pages
from webapp.sandbox.personas.states import SPECIMEN

YUKI, FRESH, NEW_MAIL, NEW_NUMBER = (
    "yuki@example.com",
    "tulip-harbour-9-tea",
    "hana@example.net",
    "+819055556666",
)
DESK_NUMBER = "+817087654321"
LICENCE = str(SPECIMEN)
SIGNED_IN = Quietly(
    name_and_password("hanako", "shop.home"), ("サインインしてから始めます。", "You're already signed in.")
)


def approved(page: str) -> tuple[Step, ...]:
    """Return the steps of approving by mail, and the page that opens after it."""
    return (
        Press(pages.PROVE, "approval.wait"),
        MailLink(HANAKO, "/a/c/r/", then=(Press(pages.APPROVE, "approval.decide"),)),
        Look(
            ("承認されると、自動で次に進みます。", "Once approved, the next page opens automatically."),
            page=page,
        ),
    )


STORIES = (
    Story(
        "register",
        ("アカウントを作成", "Create an account"),
        (
            "名前とEメールアドレス(または携帯電話番号)とパスワードを入力し、届いたコードで確認します。",
            "Enter a name, an address or number and a password, then confirm them with the code that arrives.",
        ),
        "hanako",
        (
            Open("/ap/signin", "sign_in.identifier"),
            Press(pages.CREATE_ACCOUNT, "account.register"),
            Press(
                pages.CONTINUE,
                "account.confirm_registration",
                fill=(
                    (pages.CUSTOMER_NAME, lambda guide: guide.say("ゆき", "Yuki")),
                    (pages.EMAIL, YUKI),
                    (pages.PASSWORD, FRESH),
                ),
            ),
            Press(pages.VERIFY_CONTACT, "shop.home", fill=((pages.CONTACT_CODE, sms_code(YUKI)),)),
            Look(
                ("アカウントができ、サインインしています。", "The account is created, and you're signed in."),
                pages.NAV,
            ),
        ),
    ),
    Story(
        "forgot",
        ("パスワードを忘れたとき", "A forgotten password"),
        (
            "メールで届くコードで、新しいパスワードを設定します。2段階認証の設定は変わりません。",
            "A code by email lets you set a new password. Two-Step Verification stays as it is.",
        ),
        "hanako",
        (
            Open("/ap/signin", "sign_in.identifier"),
            Press(pages.CONTINUE, fill=((pages.EMAIL, HANAKO),)),
            Press(pages.FORGOT_PASSWORD, "account.forgot_password"),
            Press(pages.CONTINUE, "account.confirm_reset", fill=((pages.EMAIL, HANAKO),)),
            Press(
                pages.VERIFY_CONTACT, "account.new_password", fill=((pages.CONTACT_CODE, sms_code(HANAKO)),)
            ),
            Press(pages.CONTINUE, fill=((pages.RESET_PASSWORD, FRESH),)),
            Press(pages.SIGN_IN, "shop.home", fill=((pages.PASSWORD, FRESH),)),
            Look(
                ("新しいパスワードでサインインできました。", "You signed in with the new password."),
                pages.NAV,
            ),
        ),
    ),
    Story(
        "contacts",
        ("Eメールアドレスと携帯電話番号を変更する", "Change your email address and mobile number"),
        (
            "新しい連絡先に届くコードを入力するまで、何も変わりません。",
            "Nothing changes until you enter the code sent to the new address or number.",
        ),
        "hanako",
        (
            SIGNED_IN,
            *TO_SECURITY,
            Press('a[href="/account/security/email"]', "step_up.confirm"),
            *approved("account.change_email"),
            Press(pages.CONTINUE, "account.confirm_change", fill=((pages.EMAIL, NEW_MAIL),)),
            Press(pages.VERIFY_CONTACT, "account.security", fill=((pages.CONTACT_CODE, sms_code(NEW_MAIL)),)),
            Press('a[href="/account/security/phone"]', "account.change_phone"),
            Press(pages.CONTINUE, "account.confirm_change", fill=((pages.NUMBER, "090-5555-6666"),)),
            Press(
                pages.VERIFY_CONTACT, "account.security", fill=((pages.CONTACT_CODE, sms_code(NEW_NUMBER)),)
            ),
            Look(("どちらも新しい連絡先に変わりました。", "Both have changed."), top=True),
        ),
    ),
    Story(
        "password",
        ("名前とパスワードを変更", "Change your name and password"),
        (
            "パスワードを変えると、ほかのすべての端末からサインアウトされます。",
            "When you change the password, all other devices are signed out.",
        ),
        "hanako",
        (
            SIGNED_IN,
            *TO_SECURITY,
            Press('a[href="/account/security/name"]', "step_up.confirm"),
            *approved("account.change_name"),
            Press(
                pages.SAVE,
                "account.security",
                fill=((pages.CUSTOMER_NAME, lambda guide: guide.say("はなこ", "Hana")),),
            ),
            Press('a[href="/account/security/password"]', "account.change_password"),
            Press(
                pages.SAVE,
                "account.security",
                fill=((pages.PASSWORD, PASSWORD), (pages.NEW_PASSWORD, FRESH)),
            ),
            Look(("名前とパスワードを変更しました。", "Your name and password have changed."), top=True),
        ),
    ),
    Story(
        "deny",
        ("身に覚えのない通知は否認する", "Deny a request that isn't yours"),
        (
            "第三者がお客様のパスワードで設定を開こうとすると、メールでお知らせが届きます。",
            "When someone tries to open your settings with your password, we email you.",
        ),
        "hanako",
        (
            Quietly(
                (*name_and_password("hanako", "shop.home"), *TO_SECURITY),
                (
                    "第三者がパスワードを知り、サインインしています。",
                    "Someone knows the password and has signed in.",
                ),
            ),
            Press(pages.EDIT_TWO_STEP, "approval.wait"),
            MailLink(
                HANAKO,
                "/a/c/r/",
                then=(
                    Press(pages.DENY, "approval.decide", "denied"),
                    Look(
                        (
                            "だれも設定を開けませんでした。パスワードの変更をおすすめします。",
                            "Access was blocked. Change the password now.",
                        ),
                        top=True,
                    ),
                ),
            ),
            Look(
                (
                    "設定を開こうとした画面には、否認されたことが表示されます。",
                    "The page that asked shows that the request was denied.",
                ),
                page="approval.wait",
                state="denied",
            ),
        ),
    ),
    Story(
        "recovery",
        ("スマホを失くしたとき(身分証明書によるリセット)", "Lost phone: a reset with ID documents"),
        (
            "コードを受け取れなくなったら、本人確認の書類を送って2段階認証のリセットを依頼します。",
            "If you can't receive codes any more, send ID documents and request a reset of Two-Step Verification.",
        ),
        "taro",
        (
            *name_and_password("taro", "sign_in.code"),
            Press(pages.ANOTHER_WAY, "sign_in.another_way"),
            Press('a[href*="/ap/recovery"]', "recovery.start"),
            Press(
                pages.RECOVERY_CONTINUE,
                "recovery.case",
                "opened",
                fill=((pages.EMAIL, TARO), (pages.PASSWORD, PASSWORD)),
            ),
            Upload(pages.DOCUMENTS, LICENCE),
            Press(pages.SEND_DOCUMENTS, "recovery.case", "received"),
            Look(
                (
                    "書類を受け付けました。確認には1〜2日かかります。",
                    "We've received the documents. The check takes 1 to 2 days.",
                ),
                top=True,
            ),
            Open(
                "/ap/signin", fresh=True, before=("審査する人の画面です。", "This is the reviewer's screen.")
            ),
            *name_and_password("desk", "sign_in.code")[1:],
            AppCode(DESK_NUMBER),
            Press(pages.SIGN_IN_WITH_CODE, "shop.home", fill=((pages.CODE, app_code),)),
            Open("/desk", "desk.queue"),
            Press('a.row:has-text("太郎")', "desk.case"),
            Press(pages.TAKE_CASE, "step_up.confirm"),
            Wait(
                30,
                (
                    "書類を開く前に、もう一度コードを確認します。15分間有効です。",
                    "Before documents open, a code is needed again. It counts for 15 minutes.",
                ),
            ),
            Press(pages.PROVE, "sign_in.code"),
            AppCode(DESK_NUMBER),
            Press(pages.SIGN_IN_WITH_CODE, "desk.case", fill=((pages.CODE, app_code),)),
            Press(pages.TAKE_CASE, "desk.case"),
            Press(
                pages.DECIDE,
                "desk.queue",
                choose=("#verdict-approve",),
                fill=(
                    (
                        pages.REASON,
                        lambda guide: guide.say("氏名と住所が登録と一致", "Name and address match"),
                    ),
                ),
            ),
            Wait(60, ("ふたたび、依頼した人の画面です。", "Back on the screen of the person who asked.")),
            Open("/ap/signin", fresh=True),
            *name_and_password("taro", "shop.home")[1:],
            Look(
                ("パスワードだけでサインインできました。", "You signed in with just your password."),
                pages.NAV,
            ),
        ),
        others=("desk",),
    ),
)
