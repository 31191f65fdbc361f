"""The errors that an acknowledgment names: ERR segments of any version, or MSA-6.

From version 2.5 on an ERR segment is one error, at one place or several (ERR-2, ERL), with a code of table 0357 in
ERR-3. Before that one ERR segment holds them all as repetitions of ERR-1 (ELD: segment, sequence, field, code).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from trivium_hl7 import dictionary
from trivium_hl7.elements import Element, Position, describe, positions
from trivium_hl7.paths import Path
from trivium_hl7.reader import Message
from trivium_hl7.sending.answers import Answer

_Repetition: TypeAlias = dict[tuple[int, int], Position]
"""The valued places of one repetition of a field, by component and sub-component."""
_Fields: TypeAlias = Mapping[int, Mapping[int, _Repetition]]
"""By field and repetition."""
_TEXTS: Final = ((3, 2), (3, 9), (5, 2), (6, 1), (7, 1), (8, 1))
"""Where ERR says something in words: field and component."""
_PLACE: Final = re.compile(r"\d{1,4}", re.ASCII)
"""A longer number is no place in a message, and may be somebody's."""
_MOST_UNREAD: Final = 6


class Fault(NamedTuple):
    """One error."""

    places: tuple[Path, ...]
    """Where in the message that was sent, as far as the answer says it in the form of the standard."""
    code: Element | None
    """Of table 0357."""
    application_code: Element | None
    severity: Element | None
    texts: tuple[Element, ...]
    """What the answer says in words, and places in a form that is not the standard's."""


def faults(answer: Answer, sent: Message) -> Iterator[Fault]:
    """Every error that the answer names, in its order."""
    named = False
    for _, group in groupby(positions(answer.message, [Path("ERR")]), key=lambda one: one.segment.ordinal):
        for fault in _in_err(_by_field(group), answer.version, sent):
            named = True
            yield fault
    if not named:
        fields = _by_field(positions(answer.message, [Path("MSA", 1, 6)]))
        if condition := fields.get(6, {}).get(1):
            texts = _described([condition.get((2, 1))], answer.version)
            yield Fault((), _code(condition, 1, answer.version), None, None, texts)


def _by_field(group: Iterator[Position]) -> _Fields:
    fields: defaultdict[int, defaultdict[int, _Repetition]] = defaultdict(lambda: defaultdict(dict))
    for position in group:
        path = position.path
        place = path.component or 1, path.subcomponent or 1
        fields[path.field or 0][path.repetition or 1][place] = position
    return fields


def _in_err(fields: _Fields, version: str, sent: Message) -> Iterator[Fault]:
    if fields.keys() <= {1}:
        for old in fields.get(1, {}).values():
            place = _place(_written(old, 3), sent)
            unread = [] if place else [old.get((number, 1)) for number in range(1, 4)]
            texts = _described([*unread, old.get((4, 2))], version)
            yield Fault((place,) if place else (), _code(old, 4, version), None, None, texts)
        return
    first = {number: repetitions.get(1, {}) for number, repetitions in fields.items()}
    places, unread = [], []
    for location in fields.get(2, {}).values():
        if place := _place(_written(location, 6), sent):
            places.append(place)
        else:
            unread += location.values()
    yield Fault(
        tuple(places),
        _code(first.get(3, {}), 1, version),
        _at(first.get(5, {}), 1, version),
        _at(first.get(4, {}), 1, version),
        _described([*unread[:_MOST_UNREAD], *(first.get(number, {}).get((c, 1)) for number, c in _TEXTS)], version),
    )


def _described(found: list[Position | None], version: str) -> tuple[Element, ...]:
    return tuple(describe(position, version) for position in found if position is not None)


def _code(repetition: _Repetition, component: int, version: str) -> Element | None:
    """An error code, which is one of table 0357 whether the answer says so or not."""
    element, table = _at(repetition, component, version), dictionary.table("0357")
    if element is None or table is None or element.value not in table.codes:
        return element
    return element._replace(meaning=table.codes[element.value], phi=None)


def _at(repetition: _Repetition, component: int, version: str) -> Element | None:
    position = repetition.get((component, 1))
    return describe(position, version) if position else None


def _written(repetition: _Repetition, most: int) -> list[str]:
    """The first components, as texts."""
    found = (repetition.get((number, 1)) for number in range(1, most + 1))
    return [one.segment.decoded(one.text).strip() if one else "" for one in found]


def _place(location: list[str], sent: Message) -> Path | None:
    """The place that an ERL or the beginning of an ELD names; None for what is not of its form.

    A segment id counts if the standard or the message that was sent has it: three letters can be a name too.
    """
    segment, *written = location
    known = dictionary.segment_name(segment) is not None or sent.first(segment) is not None
    if not known or not all(text == "" or _PLACE.fullmatch(text) for text in written):
        return None
    numbers = [int(text) if text else None for text in written]
    place = Path(segment, *[number or None for number in numbers])
    return place if place.field else Path(segment, place.occurrence)
