"""The modules and macros of an object as parts with attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from trivium_dicom import iods
from trivium_dicom.iods import Attribute, Iod, MacroUse
from trivium_dicom.iods.finding import macros
from trivium_dicom.iods.selecting import Part

SHARED: Final = "52009229"
PER_FRAME: Final = "52009230"
_CURRENT: Final = "00060001"
"""Functional group sequences: shared, per frame, and of the current frame of a stream (PS3.3 C.7.6.16, C.7.6.27)."""


def of_iod(iod: Iod, usages: Sequence[str]) -> list[Part]:
    return [Part(use.module.id, use.module.name, use.module.attributes) for use in iod.modules if use.usage in usages]


def of_module(id: str) -> list[Part]:  # noqa: A002
    found = iods.module(id)
    return [Part(found.id, found.name, found.attributes)] if found else []


def of_macro(id: str, iod: Iod | None) -> list[Part]:  # noqa: A002
    """A macro as `iod` has it, or the first IOD that does: its sequences, with all that is in them."""
    first, users = macros()[id]
    iod = iod or iods.iod(users[0])
    use = next((use for use in iod.macros if use.id == id), first) if iod else first
    return [Part(id, use.name, _sequences(iod, use))] if iod else []


def _sequences(iod: Iod, use: MacroUse) -> dict[str, Attribute]:
    """By tag. What the object's own tables lack is taken from another object, or stands there without a type."""
    own = [group for module in iod.modules for group in _groups_in(module.module.attributes)]
    return {tag: _in(own, tag) or _in(_all_groups(), tag) or Attribute(tag, "-", None) for tag in use.sequences}


def _in(groups: Iterable[Attribute], tag: str) -> Attribute | None:
    return next((group.items[tag] for group in groups if tag in group.items), None)


def _groups_in(attributes: Mapping[str, Attribute]) -> Iterator[Attribute]:
    return (attributes[outer] for outer in (SHARED, PER_FRAME, _CURRENT) if outer in attributes)


@cache
def _all_groups() -> tuple[Attribute, ...]:
    """The functional group sequences of every object."""
    modules = [found for one in iods.module_ids() if (found := iods.module(one))]
    return tuple(dict.fromkeys(group for found in modules for group in _groups_in(found.attributes)))
