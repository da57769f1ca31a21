"""Check whether this site is in order: each check says what it found, or what is wrong and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, gettext

from webapp.config import Config
from webapp.errors import DeliveryFailed, SealBroken
from webapp.factors.shared_secret import seal_context
from webapp.outbound.notifier import Notifier
from webapp.services.context import Services
from webapp.store import accounts, methods
from webapp.store.engine import EngineError


class Finding(NamedTuple):
    """The result of a check. ``is_well`` decides the exit code."""

    part: str
    is_well: bool
    text: str


class CheckFailed(Exception):
    """A check found a problem. The message says what to do."""


def examine(services: Services) -> list[Finding]:
    """Run every check. None of them changes or sends anything."""
    return [_find(part, check, services) for part, check in _CHECKS.items()]


def _find(part: str, check: Callable[[Services], str], services: Services) -> Finding:
    try:
        return Finding(part, True, check(services))
    except CheckFailed as unwell:
        return Finding(part, False, str(unwell))
    except (EngineError, OSError) as failure:
        return Finding(part, False, f"{type(failure).__name__}: {failure}")


def _settings(services: Services) -> str:
    config = services.config
    host = urlsplit(config.site_url).hostname
    if host is None or urlsplit(config.site_url).scheme not in ("http", "https"):
        raise CheckFailed(f"WEBAPP_SITE_URL={config.site_url} is no address that a link could begin with")
    if not config.sandbox and not config.is_tls:
        raise CheckFailed(f"{config.site_url} is not https: cookies and codes would travel in the open")
    return f"{config.site_url}, {'sandbox' if config.sandbox else 'production'}"


def _database(services: Services) -> str:
    wrong = services.store.health()
    if wrong:
        raise CheckFailed("; ".join(wrong))
    with services.store.reading() as db:
        count = len(accounts.list_all(db))
    return f"{services.store.place}, {count} accounts"


def _refuse_missing_keys(config: Config) -> None:
    """Raise CheckFailed when a key is this machine's own, where others use the same database."""
    of_site, of_phone = bool(config.database_url), bool(os.environ.get("MOCKSMS_DATABASE_URL"))
    needed = (
        (of_site, "WEBAPP_SECRET_KEY", config.secret_key),
        (of_site, "WEBAPP_SEAL_KEYS", config.seal_keys),
        (of_phone, "MOCKSMS_SECRET_KEY", os.environ.get("MOCKSMS_SECRET_KEY")),
    )
    missing = [name for is_needed, name, value in needed if is_needed and not value]
    if missing:
        raise CheckFailed(
            f"{', '.join(missing)} not set: each machine makes keys of its own, but all on a database need the same"
        )


def _keys(services: Services) -> str:
    _refuse_missing_keys(services.config)
    with services.store.reading() as db:
        owned = [each for account in accounts.list_all(db) for each in methods.of_account(db, account.id)]
    secrets = [(each.account_id, each.secret) for each in owned if each.secret]
    broken = 0
    for account_id, sealed in secrets:
        try:
            services.seal.open(sealed, seal_context(account_id))
        except SealBroken:
            broken += 1
    if broken:
        raise CheckFailed(
            f"{broken} of {len(secrets)} secrets of methods open with no key: add the lost one to WEBAPP_SEAL_KEYS"
        )
    return f"{len(secrets)} secrets of methods open"


def _gateway(services: Services) -> str:
    post = services.outbound
    if not isinstance(post, Notifier):
        return "not ours"
    try:
        post.gateway.check()
    except DeliveryFailed as failed:
        raise CheckFailed(f"{services.config.gateway_url} {failed}: see WEBAPP_GATEWAY_URL") from None
    return f"{services.config.gateway_url} answers"


def _mail(services: Services) -> str:
    post = services.outbound
    server = f"{services.config.smtp_host}:{services.config.smtp_port}"
    if not isinstance(post, Notifier):
        return "not ours"
    try:
        post.mailer.check()
    except DeliveryFailed as failed:
        raise CheckFailed(f"{server} {failed}: see WEBAPP_SMTP_HOST and WEBAPP_SMTP_PORT") from None
    return f"{server} answers"


def _catalogue(services: Services) -> str:
    compiled = Path(current_app.root_path) / "translations" / "ja" / "LC_MESSAGES" / "messages.mo"
    if not compiled.exists():
        raise CheckFailed("the Japanese catalogue is not compiled: pybabel compile -d webapp/translations")
    with force_locale("ja"):
        if gettext("Once more:") == "Once more:":
            raise CheckFailed(
                "the Japanese catalogue is older than the code: pybabel compile -d webapp/translations"
            )
    return "ja, en"


def _places(services: Services) -> str:
    path = services.config.geoip_file
    if not path:
        return "no file: addresses are shown as they are"
    import maxminddb  # needed only if a file is set

    try:
        with maxminddb.open_database(path) as reader:
            return f"{path}, {reader.metadata().database_type}"
    except maxminddb.InvalidDatabaseError as invalid:
        raise CheckFailed(f"WEBAPP_GEOIP_FILE={path}: {invalid}") from None


_CHECKS = {
    "settings": _settings,
    "database": _database,
    "keys": _keys,
    "gateway": _gateway,
    "mail": _mail,
    "catalogue": _catalogue,
    "places": _places,
}
