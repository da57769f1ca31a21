"""Every setting of the site: its default, unit, environment name and one line of help.

A setting is declared once, here. The table in docs/settings.md and `load` both read the declaration. Names in the
environment are ``WEBAPP_`` plus the field's name in capitals.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cached_property
from typing import Any, get_type_hints
from urllib.parse import urlsplit

import click

from webapp import home, setting_checks
from webapp.shared import network

PREFIX = "WEBAPP_"
OTHER_VARIABLES = ("WEBAPP_TOOLS_PASSWORD",)  # read by clients of QA's tools
SECRET_MIN_LENGTH = 32
BUDGETS: dict[str, tuple[int, int | None]] = {
    "texts_per_sender": (10, 1000),
    "texts_per_number": (5, None),
    "texts_in_all": (200, None),
    "passwords_per_sender": (50, 1000),
}
"""What a budget allows where its setting is 0: outside of sandbox mode, and in it (None: no limit)."""


class ConfigError(click.ClickException):
    """A setting is missing, unreadable or unsafe. The message names the environment variable.

    It derives from Click's error, so that ``flask --app webapp …`` prints one line and no traceback.
    """

    exit_code = 2


def _setting(default: Any, unit: str, help: str, check: Callable[[Any], None] = setting_checks.amount) -> Any:
    return field(default=default, metadata={"unit": unit, "help": help, "check": check})


def _secret(default: Any, unit: str, help: str, check: Callable[[Any], None] = setting_checks.amount) -> Any:
    """Declare a setting whose value no log or traceback shows."""
    return field(default=default, repr=False, metadata={"unit": unit, "help": help, "check": check})


@dataclass(frozen=True)
class Config:
    """The site's settings. Durations are whole seconds, sizes are bytes unless the unit says otherwise."""

    # places
    instance: str = _setting(
        "instance/site",
        "folder",
        "databases and, in sandbox mode, generated keys (installed: in the user's data folder)",
    )
    database_url: str = _secret(
        "",
        "PostgreSQL URL",
        "database of all worlds, such as `postgresql://user@host/name`; empty: SQLite files in the instance folder",
        setting_checks.database,
    )
    site_url: str = _setting(
        "http://localhost:8000",
        "URL",
        "address that links in emails and texts begin with",
        setting_checks.url,
    )
    trusted_hosts: tuple[str, ...] = _setting(
        ("localhost", "127.0.0.1"), "host names, comma-separated", "Host headers that are answered"
    )
    host: str = _setting("127.0.0.1", "address", "address that `python -m webapp` listens on")
    trusted_proxies: str = _setting(
        "0",
        "proxies, or networks by commas",
        "reverse proxies whose X-Forwarded-For is trusted, as their number or addresses; by address also"
        " Remote-User, at QA's tools",
        setting_checks.proxies,
    )
    frame_ancestors: str = _setting("'none'", "CSP source list", "who may show the site in a frame")
    sandbox: bool = _setting(False, "0 or 1", "sandbox mode: generated keys, demo accounts, QA's tools")
    sandbox_allow: tuple[str, ...] = _setting(
        (),
        "networks, comma-separated",
        "addresses that QA's tools answer to, in sandbox mode; empty: this machine, and others with a log-in",
        setting_checks.networks,
    )
    tools_password: str = _secret(
        "", "text", "log-in of QA's tools, with any user name; asked for by requests from the network"
    )
    phone_url: str = _setting(
        "",
        "URL",
        "where browsers find the phone; empty: the gateway's port on the site's own host",
        setting_checks.url,
    )
    secret_key: str = _secret("", "text", "signs cookies and links; at least 32 characters")
    seal_keys: tuple[str, ...] = _secret(
        (), "hex of 32 bytes, comma-separated", "seal TOTP secrets at rest; the first seals, all open"
    )
    geoip_file: str = _setting(
        "", "path", "MaxMind city database for 付近; without it pages show the address"
    )
    mail_domains: tuple[str, ...] = _setting(
        ("example.com", "example.net", "example.org", "example.jp", "test"),
        "domains, comma-separated",
        "mail domains accepted in sandbox mode (subdomains too)",
    )

    # how it is served
    threads: int = _setting(
        16, "threads", "requests answered at once in each process", setting_checks.at_least_one
    )
    body_idle_seconds: float = _setting(
        10.0, "seconds", "longest time without a byte while a request's body comes in"
    )
    body_seconds: float = _setting(30.0, "seconds", "longest time that a request's body may take in all")
    unread_seconds: float = _setting(
        30.0, "seconds", "a client that takes nothing of its answer for so long is dropped (Linux)"
    )

    # gateway and mail server
    gateway_url: str = _setting(
        "http://127.0.0.1:8001", "URL", "SMS and voice gateway with Twilio's API", setting_checks.url
    )
    gateway_account: str = _setting("AC" + "0" * 32, "text", "AccountSid, or an API key")
    gateway_token: str = _secret("sandbox", "text", "its token")
    gateway_sender: str = _setting("+815012345678", "E.164", "number that texts and calls come from")
    smtp_host: str = _setting("127.0.0.1", "host", "mail server")
    smtp_port: int = _setting(8025, "port", "its port", setting_checks.port)
    smtp_user: str = _setting("", "text", "user name at the mail server, if it needs one")
    smtp_password: str = _secret("", "text", "password at the mail server")
    smtp_starttls: bool = _setting(False, "0 or 1", "encrypt the mail connection")
    mail_sender: str = _setting(
        "Mihon <no-reply@mihon.example.com>", "address", "From of all mails", setting_checks.sender
    )
    outbound_deadline_seconds: float = _setting(
        4.0, "seconds", "a whole exchange with gateway or mail server"
    )

    # codes and their limits (docs/screens.md#rules)
    code_seconds: int = _setting(600, "seconds", "life of a sent code")
    code_tries: int = _setting(5, "attempts", "wrong attempts after which a sent code expires")
    resend_seconds: int = _setting(30, "seconds", "wait before another code, in one flow or to one recipient")
    send_cap: int = _setting(10, "sends", "codes sent per account and per number within the cap's window")
    send_cap_seconds: int = _setting(86400, "seconds", "the cap's window")
    totp_window: int = _setting(1, "steps", "steps of 30 s accepted before and after now (RFC 6238 5.2)")
    free_tries: int = _setting(3, "codes", "wrong codes in a row before a wait begins")
    wait_max_seconds: int = _setting(900, "seconds", "longest wait after wrong codes")
    tries_until_off: int = _setting(100, "codes", "wrong codes in a row that switch a method off")
    password_free_tries: int = _setting(
        5, "passwords", "wrong passwords from one address before a wait begins"
    )
    texts_per_sender: int = _setting(
        0,
        "sends",
        "by one address or IPv6 /64 to unproven numbers; 0: 10, in sandbox mode 1,000",
    )
    texts_per_number: int = _setting(0, "sends", "to one unproven number; 0: 5, in sandbox mode no limit")
    texts_in_all: int = _setting(0, "sends", "to unproven numbers in all; 0: 200, in sandbox mode no limit")
    texts_seconds: int = _setting(3600, "seconds", "the window of texts and calls to unproven numbers")
    served_countries: tuple[str, ...] = _setting(
        (),
        "ISO 3166 codes, comma-separated",
        "countries that unproven numbers may be of; empty: JP, in sandbox mode all",
    )
    passwords_per_sender: int = _setting(
        0,
        "tries",
        "wrong ones of one address or IPv6 /64 before a wait; 0: 50, in sandbox mode 1,000",
    )
    passwords_seconds: int = _setting(
        86400, "seconds", "after so long without a wrong password, a sender starts over"
    )
    backup_required: bool = _setting(False, "0 or 1", "set-up cannot skip the backup method")
    discloses_unknown_accounts: bool = _setting(
        False, "0 or 1", "the first sign-in page says if there is no such account, as the original does"
    )

    # lifetimes
    flow_seconds: int = _setting(1800, "seconds", "longest life of an unfinished sign-in, step-up or set-up")
    flow_grace_seconds: int = _setting(120, "seconds", "how long it outlives its newest sent code")
    approval_seconds: int = _setting(600, "seconds", "life of an approval link")
    step_up_seconds: int = _setting(900, "seconds", "how long a session stays elevated after a step-up")
    session_idle_seconds: int = _setting(3600, "seconds", "a session unused for this long ends")
    session_seconds: int = _setting(86400, "seconds", "a session ends after this long in any case")
    trust_seconds: int = _setting(30 * 86400, "seconds", "how long a browser is trusted")
    event_seconds: int = _setting(90 * 86400, "seconds", "how long events are kept")

    # the rest
    language: str = _setting("ja", "ja or en", "default language", setting_checks.language)
    time_zone: str = _setting("Asia/Tokyo", "IANA name", "default time zone", setting_checks.time_zone)
    argon2_time_cost: int = _setting(2, "passes", "argon2id time cost (OWASP)")
    argon2_memory_kib: int = _setting(19456, "KiB", "argon2id memory (OWASP)")
    argon2_parallelism: int = _setting(1, "lanes", "argon2id lanes (OWASP)")
    upload_bytes: int = _setting(10 * 1024 * 1024, "bytes", "largest document of a reset")
    upload_files: int = _setting(3, "files", "documents sent at once in a reset")
    recovery_seconds: int = _setting(30 * 86400, "seconds", "life of an undecided reset")

    @property
    def is_tls(self) -> bool:
        """Return whether the site is served over TLS: cookies become ``__Host-`` and Secure."""
        return self.site_url.startswith("https://")

    def most(self, budget: str) -> int | None:
        """Return how many a budget allows, by its setting; None when it has no limit."""
        chosen: int = getattr(self, budget)
        outside, inside = BUDGETS[budget]
        return chosen or (inside if self.sandbox else outside)

    @property
    def countries(self) -> tuple[str, ...]:
        """Return the countries that unproven numbers may be of; none for all."""
        return self.served_countries or (() if self.sandbox else ("JP",))

    @property
    def proxy_count(self) -> int:
        """Return how many proxies are in front, wherever they are; 0 if they are named."""
        return int(self.trusted_proxies) if str(self.trusted_proxies).isdecimal() else 0

    @property
    def proxies(self) -> tuple[str, ...]:
        """Return the networks of the named proxies."""
        written = str(self.trusted_proxies)
        return () if written.isdecimal() else setting_checks.parts(written)

    @property
    def has_log_in(self) -> bool:
        """Return whether requests from the network can log in at the tools."""
        return bool(self.tools_password or self.proxies)

    @property
    def framed_by(self) -> str:
        """Return who may show the site in a frame: in sandbox mode its own stage, unless it is set."""
        return "'self'" if self.sandbox and self.frame_ancestors == "'none'" else self.frame_ancestors

    def cookie(self, name: str) -> str:
        """Return the full name of the site's cookie ``name``."""
        return self._cookie_prefix + name

    @cached_property
    def _cookie_prefix(self) -> str:
        if self.is_tls:
            return "__Host-mihon_"  # browsers keep it to this host
        port = urlsplit(self.site_url).port  # without TLS browsers share a host's cookies among its ports
        return self.old_cookie("") if port in (None, 80, 443) else f"mihon_{port}_"

    @staticmethod
    def old_cookie(name: str) -> str:
        """Return the name that the cookie had without TLS in earlier versions. It is still read, until the next one."""
        return f"mihon_{name}"


