"""Every setting of the phone: its default, unit, environment name and meaning.

A setting is declared once, as a field of :class:`Settings`. Its environment name is ``MOCKSMS_`` and the
field's name in capitals; in the mapping given to :func:`mocksms.create_app` it is the field's name in
capitals.
"""

import contextlib
import dataclasses
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENV_PREFIX = "MOCKSMS_"
PARENT = Path(__file__).resolve().parent.parent
IS_CLONE = (PARENT / "pyproject.toml").is_file()
TEMPLATES = PARENT / "templates" if IS_CLONE else Path(__file__).parent / "templates"
"""A clone keeps the templates beside the packages, a wheel inside."""


class SettingError(ValueError):
    """A setting has a value that cannot be used; the text names the setting and what is wrong."""


def _setting(default: object, unit: str, help: str) -> Any:
    return dataclasses.field(default=default, metadata={"unit": unit, "help": help})


@dataclass(frozen=True)
class Settings:
    """The phone's settings; see each field's metadata for unit and meaning."""

    instance: str = _setting(
        "instance",
        "folder",
        "Where the phone keeps its worlds, in the sub-folder phone/ (installed: the user's data folder)",
    )
    host: str = _setting("127.0.0.1", "address", "Address that `python -m mocksms serve` listens on")
    port: int = _setting(8001, "port", "Port of the phone's pages, gateway wires and tester API")
    smtp_host: str = _setting("127.0.0.1", "address", "Address the mail server listens on")
    smtp_port: int = _setting(8025, "port", "Port of the mail server; -1 switches it off")
    threads: int = _setting(
        128, "threads", "Requests answered at once, open event streams and waiting testers included"
    )
    allowed_hosts: str = _setting(
        "localhost,127.0.0.1,[::1]", "names", "Host names the phone answers to, by commas; * for any"
    )
    frame_ancestors: str = _setting(
        "'self' http://localhost:* http://127.0.0.1:*",
        "CSP sources",
        "Who may show the phone's pages in a frame",
    )
    accounts: str = _setting("", "sid:token", "Accepted gateway credentials, by commas; empty takes any")
    region: str = _setting("JP", "country", "Country of numbers written without a country code")
    owned_numbers: str = _setting(
        "", "numbers", "Numbers that may be used as From, by commas; empty takes any"
    )
    geo_blocked: str = _setting("", "country codes", "Calling codes that are refused with 21408, by commas")
    max_request_bytes: int = _setting(
        4_000_000, "bytes", "Largest request body taken by the wires and the tester API"
    )
    max_mail_bytes: int = _setting(25_000_000, "bytes", "Largest mail taken")
    keep_messages: int = _setting(0, "messages", "Messages kept a world, the oldest go first; 0 keeps all")
    keep_days: float = _setting(0.0, "days", "Age at which messages are deleted; 0 keeps all")
    ring_seconds: int = _setting(60, "seconds", "How long a call rings where the caller gives no Timeout")
    voicemail: bool = _setting(
        True, "0 or 1", "Unanswered calls are taken by the voicemail, which records the words"
    )
    voice: bool = _setting(
        True,
        "0 or 1",
        "Calls are spoken by the voices of requirements-voice.txt, if installed; else the browser's",
    )
    callback_tries: int = _setting(
        4, "tries", "How often a status callback is sent until it is answered with 2xx"
    )
    inbound_url: str = _setting(
        "", "address", "Where texts typed on a handset are posted, as the provider would"
    )
    fetch_hosts: str = _setting(
        "localhost,127.0.0.1,[::1]",
        "names",
        "Hosts that callbacks and TwiML may be fetched from, by commas; * for any",
    )
    phones: str = _setting(
        "",
        "number=mailbox",
        "Phones that stand on the desk from the start, by commas, each with its mail account after =",
    )
    authenticators: str = _setting(
        "",
        "number=otpauth:…",
        "Accounts that a phone's authenticator has from the start, divided by spaces",
    )
    max_worlds: int = _setting(1000, "worlds", "Worlds that may exist at once")
    secret_key: str = _setting(
        "", "text", "Signs the handset's cookies; empty makes one in the instance folder"
    )

    @property
    def folder(self) -> Path:
        """The folder of all that the phone keeps."""
        return Path(self.instance) / "phone"


def _convert(field: "dataclasses.Field[Any]", value: object) -> object:
    kind: type = type(field.default)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    text = str(value).strip()
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
                text.lower()
            ]
        return kind(text)
    except (ValueError, KeyError):
        raise SettingError(
            f"{ENV_PREFIX}{field.name.upper()} must be a {kind.__name__}, not {text!r}"
        ) from None


def load(config: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the given mapping, else the environment, else the defaults.

    Raises :class:`SettingError` for a value of the wrong kind. Keys that are no setting are left to Flask.
    """
    given = config or {}
    env = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for field in dataclasses.fields(Settings):
        name = field.name.upper()
        if name in given:
            values[field.name] = _convert(field, given[name])
        elif ENV_PREFIX + name in env:
            values[field.name] = _convert(field, env[ENV_PREFIX + name])
    if not IS_CLONE and "instance" not in values:
        import platformdirs  # needed in an installed copy only

        values["instance"] = platformdirs.user_data_dir("nidankai", appauthor=False)
    return Settings(**values)


def secret_key(settings: Settings) -> str:
    """The key that signs the handset's cookies: the set one, else one made once and kept in the instance
    folder.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whole or not at all, and never over another process's
        fresh.unlink()
    return path.read_text()


def names(text: str) -> frozenset[str]:
    """The parts of a setting that is a list by commas, lower-cased."""
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())
