"""The guide's conditions as functions of the place in a message where a row is applied."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from trivium_hl7.reader import NULL, Component, FieldValue, Repetition, Segment

Place: TypeAlias = tuple[int, ...]
"""A component, and a sub-component of it; empty for a whole repetition."""


class Where(Protocol):
    """What a predicate may look at."""

    segment: Segment
    repetition: Repetition
    """The repetition of the field that the row is applied to."""

    def other(self, segment_id: str) -> Segment | None:
        """The segment of this id that belongs to the same part of the message."""
        ...

    def field(self, seg: Segment, number: int) -> FieldValue:
        """A field, split once."""
        ...


Predicate: TypeAlias = Callable[[Where], bool]
Fetch: TypeAlias = Callable[[Where], list[str]]


class Ref(NamedTuple):
    """A field, a component or a segment that a condition or an expression names."""

    segment: str
    """Empty: a component of the data type at hand."""
    field: int
    """0: the segment itself."""
    below: Place


_FIELD: Final = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)((?:\.\d+)*)")
_COMPONENT: Final = re.compile(r"[A-Z]{2,3}[.-](\d+)")
_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_OPERATORS: Final[dict[str, Callable[[int, int], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def read_ref(name: str) -> Ref:
    """Raises `ValueError` for what is none."""
    if field := _FIELD.fullmatch(name):
        return Ref(field[1], int(field[2]), tuple(int(one) for one in field[3].split(".") if one))
    if component := _COMPONENT.fullmatch(name):
        return Ref("", 0, (int(component[1]),))
    if _SEGMENT.fullmatch(name):
        return Ref(name, 0, ())
    raise ValueError("not a reference")


def below(repetition: Repetition, place: Place) -> Component:
    """What stands at a place of a repetition; empty where nothing does."""
    if not place:
        return repetition[0] if repetition else ""
    if place[0] > len(repetition):
        return ""
    found = repetition[place[0] - 1]
    if len(place) == 1:
        return found
    parts = (found,) if isinstance(found, str) else found
    return parts[place[1] - 1] if place[1] <= len(parts) else ""


def first_text(part: Component) -> str:
    return part if isinstance(part, str) else part[0]


def has_value(part: Component) -> bool:
    if isinstance(part, str):
        return part != "" and part != NULL
    return any(one not in ("", NULL) for one in part)


def is_valued(repetition: Repetition, place: Place) -> bool:
    if place:
        return has_value(below(repetition, place))
    return any(map(has_value, repetition))


def fetcher(ref: Ref, own: tuple[str, int], place: Place) -> Callable[[Where], list[tuple[Repetition, Place, Segment]]]:
    """The repetitions in which a reference is looked for, given the field and the place of the row."""
    if not ref.segment:
        inner = (*place, *ref.below)[:2]
        return lambda where: [(where.repetition, inner, where.segment)]
    below_field = ref.below[:2]
    if (ref.segment, ref.field) == own:
        return lambda where: [(where.repetition, below_field, where.segment)]
    number, same = ref.field, ref.segment == own[0]

    def fetch(where: Where) -> list[tuple[Repetition, Place, Segment]]:
        seg = where.segment if same else where.other(ref.segment)
        return [] if seg is None else [(one, below_field, seg) for one in where.field(seg, number)]

    return fetch


def compile_condition(expression: Any, own: tuple[str, int], place: Place) -> Predicate:
    """A predicate for a row of the field `own` (`("PID", 3)`) whose data type lies at `place` of it."""
    match expression:
        case ["not", inner]:
            test = compile_condition(inner, own, place)
            return lambda where: not test(where)
        case ["and", *parts]:
            tests = [compile_condition(part, own, place) for part in parts]
            return every(tests)
        case ["or", *parts]:
            tests = [compile_condition(part, own, place) for part in parts]
            return some(tests)
        case ["count", name, sign, number]:
            return _count(read_ref(name), own, _OPERATORS[sign], number)
    return _of_value(expression, own, place)


def every(tests: list[Predicate]) -> Predicate:
    """All of them; two at a time, which is much faster than a loop."""
    first, *rest = tests
    if not rest:
        return first
    second = every(rest)
    return lambda where: first(where) and second(where)


def some(tests: list[Predicate]) -> Predicate:
    first, *rest = tests
    if not rest:
        return first
    second = some(rest)
    return lambda where: first(where) or second(where)


def _of_value(expression: Any, own: tuple[str, int], place: Place) -> Predicate:
    match expression:
        case ["valued", name]:
            return _valued(read_ref(name), own, place)
        case ["eq", name, value]:
            return _among(read_ref(name), own, place, frozenset({str(value)}))
        case ["in", name, [*values]]:
            return _among(read_ref(name), own, place, frozenset(map(str, values)))
        case ["in", name, {"ref": _}]:
            return _global_name(read_ref(name), own, place)
        case ["same", name, other]:
            return _same(read_ref(name), read_ref(other), own, place)
        case ["len", name, sign, number]:
            texts, compare = _texts(read_ref(name), own, place), _OPERATORS[sign]
            return lambda where: any(compare(len(text), number) for text in texts(where))
    raise ValueError("not a condition of the guide")


def _valued(ref: Ref, own: tuple[str, int], place: Place) -> Predicate:
    if ref.segment and not ref.field:
        return lambda where: where.other(ref.segment) is not None
    if _is_here(ref, own):
        at = (*place, *ref.below)[:2] if not ref.segment else ref.below[:2]
        return lambda where: is_valued(where.repetition, at)
    fetch = fetcher(ref, own, place)

    return lambda where: any(is_valued(repetition, at) for repetition, at, _ in fetch(where))


def _is_here(ref: Ref, own: tuple[str, int]) -> bool:
    """In the repetition at hand."""
    return not ref.segment or (ref.segment, ref.field) == own


def _texts(ref: Ref, own: tuple[str, int], place: Place) -> Fetch:
    fetch = fetcher(ref, own, place)
    return lambda where: [seg.decoded(first_text(below(repetition, at))) for repetition, at, seg in fetch(where)]


def _among(ref: Ref, own: tuple[str, int], place: Place, values: frozenset[str]) -> Predicate:
    if _is_here(ref, own):
        at = (*place, *ref.below)[:2] if not ref.segment else ref.below[:2]
        return lambda where: first_text(below(where.repetition, at)) in values
    fetch = fetcher(ref, own, place)

    def test(where: Where) -> bool:
        for repetition, at, seg in fetch(where):
            text = first_text(below(repetition, at))
            if text in values or ("\\" in text and seg.decoded(text) in values):
                return True
        return False

    return test


def _same(ref: Ref, other: Ref, own: tuple[str, int], place: Place) -> Predicate:
    ours, theirs = _texts(ref, own, place), _texts(other, own, place)
    return lambda where: not set(ours(where)).isdisjoint(theirs(where))


def _global_name(ref: Ref, own: tuple[str, int], place: Place) -> Predicate:
    """The registry of identifier systems is not at hand; a name that is unique everywhere needs no registry."""
    fetch = fetcher(ref, own, place)

    def test(where: Where) -> bool:
        for repetition, at, _ in fetch(where):
            kind = first_text(below(repetition, (at[0], 3) if at else (3,)))
            name = first_text(below(repetition, (at[0], 2) if at else (2,)))
            if name and kind in GLOBAL_NAMES:
                return True
        return False

    return test


GLOBAL_NAMES: Final = {"ISO": "urn:oid:", "UUID": "urn:uuid:", "GUID": "urn:uuid:", "URI": "", "URL": ""}
"""Table 0301 types of names that are URIs, with the scheme that makes one of them."""


def _count(ref: Ref, own: tuple[str, int], compare: Callable[[int, int], bool], number: int) -> Predicate:
    def test(where: Where) -> bool:
        seg = where.segment if ref.segment == own[0] else where.other(ref.segment)
        found = where.field(seg, ref.field) if seg is not None else ()
        return compare(sum(is_valued(one, ref.below[:2]) for one in found), number)

    return test
