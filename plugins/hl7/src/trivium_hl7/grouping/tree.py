"""The segments of a message in the groups of its structure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from trivium_hl7.reader import Segment


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a structure as a message fills it. The root bears the structure's name."""

    id: str
    parts: tuple[Segment | Group, ...]
    """In the order of the message, with segments that the structure does not have where they stand."""

    def segments(self, segment_id: str) -> list[Segment]:
        """Its own segments of this id, without those of groups inside."""
        return [part for part in self.parts if isinstance(part, Segment) and part.id == segment_id]

    def first(self, segment_id: str) -> Segment | None:
        return next(iter(self.segments(segment_id)), None)

    def groups(self, group_id: str) -> list[Group]:
        """The groups of this name directly inside."""
        return [part for part in self.parts if isinstance(part, Group) and part.id == group_id]

    def walk(self) -> Iterator[Group]:
        """This group and all inside, outer before inner."""
        yield self
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.walk()

    def all(self, segment_id: str) -> Iterator[Segment]:
        """Every segment of this id, in groups inside too, in the order of the message."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.all(segment_id)
            elif part.id == segment_id:
                yield part


class MisfitKind(StrEnum):
    """What does not fit a structure."""

    MISSING = "missing"
    """A required segment is not there."""
    MISPLACED = "misplaced"
    """The structure has such a segment, but not at this place."""
    REPEATED = "repeated"
    """A segment comes again that does not repeat."""
    GROUP_REPEATED = "group_repeated"
    """A segment begins a group again that does not repeat."""
    LOCAL = "local"
    """A Z segment that the structure does not name: allowed everywhere (HL7 v2.9 chapter 2.11)."""
    UNEXPECTED = "unexpected"
    """The structure has no such segment."""


class Misfit(NamedTuple):
    kind: MisfitKind
    id: str
    """The segment, or the group that is repeated."""
    path: tuple[str, ...]
    """The groups around its place in the structure; for what has none, those it was met in."""
    segment: Segment | None
    """What does not fit; None for what is missing."""
    after: Segment | None
    """Behind which segment it is missing, or has its place."""
    alternatives: tuple[str, ...] = ()
    """Segments of which one would do as well as the missing one."""


@dataclass(frozen=True, slots=True)
class Grouping:
    root: Group
    misfits: tuple[Misfit, ...]

    @property
    def fits(self) -> bool:
        """Whether the message is one of its structure; Z segments may stand anywhere."""
        return all(misfit.kind is MisfitKind.LOCAL for misfit in self.misfits)
