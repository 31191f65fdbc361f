"""Reads the bytes of a matching attribute. An archive can send anything, so nothing is taken on trust.

Pure: bytes in, text or None out.
"""

from __future__ import annotations

import re
from typing import Final

from trivium_pacs.charsets import decoded
from trivium_pacs.modalities import MODALITIES
from trivium_pacs.values import date_of, is_time, uid_problem, without_control

_COUNT: Final = re.compile(r"\+?[0-9]{1,9}")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,11}")
_OLD_DATE: Final = re.compile(r"([0-9]{4})\.([0-9]{2})\.([0-9]{2})")
_ORDER: Final = re.compile(r"(?=.*[0-9])[^\^=\\]{1,64}")
_VERSION: Final = re.compile(r"(?=.*[0-9])[A-Za-z0-9._/+-]{1,16}")

MOST_TEXT: Final = 1024
"""Characters kept of one text."""


def plain(raw: bytes) -> str:
    """ASCII text without padding; bytes outside ASCII become a replacement character."""
    return raw.decode("ascii", errors="replace").strip(" \0")


def text(raw: bytes, character_sets: bytes, *, person_name: bool = False) -> str:
    """Text in the character sets of (0008,0005), without padding and control characters."""
    return without_control(decoded(raw, character_sets, person_name=person_name)).strip()[:MOST_TEXT]


def uid(raw: bytes) -> str | None:
    value = plain(raw)
    return value if uid_problem(value) is None else None


def date(raw: bytes) -> str | None:
    """`YYYYMMDD`; the `YYYY.MM.DD` of ACR-NEMA is understood (PS3.5 6.2, note on DA)."""
    value = _OLD_DATE.sub(r"\1\2\3", plain(raw))
    return value if date_of(value) else None


def time(raw: bytes) -> str | None:
    """`HH`, `HHMM` or `HHMMSS`, without the fraction."""
    value = plain(raw).replace(":", "")
    return value.partition(".")[0] if is_time(value) else None


def count(raw: bytes) -> int | None:
    value = plain(raw)
    return int(value) if _COUNT.fullmatch(value) else None


def integer(raw: bytes) -> int | None:
    """PS3.5 6.2 IS."""
    value = plain(raw)
    return int(value) if _INTEGER.fullmatch(value) else None


def modality(raw: bytes) -> str | None:
    value = plain(raw)
    return value if value in MODALITIES else None


def sex(raw: bytes) -> str | None:
    """PS3.3 C.7.1.1: M, F or O."""
    value = plain(raw)
    return value if value in ("M", "F", "O") else None


def order_number(value: str) -> str | None:
    """What can be an accession number: it has a digit and no delimiter of a person's name."""
    return value if _ORDER.fullmatch(value) else None


def version_name(value: str | None) -> str | None:
    """What can be an implementation version name (PS3.7 D.3.3.2): at most 16 characters, one of them a digit."""
    return value if value and _VERSION.fullmatch(value) else None
