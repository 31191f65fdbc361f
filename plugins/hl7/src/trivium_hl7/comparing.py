"""What differs between two messages, value by value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest
from typing import Final, Literal, NamedTuple, TypeAlias

from trivium_hl7.elements import Position, in_field
from trivium_hl7.pairing import Side, keep_order, pair, paired_segments
from trivium_hl7.paths import Path
from trivium_hl7.reader import Message

Change: TypeAlias = Literal[
    "changed",
    "only_left",
    "only_right",
    "reordered",
    "segment_only_left",
    "segment_only_right",
    "segment_moved",
]
_Repetition: TypeAlias = list[Position]
"""The valued places of one."""
_NOISE: Final = frozenset({("MSH", 7), ("MSH", 10)})
"""Differs between any two messages: when it was sent, and its number."""


class Difference(NamedTuple):
    """One difference. `left` and `right` are places with a value; whole segments have none."""

    change: Change
    sides: tuple[Side | None, Side | None]
    left: Position | None = None
    right: Position | None = None
    noise: bool = False


def differences(left: Message, right: Message, ignored: Sequence[Path] = ()) -> Iterator[Difference]:
    """Every difference, in the order of the left message, then what only the right one has."""
    yield from _unignored(_all(left, right), ignored)


def _all(left: Message, right: Message) -> Iterator[Difference]:
    if [seg.text for seg in left.segments] == [seg.text for seg in right.segments]:
        return
    order: list[tuple[Side, Side]] = []
    for a, b in paired_segments(left, right):
        if a and b:
            order.append((a, b))
            yield from _in_pair(a, b)
        else:
            yield Difference("segment_only_left" if a else "segment_only_right", (a, b))
    kept = keep_order([b.segment.ordinal for _, b in order])
    yield from (Difference("segment_moved", sides) for n, sides in enumerate(order) if n not in kept)


def _in_pair(left: Side, right: Side) -> Iterator[Difference]:
    same_separators = left.segment.separators == right.segment.separators
    texts = zip_longest(left.segment.fields[1:], right.segment.fields[1:], fillvalue="")
    for number, (mine, theirs) in enumerate(texts, 1):
        if mine == theirs and same_separators:
            continue
        noise = (left.segment.id, number) in _NOISE
        pairs = _paired(_repetitions(left, number), _repetitions(right, number))
        if moved := _first_moved(pairs):
            yield Difference("reordered", (left, right), *moved, noise)
        for a, b in pairs:
            for before, after in _by_place(a or [], b or []):
                if before and after and _value(before) == _value(after):
                    continue
                change: Change = "changed" if before and after else "only_left" if before else "only_right"
                yield Difference(change, (left, right), before, after, noise)


def _paired(left: list[_Repetition], right: list[_Repetition]) -> list[tuple[_Repetition | None, _Repetition | None]]:
    if len(left) == len(right) == 1:
        return [(left[0], right[0])]
    return pair(left, right, [_values, _first, _any])


def _first_moved(
    pairs: Sequence[tuple[_Repetition | None, _Repetition | None]],
) -> tuple[Position, Position] | None:
    """The first repetition that stands before one which it stood behind."""
    latest = 0
    for a, b in pairs:
        if a and b:
            place = b[0].path.repetition or 0
            if place < latest:
                return a[0], b[0]
            latest = place
    return None


def _repetitions(side: Side, number: int) -> list[_Repetition]:
    """The valued places of a field, by repetition."""
    found: dict[int, list[Position]] = {}
    for position in in_field(*side, number, side.segment.field(number)):
        found.setdefault(position.path.repetition or 0, []).append(position)
    return list(found.values())


def _by_place(left: Sequence[Position], right: Sequence[Position]) -> Iterator[tuple[Position | None, Position | None]]:
    mine = {(p.path.component or 0, p.path.subcomponent or 0): p for p in left}
    theirs = {(p.path.component or 0, p.path.subcomponent or 0): p for p in right}
    for place in sorted(mine.keys() | theirs.keys()):
        yield mine.get(place), theirs.get(place)


def _value(position: Position) -> str:
    header = position.segment.id == "MSH" and (position.path.field or 0) < 3
    return position.text if header else position.segment.decoded(position.text)


def _values(repetition: Sequence[Position]) -> Hashable:
    return tuple((p.path.component, p.path.subcomponent, _value(p)) for p in repetition)


def _first(repetition: Sequence[Position]) -> Hashable | None:
    """The first component: an identifier or code, in most repeating fields."""
    first = repetition[0]
    return (first.path.component, _value(first))


def _any(_: Sequence[Position]) -> Hashable:
    return True


def _unignored(found: Iterator[Difference], ignored: Sequence[Path]) -> Iterator[Difference]:
    for difference in found:
        places = [position.path for position in (difference.left, difference.right) if position]
        if not places:
            places = [side.path for side in difference.sides if side]
        if not any(path.covers(place) for path in ignored for place in places):
            yield difference
