"""Twilio Verify Services v2: the name and length of codes. An unknown sid has the defaults."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import resources
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.resources import Member
from mocksms.providers.twilio.serialization import SERVICES
from mocksms.store.resources import Resource

SERVICE = "verify_service"
blueprint = Blueprint("verify_services", __name__, url_prefix=SERVICES)
blueprint.register_error_handler(Refusal, refused)
MEMBERS = {
    "friendly_name": Member("FriendlyName", "Verify"),
    "code_length": Member("CodeLength", 6),
    "lookup_enabled": Member("LookupEnabled", False),
    "psd2_enabled": Member("Psd2Enabled", False),
    "skip_sms_to_landlines": Member("SkipSmsToLandlines", False),
    "dtmf_input_required": Member("DtmfInputRequired", True),
    "tts_name": Member("TtsName", None),
    "do_not_share_warning_enabled": Member("DoNotShareWarningEnabled", False),
    "custom_code_enabled": Member("CustomCodeEnabled", True),
    "default_template_sid": Member("DefaultTemplateSid", None),
    "verify_event_subscription_enabled": Member("VerifyEventSubscriptionEnabled", False),
}
TOTP_MEMBERS = {
    "issuer": Member("Totp.Issuer", ""),
    "time_step": Member("Totp.TimeStep", 30),
    "code_length": Member("Totp.CodeLength", 6),
    "skew": Member("Totp.Skew", 1),
}
_LINKS = {
    "verification_checks": "VerificationCheck", "verifications": "Verifications", "entities": "Entities",
}  # fmt: skip


def service_json(service: Resource) -> dict[str, Any]:
    """Return a service with all its keys."""
    path = f"{SERVICES}/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": service.account,
        **service.content,
        "push": {},
        "whatsapp": {},
        "passkeys": {},
        **resources.dates(service),
        "url": resources.address(path),
        "links": {name: resources.address(f"{path}/{part}") for name, part in _LINKS.items()},
    }


resources.add_service_routes(blueprint, SERVICE, service_json)


def _given() -> dict[str, Any]:
    content = resources.given(MEMBERS)
    if not 4 <= content.get("code_length", 6) <= 10:
        raise Refusal(60200, "CodeLength")
    return content


@blueprint.post("")
def create_service() -> ResponseReturnValue:
    """Create a service: 201."""
    content = _given()
    if not content.get("friendly_name"):
        raise Refusal(60200, "FriendlyName")
    totp = {
        **resources.defaults(TOTP_MEMBERS),
        "issuer": content["friendly_name"],
        **resources.given(TOTP_MEMBERS),
    }
    content = {**resources.defaults(MEMBERS), **content, "totp": totp}
    return jsonify(service_json(resources.make(entered_world(), "VA", SERVICE, content))), 201


@blueprint.post("/<service>")
def change_service(service: str) -> ResponseReturnValue:
    """Change a service."""
    world = entered_world()
    kept = resources.found(world, SERVICE, service)
    totp = {**kept.content["totp"], **resources.given(TOTP_MEMBERS)}
    resources.change(world, kept, {**_given(), "totp": totp})
    return jsonify(service_json(kept))
