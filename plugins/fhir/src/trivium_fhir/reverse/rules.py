"""Segment maps of the guide, followed through the data type maps they name, as rules from a FHIR path to a component.

The rules of a map stand in a tree of elements. Where the guide numbers an element (`telecom[1]`, `telecom[2]`), each
number is a slot of its own; `slots.py` decides which value goes into which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, NamedTuple

from trivium_fhir.conditions import Condition, grouped, read_condition
from trivium_fhir.guide import DataTypeMap, MapRow, data_type_maps, maps_of
from trivium_fhir.paths import Path, continued, parse_path
from trivium_fhir.reverse.own_rows import DROPPED, OWN_ROWS, OWN_TYPE_ROWS

WHOLE: Final = re.compile(r"(CWE|CE|CNE|CF|ID|IS|ST|HD|PL|ED|RP|DLD)\[.+\]|EI\[system\]")
"""Data type maps that are turned round as a whole, by a function of their own (`wholes.py`)."""
_NOT_WHOLE: Final = frozenset({"CWE[Identifier]", "CWE[Organization]", "CWE[Quantity]", "CWE[Device]"})
_FIELD: Final = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)")
_COMPONENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}[.-](\d+)")
_STEP: Final = re.compile(r"([^\[\]:]+)(?:\[([^\]]*)\])?(?::.*)?")
_PREFIXED: Final = re.compile(r'"([^"]+)"\+[A-Z][A-Z0-9]+\.\d+')
_SAYS_FORM: Final = "/must convert"
"""An expression that only says that dates have another form in FHIR."""
_DEEPEST: Final = 4


class Step(NamedTuple):
    """One element further; with `hop`, on to the resource of that type that the element references."""

    name: str
    slot: str = "1"
    hop: str = ""
    field_level: bool = False
    """Whether its repetitions are repetitions of the field."""


class Target(NamedTuple):
    """A place in the segment. Component and sub-component 0: the field, or the component, as a whole."""

    field: int
    component: int = 0
    subcomponent: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, or a row and the rows of the data type maps it names."""

    rows: tuple[MapRow, ...]
    steps: tuple[Step, ...]
    target: Target
    constant: str | None = None
    concept_map: str | None = None
    condition: Condition | None = None
    whole: str | None = None
    """A data type map that is turned round as a whole from here."""
    prefix: str = ""
    """What the guide puts before the value."""

    @property
    def name(self) -> str:
        """How the account names it: `PID[Patient] PID-5, XPN[HumanName] XPN.2`."""
        return ", ".join(row.named() for row in self.rows)


@dataclass(slots=True)
class Node:
    """An element of the tree: rules that end here, and elements below by name and slot, or by type of the resource."""

    rules: list[Rule] = field(default_factory=list)
    below: dict[tuple[str, str], dict[str, Node]] = field(default_factory=dict)
    """By name and the type of a hop (empty: none), then by slot."""

    fixed: list[tuple[tuple[Step, ...], set[str], bool]] | None = None
    """The fixed values that tell a slot from others; kept by `slots.py`."""
    level: bool = False
    """Repetitions of this element are repetitions of the field."""
    reached: list[tuple[tuple[Step, ...], Rule]] = field(default_factory=list)
    """Every rule here and below, with the steps from here."""


@cache
def tree(map_name: str) -> Node:
    """The rules of a segment map, as a tree from its resource on."""
    root = Node()
    for rule in _named_extensions(rules(map_name)):
        node = root
        for place, step in enumerate(rule.steps):
            node.reached.append((rule.steps[place:], rule))
            node = node.below.setdefault((step.name, step.hop), {}).setdefault(step.slot, Node())
            node.level = node.level or step.field_level
        node.reached.append(((), rule))
        node.rules.append(rule)
    return root


def _named_extensions(found: Sequence[Rule]) -> list[Rule]:
    """Extensions are told apart by their URL, not by the sheet's number, which several of them may share."""
    urls = {
        (rule.rows[0].v2, rule.target, _bare(rule.steps[:-1])): rule.constant
        for rule in found
        if rule.constant is not None and rule.steps[-1].name == "url"
    }
    return [replace(rule, steps=tuple(_named(rule, place, urls) for place in range(len(rule.steps)))) for rule in found]


def _named(rule: Rule, place: int, urls: dict[tuple[str, Target, tuple[str, ...]], str]) -> Step:
    step = rule.steps[place]
    if step.name != "extension":
        return step
    url = urls.get((rule.rows[0].v2, rule.target, _bare(rule.steps[: place + 1])))
    return step._replace(slot=url) if url else step


def _bare(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.hop or f"{step.name}[{step.slot}]" for step in steps)


@cache
def rules(map_name: str) -> tuple[Rule, ...]:
    """Every rule of a segment map, in the guide's order; our own rows come last."""
    known = maps_of(map_name.partition("[")[0]).maps
    guides = (row for row in known.get(map_name, ()) if (map_name, row.v2, row.to) not in DROPPED)
    rows = (*guides, *(row for row in OWN_ROWS if row.map == map_name))
    return tuple(rule for row in rows for rule in _of_row(row))


