"""Which modules of an object are in force: the mandatory ones, and others of which something telling is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from trivium_dicom.iods import Iod, ModuleUse
from trivium_dicom.validation.definitions import OVERLAY, telling
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Level

_CONDITIONS: Final = {"multi-frame": 0x00280008}
"""Conditional modules that one attribute alone tells: an object without Number of Frames is of one frame, whatever else
it has of the module (PS3.3 C.7.6.6).
"""


@dataclass(frozen=True, slots=True)
class Modules:
    """Of one object."""

    iod: Iod
    judged: tuple[ModuleUse, ...]
    """In force; overlays apart, which each group of its own has."""
    chosen: tuple[str, ...]
    """Names of those among them that are not mandatory."""
    has_overlay: bool


def modules_of(iod: Iod, top: Level) -> Modules:
    """What `top` has of the modules of its object definition."""
    judged = tuple(use for use in iod.modules if use.module.id != OVERLAY and _in_force(iod, use, top))
    chosen = tuple(dict.fromkeys(use.module.name for use in judged if use.usage != "M"))
    return Modules(iod, judged, chosen, any(use.module.id == OVERLAY for use in iod.modules))


def _in_force(iod: Iod, use: ModuleUse, top: Level) -> bool:
    if use.usage == "M":
        return True
    if use.usage == "C" and use.module.id in _CONDITIONS:
        return top.has(_CONDITIONS[use.module.id])
    return any(top.has(tag) and (enough or _says(top, tag)) for tag, enough in telling(iod, use).items())


def _says(top: Level, tag: int) -> bool:
    """Whether it has a value other than zero: a volume of 0 of a contrast agent says that there was none."""
    return top.filled(tag) and top.number(tag) != 0


def missing_modules(modules: Modules, top: Level) -> Iterator[Found]:
    """Mandatory modules of which nothing is there, and that want more than one attribute: one is told as it is."""
    for use in modules.judged:
        wanted = [int(one.tag, 16) for one in use.module.attributes.values() if one.type in ("1", "2")]
        if len(wanted) > 1 and not any(int(tag, 16) in top.cells for tag in use.module.attributes):
            fix = f"{len(wanted)} attributes of the module are required"
            yield Found("iod.module_missing", top, wanted[0], None, fix, use.module.name, "M")
