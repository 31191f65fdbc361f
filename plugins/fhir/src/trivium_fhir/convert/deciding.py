"""Applying the decisions: the rows of a map as they are run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from trivium_fhir.convert.decisions import ADDED, CHANGES, Change
from trivium_fhir.convert.model import Reason
from trivium_fhir.guide import MapRow

_PROSE_EXPRESSIONS: Final = ("convert v2 date", "convert from A or HEX", "concatenate according", "full field")
"""What a sheet says in words and the engine does."""


class Decided(NamedTuple):
    """A row as it is applied; with a reason, the one why it is not."""

    row: MapRow
    reason: Reason | None = None


def completed(map_name: str, rows: tuple[MapRow, ...]) -> tuple[MapRow, ...]:
    """The guide's rows of a map, with those that it lacks."""
    return (*rows, *ADDED.get(map_name, ()))


def decided(map_name: str, rows: tuple[MapRow, ...]) -> list[Decided]:
    """The rows of a map as they are applied. What a site has written stands as it is written."""
    changes = CHANGES.get(map_name, {})
    found = [Decided(row) if row.site else _decide(row, changes.get((row.v2, row.to))) for row in rows]
    nameless = _nameless(found)
    return [Decided(one.row, Reason.PROSE) if _unread(one, nameless) else one for one in found]


def _unread(one: Decided, nameless: set[str]) -> bool:
    """A part of an extension that has no URL."""
    return one.reason is None and not one.row.site and any(one.row.to.startswith(f"{path}.") for path in nameless)


def _nameless(rows: list[Decided]) -> set[str]:
    """Extensions whose URL the sheet leaves open: nobody could read them."""
    urls: dict[str, bool] = {}
    for one in rows:
        if one.row.to.endswith(".url") and "xtension" in one.row.to.rpartition(".url")[0].rpartition(".")[2]:
            path = one.row.to.removesuffix(".url")
            urls[path] = urls.get(path, False) or one.row.constant is not None
    return {path for path, known in urls.items() if not known}


def _decide(row: MapRow, change: Change | None) -> Decided:
    if row.map == "AIS[Appointment]" and row.to.startswith("participant"):
        return Decided(row, Reason.INCOMPLETE)  # a service takes no part: R4 asks for an actor or a role (app-1)
    if isinstance(change, Reason):
        return Decided(row, change)
    if change is not None:
        return _changed(row, change)
    return Decided(row, _blocked(row))


def _changed(row: MapRow, change: Mapping[str, Any]) -> Decided:
    parts = dict(change)
    by_constant = parts.pop("const", None)
    if by_constant is not None:
        return Decided(row, by_constant.get(row.constant))
    by_when = parts.pop("by_when", None)
    if by_when == "name":
        return Decided(replace(row, when=_without_name(row.when)))
    if by_when == "RP":
        return Decided(replace(row, data_type_map="RP[Attachment]") if "RP" in str(row.when) else row)
    return Decided(replace(row, **parts))


def _without_name(when: Any) -> Any:
    """`HD.1 is not valued and ...` without its first part."""
    return when[2] if isinstance(when, list) and when[0] == "and" and len(when) == 3 else when


def _blocked(row: MapRow) -> Reason | None:
    if row.local:
        return Reason.LOCAL
    if row.proposed or "??" in row.to or "#ext" in row.to:
        return Reason.PROPOSED
    if row.error:
        return Reason.NO_PLACE
    if row.restricted:
        return Reason.PROSE
    if row.expression and row.expression.startswith(("/", "#")):
        known = any(words in row.expression for words in _PROSE_EXPRESSIONS) or "appropriate url" in row.expression
        return None if known else Reason.PROSE
    return None
