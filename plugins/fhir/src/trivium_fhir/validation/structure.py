"""The structural pass: elements, cardinality, JSON types, forms, choices, bindings, siblings with extensions."""

from __future__ import annotations

from typing import Any, Final

from trivium_fhir.r4 import elements
from trivium_fhir.validation.codes import check_binding
from trivium_fhir.validation.extensions import check_extension
from trivium_fhir.validation.findings import At, Code, Severity
from trivium_fhir.validation.primitives import Check
from trivium_fhir.validation.shapes import Child, Shape, resource_invariants, rule, shape
from trivium_fhir.validation.walking import Duty, Gathered, Json, Place, Reference

_WARNINGS: Final = frozenset({Code.BLANK_TEXT})


class Walk:
    """One pass over a resource and all it holds. The depth of the input is bounded before (see `reading`)."""

    def __init__(self) -> None:
        self.gathered = Gathered()
        self._findings = self.gathered.findings

    def resource(self, node: Any, at: At, around: Place | None = None, *, contained: bool = False) -> None:
        """Check one resource; `at` is the place without the type."""
        if not isinstance(node, dict):
            self._findings.add(Code.JSON_TYPE, at, detail="an object is expected")
            return
        type_name = node.get("resourceType")
        if not isinstance(type_name, str) or not elements.is_resource(type_name):
            self._findings.add(Code.UNKNOWN_TYPE, at)
            return
        typed: At = (None, type_name, None) if around is None else (at, f"ofType({type_name})", None)
        place = Place(node, type_name, typed, around, contained)
        self.gathered.places.append(place)
        if contained and around is not None:
            self._contained(place, around)
        elif around is not None:
            around.entries.append(place)
        self._members(node, shape(type_name), typed, place, resource=True)
        self.gathered.duties.append(Duty(resource_invariants(type_name), node, type_name, typed, place))

    def _contained(self, place: Place, around: Place) -> None:
        around.root.contains.append(place)
        name = place.node.get("id")
        if isinstance(name, str):
            around.root.held[name] = place
        else:
            self._findings.add(Code.NO_CONTAINED_ID, place.at)
        if around.contained:
            self._findings.add(Code.NESTED_CONTAINED, place.at, "dom-2")

    def _members(self, node: Json, of: Shape, at: At, place: Place, *, resource: bool = False) -> None:
        children = of.children
        for name, value in node.items():
            child = children.get(name)
            if child is None:
                if not (resource and name == "resourceType"):
                    self._other_name(node, name, value, of, at, place)
            elif child.repeats:
                self._repeated(child, value, node, at, place)
            elif isinstance(value, list):
                self._findings.add(Code.ARRAY_UNEXPECTED, (at, name, None))
            else:
                self._value(child, value, (at, name, None), place)
        self._missing(node, of, at)

    def _missing(self, node: Json, of: Shape, at: At) -> None:
        present = node.keys()
        for name, names, element in of.required:
            if names.isdisjoint(present):
                self._findings.add(Code.MISSING, (at, name, None), rule(element.path))
        for name, choices in of.choices:
            if sum(1 for one in choices if one in node or f"_{one}" in node) > 1:
                self._findings.add(Code.TWO_CHOICES, (at, name, None))

    def _other_name(self, node: Json, name: str, value: Any, of: Shape, at: At, place: Place) -> None:
        child = of.children.get(name[1:]) if name[:1] == "_" else None
        if child is not None and child.primitive:
            self._siblings(child, value, node, (at, name, None), place)
        elif choice := of.choice_named(name):
            self._findings.add(Code.CHOICE_TYPE, (at, choice, None))
        else:
            self._findings.add(Code.UNKNOWN_ELEMENT, at, of.rule, name=name)

    def _repeated(self, child: Child, value: Any, node: Json, at: At, place: Place) -> None:
        if not isinstance(value, list):
            self._findings.add(Code.ARRAY_EXPECTED, (at, child.name, None))
            return
        if not value:
            self._findings.add(Code.EMPTY_ARRAY, (at, child.name, None))
        beside = node.get(f"_{child.name}") if child.primitive else None
        for index, item in enumerate(value):
            if item is None and isinstance(beside, list) and index < len(beside) and beside[index] is not None:
                continue
            self._value(child, item, (at, child.name, index), place)

    def _value(self, child: Child, value: Any, at: At, place: Place) -> None:
        if value is None:
            self._findings.add(Code.NULL, at)
        elif child.primitive is not None:
            self._primitive(child, child.primitive, value, at, place)
        elif child.resource:
            self.resource(value, at, place, contained=child.name == "contained")
        elif not isinstance(value, dict):
            self._findings.add(Code.JSON_TYPE, at, rule(child.element.path), detail="an object is expected")
        else:
            self._complex(child, value, at, place)

    def _primitive(self, child: Child, check: Check, value: Any, at: At, place: Place) -> None:
        if fault := check(value):
            severity = Severity.WARNING if fault in _WARNINGS else Severity.ERROR
            self._findings.add(fault, at, rule(child.form), severity=severity, detail=child.form)
            return
        if child.binding is not None and isinstance(value, str):
            check_binding(self._findings, child.binding, child.type, value, at)
        if child.link and value[:1] == "#":
            place.root.links.add(value[1:])
        if child.type == "xhtml":
            self.gathered.narratives.append((value, at))
        if child.invariants and child.type != "xhtml":
            self.gathered.duties.append(Duty(child.invariants, value, child.type, at, place))

    def _complex(self, child: Child, value: Json, at: At, place: Place) -> None:
        of = shape(child.home)
        if not value or value.keys() == {"id"}:
            self._findings.add(Code.EMPTY_OBJECT, at)
            return
        self._members(value, of, at, place)
        if of.extension:
            check_extension(self._findings, value, at)
        elif of.reference:
            self.gathered.references.append(Reference(value, at, child, place))
        if child.binding is not None and child.coded:
            check_binding(self._findings, child.binding, child.type, value, at)
        if child.element.simple_quantity and "comparator" in value:
            self._findings.add(Code.COMPARATOR, at)
        if child.invariants:
            self.gathered.duties.append(Duty(child.invariants, value, child.home, at, place))

    def _siblings(self, child: Child, value: Any, node: Json, at: At, place: Place) -> None:
        """`_birthDate`: the id and extensions of the primitive beside it."""
        if child.repeats != isinstance(value, list):
            self._findings.add(Code.SIBLING, at)
            return
        beside = node.get(child.name)
        items = value if isinstance(value, list) else [value]
        if isinstance(beside, list) and len(beside) != len(items):
            self._findings.add(Code.SIBLING, at, detail="the arrays differ in length")
        for index, item in enumerate(items):
            located: At = (at[0], at[1], index if child.repeats else None)
            if item is None and child.repeats:
                if not isinstance(beside, list) or index >= len(beside):
                    self._findings.add(Code.NULL, located)
            else:
                self._sibling(item, located, place, valued=_at(beside, index) is not None)

    def _sibling(self, item: Any, at: At, place: Place, *, valued: bool) -> None:
        if not isinstance(item, dict):
            self._findings.add(Code.SIBLING, at)
        elif not item or (not valued and item.keys() == {"id"}):
            self._findings.add(Code.EMPTY_OBJECT, at)
        else:
            self._members(item, shape("Element"), at, place)


def _at(value: Any, index: int) -> Any:
    """The value itself, or of an array the one at an index, None beyond its end."""
    if not isinstance(value, list):
        return value
    return value[index] if index < len(value) else None
