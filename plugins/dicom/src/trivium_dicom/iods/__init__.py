"""Information object definitions: which modules make up an object, and which attributes make up a module (PS3.3).

Loaded on first use, 5 ms; a module's attributes are read when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from trivium_dicom.knowledge import load

Usage = Literal["M", "C", "U"]
USAGE: Final[Mapping[str, str]] = {"M": "mandatory", "C": "conditional", "U": "user option"}
TYPES: Final[Mapping[str, str]] = {
    "1": "required, with a value",
    "1C": "required with a value under a condition",
    "2": "required, may be empty",
    "2C": "required under a condition, may be empty",
    "3": "optional",
    "-": "no type given",
}
"""Data element types (PS3.5 clause 7.4)."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a module, or of the items of a sequence in one."""

    tag: str
    """Eight hexadecimal digits, lower case."""
    type: str
    """1, 1C, 2, 2C, 3, or `-` where the source gives none."""
    tree: int | None
    """Of its items, for a sequence whose items are defined."""

    @property
    def items(self) -> Mapping[str, Attribute]:
        """The attributes of each item of this sequence, by tag; empty for what is no sequence."""
        return _tree(self.tree) if self.tree is not None else {}


@dataclass(frozen=True, slots=True)
class Module:
    id: str
    name: str
    tree: int | None

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """By tag, in tag order. Empty for the nine modules whose attributes the sources lack."""
        return _tree(self.tree) if self.tree is not None else {}


@dataclass(frozen=True, slots=True)
class ModuleUse:
    module: Module
    usage: Usage
    entity: str
    """Information entity: Patient, Study, Series, Equipment, Image ..."""


@dataclass(frozen=True, slots=True)
class MacroUse:
    """A functional group macro of a multi-frame IOD (PS3.3 C.7.6.16.2)."""

    id: str
    name: str
    sequences: tuple[str, ...]
    """Tags of the functional group sequences that it is."""
    usage: Usage
    scope: str
    """MF: the multi-frame functional groups; CF: the current frame's."""


@dataclass(frozen=True, slots=True)
class Iod:
    id: str
    name: str
    modules: tuple[ModuleUse, ...]
    macros: tuple[MacroUse, ...]

    @property
    def sop_classes(self) -> tuple[str, ...]:
        """UIDs of the SOP classes that are instances of it."""
        return tuple(uid for uid, (_, iod) in _iods()["sop"].items() if iod == self.id)


def source() -> str:
    """Package and edition that the modules are from."""
    first = _iods()["_meta"]["sources"][0]
    return f"DICOM PS3.3 as in {first['package'].partition(':')[2].replace('==', ' ')} (2025a or later)"


def iod_of(sop_class: str) -> Iod | None:
    """The IOD behind a storage SOP class UID."""
    found = _iods()["sop"].get(sop_class)
    return iod(found[1]) if found else None


def iod_ids() -> Sequence[str]:
    return tuple(_iods()["iods"])


def module_ids() -> Sequence[str]:
    return tuple(_modules()["modules"])


@cache
def iod(id: str) -> Iod | None:  # noqa: A002
    """An IOD by its id, such as `ct-image`."""
    found = _iods()["iods"].get(id)
    if found is None:
        return None
    entities, macros = _iods()["ies"], _iods()["macros"]
    modules = [ModuleUse(used, usage, entities[at]) for one, usage, at in found["mod"] if (used := module(one))]
    groups = [
        MacroUse(one, macros[one][0], _lower(macros[one][1]), use, scope) for one, use, scope in found.get("fg", ())
    ]
    return Iod(id, found["name"], tuple(modules), tuple(groups))


@cache
def module(id: str) -> Module | None:  # noqa: A002
    """A module by its id, such as `general-series`."""
    found = _modules()["modules"].get(id)
    return Module(id, found[0], found[1]) if found else None


def walk(
    attributes: Mapping[str, Attribute], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Attribute]]:
    """Every attribute below, with the tags of the sequences around it. A tree that contains itself is entered once."""
    for one in attributes.values():
        yield above, one
        if one.tag not in above:
            yield from walk(one.items, (*above, one.tag))


@cache
def _tree(number: int) -> Mapping[str, Attribute]:
    found = {}
    for row in filter(None, _modules()["trees"][number].split(";")):
        tag, kind, *tree = row.split(" ")
        found[tag.lower()] = Attribute(tag.lower(), kind, int(tree[0]) if tree else None)
    return found


def _lower(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(tag.lower() for tag in tags)


@cache
def _iods() -> Mapping[str, Any]:
    return load("iods")


@cache
def _modules() -> Mapping[str, Any]:
    return load("modules")
