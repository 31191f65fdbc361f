"""What the definition of an object wants at each level: the attributes of all its modules, put together.

Several modules may have the same attribute, and so may several macros of one item. The strictest type holds, save
where one module says that its type is to be taken instead, and the items of a sequence are judged by all that define
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from trivium_dicom.iods import Attribute, Iod, ModuleUse

_STRICTNESS: Final = {"1": 0, "2": 1, "1C": 2, "2C": 3, "3": 4, "-": 5}
_OVERRIDES: Final = {
    (0x00080060, "general-series"): "sc-equipment",  # PS3.3 C.8.6.1
    (0x00280009, "multi-frame"): "sc-multi-frame-image",  # PS3.3 C.8.6.3
}
"""An attribute as the first module has it, and the module whose type for it is to be taken instead."""
OVERLAY: Final = "overlay-plane"
_REPEATING: Final = frozenset({0x50, 0x60})
"""Even groups 5000 to 501E and 6000 to 601E repeat (PS3.5 7.6); higher ones are read as such, too. Definitions have the
first of each.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attribute of a level."""

    tag: int
    type: str
    module: str
    """Name of the module that has the strictest type."""
    modules: frozenset[str]
    """Ids of all modules that define it here."""
    attributes: tuple[Attribute, ...]
    """Every definition of it."""

    @property
    def required(self) -> bool:
        return self.type in ("1", "2")


Wants = Mapping[int, Wanted]
NOTHING: Final[Wants] = {}


@lru_cache(maxsize=512)
def wants_of_modules(uses: tuple[ModuleUse, ...]) -> Wants:
    """The attributes of a data set, from the modules that are in force."""
    found = ((use.module.id, use.module.name, one) for use in uses for one in use.module.attributes.values())
    return _merged(found)


@lru_cache(maxsize=16384)
def wants_of_items(wanted: Wanted) -> Wants:
    """The attributes of each item of a sequence; empty where no definition says what they are."""
    owner = ";".join(sorted(wanted.modules))
    return _merged((owner, wanted.module, one) for attribute in wanted.attributes for one in attribute.items.values())


def _merged(rows: Iterable[tuple[str, str, Attribute]]) -> Wants:
    found: dict[int, list[tuple[str, str, Attribute]]] = {}
    for row in rows:
        found.setdefault(int(row[2].tag, 16), []).append(row)
    return {tag: _one(tag, same) for tag, same in found.items()}


def _one(tag: int, rows: list[tuple[str, str, Attribute]]) -> Wanted:
    owners = {row[0] for row in rows}
    in_force = [row for row in rows if _OVERRIDES.get((tag, row[0])) not in owners]
    strictest = min(in_force, key=lambda row: _STRICTNESS[row[2].type])
    modules = frozenset(one for row in rows for one in row[0].split(";"))
    attributes = tuple(dict.fromkeys(row[2] for row in rows))
    return Wanted(tag, strictest[2].type, strictest[1], modules, attributes)


@lru_cache(maxsize=512)
def telling(iod: Iod, use: ModuleUse) -> Mapping[int, bool]:
    """Attributes by which a module is told to be there: those that no other module of the object has.

    True: its being there is enough, as the module requires it (1, 1C, 2, 2C); False: it must say something.
    """
    others = {tag for other in iod.modules if other != use for tag in other.module.attributes}
    return {
        int(tag, 16): one.type in ("1", "1C", "2", "2C")
        for tag, one in use.module.attributes.items()
        if tag not in others
    }


def first_of_repeating(tag: int) -> int:
    """The tag in group 6000 (or 5000) of an element in another such group."""
    return tag & 0xFF00FFFF if tag >> 24 in _REPEATING and not tag >> 16 & 1 else tag
