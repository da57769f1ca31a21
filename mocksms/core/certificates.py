"""Keys with self-signed certificates in PEM, made once and kept in the instance folder."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

_YEARS = 10
_END_OF_KEY = "-----END PRIVATE KEY-----\n"


def certificate_of(pem: str) -> str:
    """Return the certificate of a result of :func:`self_signed`, without the key."""
    return pem.partition(_END_OF_KEY)[2]


def self_signed(
    key: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey",
    common_name: str,
    extensions: "Sequence[tuple[x509.ExtensionType, bool]]" = (),
) -> str:
    """Return a private key and a self-signed certificate, valid for ten years, in PEM.

    `extensions` are pairs of an extension and whether it is critical. The certificate is no authority, so it cannot
    sign others.
    """
    # Only here: it takes a tenth of a second to load, and is needed once.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=366 * _YEARS))
    for extension, is_critical in (
        *extensions,
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ):
        builder = builder.add_extension(extension, is_critical)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
