"""The groups of a message, with the segments and drafts in them: who belongs to whom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from trivium_fhir.convert.model import Draft
from trivium_hl7.grouping import Group, group
from trivium_hl7.reader import Message, Segment

_SHAPES: int = 4096
_LONGEST: int = 400
"""Segments of a message whose shape is remembered."""


class Scope:
    """A group of the message. Knows what stands in it and in the groups inside."""

    __slots__ = ("chain", "drafts", "id", "parent", "segments")

    def __init__(self, id_: str, parent: Scope | None) -> None:
        self.id = id_
        self.parent = parent
        self.segments: dict[str, dict[str, list[Segment]]] = {}
        """By id, and by the name of the group directly inside that they stand in (empty: in none)."""
        self.drafts: dict[str, dict[str, list[Draft]]] = {}
        """By label, and by group, likewise."""
        self.chain: list[tuple[Scope, str]] | None = None

    def _around(self) -> list[tuple[Scope, str]]:
        """This group and those around it, each with the name of the one that leads inward."""
        if self.chain is None:
            self.chain = [(self, ""), *_outer(self)]
        return self.chain

    def add_segment(self, seg: Segment) -> None:
        for scope, through in self._around():
            scope.segments.setdefault(seg.text[:3], {}).setdefault(through, []).append(seg)

    def add_draft(self, label: str, draft: Draft) -> None:
        for scope, through in self._around():
            scope.drafts.setdefault(label, {}).setdefault(through, []).append(draft)

    def segment(self, segment_id: str, ordinal: int, *, after: bool) -> Segment | None:
        """The nearest of this id: in this group, else in one around it, never in a sibling of the same name.

        In a group, the last one before `ordinal`; with `after` (or where there is none) the first one behind it.
        """
        for scope, through in self._around():
            found = [
                listed for way, listed in scope.segments.get(segment_id, {}).items() if not through or way != through
            ]
            if found:
                return _nearest(found, ordinal, after=after)
        return None

    def draft(self, labels: Iterable[str], ordinal: int) -> Draft | None:
        """The nearest draft of one of these labels, found as segments are."""
        around = self._around()
        known = around[-1][0].drafts
        wanted = [label for label in labels if label in known]
        if not wanted:
            return None
        for scope, through in around:
            for label in wanted:
                ways = scope.drafts.get(label)
                found = [listed for way, listed in ways.items() if not through or way != through] if ways else None
                if found:
                    return _nearest_draft(found, ordinal)
        return None

    def drafts_inside(self, label: str) -> list[Draft]:
        """Those of this label in the groups inside, in order, where this group itself has none."""
        ways = self.drafts.get(label, {})
        return [] if "" in ways else [draft for listed in ways.values() for draft in listed]


def _outer(scope: Scope) -> list[tuple[Scope, str]]:
    found, at = [], scope
    while at.parent is not None:
        found.append((at.parent, at.id))
        at = at.parent
    return found


def _nearest_draft(listings: Sequence[list[Draft]], ordinal: int) -> Draft:
    """The last one up to `ordinal`, else the first one behind it. Each listing is in order."""
    before: Draft | None = None
    for listed in listings:
        last = listed[-1]
        if last.segment > ordinal:
            number = bisect_right(listed, ordinal, key=_segment_of)
            if not number:
                continue
            last = listed[number - 1]
        if before is None or last.segment > before.segment:
            before = last
    return before or min((listed[0] for listed in listings), key=_segment_of)


def _segment_of(draft: Draft) -> int:
    return draft.segment


def _ordinal_of(seg: Segment) -> int:
    return seg.ordinal


def _nearest(listings: Sequence[list[Segment]], ordinal: int, *, after: bool) -> Segment:
    before: list[Segment] = []
    behind: list[Segment] = []
    for listed in listings:
        number = bisect_right(listed, ordinal, key=_ordinal_of)
        before += listed[max(number - 1, 0) : number]
        behind += listed[number : number + 1]
    first, last = min(behind, key=_ordinal_of, default=None), max(before, key=_ordinal_of, default=None)
    found = (first or last) if after else (last or first)
    if found is None:
        raise ValueError("no segment to choose from")
    return found


def scopes(message: Message, structure: str | None, version: str) -> tuple[list[Scope], bool]:
    """The scope of each segment, in their order, and whether the message fits its structure."""
    shape, fits = _shape_of(message, structure, version)
    made: list[Scope] = []
    for id_, parent in shape[0]:
        made.append(Scope(id_, made[parent] if parent >= 0 else None))
    placed = [made[number] for number in shape[1]]
    for seg, scope in zip(message.segments, placed, strict=True):
        scope.add_segment(seg)
    return placed, fits


Shape = tuple[tuple[tuple[str, int], ...], tuple[int, ...]]
"""The groups, each with the number of the one around it, and the group of each segment."""


def _shape_of(message: Message, structure: str | None, version: str) -> tuple[Shape, bool]:
    count = len(message.segments)
    if structure is None:
        return ((("", -1),), (0,) * count), False
    if count > _LONGEST:
        return _grouped(message, structure, version)
    return _remembered(tuple([seg.text[:3] for seg in message.segments]), structure, version, _Held(message))


class _Held:
    """A message beside the key of a cache: it takes no part in comparing keys."""

    __slots__ = ("message",)

    def __init__(self, message: Message) -> None:
        self.message: Message | None = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=_SHAPES)
def _remembered(ids: tuple[str, ...], structure: str, version: str, held: _Held) -> tuple[Shape, bool]:
    """Messages of one sender have few shapes; only the ids of the segments decide. No message is kept."""
    message, held.message = held.message, None
    if message is None:
        raise RuntimeError("the message was taken already")
    return _grouped(message, structure, version)


def _grouped(message: Message, structure: str, version: str) -> tuple[Shape, bool]:
    found = group(message, structure, version)
    if found is None:
        return ((("", -1),), (0,) * len(message.segments)), False
    groups: list[tuple[str, int]] = []
    placed: dict[int, int] = {}
    _walk(found.root, -1, groups, placed)
    return (tuple(groups), tuple(placed.get(seg.ordinal, 0) for seg in message.segments)), found.fits


def _walk(one: Group, parent: int, groups: list[tuple[str, int]], placed: dict[int, int]) -> None:
    number = len(groups)
    groups.append((one.id, parent))
    for part in one.parts:
        if isinstance(part, Segment):
            placed[part.ordinal] = number
        else:
            _walk(part, number, groups, placed)
