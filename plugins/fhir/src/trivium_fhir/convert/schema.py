"""What R4 says of the elements that the guide's paths name, as the engine needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from trivium_fhir.r4 import elements, terminology
from trivium_fhir.r4.elements import Element

_INLINE: Final = frozenset({"BackboneElement", "Element"})


class Step(NamedTuple):
    """One element of a path."""

    name: str
    """In JSON; `_birthDate` where the path goes on below a primitive value."""
    many: bool
    label: str
    """Which of the map's entries it is: `2` of `name[2]`."""
    rivals: frozenset[str] = frozenset()
    """The other types of a choice, of which one may stand here: `valueString` beside `valueQuantity`."""


class Leaf(NamedTuple):
    """The element at the end of a path."""

    type: str
    codes: frozenset[str] | None
    """All that a required binding allows, where that is decidable; None where any value will do."""
    many: bool
    path: str
    """Where R4 defines it: `Quantity.code`."""
    rivals: frozenset[str] = frozenset()


@cache
def is_resource(name: str) -> bool:
    return name in elements.resources()


@cache
def is_primitive(name: str) -> bool:
    return name[:4] == "http" or elements.is_primitive(name)


@cache
def children(type_path: str) -> Mapping[str, Element]:
    """By JSON name; none of a type that R4 does not have."""
    try:
        return elements.children(type_path)
    except KeyError:
        return {}


def below(element: Element) -> Mapping[str, Element]:
    if element.content:
        return children(element.content.lstrip("#"))
    kind = element.types[0] if element.types else ""
    return children(element.path if kind in _INLINE else kind)


def walk(base: str, steps: Sequence[tuple[str, str]]) -> tuple[tuple[Step, ...], Element] | None:
    """Resolve names with labels below a type; None where R4 has no such element, or there are no steps."""
    here, made, element = children(base), [], None
    for number, (name, label) in enumerate(steps):
        element = here.get(name)
        if element is None:
            return None
        kind = element.types[0] if element.types else ""
        inside = number < len(steps) - 1
        many = element.maximum is None or element.maximum > 1
        if inside and is_primitive(kind):
            made.append(Step(f"_{name}", many, label))
            here = children("Element")
        else:
            made.append(Step(name, many, label, rivals(element)))
            here = below(element) if inside else here
    return (tuple(made), element) if element is not None else None


@cache
def leaf(element: Element) -> Leaf:
    kind = element.types[0] if element.types else "string"
    many = element.maximum is None or element.maximum > 1
    return Leaf(kind, required_codes(element), many, element.path, rivals(element))


@cache
def rivals(element: Element) -> frozenset[str]:
    """The names that a choice has for its other types."""
    if not element.path.endswith("[x]"):
        return frozenset()
    group = elements.choices(element.path.rpartition(".")[0]).get(element.path.rpartition(".")[2], ())
    return frozenset(group) - {element.name}


def required_codes(element: Element) -> frozenset[str] | None:
    binding = element.binding
    if binding is None or binding.strength != "required" or not binding.value_set:
        return None
    return _codes(binding.value_set)


@cache
def _codes(url: str) -> frozenset[str] | None:
    """None for a value set that cannot be listed offline."""
    try:
        found = frozenset(coding.code for coding in terminology.codes(url))
    except (KeyError, LookupError, ValueError):
        return None
    return found or None
