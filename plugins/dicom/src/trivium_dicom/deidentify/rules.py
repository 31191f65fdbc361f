"""Which deed a line of table E.1-1 asks for, with the options that were chosen and what the object needs there."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Final

from trivium_dicom.confidentiality import Option, Row
from trivium_dicom.deidentify.needs import Need


class Deed(Enum):
    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    REMAP = "U"
    ENTER = "the items of the sequence are worked on, each attribute by its own line"


_BY_NEED: Final = {Need.OPTIONAL: Deed.REMOVE, Need.MAY_BE_EMPTY: Deed.EMPTY, Need.VALUE: Deed.DUMMY}


def by_need(need: Need) -> Deed:
    """The most that may go without breaking the object (PS3.15 table E.1-1a)."""
    return _BY_NEED[need]


def letter_of(row: Row, options: Collection[Option]) -> str:
    """The action code with these options: what an option says prevails over the profile (PS3.15 E.3), and of two
    options the one that keeps over the one that cleans, which is our order.
    """
    letters = {row.options[option] for option in options if option in row.options}
    return next((letter for letter in ("K", "C") if letter in letters), row.basic)


def deed_of(basic: str, need: Need) -> Deed:
    """What the basic profile's action code comes to (PS3.15 table E.1-1a).

    References that may be empty are entered too: without them an object such as a segmentation loses its common
    instance references, whose presence depends on them (PS3.3 C.12.2).
    """
    match basic:
        case "X":
            return Deed.REMOVE
        case "D":
            return Deed.DUMMY
        case "U":
            return Deed.REMAP
        case "Z" | "Z/D":
            return Deed.DUMMY if need is Need.VALUE else Deed.EMPTY
        case "X/D":
            return Deed.REMOVE if need is Need.OPTIONAL else Deed.DUMMY
        case "X/Z/U*":
            return Deed.REMOVE if need is Need.OPTIONAL else Deed.ENTER
        case _:
            return by_need(need)
