"""Where in an HL7 v2 message: a segment, one of its fields, a component, a subcomponent (HL7 v2 chapter 2).

All spellings that people and engines use are read: `PID-3`, `PID.3`, `pid 3`, `PID3`, `PID-3[1].4`, `PID-5-1-1`,
`/PID-5-1-1`. A repetition is accepted and dropped, because a map treats every repetition alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from trivium.api import BadInput, Problem

_SEGMENT: Final = re.compile(r"[ /]*([A-Za-z][A-Za-z0-9]{2})")
_NUMBER: Final = re.compile(r"(?:[-._:/]| +)?([0-9]{1,3})(?![0-9])(?:\[(?:[0-9]{1,4}|\*)\]|\((?:[0-9]{1,4}|\*)\))?")
_LONGEST: Final = 40
_LEVELS: Final = 3


class FieldRefProblem(Problem):
    UNREADABLE = (
        "cannot be read from character {position} on: write a segment and numbers,"
        " such as PID, PID-3, OBX-5.2 or PID-5.1.1"
    )
    TOO_LONG = "is longer than {limit} characters"
    TOO_DEEP = "goes deeper than field, component and subcomponent"
    COUNTS_FROM_ONE = "has a 0 where HL7 v2 counts from 1"


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A segment id and up to three numbers: field, component, subcomponent."""

    segment: str
    numbers: tuple[int, ...] = ()

    @property
    def field(self) -> str:
        """`PID-3`, or `PID` for a whole segment."""
        return f"{self.segment}-{self.numbers[0]}" if self.numbers else self.segment

    @property
    def below(self) -> tuple[int, ...]:
        """The component and subcomponent numbers, as far as given."""
        return self.numbers[1:]

    def __str__(self) -> str:
        return ".".join([self.field, *map(str, self.below)])


def parse_field_ref(text: str, *, where: str) -> FieldRef:
    """Read a reference in any usual spelling. Raises `BadInput` with the place, never with the text."""
    if len(text) > _LONGEST:
        raise BadInput(where=where, problem=FieldRefProblem.TOO_LONG, limit=_LONGEST)
    text = text.rstrip()
    segment = _SEGMENT.match(text)
    if segment is None:
        raise BadInput(where=where, problem=FieldRefProblem.UNREADABLE, position=1)
    numbers: list[int] = []
    position = segment.end()
    while position < len(text):
        number = _NUMBER.match(text, position)
        if number is None:
            raise BadInput(where=where, problem=FieldRefProblem.UNREADABLE, position=position + 1)
        numbers.append(int(number[1]))
        position = number.end()
    if len(numbers) > _LEVELS:
        raise BadInput(where=where, problem=FieldRefProblem.TOO_DEEP)
    if 0 in numbers:
        raise BadInput(where=where, problem=FieldRefProblem.COUNTS_FROM_ONE)
    return FieldRef(segment[1].upper(), tuple(numbers))
