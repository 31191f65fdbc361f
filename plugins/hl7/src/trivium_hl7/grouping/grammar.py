"""A message structure as a graph: what lies between one segment of a message and the next.

Every node of the structure has a state before it and one after it. Edges between states consume nothing: they enter and
leave groups, pass over what is optional, begin repetitions anew. Those that no valid message needs (passing over what
is required, repeating what does not repeat) cost much, so that the cheapest way between two segments is the one that
finds least fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

from trivium_hl7.structures import Node, structure

START: Final = 1
"""What entering a group costs: of two equal readings, the one with fewer groups."""
DEPTH: Final = 1_000_000
"""What a segment costs for each group around it: of two equal readings, the shallower."""
ANEW: Final = 3 * DEPTH
"""What beginning a group anew costs: a segment stays in the group that is open, unless that is far inside."""
FAULT: Final = 1_000_000_000_000
"""The unit of what a message does wrong; more than any number of segments costs otherwise."""
MISSING: Final = 10 * FAULT
AGAIN: Final = 11 * FAULT
"""More than what is missing where an outer group begins anew, less than a segment without a place."""
TWO_ALTERNATIVES: Final = 9 * FAULT
"""Of a choice, one after the other."""
UNPLACED: Final = 12 * FAULT
UNREACHABLE: Final = 10**9 * FAULT
_WILDCARD_DEPTH: Final = 20
"""A place for any segment is taken by one that has no other."""
_SEGMENT_ID: Final = re.compile(r"[A-Z][A-Z0-9]{2}")


class Step(Enum):
    """What an edge does."""

    ENTER = "enter"
    LEAVE = "leave"
    MISS = "miss"
    REPEAT = "repeat"


class Event(NamedTuple):
    step: Step
    node: Node


class Place(NamedTuple):
    """A segment of the structure at its place."""

    number: int
    node: Node
    path: tuple[str, ...]
    """The groups around it, outermost first."""
    depth: int

    @property
    def any(self) -> bool:
        """Whether every segment may stand here."""
        return is_wildcard(self.node)


class Routes(NamedTuple):
    """The cheapest ways from one state to all others."""

    costs: dict[int, int]
    before: dict[int, tuple[int, Event | None]]
    """Of each state: the one before it, and what happens in between."""

    def events(self, target: int) -> list[Event]:
        found = []
        while target in self.before:
            target, event = self.before[target]
            if event:
                found.append(event)
        return found[::-1]


def is_wildcard(node: Node) -> bool:
    """Whether the structure names no segment here, but says that any may stand."""
    return not node.is_group and _SEGMENT_ID.fullmatch(node.id) is None


class Required(NamedTuple):
    """A segment that a valid instance of a node cannot be without."""

    id: str
    path: tuple[str, ...]
    """The groups around it, from the node inward."""
    alternatives: tuple[str, ...] = ()
    """Segments of which one would do as well."""


def required(node: Node) -> tuple[Required, ...]:
    """What an instance of `node` needs; of a choice, the alternative that needs least."""
    if not node.is_group:
        return (Required(node.id, ()),)
    needs = [required(child) if child.minimum and not is_wildcard(child) else () for child in node.children]
    if not node.choice:
        return tuple(one._replace(path=(node.id, *one.path)) for inner in needs for one in inner)
    fewest = min(needs, key=len)
    others = tuple(inner[0].id for inner in needs if inner and inner is not fewest)
    first = [one._replace(alternatives=others) for one in fewest[:1]]
    return tuple(one._replace(path=(node.id, *one.path)) for one in [*first, *fewest[1:]])


class Grammar:
    """A structure, ready for matching. Routes are looked for when first asked for, and kept."""

    def __init__(self, name: str, nodes: Sequence[Node]) -> None:
        self.root = Node(name, 1, 1, tuple(nodes), choice=False, status="")
        self.places: list[Place] = []
        self._edges: list[list[tuple[int, int, Event | None]]] = []
        self._states: list[tuple[int, int]] = []
        self._routes: dict[int, Routes] = {}
        self.begin, self.end = self._add(self.root, ())

    @cached_property
    def by_id(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for place in self.places:
            found.setdefault(place.node.id, []).append(place)
        return found

    @cached_property
    def wildcards(self) -> list[Place]:
        return [place for place in self.places if place.any]

    def places_for(self, segment_id: str) -> list[Place]:
        return [*self.by_id.get(segment_id, ()), *self.wildcards]

    def states(self, place: Place) -> tuple[int, int]:
        """The states before and after a segment at `place`."""
        return self._states[place.number]

    def routes(self, state: int) -> Routes:
        known = self._routes.get(state)
        if known is None:
            known = self._routes[state] = self._find(state)
        return known

    def _find(self, start: int) -> Routes:
        """Dijkstra's algorithm."""
        costs, before = {start: 0}, {}
        heap, done = [(0, start)], set()
        while heap:
            cost, state = heappop(heap)
            if state in done:
                continue
            done.add(state)
            for target, price, event in self._edges[state]:
                total = cost + price
                if total < costs.get(target, total + 1):
                    costs[target] = total
                    before[target] = (state, event)
                    heappush(heap, (total, target))
        return Routes(costs, before)

    def _add(self, node: Node, path: tuple[str, ...]) -> tuple[int, int]:
        """The states before and after `node`, with everything inside it."""
        before, after = self._state(), self._state()
        if node.is_group:
            self._add_group(node, before, after, path)
        else:
            depth = _WILDCARD_DEPTH if is_wildcard(node) else len(path)
            self.places.append(Place(len(self.places), node, path, depth))
            self._states.append((before, after))
        if node is not getattr(self, "root", None):
            self._edge(before, after, *_passing(node))
            self._edge(after, before, *_again(node))
        return before, after

    def _add_group(self, node: Node, before: int, after: int, path: tuple[str, ...]) -> None:
        inner = path if node is self.root else (*path, node.id)
        states = [self._add(child, inner) for child in node.children]
        enter, leave = Event(Step.ENTER, node), Event(Step.LEAVE, node)
        for first in states if node.choice else states[:1]:
            self._edge(before, first[0], START, enter)
        for last in states if node.choice else states[-1:]:
            self._edge(last[1], after, 0, leave)
        if not node.choice:
            for (_, end), (begin, _) in pairwise(states):
                self._edge(end, begin, 0, None)

    def _state(self) -> int:
        self._edges.append([])
        return len(self._edges) - 1

    def _edge(self, source: int, target: int, cost: int, event: Event | None) -> None:
        self._edges[source].append((target, cost, event))


def _passing(node: Node) -> tuple[int, Event | None]:
    """What it costs to have nothing where `node` stands."""
    missed = len(required(node)) if node.minimum and not is_wildcard(node) else 0
    return (missed * MISSING, Event(Step.MISS, node)) if missed else (0, None)


def _again(node: Node) -> tuple[int, Event | None]:
    """What it costs to have `node` once more."""
    anew = ANEW if node.is_group else 0
    if node.maximum != 1:
        return anew, None
    return (TWO_ALTERNATIVES if node.choice else AGAIN) + anew, Event(Step.REPEAT, node)


@lru_cache(maxsize=256)
def grammar(structure_id: str, version: str) -> Grammar | None:
    """The grammar of a structure; None where `version` has no such structure."""
    nodes = structure(structure_id, version)
    return None if nodes is None else Grammar(structure_id, nodes)
