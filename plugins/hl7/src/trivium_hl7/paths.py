"""How places in a message are written: `SEG[n]-field[repetition].component.subcomponent`, all counted from 1.

`OBX[3]-5[2].1` is the first component of the second repetition of field 5 of the third OBX. Each index may be left out:
`PID`, `PID-3` and `PID-3.4` name everything below them, in every segment and repetition.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_PATH: Final = re.compile(
    r"(?P<segment>[A-Z][A-Z0-9]{2})(?:[\[(](?P<occurrence>\d{1,6})[\])])?"
    r"(?:[-.](?P<field>\d{1,6})(?:[\[(](?P<repetition>\d{1,6})[\])])?"
    r"(?:[-.](?P<component>\d{1,6})(?:[-.](?P<subcomponent>\d{1,6}))?)?)?",
    re.ASCII,
)


class Path(NamedTuple):
    """A place, or all places below one; None where an index is left out."""

    segment: str
    occurrence: int | None = None
    field: int | None = None
    repetition: int | None = None
    component: int | None = None
    subcomponent: int | None = None

    def covers(self, place: Path) -> bool:
        return all(mine is None or mine == other for mine, other in zip(self, place, strict=True))

    def __str__(self) -> str:
        text = self.segment + (f"[{self.occurrence}]" if self.occurrence else "")
        if self.field:
            text += f"-{self.field}" + (f"[{self.repetition}]" if self.repetition else "")
        if self.component:
            text += f".{self.component}"
        return text + (f".{self.subcomponent}" if self.subcomponent else "")


def read_path(text: str) -> Path | None:
    """The place that `text` names, or None. Case, round brackets and points for hyphens are forgiven."""
    if len(text) > 64 or (found := _PATH.fullmatch(text.strip().upper())) is None:
        return None
    segment, *numbers = found.groups()
    return Path(segment, *(int(number) if number else None for number in numbers))
