"""What may stand in an object of JSON, compiled from R4's tables once per type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from trivium_fhir.r4 import elements
from trivium_fhir.r4.elements import Binding, Element
from trivium_fhir.r4.reading import SITE
from trivium_fhir.validation import primitives
from trivium_fhir.validation.primitives import Check

_CODED = frozenset({"Coding", "CodeableConcept", "Quantity", "Age", "Duration", "Distance", "Count", "Money"})
_PAGES = {
    "Reference": "references",
    "Extension": "extensibility",
    "Narrative": "narrative",
    "Meta": "resource",
    "Dosage": "dosage",
    "Element": "element",
    "BackboneElement": "backboneelement",
    "ElementDefinition": "elementdefinition",
}
_METADATA = frozenset(
    {"ContactDetail", "Contributor", "DataRequirement", "Expression", "ParameterDefinition", "RelatedArtifact"}
    | {"TriggerDefinition", "UsageContext"}
)


@dataclass(slots=True)
class Child:
    """One JSON name: `valueQuantity`."""

    name: str
    element: Element
    type: str
    repeats: bool
    primitive: Check | None
    resource: bool
    coded: bool
    link: bool
    """A uri, url or canonical, which can refer to what is contained."""
    home: str
    """Where its children are defined."""
    binding: Binding | None
    invariants: tuple[str, ...]

    @property
    def form(self) -> str:
        """The primitive type whose form it has: that of id for a resource's id, which R4's table has as string."""
        return "id" if self.primitive is primitives.resource_id else self.type


class Shape:
    """The object of one type or backbone element."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.children: Mapping[str, Child] = {
            name: _child(home, name, one) for name, one in elements.children(home).items()
        }
        self.required = tuple(self._required())
        self.choices = tuple((name, names) for name, names in elements.choices(home).items())
        self.extension = home == "Extension"
        self.reference = home == "Reference"
        self.codeable = home == "CodeableConcept"

    def _required(self) -> list[tuple[str, frozenset[str], Element]]:
        """Element name and the JSON names of which one must be there."""
        found = []
        for name, names in elements.choices(self.home).items():
            one = elements.element(f"{self.home}.{name}")
            if one.minimum:
                found.append((name, frozenset(names) | {f"_{each}" for each in names}, one))
        for name, one in elements.children(self.home).items():
            if one.minimum and "[x]" not in one.path:
                found.append((name, frozenset({name, f"_{name}"}), one))
        return found

    def choice_named(self, name: str) -> str | None:
        """The choice that a name means with a type that is not among its types: `valueFoo`."""
        for choice, _ in self.choices:
            stem = choice.removesuffix("[x]")
            if name.startswith(stem) and (not name[len(stem) :] or name[len(stem) :][0].isupper()):
                return choice
        return None

    @cached_property
    def rule(self) -> str:
        return rule(self.home)


@cache
def shape(home: str) -> Shape:
    """KeyError for a type that R4 does not have."""
    return Shape(home)


def rule(path: str) -> str:
    """R4's page on an element: `http://hl7.org/fhir/R4/patient-definitions.html#Patient.name`."""
    type_name = path.partition(".")[0]
    if elements.is_resource(type_name) or type_name in ("Resource", "DomainResource"):
        page = f"{type_name.lower()}-definitions"
    elif type_name in _METADATA:
        page = "metadatatypes-definitions"
    else:
        page = f"{_PAGES.get(type_name, 'datatypes')}-definitions"
    return f"{SITE}{page}.html#{path.replace('[x]', '_x_')}"


def _child(home: str, name: str, one: Element) -> Child:
    type_name = one.types[0] if one.types else ""
    primitive = elements.is_primitive(type_name) and one.content is None
    resource = type_name == "Resource" or elements.is_resource(type_name)
    inner = "" if primitive or resource else _home(home, one, type_name)
    return Child(
        name=name,
        element=one,
        type=type_name,
        repeats=one.repeats,
        primitive=_check(home, name, type_name) if primitive else None,
        resource=resource,
        coded=type_name in _CODED,
        link=type_name in ("uri", "url", "canonical") or one.path == "Reference.reference",
        home=inner,
        binding=one.binding or _type_binding(type_name),
        invariants=one.invariants if primitive or resource else one.invariants + _type_invariants(inner),
    )


def _home(home: str, one: Element, type_name: str) -> str:
    if one.content is not None:
        return elements.home(one.content)
    return f"{home}.{one.name}" if type_name in ("BackboneElement", "Element") else type_name


def _check(home: str, name: str, type_name: str) -> Check:
    if name != "id" or type_name == "id":
        return primitives.check(type_name)
    return primitives.resource_id if elements.is_resource(home) else primitives.element_id


def _type_binding(type_name: str) -> Binding | None:
    return elements.definition(type_name).root.binding if type_name in _CODED else None


@cache
def _type_invariants(home: str) -> tuple[str, ...]:
    """The invariants on a data type and on the types it is made from; resources' are found with their type."""
    if "." in home or not home:
        return ()
    found = elements.definition(home)
    return found.root.invariants + (_type_invariants(found.base) if found.base else ())


def resource_invariants(type_name: str) -> tuple[str, ...]:
    return elements.definition(type_name).root.invariants
