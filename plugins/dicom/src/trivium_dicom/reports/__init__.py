"""Structured reports: the content tree as text, item by item (PS3.3 C.17.3)."""
