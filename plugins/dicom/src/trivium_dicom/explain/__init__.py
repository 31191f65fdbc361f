"""Explain a data element: what it is, where it stands, what its values are, and what goes wrong with it.

`explaining.explain_tag` puts it together; `model` is imported at start-up, so that nothing is imported here.
"""
