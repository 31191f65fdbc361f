"""The standard's facts as files, each with its source, edition and licence; made by scripts/make_dicom_knowledge.py."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load(name: str) -> dict[str, Any]:
    """A knowledge file. Callers keep what they make of it."""
    text = resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
