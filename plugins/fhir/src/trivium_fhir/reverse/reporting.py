"""The account of a conversion as models: counts, reasons, and values one by one. No value stands in it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from trivium.api import PUBLIC
from trivium_fhir.result import Result

if TYPE_CHECKING:
    from trivium_fhir.reverse.engine import Converted, Leaf

State = Literal["written", "implied", "not used"]
_UNKNOWN: Final = "?"
_MOST_ERRORS: Final = 50


class Totals(Result):
    """Values of the bundle; the three add up to `all`."""

    all: Annotated[int, PUBLIC]
    written: Annotated[int, PUBLIC]
    implied: Annotated[int, PUBLIC] = Field(description="said by the place of a field or segment, not written out")
    not_used: Annotated[int, PUBLIC]


class ResourceTotals(Result):
    type: Annotated[str, PUBLIC]
    written: Annotated[int, PUBLIC]
    implied: Annotated[int, PUBLIC]
    not_used: Annotated[int, PUBLIC]


class ReasonCount(Result):
    reason: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]


class ValueEntry(Result):
    """One value of the bundle."""

    entry: Annotated[int | None, PUBLIC] = Field(default=None, description="resource, from 0; absent: the bundle")
    path: Annotated[str, PUBLIC] = Field(description="? stands for a name that R4 does not have")
    state: Annotated[State, PUBLIC]
    field: Annotated[str | None, PUBLIC] = Field(default=None, description="OBX[2]-5.1: the second OBX")
    row: Annotated[str | None, PUBLIC] = Field(default=None, description="the guide's rows, or a row of ours")
    reason: Annotated[str | None, PUBLIC] = None


class MessageError(Result):
    """What the message lacks under the standard, because the bundle does not have it."""

    path: Annotated[str, PUBLIC]
    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    rule: Annotated[str, PUBLIC]


def totals(converted: Converted) -> Totals:
    found = converted.totals()
    return Totals(
        all=len(converted.leaves), written=found["written"], implied=found["implied"], not_used=found["not used"]
    )


def by_resource(converted: Converted) -> tuple[ResourceTotals, ...]:
    """In the order of the first resource of each type."""
    found: dict[str, Counter[str]] = {}
    for leaf in converted.leaves:
        found.setdefault(_type(leaf), Counter())[state(leaf)] += 1
    return tuple(
        ResourceTotals(type=name, written=one["written"], implied=one["implied"], not_used=one["not used"])
        for name, one in found.items()
    )


def reasons(converted: Converted) -> tuple[ReasonCount, ...]:
    """Most frequent first."""
    found = Counter(leaf.unused.value for leaf in converted.leaves if leaf.unused is not None)
    return tuple(ReasonCount(reason=reason, count=count) for reason, count in found.most_common())


def values(leaves: tuple[Leaf, ...]) -> tuple[ValueEntry, ...]:
    return tuple(
        ValueEntry(
            entry=leaf.entry if leaf.entry >= 0 else None,
            path=_path(leaf),
            state=state(leaf),
            field=leaf.field or None,
            row=leaf.use.row if leaf.use is not None else None,
            reason=leaf.unused.value if leaf.unused is not None else None,
        )
        for leaf in leaves
    )


def errors(converted: Converted) -> tuple[int, tuple[MessageError, ...]]:
    """How many errors `validate_hl7_message` finds, and the first of them, equal ones together."""
    from trivium_hl7.validation.checking import validate
    from trivium_hl7.validation.rules import Severity

    report = validate(converted.message)
    found = [one for one in report.findings if one.severity is Severity.ERROR]
    listed = [
        MessageError(path=str(one.path), problem=one.rule.says, count=one.count, rule=one.rule.id)
        for one in found[:_MOST_ERRORS]
    ]
    return report.totals[Severity.ERROR], tuple(listed)


def notes(converted: Converted) -> tuple[str, ...]:
    """Decisions, each with its place."""
    found: dict[str, None] = {}
    for note in converted.notes:
        place = f"{note.segment.id}-{note.field}: " if note.segment is not None else ""
        found[f"{place}{note.text}"] = None
    return tuple(found)


def state(leaf: Leaf) -> State:
    if leaf.use is None:
        return "not used"
    return "implied" if leaf.use.implied else "written"


def _type(leaf: Leaf) -> str:
    return leaf.resource if leaf.resource in _resources() or leaf.resource == "Bundle" else _UNKNOWN


def _path(leaf: Leaf) -> str:
    """The path, with nothing in it that the sender made up: a key may hold anything."""
    known = _names()
    parts = [
        f"[{one}]" if isinstance(one, int) else f".{one if one.removeprefix('_') in known else _UNKNOWN}"
        for one in leaf.place
    ]
    return _type(leaf) + "".join(parts)


@cache
def _resources() -> frozenset[str]:
    from trivium_fhir.r4.elements import resources

    return frozenset(resources())


@cache
def _names() -> frozenset[str]:
    """Every name that an element of R4 has, those of choices too."""
    from trivium_fhir.r4.elements import children, resources, types

    waiting, found, seen = [*resources(), *types()], {"resourceType", "contained", "id"}, set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            below = children(path)
        except KeyError:
            continue
        for name, element in below.items():
            found.add(name)
            if "BackboneElement" in element.types or "Element" in element.types:
                waiting.append(f"{path}.{name}")
    return frozenset(found)
