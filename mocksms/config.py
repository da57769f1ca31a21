"""The phone's settings: type, default, unit, environment name and one line of help each.

A setting is declared once, as a field of :class:`Settings`. Its environment name is ``MOCKSMS_`` and the field's name
in capitals; in the mapping given to :func:`mocksms.create_app` it is the field's name in capitals. :func:`load`
parses and checks the values once.
"""

import dataclasses
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mocksms.core import setting_types as kinds
from mocksms.core.own_address import own_address
from mocksms.shared import own_files
from mocksms.shared.network import Network, is_loopback

ENV_PREFIX = "MOCKSMS_"
PROVIDERS = "mocksms.providers"  # the entry points by which other packages bring providers
OTHER_VARIABLES = frozenset({"MOCKSMS_URL"})  # read by clients: the phone that they speak to
PARENT = Path(__file__).resolve().parent.parent
IS_CLONE = (PARENT / "pyproject.toml").is_file()
TEMPLATES = PARENT / "templates" if IS_CLONE else Path(__file__).parent / "templates"
"""A clone keeps the templates beside the packages, a wheel inside."""
T = TypeVar("T")


class SettingError(ValueError):
    """A setting has an invalid value; the text names the setting and what is wrong."""


def setting(default: str, parse: kinds.Parse, unit: str, help: str, secret: bool = False) -> Any:
    """Declare a setting: its default as in the environment, its parser, unit and meaning.

    The value of a `secret` one is never shown.
    """
    metadata = {"default": default, "parse": parse, "unit": unit, "help": help, "secret": secret}
    return dataclasses.field(default_factory=lambda: parse(default, "JP"), metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The phone's settings; each field's metadata has its unit and meaning."""

    instance: str = setting(
        "instance",
        kinds.text,
        "folder",
        "Where the phone keeps its worlds, in the sub-folder phone/ (installed: the user's data folder)",
    )
    database_url: str = setting(
        "",
        kinds.database,
        "PostgreSQL URL",
        "Database of all worlds, such as `postgresql://user@host/name`; empty: SQLite files in the instance folder",
        secret=True,
    )
    shared: bool = setting(
        "0",
        kinds.switch,
        "0 or 1",
        "Several phones may use one instance folder at the same time, each with 1",
    )
    host: str = setting("127.0.0.1", kinds.host, "address", "Address that `mocksms serve` listens on")
    port: int = setting(
        "8001", kinds.whole(0, 65535), "port", "Port of the phone's pages, gateway wires and tester API"
    )
    smtp_host: str = setting("127.0.0.1", kinds.host, "address", "Address the mail server listens on")
    smtp_port: int = setting(
        "8025", kinds.whole(-1, 65535), "port", "Port of the mail server; -1 switches it off"
    )
    smtp_tls_port: int = setting(
        "-1",
        kinds.whole(-1, 65535),
        "port",
        "Port of the mail server where all is encrypted from the first byte, such as 8465; -1 for none",
    )
    smtp_accounts: Mapping[str, str] = setting(
        "",
        kinds.credentials("user:password"),
        "user:password",
        "Log-ins that the mail server takes, by commas, and asks for; empty takes any, and mail without one",
        True,
    )
    threads: int = setting(
        "128",
        kinds.whole(1, 10_000),
        "threads",
        "Requests answered at once; a plain WSGI server needs one for each waiting tester and event stream too",
    )
    max_waits: int = setting(
        "4000", kinds.whole(1, 100_000), "requests", "Waiting testers and open event streams at once"
    )
    body_idle_seconds: float = setting(
        "10.0", kinds.decimal(0), "seconds", "Longest time without a byte while a request's body comes in"
    )
    body_seconds: float = setting(
        "30.0", kinds.decimal(0), "seconds", "Longest time that a request's body may take in all"
    )
    unread_seconds: float = setting(
        "30.0",
        kinds.decimal(0),
        "seconds",
        "A client that takes nothing of its answer for so long is dropped (Linux)",
    )
    allowed_hosts: frozenset[str] = setting(
        "localhost,127.0.0.1,[::1]",
        kinds.hosts,
        "names",
        "Host names the phone answers to, by commas; * for any",
    )
    allowed_origins: frozenset[str] = setting(
        "",
        kinds.origins,
        "origins",
        "Origins whose pages may change something, such as http://localhost:3000, by commas",
    )
    password: str = setting(
        "",
        kinds.text,
        "text",
        "Log-in of pages and tester API, with any user name; asked for by requests from the network",
        True,
    )
    trusted_proxies: int | tuple[Network, ...] = setting(
        "",
        kinds.proxies,
        "proxies, or networks by commas",
        "Proxies whose X-Forwarded-For is trusted, as their number or addresses; by address also Remote-User",
    )
    frame_ancestors: str = setting(
        "'self' http://localhost:* http://127.0.0.1:*",
        kinds.sources,
        "CSP sources",
        "Who may show the phone's pages in a frame",
    )
    tools_url: str = setting(
        "",
        kinds.web_address,
        "address",
        "The page of the app's test tools, to which the phone's pages lead with ?world= of their world",
    )
    accounts: Mapping[str, str] = setting(
        "",
        kinds.credentials("sid:token"),
        "sid:token",
        "Accepted gateway credentials, by commas; empty takes any",
        True,
    )
    region: str = setting("JP", kinds.country, "country", "Country of numbers written without a country code")
    owned_numbers: frozenset[str] = setting(
        "", kinds.numbers, "numbers", "Numbers that may be used as From, by commas; empty takes any"
    )
    geo_blocked: tuple[str, ...] = setting(
        "", kinds.calling_codes, "country codes", "Calling codes that are refused with 21408, by commas"
    )
    max_request_bytes: int = setting(
        "4000000",
        kinds.whole(1, kinds.MOST_BYTES),
        "bytes",
        "Largest request body taken by the wires and the tester API",
    )
    max_mail_bytes: int = setting("25000000", kinds.whole(1, kinds.MOST_BYTES), "bytes", "Largest mail taken")
    keep_messages: int = setting(
        "0", kinds.whole(0), "messages", "Messages kept a world, the oldest go first; 0 keeps all"
    )
    keep_days: float = setting(
        "0.0", kinds.decimal(0), "days", "Age at which messages are deleted; 0 keeps all"
    )
    ring_seconds: int = setting(
        "60", kinds.whole(0, 86400), "seconds", "How long a call rings where the caller gives no Timeout"
    )
    voicemail: bool = setting(
        "1", kinds.switch, "0 or 1", "Unanswered calls are taken by the voicemail, which records the words"
    )
    voice: bool = setting(
        "1",
        kinds.switch,
        "0 or 1",
        "Calls are spoken by the voices of requirements-voice.txt, if installed; else the browser's",
    )
    callback_tries: int = setting(
        "4", kinds.whole(1, 100), "tries", "How often a status callback is sent until it is answered with 2xx"
    )
    inbound_url: str = setting(
        "", kinds.web_address, "address", "Where texts typed on a handset are posted, as the provider would"
    )
    fetch_hosts: frozenset[str] = setting(
        "localhost,127.0.0.1,[::1]",
        kinds.hosts,
        "host[:port]",
        "Hosts that callbacks and TwiML may be fetched from, by commas, each with any port or one; * for any",
    )
    phones: tuple[tuple[str, str], ...] = setting(
        "",
        kinds.number_pairs(",", kinds.mailbox),
        "number=mailbox",
        "Phones that stand on the desk from the start, by commas, each with its mail account after =",
    )
    authenticators: tuple[tuple[str, str], ...] = setting(
        "",
        kinds.number_pairs(" ", kinds.otpauth),
        "number=otpauth:…",
        "Accounts that a phone's authenticator has from the start, divided by spaces",
        True,
    )
    max_worlds: int = setting("1000", kinds.whole(1), "worlds", "Worlds that may exist at once")
    secret_key: str = setting(
        "", kinds.text, "text", "Signs the handset's cookies; empty makes one in the instance folder"
    )

    @property
    def folder(self) -> Path:
        """Return the folder of the phone's data."""
        return Path(self.instance) / "phone"

    @property
    def is_on_network(self) -> bool:
        """Return whether the phone listens beyond this machine."""
        return not is_loopback(self.host)

    @property
    def has_log_in(self) -> bool:
        """Return whether requests from the network can log in."""
        return bool(self.password or self.proxies)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """Return the networks of the named proxies."""
        return () if isinstance(self.trusted_proxies, int) else self.trusted_proxies


def load(
    config: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    providers: Collection[str] = (),
) -> Settings:
    """Return the settings from the mapping, else the environment, else the defaults.

    Raise :class:`SettingError` for an invalid value, for an unknown ``MOCKSMS_…`` variable, and for a phone that
    would be open to the network without a log-in. Settings of `providers` (by name) and of other packages' providers
    are checked when the provider is made. Other keys of the mapping are left to Flask.
    """
    env, given = os.environ if environ is None else environ, config or {}
    if "INSTANCE" not in given and f"{ENV_PREFIX}INSTANCE" not in env:
        given = {**given, "INSTANCE": str(_data_folder())}
    found = section(Settings, ENV_PREFIX, given, env, elsewhere=lambda name: _is_elsewhere(name, providers))
    if found.is_on_network and not found.has_log_in:
        raise SettingError(
            f"MOCKSMS_HOST={found.host} opens the phone to the network; set MOCKSMS_PASSWORD, or"
            " MOCKSMS_TRUSTED_PROXIES for a proxy that logs people in"
        )
    return found


def address(environ: Mapping[str, str] | None = None) -> str:
    """Return the address of a running phone for the command line: MOCKSMS_URL, else of its host, port and names.

    Raise :class:`SettingError`, also for an unknown ``MOCKSMS_…`` variable. No other setting is read.
    """
    env = os.environ if environ is None else environ
    fields = {f"{ENV_PREFIX}{field.name.upper()}": field for field in dataclasses.fields(Settings)}
    _refuse_unknown(ENV_PREFIX, fields, env, lambda name: _is_elsewhere(name, ()))
    host, port, allowed = (
        _value(fields[name], name, env.get(name, fields[name].metadata["default"]), "")
        for name in (f"{ENV_PREFIX}HOST", f"{ENV_PREFIX}PORT", f"{ENV_PREFIX}ALLOWED_HOSTS")
    )
    try:
        return kinds.web_address(env.get("MOCKSMS_URL", ""), "") or own_address(host, port, allowed)
    except ValueError as error:
        raise SettingError(f"MOCKSMS_URL must be {error}") from None


def _is_elsewhere(name: str, providers: Collection[str]) -> bool:
    """Return whether a provider or the command line reads this variable."""
    from importlib.metadata import entry_points  # late: 2 MiB in the process that only watches

    brought = {*providers, *(entry.name for entry in entry_points(group=PROVIDERS))}
    return name in OTHER_VARIABLES or name.startswith(
        tuple(f"{ENV_PREFIX}{each.upper()}_" for each in brought)
    )


def _data_folder() -> Path:
    if IS_CLONE:
        return PARENT / "instance"
    import platformdirs  # needed in an installed copy only

    return platformdirs.user_data_path("nidankai", appauthor=False)


def section(
    kind: type[T],
    prefix: str,
    config: Mapping[str, object],
    environ: Mapping[str, str],
    elsewhere: Callable[[str], bool] = lambda _name: False,
) -> T:
    """Return a settings object of a class whose environment names begin with `prefix`.

    In the mapping, the prefix has no ``MOCKSMS_``. `elsewhere` returns whether others read a variable. Raise
    :class:`SettingError`.
    """
    fields = {prefix + field.name.upper(): field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    _refuse_unknown(prefix, fields, environ, elsewhere)
    values: dict[str, Any] = {}
    for variable, field in sorted(fields.items(), key=lambda item: item[1].name != "region"):
        given = config.get(variable.removeprefix(ENV_PREFIX), environ.get(variable))
        if given is not None:
            values[field.name] = _value(field, variable, given, values.get("region", "JP"))
    return kind(**values)


def _refuse_unknown(
    prefix: str, names: Collection[str], environ: Mapping[str, str], elsewhere: Callable[[str], bool]
) -> None:
    """Raise :class:`SettingError` for a variable with this prefix that nobody reads, with the nearest name."""
    for name in sorted(set(environ) - set(names)):
        if name.startswith(prefix) and not elsewhere(name):
            known = {each.removeprefix(prefix): each for each in (*names, *OTHER_VARIABLES)}
            import difflib  # late: a good setting needs none

            near = difflib.get_close_matches(name.removeprefix(prefix), known, 1)
            raise SettingError(
                f"{name} is no setting of the phone" + (f"; did you mean {known[near[0]]}?" if near else "")
            )


def _value(field: "dataclasses.Field[Any]", variable: str, given: object, region: str) -> Any:
    if not isinstance(given, str | int | float):
        return given  # of the field's own type: only a program can give it
    written = str(int(given)) if isinstance(given, bool) else str(given).strip()
    try:
        return field.metadata["parse"](written, region)
    except ValueError as error:
        shown = "" if field.metadata["secret"] else f", not {written!r}"
        raise SettingError(f"{variable} must be {error}{shown}") from None


def secret_key(settings: Settings) -> str:
    """Return the key that signs the handset's cookies: the configured one, else one kept in the instance folder."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / "secret_key"
    if not path.exists():
        own_files.write_once(path, os.urandom(32).hex())
    return path.read_text()
