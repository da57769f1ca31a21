"""SNS: signatures of messages to apps, and the certificate that verifies them.

Source: "Verifying the signatures of Amazon SNS messages" of the provider.
"""

from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any

from mocksms.config import Settings
from mocksms.core import certificates
from mocksms.providers.sns.answers import OWN
from mocksms.shared import own_files

CERTIFICATE = f"{OWN}sns/SimpleNotificationService-"
"""The path of the certificate, up to its fingerprint."""
KEY = "sns_key.pem"
VERSIONS = ("1", "2")
_BITS = 2048
_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
"""The members that are signed, where they are there, in their order."""


def signed(settings: Settings, body: dict[str, Any], version: str, host_url: str) -> dict[str, Any]:
    """Return a message with its signature: version 1 is SHA-1, 2 is SHA-256. `host_url` is the phone's address."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key, _certificate, fingerprint = _kept(settings.folder / KEY)
    text = "".join(f"{name}\n{body[name]}\n" for name in _SIGNED if name in body)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303 - the provider's version 1
    signature = key.sign(text.encode(), padding.PKCS1v15(), digest)
    return {
        **body, "SignatureVersion": version, "Signature": b64encode(signature).decode(),
        "SigningCertURL": f"{host_url.rstrip('/')}{CERTIFICATE}{fingerprint}.pem",
    }  # fmt: skip


def certificate(settings: Settings, fingerprint: str) -> str | None:
    """Return the certificate with this fingerprint in PEM, or None."""
    _, pem, kept = _kept(settings.folder / KEY)
    return pem if kept == fingerprint else None


def new_key() -> str:
    """Return a new private key and its certificate in PEM."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return certificates.self_signed(key, "sns.amazonaws.com")


@lru_cache(maxsize=8)
def _kept(file: Path) -> tuple[Any, str, str]:
    """Return key, certificate and its fingerprint; make them on first use."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    if not file.exists():
        own_files.write_once(file, new_key())
    pem = file.read_text()
    key = serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    shown = certificates.certificate_of(pem)
    fingerprint = x509.load_pem_x509_certificate(shown.encode()).fingerprint(hashes.SHA256()).hex()[:32]
    return key, shown, fingerprint
