"""Twilio: messages, calls with TwiML, Verify."""
