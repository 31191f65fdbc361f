"""Reading the files of `knowledge/r4`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

_KNOWLEDGE: Final = files("trivium_fhir") / "knowledge" / "r4"

SITE: Final = "http://hl7.org/fhir/R4/"


@cache
def read(name: str) -> dict[str, Any]:
    """One file of the tables, e.g. `read("types")`."""
    found: dict[str, Any] = json.loads(_KNOWLEDGE.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return found


def padded(row: list[Any], length: int) -> list[Any]:
    """A row with the trailing nulls that the files leave out."""
    return row + [None] * (length - len(row))
