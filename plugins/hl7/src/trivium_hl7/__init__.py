"""Trivium's hl7 plugin."""
