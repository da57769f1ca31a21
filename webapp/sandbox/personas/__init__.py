"""Personas: demo accounts in every state, and the browser put into it by one click or call."""
