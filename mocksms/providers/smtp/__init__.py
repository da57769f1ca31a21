"""Mail over SMTP."""

from typing import TYPE_CHECKING, ClassVar

from flask import Flask

from mocksms.providers.interface import Provider
from mocksms.providers.smtp import certificate

if TYPE_CHECKING:
    from mocksms.providers.smtp.mail_server import MailServer


class Smtp(Provider):
    """The mail server. Its answers are SMTP codes; it sends nothing to apps."""

    wires = ("smtp",)
    key_files: ClassVar = {certificate.KEY: certificate.new_key}

    def example(self, url: str) -> tuple[str, str]:
        """Return the command that sends a mail."""
        host = self.settings.smtp_host
        address = f"[{host}]" if ":" in host and not host.startswith("[") else host
        address = f"{address}:{self.settings.smtp_port}"
        return "mail", (
            f"curl smtp://{address} --mail-from shop@example.com \\\n"
            "  --mail-rcpt hanako@example.com -T mail.eml"
        )

    def listen(self, app: Flask, host: str | None = None, port: int | None = None) -> "MailServer | None":
        """Start the mail server, unless MOCKSMS_SMTP_PORT is -1 and no port is given."""
        from mocksms.providers.smtp import mail_server  # late: a phone in a test's process has no mail server

        wanted = self.settings.smtp_port if port is None else port
        if wanted < 0:
            return None
        tls_port = self.settings.smtp_tls_port if port is None else port
        return mail_server.start(app, host or self.settings.smtp_host, wanted, tls_port=tls_port)


PROVIDER = Smtp
