"""The keys: from the environment, or in sandbox mode made on first start and kept in the instance folder."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from webapp.config import Config, ConfigError
from webapp.rules.encryption import new_key_text, read_key
from webapp.shared import own_files


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

    For sandbox mode: elsewhere the key comes from the environment. Two processes that start together get one key.
    """
    if not path.exists():
        own_files.write_once(path, new_key_text() + "\n")
    return read_key(path.read_text(encoding="ascii"))
