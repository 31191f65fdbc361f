"""Element paths as the guide writes them, and how a data type map's path goes on where a segment map's path ends.

`performer[1](PractitionerRole.practitioner(Practitioner))` creates the resources in brackets and references them; `[n]`
is the n-th repetition that the map makes. A path is held as legs, one per resource::

    Observation  performer[1]
    PractitionerRole  practitioner
    Practitioner
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_INDEX: Final = re.compile(r"\[[^\]]*\]$")
_STEP: Final = re.compile(r"[A-Za-z#][A-Za-z0-9#?-]*(?:\[[0-9a-z-]+\])?(?::[a-z-]+)?|\[[0-9-]+\]")
_TARGET: Final = re.compile(r"(\[\d+\])?([A-Z][A-Za-z|]*)(\[\d+\])?")
THIS: Final = "$this"


@dataclass(frozen=True, slots=True)
class Leg:
    """A resource or data type and the elements from there: `Leg("Patient", ("name[1]", "given"))`."""

    type: str
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join([self.type, *self.steps])


@dataclass(frozen=True, slots=True)
class Path:
    """Legs from the resource that a map fills to the element in question."""

    legs: tuple[Leg, ...]
    repetition: int = 1
    """Which of several values this is that the data type map makes where the path ends."""

    def __str__(self) -> str:
        """As the guide writes it, from its resource on: `Patient.identifier[2].assigner(Organization)`."""
        return "(".join(map(str, self.legs)) + ")" * (len(self.legs) - 1)

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The elements that reference a resource which the map creates, each with that resource's type."""
        return tuple((str(leg), then.type) for leg, then in zip(self.legs, self.legs[1:], strict=False))


@cache  # bounded by the guide's rows
def parse_path(base: str, text: str) -> Path | None:
    """Read a guide path below `base`. None for one that is no path (`local implementation`, a formula)."""
    first, *nested = text.rstrip(")").split("(")
    if text.count("(") != text.count(")") or text.rstrip(")").count(")"):
        return None
    legs: list[Leg | None] = [Leg(base)] if first == THIS else [_leg(base, first)]
    for part in nested:
        target, _, steps = part.partition(".")
        named = _TARGET.fullmatch(target)
        if named is None:
            return None
        legs.append(_leg(f"{named[2]}{named[1] or named[3] or ''}", steps))
    read = tuple(leg for leg in legs if leg is not None)
    return Path(read) if len(read) == len(legs) else None


def _leg(base: str, text: str) -> Leg | None:
    steps = tuple(text.rstrip(".").split(".")) if text else ()  # a sheet writes `organization.(Organization)`
    if not all(_STEP.fullmatch(step) for step in steps):
        return None
    head, *rest = base.split(".")  # a base may lie below a resource: MessageHeader.source
    return Leg(head, (*rest, *steps[1:])) if steps and steps[0] == head else Leg(head, (*rest, *steps))


def continued(outer: Path, inner: Path, *, base: str, resource: bool) -> Path | None:
    """Go on from where `outer` ends with `inner`, a path that a data type map writes below its `base`.

    `resource` says whether `base` is a resource (`XCN[Practitioner]`) or a value (`CX[Identifier]`). None where the two
    do not fit: a map that makes a value, on a row that creates a resource.
    """
    return _through_resource(outer, inner, base) if resource else _through_value(outer, inner)


def _through_value(outer: Path, inner: Path) -> Path | None:
    *before, last = outer.legs
    first, *after = inner.legs
    if not last.steps and first.type != "Extension":
        return None
    steps, repetition = _numbered(first.steps)
    ours = last.steps
    if repetition > 1:
        ours = (*ours[:-1], bare(ours[-1]))
    joined = Leg(last.type, _joined(ours, steps))
    return Path((*before, joined, *after), max(repetition, outer.repetition))


def _through_resource(outer: Path, inner: Path, base: str) -> Path:
    first, *after = inner.legs
    count = _place_of(outer, first, base)
    first = _numbered_resource(first)
    if count is not None:
        here = outer.legs[count]
        ours = here.type if first.type == bare(here.type) else first.type
        return Path((*outer.legs[:count], Leg(ours, _kept_index(here.steps, first.steps)), *after))
    if not outer.legs[-1].steps:  # another resource than the one the row is about: it stands beside it
        return Path((first, *after))
    return Path((*outer.legs, first, *after))


def _place_of(outer: Path, first: Leg, base: str) -> int | None:
    """The leg of `outer` that the inner path starts from again, if there is one.

    It is the last one of that type, when nothing follows it or the inner path repeats what follows:
    `Device.udiCarrier[1]` goes on with `Device.udiCarrier.deviceIdentifier`.
    """
    shared = tuple(base.split(".")[1:])  # MessageHeader.source: the map writes its paths below that element
    for count in range(len(outer.legs) - 1, -1, -1):
        leg = outer.legs[count]
        if bare(leg.type) == first.type:
            ours = tuple(map(bare, leg.steps))
            theirs = tuple(map(bare, first.steps))
            repeated = theirs[: len(ours)] == ours or (shared and ours[: len(shared)] == shared)
            return count if repeated else None
    return None


def _joined(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Append, and write an element once that both name: `name.family` and `family.extension` share `family`."""
    if ours and theirs and bare(ours[-1]) == bare(theirs[0]):
        return (*ours[:-1], theirs[0] if _INDEX.search(theirs[0]) else ours[-1], *theirs[1:])
    return (*ours, *theirs)


def _kept_index(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """`theirs`, with our index on a leading element that both name."""
    if ours and theirs and bare(ours[0]) == theirs[0]:
        return (ours[0], *theirs[1:])
    return theirs


def _numbered(steps: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """`("[2]", "given")` is `given` of the second value that the map makes."""
    if steps and (number := re.fullmatch(r"\[(\d+)\]", steps[0])):
        return steps[1:], int(number[1])
    return steps, 1


def _numbered_resource(leg: Leg) -> Leg:
    """`Location.[4].mode` is written `Location[4].mode`."""
    if leg.steps and leg.steps[0].startswith("["):
        return Leg(f"{leg.type}{leg.steps[0]}", leg.steps[1:])
    return leg


def bare(step: str) -> str:
    """A step without its index."""
    return _INDEX.sub("", step)
