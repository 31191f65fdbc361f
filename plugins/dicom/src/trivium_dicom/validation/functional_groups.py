"""Functional groups of multi-frame objects: shared by all frames, or of each frame (PS3.3 C.7.6.16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from trivium_dicom.iods import Iod, MacroUse
from trivium_dicom.validation.definitions import Wants
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Level

SHARED: Final = 0x52009229
PER_FRAME: Final = 0x52009230
_FRAMES: Final = 0x00280008


def relaxed(wants: Wants) -> Wants:
    """What a functional groups item may hold: which macros it has to hold, the object says and not the item."""
    loose: Mapping[str, str] = {"1": "1C", "2": "2C"}
    return {tag: replace(one, type=loose.get(one.type, one.type)) for tag, one in wants.items()}


def group_faults(top: Level, iod: Iod) -> Iterator[Found]:
    """Macros that are missing or twice there, and a number of items that is not the number of frames."""
    if not (top.has(SHARED) or top.has(PER_FRAME)):
        return
    shared = [set(map(int, item.keys())) for item in top.items(SHARED)][:1]
    frames = [set(map(int, item.keys())) for item in top.items(PER_FRAME)]
    yield from _count(top, len(frames))
    in_shared = shared[0] if shared else set()
    in_any = set().union(*frames)
    in_every = set.intersection(*frames) if frames else set()
    for macro in iod.macros:
        if macro.scope == "MF":
            yield from _macro_faults(top, macro, in_shared, in_any, in_every)


def _count(top: Level, items: int) -> Iterator[Found]:
    frames = top.whole(_FRAMES)
    if frames is not None and top.has(PER_FRAME) and items != frames:
        yield Found("groups.frames", top, PER_FRAME, None, f"{frames} frames; {items} items")


def _macro_faults(
    top: Level, macro: MacroUse, shared: set[int], any_frame: set[int], every_frame: set[int]
) -> Iterator[Found]:
    tags = {int(tag, 16) for tag in macro.sequences}
    if macro.usage == "M" and tags and tags.isdisjoint(shared | every_frame):
        fix = "in the shared functional groups, or in those of every frame"
        yield Found("groups.missing", top, min(tags), None, fix, macro.name, "M", "PS3.3 C.7.6.16, A.1.3.1")
    for tag in sorted(tags & shared & any_frame):
        yield Found("groups.twice", top, tag, None, "", macro.name, macro.usage)
