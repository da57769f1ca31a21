"""The official SDKs for Node, Twilio's and Amazon's, with a running phone."""
