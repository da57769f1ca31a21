"""Amazon SNS: Publish to a phone number."""
