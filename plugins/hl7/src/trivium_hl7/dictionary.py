"""What the standard says of segments, fields, components and codes, by version. Loaded on first use."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

FALLBACK_VERSION: Final = "2.5.1"
"""Whose definitions are used for a message that names no version."""
USAGE: Final = {
    "R": "required",
    "RE": "required, may be empty",
    "O": "optional",
    "C": "conditional",
    "X": "not supported",
    "B": "kept for backward compatibility",
    "W": "withdrawn",
}
"""Usage letters (HL7 v2.8.2 chapter 2.5.3.5). The sources of 2.1 to 2.6 tell R and O apart, and W in part."""
CODE_STATUS: Final = {
    "N": "new",
    "B": "kept for backward compatibility",
    "D": "deprecated",
    "R": "retired",
    "L": "in old editions only",
}
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


class Code(NamedTuple):
    """A code of a table."""

    code: str
    display: str
    """May be empty."""
    status: str
    """Empty: active. Else a letter of `CODE_STATUS`."""
    deprecated_in: str
    """A version, or empty."""
    versions: tuple[str, ...]
    """In whose edition of the table it stands. The sources know 2.3.1 to 2.8.2; empty where they know nothing."""


class Table(NamedTuple):
    name: str
    type: str
    """Who keeps its codes: HL7 (closed), User (a site may use its own), Imported, External ..."""
    codes: dict[str, str]
    """Code to display; a display may be empty."""
    oid: str = ""
    introduced: str = ""
    """The version that brought it."""
    steward: str = ""
    """The work group of HL7, as its short name."""
    used: tuple[str, ...] = ()
    """Fields and components of 2.9 that take its codes."""
    system: str = ""
    """URI of the code system."""


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


def version_for(declared: str) -> str:
    """The version to look things up in for a message that names `declared`."""
    return nearest_version(declared) or FALLBACK_VERSION


@lru_cache(maxsize=256)
def is_since(version: str, first: str) -> bool:
    """Whether `version` is `first` or a later one. Raises `ValueError` for what is no version with definitions."""
    order = versions()
    return order.index(version) >= order.index(first)


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
    if found is None:
        return None
    name, kind, codes, _, _, facts = found
    facts = facts | {"used": tuple(facts.get("used", ()))}
    return Table(name, kind, codes, **facts)


def tables() -> tuple[str, ...]:
    """The number of every table."""
    return tuple(load("tables")["tables"])


@lru_cache(maxsize=_REMEMBERED)
def code(number: str, text: str) -> Code | None:
    """A code of a table, with what is known of its life."""
    found = load("tables")["tables"].get(number)
    if found is None or text not in found[2]:
        return None
    status, deprecated, bits = found[4].get(text, found[3])
    return Code(text, found[2][text], status, deprecated, _versions_of(bits))


def _versions_of(bits: int) -> tuple[str, ...]:
    """The source of tables has no edition of 2.7.1, which changed none of 2.7's codes."""
    found = {v for position, v in enumerate(load("tables")["versions"]) if bits >> position & 1}
    return tuple(v for v in versions() if v in found or (v == "2.7.1" and "2.7" in found))


@cache
def segments(version: str) -> tuple[str, ...]:
    """Every segment of a version."""
    return _entries("segments", version)


@cache
def datatypes(version: str) -> tuple[str, ...]:
    """Every data type of a version."""
    return _entries("datatypes", version)


@lru_cache(maxsize=_REMEMBERED)
def type_name(type_id: str) -> str | None:
    entry = load("datatypes")["datatypes"].get(type_id)
    return entry[0] if entry else None


def exact_field(segment_id: str, number: int, version: str) -> Definition | None:
    """A field as `version` itself defines it; None where it does not."""
    return _exact("segments", segment_id, number, version)


def exact_component(type_id: str, number: int, version: str) -> Definition | None:
    """A component as `version` itself defines it; None where it does not."""
    return _exact("datatypes", type_id, number, version)


def field_count(segment_id: str, version: str) -> int:
    """How many fields `version` gives the segment; 0 where it has no such segment."""
    return len(_row_numbers("segments", segment_id, version))


def component_count(type_id: str, version: str) -> int:
    """How many components `version` gives the data type; 0 for a primitive one, and where it has no such type."""
    return len(_row_numbers("datatypes", type_id, version))


def item(segment_id: str, number: int) -> int | None:
    """The item number of a field, the same in every version; the source has those of 2.9.1."""
    numbers = load("segments")["items"].get(segment_id, ())
    found: int | None = numbers[number - 1] if 0 < number <= len(numbers) else None
    return found


def _entries(kind: str, version: str) -> tuple[str, ...]:
    return tuple(name for name, (_, by_version) in load(kind)[kind].items() if version in by_version)


def _exact(kind: str, entry_id: str, number: int, version: str) -> Definition | None:
    entry = load(kind)[kind].get(entry_id)
    return _row(kind, entry[1], version, number) if entry else None


def _row_numbers(kind: str, entry_id: str, version: str) -> list[int]:
    entry = load(kind)[kind].get(entry_id)
    return _rows(entry[1], version) if entry else []


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
    rows = _rows(by_version, version)
    if not 0 < number <= len(rows):
        return None
    name, type_id, usage, maximum, length, table_id, *_ = load(kind)["rows"][rows[number - 1]] + [None] * 6
    return Definition(name or "", type_id or "", usage or "", maximum, length, table_id or "")


def _rows(by_version: dict[str, Any], version: str) -> list[int]:
    rows = by_version.get(version, [])
    while isinstance(rows, str):
        rows = by_version[rows]
    found: list[int] = rows
    return found


@cache
def load(name: str) -> dict[str, Any]:
    """A knowledge file."""
    text = (resources.files("trivium_hl7") / "knowledge" / f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
