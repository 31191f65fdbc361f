"""What the standard says of segments, fields, components and codes, by version. Loaded on first use."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

FALLBACK_VERSION: Final = "2.5.1"
"""Whose definitions are used for a message that names no version."""
_REMEMBERED: Final = 4096
"""Answers kept; questions come from messages, so there is no end of them."""


class Definition(NamedTuple):
    """A field of a segment or a component of a data type."""

    name: str
    type: str
    """Data type; empty where the sources give none."""
    usage: str
    """R, O, C, B, W ... ; the sources for 2.1 to 2.6 know R and O alone."""
    maximum: int | None
    """Repetitions; 0 = unbounded, None for components."""
    length: int | str | None
    table: str
    """Four digits, or empty."""


class Table(NamedTuple):
    name: str
    type: str
    """Who keeps its codes: HL7 (closed), User (a site may use its own), Imported, External ..."""
    codes: dict[str, str]
    """Code to display; a display may be empty."""


@cache
def versions() -> tuple[str, ...]:
    """Every version that has definitions, oldest first."""
    return tuple(load("segments")["versions"])


def nearest_version(declared: str) -> str | None:
    """The version whose definitions fit one that a message names: itself, or its neighbor in the same minor series.

    None for what is no version 2.x.
    """
    known = versions()
    if declared in known:
        return declared
    parts = declared.split(".")
    if len(declared) > 12 or parts[0] != "2" or len(parts) < 2 or not all(part.isdecimal() for part in parts):
        return None
    series = [v for v in known if v.split(".")[:2] == parts[:2]]
    return series[-1] if series else None


@lru_cache(maxsize=_REMEMBERED)
def segment_name(segment_id: str) -> str | None:
    entry = load("segments")["segments"].get(segment_id)
    return entry[0] if entry else None


@lru_cache(maxsize=_REMEMBERED)
def field(segment_id: str, number: int, version: str) -> Definition | None:
    """A field as `version` defines it, or as the nearest version that gives it a data type does.

    Senders use fields before their time and after their withdrawal.
    """
    return _definition("segments", segment_id, number, version)


@lru_cache(maxsize=_REMEMBERED)
def component(type_id: str, number: int, version: str) -> Definition | None:
    """A component of a data type, found as fields are."""
    return _definition("datatypes", type_id, number, version)


@lru_cache(maxsize=_REMEMBERED)
def is_composite(type_id: str, version: str) -> bool:
    return component(type_id, 1, version) is not None


def is_type(name: str) -> bool:
    """Whether there is a data type of this name in any version."""
    return name in load("datatypes")["datatypes"]


@lru_cache(maxsize=_REMEMBERED)
def table(number: str) -> Table | None:
    found = load("tables")["tables"].get(number)
    return Table(*found) if found else None


def _definition(kind: str, entry_id: str, number: int, version: str) -> Definition | None:
    entry = load(kind)[kind].get(entry_id)
    if entry is None:
        return None
    order = list(versions())
    here = order.index(version)
    current = _row(kind, entry[1], version, number)
    if current and _in_use(current):
        return current
    later, earlier = order[here + 1 :], order[:here][::-1]
    candidates = (earlier + later) if current else (later + earlier)  # withdrawn here, or not yet known
    found = (_row(kind, entry[1], v, number) for v in candidates)
    return next((definition for definition in found if definition and _in_use(definition)), current)


def _in_use(definition: Definition) -> bool:
    return bool(definition.type) and definition.usage != "W"


def _row(kind: str, by_version: dict[str, Any], version: str, number: int) -> Definition | None:
    rows = by_version.get(version)
    while isinstance(rows, str):
        rows = by_version[rows]
    if rows is None or number > len(rows):
        return None
    name, type_id, usage, maximum, length, table_id, *_ = load(kind)["rows"][rows[number - 1]] + [None] * 6
    return Definition(name or "", type_id or "", usage or "", maximum, length, table_id or "")


@cache
def load(name: str) -> dict[str, Any]:
    """A knowledge file."""
    text = (resources.files("trivium_hl7") / "knowledge" / f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
