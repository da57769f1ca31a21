"""Twilio: messages, calls with TwiML, Verify, status callbacks, inbound webhooks."""

from mocksms.providers.twilio.provider import Twilio

PROVIDER = Twilio
