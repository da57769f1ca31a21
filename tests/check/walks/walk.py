"""What a walk-through walks in: a clean world, a window on the site, one on the phone, and the lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.app_fixture import World
from tests.check.walks.eyes import Reader, Tab

PASSWORD = "Mihon-demo-1"
HANAKO, HANAKO_PHONE = "hanako@example.com", "+819012345678"


@dataclass
class Walk:
    """The reader's windows. Handsets are opened by number or mailbox."""

    world: World
    site_url: str
    phone_url: str
    folder: Path
    open_window: Callable[[], Tab]
    site: Reader = field(init=False)
    phone: Reader = field(init=False)
    other: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.site, self.phone = Reader(self.open_window()), Reader(self.open_window())

    def begin(self) -> None:
        """Start with a clean world and new windows."""
        self.world.apps.fresh()
        self.__post_init__()

    def open(self, path: str = "/", reader: Reader | None = None) -> None:
        """Open a page of the site."""
        (reader or self.site).tab.goto(self.site_url + path)

    def handset(self, address: str, app: str = "") -> None:
        """Show a handset's lock screen, or one of its apps."""
        self.phone.tab.goto(f"{self.phone_url}/handsets/{address}/{app}")

    def code(self, address: str) -> str:
        """Read the newest code off a handset's lock screen."""
        self.handset(address)
        return self.phone.code()

    def signs_in(self, who: str, reader: Reader | None = None, button: str = "ログイン") -> None:
        """Give identifier and password on the sign-in pages."""
        reader = reader or self.site
        reader.type("Eメールまたは携帯電話番号", who)
        reader.press("次に進む")
        reader.type("パスワード", PASSWORD)
        reader.press(button)

    def signs_out(self) -> None:
        """Sign out on the account's page."""
        self.open("/account")
        self.site.press("サインアウト")

    def settings(self) -> None:
        """Walk from the person tab to the settings' 「編集」."""
        self.site.press("アカウント", stays=True)
        self.site.press("アカウントサービス")
        self.site.press("ログインとセキュリティ")
        self.site.press("編集", beside="2段階認証の設定")

    def approves(self, leads_to: str = "2段階認証(2SV)の設定") -> None:
        """Open the mail's link on the phone and approve; the first window goes on by itself."""
        self.handset(HANAKO)
        self.phone.press_banner("Mihonセキュリティ警告")
        mail = self.phone.opens_new_tab("承認または否認してください")
        mail.press("承認")
        mail.tab.close()
        self.site.read(leads_to)


@dataclass(frozen=True)
class Line:
    """One line of a walk-through: its number and words in docs/screens.md, and how it is walked."""

    number: str
    step: str
    does: Callable[[Walk], None]


class Lines(list[Line]):
    """All lines of one walk-through, in their order."""

    def add(self, number: str, step: str) -> Callable[[Callable[[Walk], None]], Callable[[Walk], None]]:
        """Make a function the way in which a line of docs/screens.md is walked."""

        def keep(does: Callable[[Walk], None]) -> Callable[[Walk], None]:
            self.append(Line(number, step, does))
            return does

        return keep

    def walk(self, walk: Walk) -> None:
        """Walk them all; a failure names its line."""
        for line in self:
            try:
                line.does(walk)
            except Exception as error:
                error.add_note(f"in line {line.number}: {line.step}")
                raise
