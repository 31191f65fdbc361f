"""Attributes of modules and macros: which of them a choice of types keeps, and how deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trivium_dicom.iods import Attribute


class Types(StrEnum):
    REQUIRED = "required"
    """Types 1 and 2."""
    CONDITIONAL = "conditional"
    """Types 1C and 2C."""
    OPTIONAL = "optional"
    ALL = "all"


KEPT: Final[Mapping[Types, frozenset[str]]] = {
    Types.REQUIRED: frozenset({"1", "2"}),
    Types.CONDITIONAL: frozenset({"1C", "2C"}),
    Types.OPTIONAL: frozenset({"3", "-"}),
    Types.ALL: frozenset({"1", "1C", "2", "2C", "3", "-"}),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A module or macro with its attributes."""

    id: str
    name: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Selected:
    part: Part
    above: tuple[str, ...]
    """Tags of the sequences around it."""
    attribute: Attribute


def select(parts: Sequence[Part], types: Types, depth: int) -> Iterator[Selected]:
    """In the order of the parts. `depth` 0 is the outermost level.

    A sequence is entered where it is kept itself: an item of an optional sequence requires nothing of an object without
    it. An attribute that several parts have is given with the first, unless a later one is stricter.
    """
    kept = KEPT[types]
    strictest = _strictest(parts)
    for part in parts:
        for attribute in part.attributes.values():
            if attribute.type in kept and strictest[attribute.tag] is part:
                yield Selected(part, (), attribute)
                yield from _below(part, attribute, (attribute.tag,), kept, depth)


def _below(
    part: Part, sequence: Attribute, above: tuple[str, ...], kept: frozenset[str], depth: int
) -> Iterator[Selected]:
    if depth < 1:
        return
    for one in sequence.items.values():
        if one.type in kept:
            yield Selected(part, above, one)
            if one.tag not in above:
                yield from _below(part, one, (*above, one.tag), kept, depth - 1)


_STRICTNESS: Final = ("1", "1C", "2", "2C", "3", "-")


def _strictest(parts: Sequence[Part]) -> Mapping[str, Part]:
    found: dict[str, Part] = {}
    for part in parts:
        for tag, attribute in part.attributes.items():
            held = found.get(tag)
            if held is None or _rank(attribute) < _rank(held.attributes[tag]):
                found[tag] = part
    return found


def _rank(attribute: Attribute) -> int:
    return _STRICTNESS.index(attribute.type)
