"""The official SDKs for Node, Twilio's and Amazon's, against a running phone."""
