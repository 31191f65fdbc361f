"""How a UID is written (PS3.5 clause 9.1), and what is wrong with one."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LONGEST: Final = 64
_COMPONENTS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_UIDISH: Final = re.compile(r"[0-9.\s\0]*[0-9][0-9.\s\0]*")
_PREFIX: Final = re.compile(r"^urn:oid:", re.IGNORECASE)


class UidFault(StrEnum):
    TOO_LONG = "longer than 64 characters"
    CHARACTERS = "other characters than digits and dots"
    EMPTY_COMPONENT = "an empty component: a dot at an end, or two together"
    LEADING_ZERO = "a component begins with 0 and is not 0 alone"
    ONE_COMPONENT = "one component alone, where a root has two at least"
    FIRST_ARC = "the first component is not 0, 1 or 2 (ISO/IEC 8824-1)"
    SECOND_ARC = "below 0 and 1 the second component is at most 39 (ISO/IEC 8824-1)"
    PADDED = "blanks or other padding than one trailing NUL"


def bare(text: str) -> str:
    """Without what is written around a UID: blanks, NUL padding, quotes, `urn:oid:`."""
    return _PREFIX.sub("", text.strip(" \t\r\n\0\"'")).strip(" \0")


def looks_like_uid(text: str) -> bool:
    """Whether somebody meant a UID and no words: digits and dots alone, and a dot among several."""
    text = bare(text)
    return bool(_UIDISH.fullmatch(text)) and "." in text


def faults_of(text: str) -> list[UidFault]:
    """What is wrong with the writing of a UID, blanks and one NUL at its end apart."""
    uid = bare(text)
    parts = uid.split(".")
    checks = {
        UidFault.PADDED: text.strip("\"'").removesuffix("\0") != text.strip("\"'").strip(" \0\t\r\n"),
        UidFault.TOO_LONG: len(uid) > LONGEST,
        UidFault.CHARACTERS: not re.fullmatch(r"[0-9.]*", uid),
        UidFault.EMPTY_COMPONENT: not all(parts),
        UidFault.LEADING_ZERO: any(len(part) > 1 and part.startswith("0") for part in parts),
        UidFault.ONE_COMPONENT: len(parts) == 1,
    }
    found = [fault for fault, wrong in checks.items() if wrong]
    return found + (_arc_faults(parts) if _COMPONENTS.fullmatch(uid) else [])


def _arc_faults(parts: list[str]) -> list[UidFault]:
    if parts[0] not in ("0", "1", "2"):
        return [UidFault.FIRST_ARC]
    # A long number is compared by its length first: Python refuses to read thousands of digits.
    if parts[0] != "2" and len(parts) > 1 and (len(parts[1]) > 2 or int(parts[1]) > 39):
        return [UidFault.SECOND_ARC]
    return []
