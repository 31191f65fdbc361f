"""Where a field, or a component of it, lands: a segment map's row, followed through the data type maps it names.

`PID-3.4.1` is row PID-3 of `PID[Patient]` (`Patient.identifier[2]`), gone on with row CX.4 of `CX[Identifier]`
(`assigner(Organization)`) and row HD.1 of `HD[Organization]` (`identifier[1].value`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from trivium_fhir.conditions import Condition, Rename, grouped, read_condition
from trivium_fhir.field_ref import FieldRef
from trivium_fhir.guide import DataTypeMap, Listing, MapRow, data_type_maps
from trivium_fhir.paths import Path, bare, continued, parse_path

# HL7 v2 data types without components; their first component is the value itself (HL7 v2.9 chapter 2A).
_PRIMITIVE: Final = frozenset({"DT", "DTM", "FT", "GTS", "ID", "IS", "NM", "SI", "SNM", "ST", "TM", "TX"})
_COMPONENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}\.(.+)")


class Ended(StrEnum):
    """Why a row of the field does not lead on to the component asked for."""

    FIXED_VALUE = "the row sets a fixed value, whatever the component holds"
    WHOLE_FIELD = "the row takes the field as a whole and says nothing of its components"
    NO_COMPONENTS = "the data type has no such component: it has none"
    NOT_MAPPED = "the data type map knows the component and does not map it"
    NOT_LISTED = "the data type map does not list the component"
    DOES_NOT_FIT = "the row and the data type map it names do not fit together"


@dataclass(frozen=True, slots=True)
class Landing:
    """A place in FHIR, and the rows that lead there, outermost first."""

    rows: tuple[MapRow, ...]
    path: Path | None
    condition: Condition | None
    v2_types: frozenset[str]
    """What v2 data type stands there, as far as the guide says: several where its maps differ."""

    @property
    def row(self) -> MapRow:
        """The row that decides: type, cardinality and constant are its."""
        return self.rows[-1]


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A place that does not lead on to the component."""

    at: Landing
    why: Ended


def landings(rows: Iterable[MapRow], ref: FieldRef, listings: Sequence[Listing]) -> tuple[list[Landing], list[DeadEnd]]:
    """Where the segment map rows of `ref.field` lead for `ref`: the places, and the rows that lead nowhere."""
    found = [_start(row, listings) for row in rows]
    ends: list[DeadEnd] = []
    place = ref.field
    for number in ref.below:
        reached: list[Landing] = []
        for landing in found:
            further = component_landings(landing, place, number)
            if isinstance(further, Ended):
                ends.append(DeadEnd(landing, further))
            else:
                reached.extend(further)
        found, place = reached, f"{place}.{number}"
    return found, ends


def _start(row: MapRow, listings: Sequence[Listing]) -> Landing:
    condition = read_condition(row.when, _renamed(row.v2)) if row.when else None
    types = frozenset(listing.data_type for listing in listings)
    return Landing((row,), parse_path(row.base, row.to), condition, types)


def component_landings(landing: Landing, place: str, number: int) -> list[Landing] | Ended:
    """Where a component of the value at `place` (`PID-3`) lands, or why the landing does not lead there."""
    row = landing.row
    if row.constant is not None:
        return Ended.FIXED_VALUE
    if row.unfit:
        return Ended.DOES_NOT_FIT
    if row.data_type_map is None:
        return _without_map(landing, number)
    onward = data_type_maps()[row.data_type_map]
    inner = [r for r in onward.rows if _number(r.v2) == number or _mentions(r, onward.source, number)]
    if not inner:
        return _missing(onward, number)
    reached = [_onward(landing, one, onward, place, number) for one in inner]
    fitting = [one for one in reached if one is not None]
    return fitting or Ended.DOES_NOT_FIT


def _without_map(landing: Landing, number: int) -> list[Landing] | Ended:
    if _mentions(landing.row, landing.row.v2, number):
        return [landing]
    if landing.row.expression is None and landing.v2_types & {*_PRIMITIVE, "varies"}:
        if number == 1:
            return [replace(landing, v2_types=_PRIMITIVE)]
        if not landing.v2_types & {"varies"}:
            return Ended.NO_COMPONENTS
    return Ended.WHOLE_FIELD


def _missing(onward: DataTypeMap, number: int) -> Ended:
    if all(_number(row.v2) is None for row in onward.rows):
        return Ended.WHOLE_FIELD
    if any(_number(component) == number for component in onward.components):
        return Ended.NOT_MAPPED
    return Ended.NOT_LISTED


def _onward(landing: Landing, row: MapRow, onward: DataTypeMap, place: str, number: int) -> Landing | None:
    """The landing, gone on with `row` of the data type map `onward`. None if they do not fit."""
    inner = parse_path(row.base, row.to)
    if landing.path is None or inner is None:
        return None
    resource = onward.resource or row.base != onward.base
    path = continued(landing.path, inner, base=row.base, resource=resource)
    if path is None or (not resource and _inside(landing.path, onward) and not _repeats(landing.path, inner)):
        return None
    conditions = [landing.condition] if landing.condition else []
    if row.when:
        conditions.append(read_condition(row.when, _renamed(place)))
    types = [listing[1] for component, listing in onward.components.items() if _number(component) == number]
    return Landing((*landing.rows, row), path, grouped("and", conditions) if conditions else None, frozenset(types))


def _inside(path: Path, onward: DataTypeMap) -> bool:
    """The row's path already ends at an element of the value that the map makes: `reaction.manifestation.text`."""
    inner = [parse_path(row.base, row.to) for row in onward.rows]
    return any(_repeats(path, one) for one in inner if one is not None)


def _repeats(path: Path, inner: Path) -> bool:
    ours, theirs = path.legs[-1].steps, inner.legs[0].steps
    return bool(ours and theirs) and bare(ours[-1]) == bare(theirs[0])


def _number(v2: str) -> int | None:
    """The component number of a data type map's row: 4 of `CX.4` (and of `RI-1`, as one sheet writes it)."""
    _, separator, number = v2.replace("-", ".").rpartition(".")
    return int(number) if separator else None


def _mentions(row: MapRow, name: str, number: int) -> bool:
    """The row's expression takes this component: `OBX-5.1+"-"+OBX-5.2`."""
    return bool(row.expression and re.search(rf"\b{re.escape(name)}\.{number}\b(?!\.?\d)", row.expression))


def _renamed(place: str) -> Rename:
    """Name what a data type calls `CX.4` by where it stands: `PID-3.4`."""

    def rename(field: str) -> str:
        component = _COMPONENT.fullmatch(field)
        return f"{place}.{component[1]}" if component else field

    return rename
