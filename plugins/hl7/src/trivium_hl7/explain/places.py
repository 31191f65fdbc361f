"""A place named by words or as `PID-3.4.2` or `CX.4`, followed through the data types of one version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition
from trivium_hl7.paths import read_path

_TYPE: Final = re.compile(
    r"([A-Z]{2}[A-Z0-9]?(?:_[A-Z0-9_]{1,20})?|VARIES)(?:[-.](\d{1,3})(?:[-.](\d{1,3}))?)?", re.ASCII
)
_CODED: Final = frozenset({"CE", "CF", "CNE", "CWE"})


class Place(NamedTuple):
    """A segment's field with what is below it, or a data type's component."""

    owner: str
    numbers: tuple[int, ...]
    is_type: bool
    """Whether `owner` is a data type."""

    def at(self, depth: int) -> str:
        """The path of its first `depth` numbers."""
        first, *inner = [str(number) for number in self.numbers[:depth]]
        return ".".join([f"{self.owner}{'.' if self.is_type else '-'}{first}", *inner])


class Level(NamedTuple):
    path: str
    definition: Definition


def read(text: str) -> Place | None:
    """The place that a text names: a segment's or, where there is no such segment, a data type's."""
    compact = re.sub(r"\s*([-.])\s*|\s+", lambda found: found[1] or "-", text.strip()[:64])
    path = read_path(compact)
    if path and path.field and (path.segment[0] == "Z" or dictionary.segment_name(path.segment)):
        numbers = (path.field, path.component, path.subcomponent)
        return Place(path.segment, tuple(n for n in numbers if n), is_type=False)
    found = _TYPE.fullmatch(compact.upper())
    if found and dictionary.is_type(found[1]):
        return Place(found[1], tuple(int(n) for n in found.groups()[1:] if n), is_type=True)
    if path and path.field:
        return Place(path.segment, (path.field,), is_type=False)
    return None


def levels(place: Place, version: str) -> tuple[Level, ...]:
    """Field, component and sub-component as one version defines them; shorter where it defines less.

    The first part of what has no parts is the thing itself (HL7 v2.5.1 chapter 2.8).
    """
    found: list[Level] = []
    owner, is_type = place.owner, place.is_type
    for depth, number in enumerate(place.numbers, 1):
        look = dictionary.exact_component if is_type else dictionary.exact_field
        definition = look(owner, number, version)
        if definition is None and found and number == 1 and not dictionary.component_count(owner, version):
            definition = found[-1].definition
        if definition is None:
            break
        found.append(Level(place.at(depth), definition))
        owner, is_type = definition.type, True
    return tuple(found)


def exact(place: Place, version: str) -> Definition | None:
    """The last level's definition; None where the version does not go as deep."""
    found = levels(place, version)
    return found[-1].definition if len(found) == len(place.numbers) else None


def table_of(found: Sequence[Level]) -> str:
    """The table of a place; the code of a coded value is taken from its field's, where it names none itself."""
    last = found[-1].definition
    if last.table or len(found) < 2:
        return last.table
    holder = found[-2].definition
    first = found[-1].path.endswith(".1")
    return holder.table if first and holder.type in _CODED else ""


def components(type_id: str, version: str) -> Iterator[tuple[int, Definition]]:
    for number in range(1, dictionary.component_count(type_id, version) + 1):
        definition = dictionary.exact_component(type_id, number, version)
        if definition:
            yield number, definition
