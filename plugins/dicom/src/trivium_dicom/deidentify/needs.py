"""What the object's own definition (PS3.3) wants of an attribute where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING

from trivium_dicom.iods import Attribute, Module, iod_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Path = tuple[str, ...]
"""Tags of the sequences around an attribute, outermost first."""


class Need(IntEnum):
    """Data element types (PS3.5 7.4), as far as they bind: a condition that nobody can check counts as met."""

    OPTIONAL = 3
    MAY_BE_EMPTY = 2
    VALUE = 1


_NEEDS = {"1": Need.VALUE, "1C": Need.VALUE, "2": Need.MAY_BE_EMPTY, "2C": Need.MAY_BE_EMPTY}


class Needs:
    """The needs of one data set. Of modules that are not mandatory, those count whose required attributes it has."""

    def __init__(self, dataset: Dataset, sop_class: str) -> None:
        found = iod_of(sop_class)
        self.known = found is not None
        used = (
            [use.module for use in found.modules if use.usage == "M" or _is_used(use.module, dataset)] if found else []
        )
        self._levels: dict[Path, Sequence[Mapping[str, Attribute]]] = {(): [module.attributes for module in used]}

    def of(self, path: Path, tag: str) -> Need:
        """The strictest among the modules; `OPTIONAL` for what the definition does not have (PS3.2 7.3)."""
        types = (found.type for level in self._level(path) if (found := level.get(tag)))
        return min((_NEEDS.get(one, Need.OPTIONAL) for one in types), default=Need.OPTIONAL)

    def inside(self, path: Path) -> Mapping[str, Attribute]:
        """The attributes that items of the sequence at `path` are defined to have."""
        found: dict[str, Attribute] = {}
        for level in self._level(path):
            found.update(level)
        return found

    def _level(self, path: Path) -> Sequence[Mapping[str, Attribute]]:
        """What the modules have there. Items of a sequence in items of that same sequence, such as those of a report,
        are defined once (PS3.3 C.17.3).
        """
        path = tuple(tag for tag, _ in groupby(path))
        if path not in self._levels:
            above = self._level(path[:-1])
            self._levels[path] = [one.items for level in above if (one := level.get(path[-1])) and one.items]
        return self._levels[path]


def _is_used(module: Module, dataset: Dataset) -> bool:
    return any(one.type in ("1", "1C") and int(one.tag, 16) in dataset for one in module.attributes.values())
