"""Make the archive of an older instance: site and phone with all that people leave behind.

    cd CHECKOUT && .venv/bin/python /path/to/tests/old_instance/make.py ARCHIVE

Run this in a checkout of the older commit. Commit 33796eb made `instance.tar.xz` here. The script uses only names
that are promised to testers, so that it runs under old and new commits.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import time
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from PIL import Image

SITE_URL = "http://localhost:8000"
OTHER = "qa-1"
AHEAD = {"default": 93_600.0, OTHER: 7_200.0}
"""Seconds that the clocks are ahead, by world."""
TARO, JIRO, BROKEN, PATIENT = "+818012345678", "+817012345678", "+819055550001", "+819055550002"
SENDER, SHOP = "+15005550006", "+12025550143"
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ACCOUNT = "/2010-04-01/Accounts/AC" + "0" * 32
SERVICE = "VA" + "0" * 32
SAY = "<Response><Say>Your code is 4, 8, 2, 9, 1, 3.</Say><Pause length='20'/></Response>"


def picture() -> bytes:
    """Return a small photo."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    return file.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)


def cookies(client: Any) -> dict[str, str]:
    """Return what this browser holds."""
    return {cookie.key: cookie.value for cookie in client._cookies.values()}


def sign_in(client: Any, email: str, code: Any, **more: str) -> None:
    """Sign in with name, password and the code that `code` returns."""
    client.post("/ap/signin", data={"email": email})
    client.post("/ap/signin?step=password", data={"password": "Mihon-demo-1"})
    answer = client.post("/ap/mfa", data={"otpCode": code(), **more})
    assert answer.status_code == 303, answer.text
    assert client.get("/account").status_code == 200


