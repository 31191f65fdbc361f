"""Deciding conditions on one field before a segment is read: OBX-2 settles which of the many rows of OBX-5 count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from trivium_fhir.convert.flatten import Instruction

SWITCH: Final = ("OBX", 2)
"""The field whose value decides on most rows of its segment: OBX-2, the type of OBX-5."""


def never(one: Instruction, segment_id: str, switch: str) -> bool:
    """The value of `SWITCH` alone denies a condition."""
    return segment_id == SWITCH[0] and any(_by_switch(when, switch) is False for when, _ in one.conditions)


def settled(one: Instruction) -> Instruction:
    """Without the conditions that `SWITCH` alone has decided."""
    return replace(one, conditions=tuple((_rest(when), at) for when, at in one.conditions if _rest(when)))


def _rest(when: Any) -> Any:
    match when:
        case ["and", *parts]:
            kept = [part for part in parts if not _asks_switch(part)]
            return ["and", *kept] if kept else None
    return None if _asks_switch(when) else when


def _asks_switch(when: Any) -> bool:
    return isinstance(when, list | tuple) and when[0] in ("eq", "in") and when[1] == f"{SWITCH[0]}-{SWITCH[1]}"


def _by_switch(when: Any, switch: str) -> bool | None:
    """None where more than the switch decides."""
    if _asks_switch(when):
        return switch == when[2] if when[0] == "eq" else switch in when[2]
    if (
        isinstance(when, list | tuple)
        and when[0] == "and"
        and any(_by_switch(part, switch) is False for part in when[1:])
    ):
        return False
    return None
