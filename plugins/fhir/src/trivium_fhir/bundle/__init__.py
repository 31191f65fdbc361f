"""Drafts become a Bundle: completed, identified, each made once, and asked for in a way that can be repeated."""
