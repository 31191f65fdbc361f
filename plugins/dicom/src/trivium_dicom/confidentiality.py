"""What the confidentiality profiles do with an attribute (PS3.15 table E.1-1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

from trivium_dicom.knowledge import load

ACTIONS: Final[Mapping[str, str]] = {
    "D": "replace with a dummy value",
    "Z": "empty, or replace with a dummy value",
    "X": "remove",
    "K": "keep",
    "C": "clean: replace what identifies somebody in it",
    "U": "replace with another UID, the same one everywhere",
    "X/Z": "remove, unless type 2 keeps it: then empty",
    "X/D": "remove, unless type 1 keeps it: then a dummy value",
    "Z/D": "empty, unless type 1 wants a value: then a dummy value",
    "X/Z/D": "remove, empty or a dummy value, by its type",
    "X/Z/U*": "remove or empty the sequence, or replace the UIDs in it, by its type",
}
"""Action codes (PS3.15 table E.1-1a)."""


class Option(StrEnum):
    """Options beside the basic profile, in the order of the table's columns (PS3.15 E.3)."""

    RETAIN_SAFE_PRIVATE = "rtn_safe_priv"
    RETAIN_UIDS = "rtn_uids"
    RETAIN_DEVICE_IDENTITY = "rtn_dev_id"
    RETAIN_INSTITUTION_IDENTITY = "rtn_inst_id"
    RETAIN_PATIENT_CHARACTERISTICS = "rtn_pat_chars"
    RETAIN_FULL_DATES = "rtn_long_full_dates"
    RETAIN_MODIFIED_DATES = "rtn_long_modif_dates"
    CLEAN_DESCRIPTORS = "clean_desc"
    CLEAN_STRUCTURED_CONTENT = "clean_struct_cont"
    CLEAN_GRAPHICS = "clean_graph"


class Row(NamedTuple):
    """A line of the table."""

    tag: str
    """Eight hexadecimal digits, lower case, `x` for any."""
    basic: str
    """Action code of the basic profile."""
    options: Mapping[Option, str]
    """K or C of each option that says something else."""
    in_composite_iods: bool
    retired: bool


def row_of(tag: str) -> Row | None:
    """The line for an attribute, by its tag in eight hexadecimal digits; None: nothing is done with it."""
    exact = _rows().get(tag.lower())
    return exact or next((row for row in _repeating() if _fits(row.tag, tag.lower())), None)


def rows() -> tuple[Row, ...]:
    return tuple(_rows().values())


def profile_codes() -> Mapping[str, str]:
    """DCM codes of the profile and its options (PS3.16 CID 7050)."""
    codes: Mapping[str, str] = _table()["profile_codes"]
    return codes


def safe_private() -> Mapping[str, Mapping[str, tuple[str, str, str]]]:
    """Private elements that identify nobody: {creator: {`ggggxxee`: (VR, VM, name)}} (PS3.15 table E.3.10-1)."""
    return {
        creator: {digits: (row[0], row[1], row[2]) for digits, row in elements.items()}
        for creator, elements in _table()["safe_private"].items()
    }


@cache
def _rows() -> Mapping[str, Row]:
    return {tag.lower(): _row(tag.lower(), row) for tag, row in _table()["tags"].items()}


@cache
def _repeating() -> tuple[Row, ...]:
    return tuple(row for row in _rows().values() if "x" in row.tag)


def _row(tag: str, row: list[Any]) -> Row:
    letters = row[1] if len(row) > 1 and row[1] else "-" * len(Option)
    options = {option: letter for option, letter in zip(Option, letters, strict=True) if letter != "-"}
    return Row(tag, row[0], options, len(row) > 2 and row[2] == "Y", len(row) > 3 and row[3] == 1)


def _fits(pattern: str, tag: str) -> bool:
    return all(a in ("x", b) for a, b in zip(pattern, tag, strict=True))


@cache
def _table() -> Mapping[str, Any]:
    return load("confidentiality")