def settings() -> list[Field[Any]]:
    """Return the declarations, in the order of the table in docs/settings.md."""
    return list(fields(Config))


def environment_name(setting: Field[Any]) -> str:
    """Return the environment variable of a declaration."""
    return PREFIX + setting.name.upper()


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Return the settings from ``overrides`` (by field name), else the environment, else the defaults.

    Raises:
        ConfigError: a value can't be read as its type, a ``WEBAPP_…`` variable is unknown, or a secret is missing
            outside sandbox mode.
    """
    _refuse_unknown(environ)
    hints = get_type_hints(Config)
    values: dict[str, Any] = {}
    for setting in settings():
        name = environment_name(setting)
        if name in environ:
            values[setting.name] = _read(name, environ[name], hints[setting.name])
    unknown = set(overrides or ()) - {setting.name for setting in settings()}
    if unknown:
        raise ConfigError(f"unknown settings: {', '.join(sorted(unknown))}")
    values.setdefault("instance", str(home.data_folder() / "site"))
    config = Config(**{**values, **(overrides or {})})
    for setting in settings():
        try:
            setting.metadata["check"](getattr(config, setting.name))
        except ValueError as error:
            raise ConfigError(f"{environment_name(setting)}: {error}") from None
    _refuse_unsafe(config)
    return config


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {
        name.removeprefix(PREFIX): name for name in (*map(environment_name, settings()), *OTHER_VARIABLES)
    }
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known.values():
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, 1)
            nearest = f"; did you mean {known[near[0]]}?" if near else ""
            raise ConfigError(f"{name} is no setting of the site{nearest}")


def _read(name: str, text: str, kind: Any) -> Any:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
                text.strip().lower()
            ]
        if kind in (int, float):
            return kind(text)
    except (KeyError, ValueError):
        raise ConfigError(f"{name}={text!r} can't be read as {kind.__name__}") from None
    if kind is str:
        return text.strip()
    return setting_checks.parts(text)


def _refuse_unsafe(config: Config) -> None:
    if config.sandbox:
        _refuse_open(config)
        return  # keys are made on first start and kept in the instance folder
    if len(config.secret_key) < SECRET_MIN_LENGTH:
        raise ConfigError(
            f"{PREFIX}SECRET_KEY must have at least {SECRET_MIN_LENGTH} characters outside sandbox mode"
        )
    if not config.seal_keys:
        raise ConfigError(
            f"{PREFIX}SEAL_KEYS must hold at least one key of 32 bytes in hex outside sandbox mode"
        )


def _refuse_open(config: Config) -> None:
    """Refuse tools that the network could use without a log-in."""
    opens = [f"{PREFIX}HOST={config.host}"] if not network.is_loopback(config.host) else []
    opens += [f"{PREFIX}SANDBOX_ALLOW"] if any(map(_is_beyond, config.sandbox_allow)) else []
    if opens and not config.has_log_in:
        raise ConfigError(
            f"{opens[0]} opens the sandbox's tools to the network; set {PREFIX}TOOLS_PASSWORD, or the addresses in"
            f" {PREFIX}TRUSTED_PROXIES of a proxy that logs people in"
        )


def _is_beyond(written: str) -> bool:
    return not network.networks((written,))[0].is_loopback
