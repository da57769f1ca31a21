"""The mail server's certificate: made at the first start, kept in the instance folder."""

import ipaddress
import ssl
from pathlib import Path

from mocksms.config import Settings
from mocksms.core import certificates
from mocksms.shared import own_files

CERTIFICATE = "mail_certificate.pem"
KEY = "mail_key.pem"


def path(settings: Settings) -> Path:
    """Return the certificate's file, for programs that must trust it."""
    return settings.folder / CERTIFICATE


def context(settings: Settings) -> ssl.SSLContext:
    """Return the TLS context of the mail server; make its key and certificate on first use."""
    key = settings.folder / KEY
    if not key.exists():
        own_files.write_once(key, new_key(settings))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(key)
    certificate = path(settings)
    shown = certificates.certificate_of(key.read_text())
    if certificate.exists() and certificate.read_text() != shown:
        certificate.unlink()  # of another key
    if not certificate.exists():
        own_files.write_once(certificate, shown)
    return made


def new_key(settings: Settings) -> str:
    """Return a private key and a self-signed certificate for this machine's names, in PEM."""
    # Imported here: it takes 0.1 s to load and is needed once.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    def named(host: str) -> x509.GeneralName:
        try:
            return x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            return x509.DNSName(host)

    names = dict.fromkeys(
        ["localhost", "127.0.0.1", "::1", "host.docker.internal", settings.smtp_host.strip("[]")]
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectAlternativeName([named(each) for each in names]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
    ]
    return certificates.self_signed(ec.generate_private_key(ec.SECP256R1()), "Nidankai phone", extensions)
