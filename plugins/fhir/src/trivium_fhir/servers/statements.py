"""A CapabilityStatement, read without trust in its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

INTERACTIONS: Final = (
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
    "transaction",
    "batch",
    "search-system",
    "history-system",
)
"""R4 value sets type-restful-interaction and system-restful-interaction."""


def rest_of(statement: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What it says as a server (CapabilityStatement.rest with mode server, else the first)."""
    found = list(_objects(statement or {}, "rest"))
    return next((one for one in found if one.get("mode") == "server"), found[0] if found else {})


def entries_of(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What it says of each type of resource."""
    return _objects(rest_of(statement), "resource")


def entry_of(statement: Mapping[str, Any], resource: str) -> Mapping[str, Any] | None:
    return next((one for one in entries_of(statement) if one.get("type") == resource), None)


def names_of(part: Mapping[str, Any], key: str) -> frozenset[str]:
    """The names of its search parameters or operations."""
    return frozenset(one["name"] for one in _objects(part, key) if isinstance(one.get("name"), str))


def interactions_of(part: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes of R4 alone, in R4's order."""
    found = {one.get("code") for one in _objects(part, "interaction")}
    return tuple(code for code in INTERACTIONS if code in found)


def texts_of(part: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = part.get(key)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _objects(part: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    found = part.get(key)
    return (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))
