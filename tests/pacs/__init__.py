"""Tests of the pacs plugin."""
