"""A segment map with the data type maps it names, as one list of instructions per field.

`PID-3` of `PID[Patient]` goes on with `CX[Identifier]`, whose `CX.4` goes on with `HD[Organization]`: what comes out
says where each component of the field goes in the end, so that nothing is looked up while a message is converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from trivium_fhir.convert.deciding import Decided, completed, decided
from trivium_fhir.convert.model import Reason, SiteMaps
from trivium_fhir.convert.predicates import Place
from trivium_fhir.convert.schema import is_primitive, is_resource, walk
from trivium_fhir.guide import DataTypeMap, MapRow, data_type_maps, maps_of
from trivium_fhir.paths import Leg, Path, bare, continued, parse_path

_FIELD: Final = re.compile(r"[A-Z][A-Z0-9]{2}-(\d+)")
_COMPONENT: Final = re.compile(r"[A-Z]{2,3}[.-](\d+)")
_SECOND: Final = re.compile(r"\[(\d+)\]")
_DEEPEST: Final = 8
_BY_TYPE: Final = {
    "CodeableConcept": "text",
    "Annotation": "text",
    "Identifier": "value",
    "Quantity": "value",
    "Coding": "code",
    "HumanName": "text",
    "Address": "text",
    "ContactPoint": "value",
}
"""Where text goes for which a row names a complex element and no data type map."""
_CODED: Final = {"CWE": "CWE[CodeableConcept]", "CE": "CE[CodeableConcept]", "CNE": "CNE[CodeableConcept]"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is done with one component of a field."""

    place: Place
    """The component it takes; empty for the whole repetition."""
    path: Path
    rows: tuple[MapRow, ...]
    """Outermost first; the last one decides."""
    conditions: tuple[tuple[Any, Place], ...]
    """Condition, and the place where the data type lies that it speaks of."""
    concept_map: str | None
    reason: Reason | None
    """Why nothing is done."""
    home: Place = ()
    """Where the data type lies that the last row speaks of."""

    @property
    def row(self) -> MapRow:
        return self.rows[-1]


@lru_cache(maxsize=256)
def instructions(map_name: str, segment_id: str, maps: SiteMaps | None) -> dict[int, list[Instruction]]:
    """By field number; 0 for what the segment as a whole gives."""
    rows = completed(map_name, maps_of(segment_id).maps.get(map_name, ()))
    rows = maps.rows(map_name, rows) if maps else rows
    found: dict[int, list[Instruction]] = {}
    for one in decided(map_name, rows):
        field = _FIELD.fullmatch(one.row.v2)
        if field is not None and not one.row.v2.startswith(segment_id):
            continue  # another segment's field, slipped into the sheet
        number = int(field[1]) if field else 0
        found.setdefault(number, []).extend(_start(one, segment_id, number, maps))
    return found


def _start(one: Decided, segment_id: str, number: int, maps: SiteMaps | None) -> Iterator[Instruction]:
    row, path = one.row, parsed_row(one.row)
    conditions = ((row.when, ()),) if row.when else ()
    if one.reason or path is None:
        yield Instruction((), path or Path((Leg(row.base),)), (row,), conditions, None, one.reason or Reason.NO_PLACE)
        return
    listings = maps_of(segment_id).fields.get(f"{segment_id}-{number}", ())
    kind = listings[0].data_type if listings else ""
    yield from _expand(Instruction((), path, (row,), conditions, row.concept_map, None), kind, maps)


def parsed_row(row: MapRow) -> Path | None:
    to = row.to.replace(".reference(", "(")
    if "(Annotation." in to:  # a value, not a resource
        to = to.replace("(Annotation.", ".").removesuffix(")")
    return parse_path(row.base, to)


def _expand(at: Instruction, v2_type: str, maps: SiteMaps | None) -> Iterator[Instruction]:
    row = at.row
    name = row.data_type_map
    onward = data_type_maps().get(name) if name else None
    ends = onward is None or row.unfit or len(at.rows) > _DEEPEST
    if ends or onward is None or (row.constant is not None and is_primitive(onward.base)):
        yield from _ended(at, v2_type, maps)
        return
    for one in _type_rows(name or "", maps):
        yield from _further(at, one, onward, maps)


@lru_cache(maxsize=512)
def _type_rows(name: str, maps: SiteMaps | None) -> tuple[Decided, ...]:
    rows = completed(name, data_type_maps()[name].rows)
    return tuple(decided(name, maps.rows(name, rows) if maps else rows))


