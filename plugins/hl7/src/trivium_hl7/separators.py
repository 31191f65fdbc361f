"""The separators that a message declares in MSH-1 and MSH-2 (HL7 v2.9 chapter 2.5.4)."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Final

from trivium.api import BadInput
from trivium_hl7.problems import MessageProblem, Note, Remark

_HEADER: Final = "segment 1"
_NEVER: Final = "\r"
"""Ends a segment, so it stands inside none: what a missing separator is looked for as."""


@dataclasses.dataclass(frozen=True, slots=True)
class Separators:
    """MSH-1 and the characters of MSH-2, in their order; one that is not declared is the empty string."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""
    cuts: tuple[str, str, str] = dataclasses.field(init=False, repr=False, compare=False)
    """Repetition, component and sub-component separator, with a character that never occurs for a missing one."""

    def __post_init__(self) -> None:
        cuts = (self.repetition or _NEVER, self.component or _NEVER, self.subcomponent or _NEVER)
        object.__setattr__(self, "cuts", cuts)


def read_separators(header: str) -> tuple[Separators, list[Note]]:
    """The separators that `header`, the first segment of a message, declares.

    Fewer or more than four or five encoding characters, and one character in two roles, are tolerated with a note:
    roles go by position, outer separators first. Raises `BadInput` for none at all, and for characters that cannot
    separate anything.
    """
    separator = header[3:4]
    declared = header[4:].partition(separator)[0] if separator else ""
    separators, remarks = _read(separator, declared[:7])
    return separators, [Note("MSH-2", remark) for remark in remarks]


@lru_cache(maxsize=64)
def _read(separator: str, declared: str) -> tuple[Separators, tuple[Remark, ...]]:
    if not declared:
        raise BadInput(where=_HEADER, problem=MessageProblem.NO_SEPARATORS)
    if not all(_separates(c) for c in separator + declared[:5]):
        raise BadInput(where=_HEADER, problem=MessageProblem.BAD_SEPARATOR)
    roles, remarks = _roles(declared)
    if len(set(roles)) < len(roles):
        remarks.append(Remark.SAME_SEPARATOR_TWICE)
    return Separators(separator, *roles, *[""] * (5 - len(roles))), tuple(remarks)


def _separates(character: str) -> bool:
    return not (character.isalnum() or character.isspace()) and character.isprintable()


def _roles(declared: str) -> tuple[list[str], list[Remark]]:
    """Component, repetition, escape, sub-component, truncation: as many as are declared."""
    if declared == "^~&":
        return ["^", "~", "", "&"], [Remark.NO_ESCAPE_CHARACTER]
    if declared[2:4] == "\\\\":
        return list(declared[:2] + declared[3:6]), [Remark.DOUBLED_ESCAPE]
    if len(declared) < 4:
        return list(declared), [Remark.FEW_ENCODING_CHARACTERS]
    return list(declared[:5]), [Remark.MANY_ENCODING_CHARACTERS] if len(declared) > 5 else []
