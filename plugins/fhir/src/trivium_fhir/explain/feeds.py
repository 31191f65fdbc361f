"""The guide backwards: every place in FHIR that its rows fill, with the v2 field, component or subcomponent it is from.

Segment maps' rows are followed through the data type maps they name, as `crosswalk` follows them forwards, once:
`Patient.address.city` is `PID-11.3` by PID[Patient] PID-11 and XAD[Address] XAD.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium_fhir.conditions import Condition
from trivium_fhir.crosswalk import Ended, Landing, component_landings, landings
from trivium_fhir.field_ref import FieldRef
from trivium_fhir.guide import Listing, MapRow, data_type_maps, index, segment_maps
from trivium_fhir.paths import THIS, Leg, Path, bare, parse_path

_FIELD: Final = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)")
_NUMBER: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}[.-](\d+)")
_LEVELS: Final = 3
_SIMPLE: Final = frozenset({"DT", "DTM", "FT", "ID", "IS", "NM", "SI", "ST", "TM", "TX"})


@dataclass(frozen=True, slots=True)
class Feed:
    """One way from v2 to a place in FHIR."""

    source: str
    """`PID-11.3`; a segment where its being there is enough; `XAD.3` of a data type map that no segment map uses."""
    rows: tuple[MapRow, ...]
    path: Path
    condition: Condition | None
    place: tuple[str, ...]
    """Type and steps of the last leg, without indices: `("Patient", "address", "city")`."""

    @property
    def row(self) -> MapRow:
        return self.rows[-1]

    @property
    def whole(self) -> bool:
        """It takes the field as a whole: no data type map says where its components go."""
        return self.row.data_type_map is None or self.row.unfit


@cache
def feeds() -> Mapping[str, tuple[Feed, ...]]:
    """All feeds by the type their place begins with, in the guide's order."""
    found: dict[str, list[Feed]] = {}
    used: set[int] = set()
    for feed in _of_segments():
        used.update(map(id, feed.rows))
        found.setdefault(feed.place[0], []).append(feed)
    for feed in _of_data_types():
        if id(feed.row) not in used or not data_type_maps()[feed.row.map].resource:
            found.setdefault(feed.place[0], []).append(feed)
    return {name: tuple(listed) for name, listed in found.items()}


@cache
def references() -> Mapping[tuple[str, ...], tuple[Feed, ...]]:
    """Feeds by the elements that reference what they create: `("Observation", "performer")`."""
    found: dict[tuple[str, ...], list[Feed]] = {}
    for listed in feeds().values():
        for feed in listed:
            for leg in feed.path.legs[:-1]:
                found.setdefault(_place(leg), []).append(feed)
    return {place: tuple(each) for place, each in found.items()}


def _of_segments() -> Iterator[Feed]:
    for segment in index().segments:
        maps = segment_maps(segment)
        for rows in maps.maps.values():
            for row in rows:
                yield from _of_row(segment, row, maps.fields.get(row.v2, ()))


def _of_row(segment: str, row: MapRow, listings: tuple[Listing, ...]) -> Iterator[Feed]:
    named = _FIELD.fullmatch(row.v2)
    if named is None:
        yield from _at(row.v2 or segment, landings([row], FieldRef(segment), listings)[0])
        return
    yield from _below(FieldRef(named[1], (int(named[2]),)), row, listings)


def _below(ref: FieldRef, row: MapRow, listings: tuple[Listing, ...]) -> Iterator[Feed]:
    found, _ = landings([row], ref, listings)
    yield from _at(str(ref), found)
    places = {str(ref): found}
    for _ in range(_LEVELS - 1):
        places = {place: reached for where, at in places.items() for place, reached in _further(where, at)}
        for place, reached in places.items():
            yield from _at(place, reached)


def _further(where: str, found: list[Landing]) -> Iterator[tuple[str, list[Landing]]]:
    """The components of a place, and where each leads."""
    for number in sorted({number for landing in found for number in _components(landing.row)}):
        each = (component_landings(landing, where, number) for landing in found)
        yield f"{where}.{number}", [one for reached in each if not isinstance(reached, Ended) for one in reached]


def _components(row: MapRow) -> set[int]:
    """The components that a row's data type map knows where to put."""
    if row.data_type_map is None or row.constant is not None or row.unfit:
        return set()
    onward = data_type_maps()[row.data_type_map]
    numbers = {int(named[1]) for one in onward.rows if (named := _NUMBER.fullmatch(one.v2))}
    mentioned = re.compile(rf"\b{re.escape(onward.source)}\.(\d+)")
    return numbers | {int(number) for one in onward.rows for number in mentioned.findall(one.expression or "")}


def _at(source: str, found: list[Landing]) -> Iterator[Feed]:
    for landing in found:
        if landing.path is not None and not _is_the_field_itself(landing.row):
            place = _place(landing.path.legs[-1])
            yield Feed(source, landing.rows, landing.path, landing.condition, place)


def _is_the_field_itself(row: MapRow) -> bool:
    """`ID.1` of a field of type ID: the same value once more."""
    onward = data_type_maps().get(row.map)
    return onward is not None and onward.source in _SIMPLE


def _of_data_types() -> Iterator[Feed]:
    for body in data_type_maps().values():
        for row in body.rows:
            path = parse_path(row.base, row.to)
            if path is not None:
                yield Feed(row.v2 or body.source, (row,), path, None, _place(path.legs[-1]))


def _place(leg: Leg) -> tuple[str, ...]:
    """`("Patient", "address", "city")`: no indices, no `$this`, and steps that are an index alone are none."""
    steps = (bare(step.partition(":")[0]) for step in leg.steps if step != THIS)
    return (bare(leg.type), *(step for step in steps if step))
