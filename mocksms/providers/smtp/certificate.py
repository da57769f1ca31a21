"""The certificate of the mail server: made at the first start, kept in the instance folder."""

import contextlib
import datetime
import ipaddress
import os
import secrets
import ssl
from pathlib import Path

from mocksms.config import Settings

CERTIFICATE = "mail_certificate.pem"
KEY = "mail_key.pem"
_YEARS = 10


def path(settings: Settings) -> Path:
    """Return the file of the certificate, for programs that must trust it."""
    return settings.folder / CERTIFICATE


def context(settings: Settings) -> ssl.SSLContext:
    """Return what the mail server encrypts with. The first time, make a key and a certificate."""
    key = settings.folder / KEY
    if not key.exists():
        settings.folder.mkdir(parents=True, exist_ok=True)
        _write_once(key, _made(settings.smtp_host))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(key)
    certificate = path(settings)
    if not certificate.exists():
        _write_once(certificate, key.read_text().partition("-----END PRIVATE KEY-----\n")[2], 0o644)
    return made


def _write_once(file: Path, content: str, mode: int = 0o600) -> None:
    fresh = file.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as opened:
        opened.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, file)  # whole or not at all, and never over another process's
    fresh.unlink()


def _made(host: str) -> str:
    """Return a private key and its own certificate for this machine's names, in PEM."""
    # Only here: it takes a tenth of a second to load, and is needed once.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(host: str) -> x509.GeneralName:
        try:
            return x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            return x509.DNSName(host)

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nidankai phone")])
    names = dict.fromkeys(["localhost", "127.0.0.1", "::1", "host.docker.internal", host.strip("[]")])
    now = datetime.datetime.now(datetime.UTC)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectAlternativeName([named(each) for each in names]), False),
        (x509.BasicConstraints(ca=False, path_length=None), True),  # who trusts it trusts no other one
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=366 * _YEARS))
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
