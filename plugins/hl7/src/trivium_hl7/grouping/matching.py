"""Match the segments of a message to its structure, finding as little fault as possible.

For each segment the cheapest reading of the message so far is kept for every place at which the segment may stand, as
in Viterbi's algorithm: a reading that fits is found whenever there is one, and the time is linear in the length of the
message. Of readings without a difference in faults, the one with segments in the outermost groups wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from trivium_hl7.grouping.grammar import (
    DEPTH,
    FAULT,
    UNPLACED,
    UNREACHABLE,
    Event,
    Grammar,
    Place,
    Step,
    grammar,
    required,
)
from trivium_hl7.grouping.tree import Group, Grouping, Misfit, MisfitKind
from trivium_hl7.reader import Message, Segment

_MOST_READINGS: Final = 16
_WORST_READING: Final = 40 * FAULT
"""How much worse than the best a reading may be and still be followed."""

_Chain: TypeAlias = "tuple[_Chain, int, Place] | None"


class _Reading(NamedTuple):
    """A way to read the message so far, which ends at a place."""

    cost: int
    chain: _Chain


def group(message: Message, structure_id: str, version: str) -> Grouping | None:
    """The message's segments in the groups of the structure; None where `version` has no such structure."""
    found = grammar(structure_id, version)
    return None if found is None else match(message.segments, found)


def match(segments: Sequence[Segment], grammar: Grammar) -> Grouping:
    return _Builder(grammar).build(segments, _places(segments, grammar))


def _places(segments: Sequence[Segment], grammar: Grammar) -> dict[int, Place]:
    """Where each segment that has a place stands, by its index."""
    readings = {grammar.begin: _Reading(0, None)}
    places = {segment_id: grammar.places_for(segment_id) for segment_id in {seg.id for seg in segments}}
    for index, seg in enumerate(segments):
        if places[seg.id]:
            readings = _kept(_next(readings, index, places[seg.id], grammar))
    last = min(readings, key=lambda state: readings[state].cost + grammar.routes(state).costs[grammar.end])
    return _unwound(readings[last].chain)


def _next(readings: dict[int, _Reading], index: int, places: Sequence[Place], grammar: Grammar) -> dict[int, _Reading]:
    """The readings after one more segment, by their state: it stands at one of `places`, or at none."""
    found = {state: _Reading(reading.cost + UNPLACED, reading.chain) for state, reading in readings.items()}
    routes = [(grammar.routes(state).costs, reading) for state, reading in readings.items()]
    for place in places:
        target, state = grammar.states(place)
        best, chosen = UNREACHABLE, None
        for costs, reading in routes:
            cost = reading.cost + costs.get(target, UNREACHABLE)
            if cost < best:
                best, chosen = cost, reading
        best += place.depth * DEPTH
        if chosen and (state not in found or best <= found[state].cost):
            found[state] = _Reading(best, (chosen.chain, index, place))
    return found


def _kept(readings: dict[int, _Reading]) -> dict[int, _Reading]:
    if len(readings) == 1:
        return readings
    worst = min(reading.cost for reading in readings.values()) + _WORST_READING
    kept = {state: reading for state, reading in readings.items() if reading.cost <= worst}
    if len(kept) <= _MOST_READINGS:
        return kept
    return dict(sorted(kept.items(), key=lambda entry: entry[1].cost)[:_MOST_READINGS])


def _unwound(chain: _Chain) -> dict[int, Place]:
    found = {}
    while chain:
        chain, index, place = chain
        found[index] = place
    return found


class _Builder:
    """Goes once more through the message, along the reading that was chosen."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._open: list[tuple[str, list[Segment | Group]]] = [(grammar.root.id, [])]
        self._last: Segment | None = None
        self._misfits: list[Misfit] = []

    def build(self, segments: Sequence[Segment], places: dict[int, Place]) -> Grouping:
        state = self._grammar.begin
        for index, seg in enumerate(segments):
            place = places.get(index)
            if place is None:
                self._set_aside(seg)
                continue
            before, after = self._grammar.states(place)
            for event in self._grammar.routes(state).events(before):
                self._apply(event, seg)
            self._open[-1][1].append(seg)
            self._last = seg
            state = after
        for event in self._grammar.routes(state).events(self._grammar.end):
            self._apply(event, None)
        name, parts = self._open.pop()  # nothing leaves the root
        return Grouping(Group(name, tuple(parts)), tuple(_paired(self._misfits)))

    def _apply(self, event: Event, coming: Segment | None) -> None:
        step, node = event
        if node is self._grammar.root:
            return  # open from the beginning to the end
        if step is Step.ENTER:
            self._open.append((node.id, []))
        elif step is Step.LEAVE:
            self._leave()
        elif step is Step.MISS:
            for missed in required(node):
                groups = (*self._path(), *missed.path)
                kind = MisfitKind.MISSING
                self._misfits.append(Misfit(kind, missed.id, groups, None, self._last, missed.alternatives))
        else:
            kind = MisfitKind.GROUP_REPEATED if node.is_group else MisfitKind.REPEATED
            self._misfits.append(Misfit(kind, node.id, self._path(), coming, self._last))

    def _leave(self) -> None:
        name, parts = self._open.pop()
        self._open[-1][1].append(Group(name, tuple(parts)))

    def _set_aside(self, seg: Segment) -> None:
        if seg.id in self._grammar.by_id:
            kind = MisfitKind.MISPLACED
        else:
            kind = MisfitKind.LOCAL if seg.id.startswith("Z") else MisfitKind.UNEXPECTED
        self._misfits.append(Misfit(kind, seg.id, self._path(), seg, self._last))
        self._open[-1][1].append(seg)

    def _path(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._open[1:])


def _paired(misfits: Sequence[Misfit]) -> list[Misfit]:
    """A segment that is missing here and stands out of place there is one misfit: it stands in the wrong place."""
    missing = [misfit for misfit in misfits if misfit.kind is MisfitKind.MISSING]
    found: list[Misfit] = []
    used: set[int] = set()
    by_id: dict[str, list[Misfit]] = {}
    for misfit in missing:
        by_id.setdefault(misfit.id, []).append(misfit)
    for misfit in misfits:
        if misfit.kind is MisfitKind.MISPLACED and by_id.get(misfit.id):
            place = by_id[misfit.id].pop(0)
            used.add(id(place))
            found.append(misfit._replace(path=place.path, after=place.after))
        else:
            found.append(misfit)
    return [misfit for misfit in found if id(misfit) not in used]
