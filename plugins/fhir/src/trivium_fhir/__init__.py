"""Trivium's fhir plugin."""
