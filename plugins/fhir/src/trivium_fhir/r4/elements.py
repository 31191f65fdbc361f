"""R4 element tables: cardinality, types, targets, bindings and invariants of every element of 148 resources, 61 types.

`element("Patient.name.given")` finds one element, `children("Patient.contact")` what may stand in an object of JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from trivium_fhir.r4.reading import padded, read

Strength = Literal["required", "extensible", "preferred", "example"]
Kind = Literal["resource", "complex", "primitive", "backbone"]

_STRENGTHS: Final[Mapping[str, Strength]] = {"r": "required", "e": "extensible", "p": "preferred", "x": "example"}
_CHOICE: Final = "[x]"
_INLINE: Final = frozenset({"BackboneElement", "Element"})  # their children stand in the table of the type around them


@dataclass(frozen=True, slots=True)
class Binding:
    """What an element's codes are drawn from."""

    strength: Strength
    value_set: str | None
    """Canonical URL, perhaps with `|version`; None where R4 describes the codes in words alone."""
    max_value_set: str | None = None
    """The value set that no code may leave, where R4 has one."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element as R4 defines it, or one member of a choice (`valueQuantity`, with that type only)."""

    path: str
    """Where it is defined: `Patient.contact.name`, `HumanName.given`, `Observation.value[x]`."""
    name: str
    """Its JSON name; `value[x]` for a choice that is not narrowed to a type."""
    minimum: int
    maximum: int | None
    """None: any number."""
    types: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Resources that its Reference or canonical may point to; empty, or `Resource`: any."""
    content: str | None = None
    """Path of the element whose children it has too."""
    modifier: bool = False
    summary: bool = False
    binding: Binding | None = None
    invariants: tuple[str, ...] = ()
    simple_quantity: bool = False
    """Its Quantity may have no comparator."""
    targets_by_type: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def choice(self) -> bool:
        return self.name.endswith(_CHOICE)

    @property
    def repeats(self) -> bool:
        return self.maximum != 1


@dataclass(frozen=True, slots=True)
class Definition:
    """A resource, a data type, or a backbone element of one (`Patient.contact`)."""

    name: str
    base: str | None
    kind: Kind
    abstract: bool
    root: Element
    elements: Mapping[str, Element]
    """By path below the type (`contact.name`), inherited ones first."""
    regex: str | None = None
    """The form of a primitive type's value."""


@cache
def definition(name: str) -> Definition:
    """The definition of a resource, a type, or a backbone element by its path. KeyError where R4 has none."""
    if "." in name:
        return _backbone(name)
    body = _table()[name]
    own = {row[0]: _element(name, row) for row in body["el"]}
    root = own.pop("")
    inherited: Mapping[str, Element] = definition(body["base"]).elements if body["base"] else {}
    merged = dict(inherited) | own
    return Definition(
        name=name,
        base=body["base"],
        kind=_kind(name, body),
        abstract=body.get("abstract", False),
        root=root,
        elements=MappingProxyType(dict(_with_backbone_rows(name, merged))),
        regex=body.get("regex"),
    )


@cache
def resources() -> tuple[str, ...]:
    """The names of the resources, without the abstract ones."""
    return tuple(sorted(name for name, body in _resources().items() if not body.get("abstract")))


@cache
def types() -> tuple[str, ...]:
    """The names of the data types, primitive ones too, without the abstract ones."""
    return tuple(sorted(name for name, body in _types().items() if not body.get("abstract")))


@cache
def is_primitive(name: str) -> bool:
    return _types().get(name, {}).get("kind") == "primitive"


def is_resource(name: str) -> bool:
    """A resource that can stand somewhere: not the abstract Resource and DomainResource."""
    return name in _resources() and not _resources()[name].get("abstract")


@cache
def _element_names() -> frozenset[str]:
    paths = [path for one in (*resources(), *types()) for path in _paths(one)]
    return frozenset(name for path in paths for name in (*children(path), *_choices(path)))


def _paths(name: str) -> Iterator[str]:
    yield name
    for path, one in definition(name).elements.items():
        if one.types and one.types[0] in _INLINE:
            yield f"{name}.{path}"


def is_element_name(name: str) -> bool:
    """A name that some element of R4 has: `family`, `valueQuantity`, also `_family`, and `value` of a choice."""
    return name.removeprefix("_") in _element_names()


@cache
def element(path: str) -> Element:
    """Find an element through data types, inheritance and content references; KeyError where R4 has none.

    `Patient`, `Patient.name.given`, `Observation.value[x]`, `Observation.value` (the whole choice),
    `Observation.valueQuantity.unit`, `Questionnaire.item.item.text` all resolve.
    """
    parent, _, name = path.rpartition(".")
    if not parent:
        return definition(path).root
    found = children(parent).get(name) or _choices(parent).get(name.removesuffix(_CHOICE))
    if found is None:
        raise KeyError(path)
    return found


