"""What happens after a message is accepted: arrival, webhooks, replies, retention."""
