"""What happens after a message is accepted: its arrival, webhooks, replies, retention."""
