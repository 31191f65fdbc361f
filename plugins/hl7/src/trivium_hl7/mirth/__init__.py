"""Channels for Mirth Connect 4.5, in the XML of its own model.

A channel reads what comes in into one flat record (`fields.py`) and builds what goes out from it, so that each source
has one reading script and each destination one writing script (`js/`), not each pair.
"""
