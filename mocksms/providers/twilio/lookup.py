"""Twilio Lookup v2: a number's data in its country's numbering plan. Packages that ask carriers stay null."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import phone_numbers
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import resources
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.serialization import SERVICES

LOOKUP = f"{SERVICES.removesuffix('Services')}PhoneNumbers"
blueprint = Blueprint("twilio_lookup", __name__, url_prefix=LOOKUP)
blueprint.register_error_handler(Refusal, refused)
_PACKAGES = (
    "caller_name", "sim_swap", "call_forwarding", "line_status", "identity_match", "reassigned_number",
    "sms_pumping_risk", "phone_number_quality_score", "pre_fill",
)  # fmt: skip


@blueprint.get("/<number>")
def get_number(number: str) -> ResponseReturnValue:
    """Return the data of a number; CountryCode is the country of a number without a country code."""
    region = request.args.get("CountryCode", "").upper() or entered_world().settings.region
    found = phone_numbers.look_up(phone_numbers.normalise(number, region), region)
    fields = request.args.get("Fields", "").split(",")
    line = {
        "carrier_name": None,
        "error_code": None,
        "mobile_country_code": None,
        "mobile_network_code": None,
        "type": found.line,
    }
    return jsonify({
        **dict.fromkeys(_PACKAGES),
        "calling_country_code": found.calling_code or None,
        "country_code": found.country or None,
        "line_type_intelligence": line if "line_type_intelligence" in fields and found.line else None,
        "national_format": found.national or None,
        "phone_number": found.number,
        "valid": not found.errors,
        "validation_errors": list(found.errors),
        "url": resources.address(f"{LOOKUP}/{found.number}"),
    })  # fmt: skip