def _of_row(row: MapRow) -> Iterator[Rule]:
    place, path = _FIELD.fullmatch(row.v2), parse_path(row.base, row.to)
    if place is None or path is None or row.error or row.proposed or row.local or row.unfit:
        return
    condition = _condition(row, "")
    target = Target(int(place[2]))
    yield from _continued((row,), path, target, condition, row.concept_map, len(_steps(path, 0)))


def _continued(
    rows: tuple[MapRow, ...], path: Path, target: Target, condition: Condition | None, concepts: str | None, level: int
) -> Iterator[Rule]:
    row = rows[-1]
    if path.repetition > 1:  # another value that the map makes of the same repetition
        return
    steps = _steps(path, level)
    if row.constant is not None and not _makes_resource(row):
        yield Rule(rows, steps, target, constant=row.constant, condition=condition)
        return
    told = row.expression is not None and not row.expression.startswith(_SAYS_FORM)
    if told and _PREFIXED.fullmatch(row.expression or "") is None and row.data_type_map is None:
        return
    onward = data_type_maps().get(row.data_type_map or "")
    if row.data_type_map == "EI[system]":
        yield Rule(rows, steps, target, None, None, condition, whole=row.data_type_map)
    elif onward is None or len(rows) >= _DEEPEST:
        prefixed = _PREFIXED.fullmatch(row.expression or "")
        yield Rule(rows, steps, target, None, concepts, condition, prefix=prefixed[1] if prefixed else "")
    elif WHOLE.fullmatch(row.data_type_map or "") and row.data_type_map not in _NOT_WHOLE:
        yield Rule(rows, steps, target, None, concepts, condition, whole=row.data_type_map)
    else:
        yield from _through(onward, rows, path, target, condition, concepts, level)


def _through(
    onward: DataTypeMap,
    rows: tuple[MapRow, ...],
    path: Path,
    target: Target,
    condition: Condition | None,
    concepts: str | None,
    level: int,
) -> Iterator[Rule]:
    seen: dict[tuple[Step, ...], int] = {}
    for inner in (*onward.rows, *OWN_TYPE_ROWS.get(rows[-1].data_type_map or "", ())):
        number = _COMPONENT.fullmatch(inner.v2)
        inside = parse_path(inner.base, inner.to)
        if number is None or inside is None or inner.error or inner.proposed:
            continue
        resource = onward.resource or inner.base != onward.base
        whole = continued(path, inside, base=inner.base, resource=resource)
        if whole is None or whole.legs[0].type != path.legs[0].type:  # a resource beside, that nothing refers to
            continue
        at = target if inner.data_type_map == "EI[system]" else _place(target, int(number[1]))
        if at is None:
            continue
        here = _place_name(rows[0].v2, target)
        both = [one for one in (condition, _condition(inner, here)) if one is not None]
        joined = grouped("and", both) if both else None
        for rule in _continued((*rows, inner), whole, at, joined, inner.concept_map or concepts, level):
            yield _next_slot(rule, seen) if not inner.when else rule


def _next_slot(rule: Rule, seen: dict[tuple[Step, ...], int]) -> Rule:
    """Two components that a sheet sends to one unnumbered element (`given`) are its first and its second value."""
    if rule.constant is not None or not rule.steps or any(step.name == "extension" for step in rule.steps):
        return rule
    first = seen.setdefault(rule.steps, rule.target.component * 1000 + rule.target.subcomponent)
    if first == rule.target.component * 1000 + rule.target.subcomponent:
        return rule
    last = rule.steps[-1]._replace(slot=str(int(rule.steps[-1].slot) + 1 if rule.steps[-1].slot.isdecimal() else 2))
    return Rule(rule.rows, (*rule.steps[:-1], last), rule.target, None, rule.concept_map, rule.condition, rule.whole)


def _makes_resource(row: MapRow) -> bool:
    """A constant beside a map that makes a resource is a slip of the sheet (PV1-8, PV1-42)."""
    made = data_type_maps().get(row.data_type_map or "")
    return made is not None and made.resource


def _place(target: Target, number: int) -> Target | None:
    """A component of a field, or a sub-component of a component."""
    if not target.component:
        return target._replace(component=number)
    return target._replace(subcomponent=number) if not target.subcomponent else None


def _place_name(field_name: str, target: Target) -> str:
    return f"{field_name}.{target.component}" if target.component else field_name


def _condition(row: MapRow, place: str) -> Condition | None:
    """The row's condition; components of a data type (`CX.4`) are named by where they stand (`PID-3.4`)."""
    if not row.when:
        return None

    def rename(name: str) -> str:
        number = _COMPONENT.fullmatch(name)
        return f"{place}.{number[1]}" if place and number and "-" not in name else name

    return read_condition(row.when, rename)


def _steps(path: Path, level: int) -> tuple[Step, ...]:
    """A path as steps; those up to `level` are of the field."""
    found: list[Step] = []
    for number, leg in enumerate(path.legs):
        if number:
            found.append(Step("", hop=leg.type.partition("[")[0]))
        for step in leg.steps:
            read = _STEP.fullmatch(step)
            if read:
                found.append(Step(read[1], _slot(read[2])))
    return tuple(step._replace(field_level=place < level) for place, step in enumerate(found))


def _slot(text: str | None) -> str:
    return text.partition("-")[0] if text and text[0].isdecimal() else "1"