class Wires:
    """What any app sends to the phone by its providers, into one world."""

    def __init__(self, url: str, smtp_port: int, world: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"X-World": world}, auth=("AC" + "0" * 32, "any"))
        self.smtp_port = smtp_port
        self.world = world

    def post(self, path: str, **fields: str) -> dict[str, Any]:
        """Send a request as Twilio's SDK does, and return its answer."""
        answer = self.http.post(path, data=fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def sms(self, to: str, body: str, sender: str = SENDER) -> dict[str, Any]:
        """Send an SMS, and return the provider's answer."""
        return self.post(f"{ACCOUNT}/Messages.json", To=to, From=sender, Body=body)

    def call(self, to: str) -> None:
        """Place a call to a number."""
        self.post(f"{ACCOUNT}/Calls.json", To=to, From=SENDER, Twiml=SAY)

    def mail(self, to: str, subject: str, text: str, html: str = "", attached: bytes = b"") -> None:
        """Send a mail."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Shop <shop@example.com>", to, subject
        mail["X-World"] = self.world
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        if attached:
            mail.add_attachment(attached, maintype="image", subtype="png", filename="receipt.png")
        with SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.send_message(mail)


def fill_default(world: Any, phone: Any, wires: Wires) -> dict[str, Any]:
    """Leave a trusted browser, an open recovery, two unfinished users, messages, faults and a moved clock."""
    wires.sms(TARO, "2 years ago? No: 30 minutes. 注文番号 12345678 は発送されました。")
    wires.call(TARO)
    phone.call(TARO).answer()
    wires.mail(
        "taro@example.com",
        "領収書",
        "Thanks",
        "<p>ありがとう <a href='https://example.com/r?a=1&b=2'>開く</a></p>",
        picture(),
    )
    wires.mail("taro@example.com", "Plain", "See https://example.com/plain for more.\n\n-- \nShop")
    world.clock.advance(AHEAD["default"])
    trusted = world.client()
    sign_in(trusted, "taro@example.com", lambda: phone.wait_for_code(TARO), rememberDevice="y")
    app = world.client()
    jiro = next(each for each in world.personas() if each["name"] == "jiro")
    sign_in(app, "jiro@example.com", lambda: world.app_code(jiro["secret"]))
    owner = world.client()
    owner.post("/ap/recovery", data={"email": "jiro@example.com", "password": "Mihon-demo-1"})
    papers = [(io.BytesIO(picture()), "licence.png"), (io.BytesIO(PDF), "bill.pdf")]
    answer = owner.post("/ap/recovery/case", data={"documents": papers}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    halfway, throttled = world.client_as("halfway"), world.client_as("throttled")
    wires.sms(JIRO, "別のアプリの確認コード: 730264", SHOP)
    phone.reply(JIRO, SHOP, "STOP")
    wires.post(f"/v2/Services/{SERVICE}/Verifications", To=JIRO, Channel="sms")
    wires.call(PATIENT)  # it rings while the apps are down
    phone.faults.add("reject", code=21211, to=BROKEN, times=5)
    add_to_app(phone, TARO, APP_KEY)
    return {
        "trusted": cookies(trusted),
        "owner": cookies(owner),
        "app": cookies(app),
        "halfway": {"cookies": cookies(halfway), "lands": halfway.persona.lands},
        "throttled": {"cookies": cookies(throttled), "lands": throttled.persona.lands},
    }


def fill_other(world: Any, phone: Any, wires: Wires) -> dict[str, Any]:
    """Leave a signed-in browser, messages, one of them under way, a fault of each app, and two moved clocks."""
    world.clock.advance(AHEAD[OTHER])
    taro = world.client()
    sign_in(taro, "taro@example.com", lambda: phone.wait_for_code(TARO))
    wires.sms(TARO, "In the other world: 555444")
    wires.sms(TARO, "Mihon: 7-2-9-1-0-4 is your code", SHOP)
    wires.sms(JIRO, "あ" * 80)
    wires.mail("jiro@example.com", "二つ目", "本文\n", "<p>本文</p>", picture())
    wires.mail("taro@example.com", "Other world", "Nothing of this is seen elsewhere.")
    wires.call(TARO)
    phone.call(TARO).decline()
    phone.faults.add("delay", seconds=600, to=PATIENT, times=1)
    wires.sms(PATIENT, "I come late: 246810")
    phone.faults.add("undelivered", code=30003, to=BROKEN)
    add_to_app(phone, JIRO, APP_KEY)
    world.faults.add("locked-database")
    phone.move_clock(AHEAD[OTHER] + 60)  # its own time, not the site's
    return {"taro": cookies(taro)}


def add_to_app(phone: Any, number: str, key: str) -> None:
    """Type a key into the authenticator app of a handset, and read the handset's texts."""
    path = f"/handsets/{number}/authenticator/add"
    page = phone.send("GET", path)
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    phone.send("POST", path, data={"way": "key", "name": "Example", "secret": key, "csrf_token": token})
    phone.send("POST", f"/handsets/{number}/read", data={"peer": SENDER, "csrf_token": token})


def told(world: Any, phone: Any) -> dict[str, Any]:
    """Return what both apps know about a world, for the tests to compare."""
    return {
        "messages": [message.fields for message in reversed(phone.messages(limit=100))],
        "phone_faults": phone.faults.all(),
        "phone_offset": phone.send("GET", "/api/v1/clock").json()["offset"],
        "site_faults": world.faults.all(),
        "site_offset": world.clock.offset,
        "timeline": world.ask("GET", "timeline?all=1")["steps"],
    }


def make(folder: Path) -> None:
    """Fill the data of both apps below `folder`, and write a list of it to `kept.json`."""
    from mocksms.testing import run_phone
    from webapp.sandbox.testing import Site, SiteWorld

    running = run_phone(str(folder))
    site = Site(str(folder / "site"), running, site_url=SITE_URL)
    worlds = {name: (SiteWorld(site, name), running.client(name)) for name in ("default", OTHER)}
    worlds[OTHER][0].make()
    kept: dict[str, Any] = {"made_at": 0.0}
    for (name, (world, phone)), fill in zip(worlds.items(), (fill_default, fill_other), strict=True):
        kept[name] = fill(world, phone, Wires(running.url, running.smtp_port, name))
    for name, (world, phone) in worlds.items():
        kept[name] |= told(world, phone)
    kept["made_at"] = time.time()
    (folder / "kept.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True))
    site.stop()
    running.stop()


def main(archive: str) -> None:
    """Make an instance in a process of its own, which closes its databases at its end, and pack it."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "instance"
        folder.mkdir()
        subprocess.run(
            [sys.executable, __file__, "--into", str(folder)], check=True, env={"PYTHONPATH": str(Path.cwd())}
        )
        with tarfile.open(archive, "w:xz") as packed:
            packed.add(folder, "instance")


if __name__ == "__main__":
    if sys.argv[1] == "--into":
        make(Path(sys.argv[2]))
    else:
        main(sys.argv[1])
