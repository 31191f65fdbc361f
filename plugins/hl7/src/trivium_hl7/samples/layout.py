"""The fields of a segment and the components of a data type as one version has them, without falling back."""

from __future__ import annotations

from functools import cache

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition


@cache
def fields(segment_id: str, version: str) -> tuple[Definition, ...]:
    """A segment's fields; those of the nearest version where `version` names the segment but does not define it."""
    order = dictionary.versions()
    here = order.index(version)
    for candidate in sorted(order, key=lambda v: (abs(order.index(v) - here), order.index(v))):
        count = dictionary.field_count(segment_id, candidate)
        found = (dictionary.exact_field(segment_id, n, candidate) for n in range(1, count + 1))
        if count:
            return tuple(one for one in found if one)
    return ()


@cache
def components(type_id: str, version: str) -> tuple[Definition, ...]:
    """A composite's components; none of a primitive."""
    numbers = range(1, dictionary.component_count(type_id, version) + 1)
    found = (dictionary.exact_component(type_id, n, version) for n in numbers)
    return tuple(one for one in found if one)


@cache
def table_of(definition: Definition, type_id: str, number: int) -> str:
    """A component's table: its own, or the one that another version gives a component of the same name.

    The sources give no tables for the components of 2.8.
    """
    if definition.table or definition.type not in ("ID", "IS"):
        return definition.table
    for version in reversed(dictionary.versions()):
        rows = components(type_id, version)
        if number <= len(rows) and rows[number - 1].name == definition.name and rows[number - 1].table:
            return rows[number - 1].table
    return ""


def limit(definition: Definition) -> int | None:
    """The most characters: of `20`, `20=`, `20#` and `2..20` it is 20."""
    length = definition.length
    if length is None or isinstance(length, int):
        return length
    digits = length.rpartition("..")[2].rstrip("=#")
    return int(digits) if digits.isdecimal() else None
