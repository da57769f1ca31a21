"""Check a Twilio Messages request in the provider's order and make it a message."""

import json
import re
from datetime import UTC, datetime

from flask import request

from mocksms.config import Settings
from mocksms.core import gsm_lookalikes, phone_numbers
from mocksms.core.models import Message
from mocksms.core.sids import new_sid
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.providers.twilio import messaging_services, resources
from mocksms.providers.twilio.errors import ALWAYS_FINE, MAGIC_FROM, MAGIC_TO, Refusal
from mocksms.providers.twilio.serialization import WHATSAPP
from mocksms.store.resources import Resource

MAX_CHARACTERS = 1600
SOONEST_SECONDS = 300
LATEST_SECONDS = 35 * 86400
_CONTENT = re.compile(r"HX[0-9a-fA-F]{32}")


def draft(world: World, account: str) -> Message:
    """Return the message that the form describes. Raise :class:`Refusal`."""
    sent = request.form
    form = sent.to_dict()  # a plain dict: most fields are missing, and a MultiDict raises for each
    settings, to, sender = world.settings, form.get("To", ""), form.get("From", "")
    body, media = form.get("Body", ""), sent.getlist("MediaUrl")
    details: dict[str, object] = {}
    prefix = WHATSAPP if to.startswith(WHATSAPP) else ""
    recipient = _recipient(settings, to, prefix)
    if sender.strip() and prefix != (WHATSAPP if sender.startswith(WHATSAPP) else ""):
        raise Refusal(21910)
    number = _sender(settings, sender, prefix) if sender.strip() else ""
    service = _service(world, form.get("MessagingServiceSid", ""), number)
    if service is not None:
        details["messaging_service_sid"] = service.sid
        number = number or messaging_services.sender_of(world, service)
    if number == recipient:
        raise Refusal(21266, to)
    if content := form.get("ContentSid", ""):
        body = _content(content, form.get("ContentVariables", ""))
        details["content_sid"] = content
    if not body and not media:
        raise Refusal(21602)
    if unread := [url for url in media if not http_client.is_address(url)]:
        raise Refusal(21620, unread[0])
    if _is_smart(form.get("SmartEncoded", ""), service):
        body = gsm_lookalikes.replaced(body)
    if len(body) > MAX_CHARACTERS:
        raise Refusal(21617)
    if prefix:
        details["address_prefix"] = prefix
    if media:
        details["media"] = media
    if callback := form.get("StatusCallback") or (service.content["status_callback"] if service else ""):
        if not http_client.is_address(callback):
            raise Refusal(21609, callback)
        details["status_callback"] = callback
    return Message(
        sid=new_sid("MM" if media else "SM"), channel="sms", wire="twilio", sender=number, recipient=recipient,
        body=body, account=account, details=details,
    )  # fmt: skip


def send_at(world: World) -> float | None:
    """Return when a scheduled message is to be sent (Unix seconds by the phone's clock), None for at once."""
    if "SendAt" not in (form := request.form):
        return None
    text = form["SendAt"]
    if not text or form.get("ScheduleType") != "fixed":
        return None
    if not form.get("MessagingServiceSid"):
        raise Refusal(35118)
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(35111, text) from None
    due_at = at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    if not SOONEST_SECONDS <= due_at - world.now() <= LATEST_SECONDS:
        raise Refusal(35111, text)
    return due_at


def _service(world: World, sid: str, number: str) -> Resource | None:
    if sid:
        return messaging_services.of_message(world, sid)
    if not number:
        raise Refusal(21603)
    return None


def _is_smart(asked: str, service: Resource | None) -> bool:
    if asked:
        return asked.lower() in resources.TRUE
    return service is not None and bool(service.content["smart_encoding"])


def _content(sid: str, variables: str) -> str:
    """Return a template's variables, one per line, or its sid without any: the template is stored at the provider."""
    if not _CONTENT.fullmatch(sid):
        raise Refusal(21655, sid)
    try:
        found = json.loads(variables or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str | int | float) for each in found.values()):
        raise Refusal(21656, variables)
    return "\n".join(str(each) for each in found.values()) or sid


def _recipient(settings: Settings, to: str, prefix: str) -> str:
    if not to.strip():
        raise Refusal(21604)
    number = phone_numbers.normalise(to.removeprefix(prefix), settings.region)
    if number in MAGIC_TO:
        raise Refusal(MAGIC_TO[number], to)
    if not phone_numbers.is_number(number):
        raise Refusal(21211, to)
    if prefix:  # WhatsApp needs no SMS route
        return number
    if number[1:].startswith(settings.geo_blocked):
        raise Refusal(21408, to)
    if phone_numbers.kind(number) == "landline":
        raise Refusal(21635, to)
    return number


def _sender(settings: Settings, sender: str, prefix: str) -> str:
    number = phone_numbers.normalise(sender.removeprefix(prefix), settings.region)
    if number in MAGIC_FROM:
        raise Refusal(MAGIC_FROM[number], sender)
    is_name = messaging_services.ALPHA.fullmatch(sender) or re.fullmatch(r"[0-9]{3,8}", sender)
    if not phone_numbers.is_number(number) and not is_name:
        raise Refusal(21212, sender)
    owned = settings.owned_numbers
    if owned and number not in owned and number != ALWAYS_FINE:
        raise Refusal(21606, sender)
    return number