def _ended(at: Instruction, v2_type: str, maps: SiteMaps | None) -> Iterator[Instruction]:
    """A row that goes no further: for a complex element it goes on by the v2 type, else by what holds text in it."""
    last = at.path.legs[-1]
    coded = _CODED.get(v2_type) if at.row.constant is None and at.row.expression is None else None
    if coded and last.steps and _type_of(last) == "CodeableConcept":
        yield from _expand(replace(at, rows=(*at.rows[:-1], replace(at.row, data_type_map=coded))), "", maps)
        return
    yield at


def _type_of(leg: Leg) -> str | None:
    found = walk(bare(leg.type), [step_parts(step) for step in leg.steps])
    return found[1].types[0] if found and found[1].types else None


def text_step(kind: str) -> str | None:
    """The element of a complex type that takes a text."""
    return _BY_TYPE.get(kind)


def step_parts(step: str) -> tuple[str, str]:
    """Name and label: `name[2]` is `("name", "2")`, and no label is the first."""
    name, _, label = step.partition(":")[0].partition("[")
    return name, label.rstrip("]") or "1"


def _further(at: Instruction, one: Decided, onward: DataTypeMap, maps: SiteMaps | None) -> Iterator[Instruction]:
    row = one.row
    number = _COMPONENT.fullmatch(row.v2)
    place = _deeper(at.place, int(number[1]) if number else None)
    if place is None:
        return
    conditions = (*at.conditions, (row.when, at.place)) if row.when else at.conditions
    concept_map = row.concept_map or _inherited(at, row, onward)
    path = None if one.reason else _continued(at.path, row, onward)
    reason = one.reason or (None if path else Reason.NO_PLACE)
    step = Instruction(place, path or at.path, (*at.rows, row), conditions, concept_map, reason, at.place)
    if reason:
        yield step
        return
    kind = onward.components.get(row.v2, ("", ""))[1]
    yield from _expand(step, kind, maps)


def _deeper(place: Place, number: int | None) -> Place | None:
    """None for a component that cannot be there: a sub-component has no parts but itself."""
    if number is None:
        return place
    if len(place) < 2:
        return (*place, number)
    return place if number == 1 else None


def _inherited(at: Instruction, row: MapRow, onward: DataTypeMap) -> str | None:
    """The code map of an outer row is for the code itself, and for the first coding of a concept."""
    if at.concept_map is None or row.constant is not None:
        return None
    if row.data_type_map or row.to in ("$this", "code", "coding.code", "coding[1].code", "code.coding[1].code"):
        return at.concept_map
    return at.concept_map if onward.base == "Timing" and row.to == "repeat.durationUnit" else None


def _continued(outer: Path, row: MapRow, onward: DataTypeMap) -> Path | None:
    inner = parsed_row(row)
    if inner is None:
        return None
    if row.base != onward.base and is_resource(row.base):
        return _beside(outer, inner)
    if onward.resource:
        if onward.source == "PL" and "partOf" in row.to:
            return None
        return continued(outer, inner, base=row.base, resource=True)
    steps = inner.legs[0].steps
    second = _SECOND.fullmatch(steps[0]) if steps else None
    if second:
        inner = Path((Leg(inner.legs[0].type, steps[1:]), *inner.legs[1:]))
        if second[1] != "1":
            outer = _labelled(outer, second[1])
    return continued(outer, inner, base=row.base, resource=False)


def _beside(outer: Path, inner: Path) -> Path | None:
    """A place that a map of a practitioner's role makes: the role's location."""
    last = outer.legs[-1]
    if "partOf" in inner.legs[0].steps or any("partOf" in step for step in inner.legs[0].steps):
        return None
    first = inner.legs[0]
    numbered = Leg(f"{first.type}{first.steps[0]}", first.steps[1:])
    return Path((*outer.legs[:-1], Leg(last.type, (*last.steps, "location")), numbered, *inner.legs[1:]))


def _labelled(outer: Path, label: str) -> Path:
    last = outer.legs[-1]
    if not last.steps:
        return outer
    name, ours = step_parts(last.steps[-1])
    return Path((*outer.legs[:-1], Leg(last.type, (*last.steps[:-1], f"{name}[{ours}-{label}]"))))
