"""The notifier: write a message, and send it by gateway or mail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from webapp import paths
from webapp.config import Config
from webapp.outbound import message_templates, notice_templates
from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer
from webapp.rules.visitor import Attempt
from webapp.store.accounts import Account
from webapp.store.outbox import Message


class Notifier:
    """Implements ``services.context.Outbound`` with the provider's API and SMTP."""

    def __init__(
        self,
        gateway: Gateway,
        mailer: Mailer,
        config: Config,
        link_query: str = "",
        key: str | None = None,
        in_doubt_since: float | None = None,
    ) -> None:
        """Set the channels. ``link_query`` (such as ``?world=a``) ends every link, so that it leads back to its
        world.

        ``key`` and ``in_doubt_since`` are those of one `attempt`.
        """
        self.gateway = gateway
        self.mailer = mailer
        self._config = config
        self._site_url = config.site_url.rstrip("/")
        self._link_query = link_query
        self._key = key
        self._since = in_doubt_since

    def attempt(self, key: str, in_doubt_since: float | None) -> Self:
        """Return the same for one attempt at the message ``key``.

        A mail has the same Message-ID at each attempt. A text or call in doubt is looked for at the gateway first.
        """
        return type(self)(self.gateway, self.mailer, self._config, self._link_query, key, in_doubt_since)

    def send_code(self, *, channel: str, to: str, code: str, language: str) -> str | None:
        """Send a one-time code by ``sms``, ``voice`` or ``mail``. Return a call's sid, else None. Raises
        DeliveryFailed."""
        if channel == "sms":
            host = urlsplit(self._site_url).netloc
            self.gateway.text(to, message_templates.sms_code(code, host, language), self._since)
        elif channel == "voice":
            return self.gateway.call(to, message_templates.call_twiml(code, language), self._since)
        else:
            mail = message_templates.compose(
                "code", language, code=code, life_seconds=self._config.code_seconds
            )
            self.mailer.send(to, mail.subject, mail.text, mail.html, self._key)
        return None

    def call_status(self, sid: str) -> str:
        """Return the state of a call by the provider's name. Raises DeliveryFailed."""
        return self.gateway.call_status(sid)

    def send_approval_mail(self, account: Account, attempt: Attempt, token: str, language: str) -> None:
        """Send the mail with the link 承認または否認してください. Raises DeliveryFailed."""
        assert account.email is not None
        mail = message_templates.compose(
            "approval",
            language,
            name=account.name,
            when=self._when(account, attempt.at, language),
            device=attempt.device,
            near=attempt.near,
            url=self._link(paths.APPROVAL_LINK + token),
            life_seconds=self._config.approval_seconds,
            site_url=self._site_url,
            link_query=self._link_query,
        )
        self.mailer.send(account.email, mail.subject, mail.text, mail.html, self._key)

    def send_approval_text(self, account: Account, code: str, token: str, language: str) -> None:
        """Send the text with the approval code and the link to deny. Raises DeliveryFailed."""
        assert account.phone is not None
        url = self._link(paths.APPROVAL_LINK + token)
        self.gateway.text(account.phone, message_templates.sms_approval(code, url, language), self._since)

    def send_no_account_notice(self, *, kind: str, channel: str, to: str, language: str) -> None:
        """Notify an address that gets no code, by ``sms`` or ``mail``. Raises DeliveryFailed."""
        words = notice_templates.no_account_text(kind, language)
        if channel == "sms":
            self.gateway.text(to, words.as_text(), self._since)
            return
        mail = message_templates.compose(
            "word",
            language,
            headline=words.headline,
            body=words.body,
            advice=words.advice,
            site_url=self._site_url,
            link_query=self._link_query,
        )
        self.mailer.send(to, mail.subject, mail.text, mail.html, self._key)

    def send_notice(self, notice: Message, account: Account) -> None:
        """Send a security notice by mail or text. Raises DeliveryFailed."""
        words = notice_templates.notice_text(notice.kind, notice.data, notice.language)
        link = self._link(notice.data["link"]) if "link" in notice.data else ""
        if notice.channel == "sms":
            self.gateway.text(notice.recipient, words.as_text(link), self._since)
            return
        mail = message_templates.compose(
            "notice",
            notice.language,
            name=account.name,
            headline=words.headline,
            body=words.body,
            advice=words.advice,
            when=self._when(account, notice.data["when"], notice.language),
            device=notice.data["device"],
            near=notice.data["near"],
            link=link,
            link_label=words.link_label,
            site_url=self._site_url,
            link_query=self._link_query,
        )
        self.mailer.send(notice.recipient, mail.subject, mail.text, mail.html, self._key)

    def _link(self, path: str) -> str:
        return self._site_url + path + self._link_query

    def _when(self, account: Account, at: float, language: str) -> str:
        """Return date and time (日時) in the account's zone."""
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(account.time_zone))
        return message_templates.moment(local, language)
