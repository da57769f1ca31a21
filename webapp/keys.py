"""The keys: from the environment, or in sandbox mode made on first start and kept in the instance folder."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from webapp import home
from webapp.config import Config, ConfigError
from webapp.rules.encryption import new_key_text, read_key


@dataclass(frozen=True, slots=True)
class Keys:
    """``secret`` signs cookies and links. ``seal`` are the keys for storage; the first one seals. ``pepper`` keys the
    hashes of sent codes.
    """

    secret: str = field(repr=False)
    seal: tuple[bytes, ...] = field(repr=False)
    pepper: bytes = field(repr=False)


def load_keys(config: Config) -> Keys:
    """Return the keys for these settings.

    Raises:
        ConfigError: a sealing key can't be read.
    """
    folder = Path(config.instance)
    secret = config.secret_key or load_or_make_key(folder / "secret.key").hex()
    try:
        seal = tuple(read_key(text) for text in config.seal_keys) or (load_or_make_key(folder / "seal.key"),)
    except ValueError as unreadable:
        raise ConfigError(f"WEBAPP_SEAL_KEYS: {unreadable}") from None
    return Keys(secret, seal, hmac.new(secret.encode(), b"codes", hashlib.sha256).digest())


def load_or_make_key(path: Path) -> bytes:
    """Return the key kept at ``path``, made on first use, readable by its owner only.

    For sandbox mode: elsewhere the key comes from the environment. Two processes that start together get one key: the
    file appears whole, by a link, or exists already.
    """
    home.own_folder(path.parent)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(new_key_text() + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink(missing_ok=True)
    return read_key(path.read_text(encoding="ascii"))