@cache
def children(path: str) -> Mapping[str, Element]:
    """What may stand in the JSON object at a path (`Patient`, `Patient.contact`, `HumanName`), by JSON name.

    Choices are expanded (`valueQuantity` with the type Quantity alone); primitive values have no children here.
    """
    found: dict[str, Element] = {}
    for below in _below(_home(path)):
        for one in _expanded(below):
            found[one.name] = one
    return MappingProxyType(found)


@cache
def choices(path: str) -> Mapping[str, tuple[str, ...]]:
    """The choices at a path with their JSON names: `{"value[x]": ("valueQuantity", ...)}`."""
    return MappingProxyType({one.name: tuple(each.name for each in _expanded(one)) for one in _choices(path).values()})


def home(path: str) -> str:
    """Where the children of the element at a path are defined: `HumanName` for `Patient.name`."""
    return _home(path)


@cache
def _home(path: str) -> str:
    if "." not in path:
        definition(path)
        return path
    found = element(path)
    if found.content is not None:
        return _home(found.content)
    if len(found.types) != 1:
        raise KeyError(path)
    return found.path if found.types[0] in _INLINE else found.types[0]


def _below(home: str) -> Iterator[Element]:
    type_name, _, inner = home.partition(".")
    prefix = f"{inner}." if inner else ""
    for path, one in definition(type_name).elements.items():
        if path.startswith(prefix) and "." not in path[len(prefix) :]:
            yield one


@cache
def _choices(path: str) -> Mapping[str, Element]:
    return {one.name.removesuffix(_CHOICE): one for one in _below(_home(path)) if one.choice}


def _expanded(one: Element) -> Iterable[Element]:
    if not one.choice:
        return (one,)
    stem = one.name.removesuffix(_CHOICE)
    return tuple(_narrowed(one, stem, type_name) for type_name in one.types)


def _narrowed(one: Element, stem: str, type_name: str) -> Element:
    return replace(
        one,
        name=stem + type_name[0].upper() + type_name[1:],
        types=(type_name,),
        targets=dict(one.targets_by_type).get(type_name, ()),
        simple_quantity=one.simple_quantity and type_name == "Quantity",
    )


def _backbone(path: str) -> Definition:
    found = element(path)
    home = _home(path)
    if "." not in home:
        raise KeyError(path)
    type_name, _, inner = home.partition(".")
    below = {
        key[len(inner) + 1 :]: one for key, one in definition(type_name).elements.items() if key.startswith(f"{inner}.")
    }
    base = element(home).types[0]
    return Definition(home, base, "backbone", False, found, MappingProxyType(below))


def _kind(name: str, body: Mapping[str, Any]) -> Kind:
    if name in _resources():
        return "resource"
    if name in _INLINE:
        return "backbone" if name == "BackboneElement" else "complex"
    return "primitive" if body.get("kind") == "primitive" else "complex"


def _with_backbone_rows(name: str, own: Mapping[str, Element]) -> Iterator[tuple[str, Element]]:
    """The elements with id, extension and modifierExtension behind every backbone element."""
    for path, one in own.items():
        yield path, one
        if one.types and one.types[0] in _INLINE:
            for below in definition(one.types[0]).elements.values():
                yield f"{path}.{below.name}", replace(below, path=f"{name}.{path}.{below.name}")


def _element(type_name: str, row: list[Any]) -> Element:
    path, minimum, maximum, written, flags, bound, keys, _ = padded(row, 8)
    listed = [_type(one) for one in (written or "").split(",") if one and not one.startswith("@")]
    return Element(
        path=f"{type_name}.{path}" if path else type_name,
        name=path.rpartition(".")[2] or type_name,
        minimum=minimum,
        maximum=maximum or None,
        types=tuple(dict.fromkeys(name for name, _ in listed)),
        targets=tuple(dict.fromkeys(target for _, targets in listed for target in targets)),
        content=written[1:] if (written or "").startswith("@") else None,
        modifier="M" in (flags or ""),
        summary="S" in (flags or ""),
        binding=Binding(_STRENGTHS[bound[0]], bound[1], bound[2] if len(bound) > 2 else None) if bound else None,
        invariants=tuple(keys or ()),
        simple_quantity="{SimpleQuantity}" in (written or ""),
        targets_by_type=tuple(listed),
    )


def _type(written: str) -> tuple[str, tuple[str, ...]]:
    """`Reference(Patient|Group)` as `("Reference", ("Patient", "Group"))`."""
    name, _, targets = written.removesuffix("{SimpleQuantity}").partition("(")
    if name == "System.String":
        name = "string"
    return name, tuple(target for target in targets.removesuffix(")").split("|") if target)


def _types() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read("types")["types"]
    return found


def _resources() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read("resources")["resources"]
    return found


@cache
def _table() -> dict[str, dict[str, Any]]:
    return _types() | _resources()
