"""Trivium's pacs plugin."""
