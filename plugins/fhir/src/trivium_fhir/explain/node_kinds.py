"""What the elements that an expression reaches tell of a person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from trivium.api import Kind
from trivium_fhir.fhirpath import Node
from trivium_fhir.phi import kind_of
from trivium_fhir.phi.places import IDENTIFIERS
from trivium_fhir.phi.references import pieces_of_reference
from trivium_fhir.phi.rules import judge
from trivium_fhir.r4.elements import children, is_element_name, is_resource, types

HIDDEN: Final = "(unknown)"
"""Stands for a name that R4 does not have: it may be anything."""
_PASSED_ON: Final = frozenset({"Reference", "Extension"})  # what stands in them need not be about the resource around
_REFERENCES: Final = frozenset({"Reference.reference", "Bundle.entry.fullUrl"})


class Lookout:
    """A watch that notes whether an evaluation learned anything that is not public.

    Until then its course depends on public values alone, so that it is no secret that it did; from then on whatever it
    gives may tell the value. Asked for is enough: that a name was not there, or a value was another, tells as much.
    """

    def __init__(self) -> None:
        self.learned = False

    def value(self, node: Node) -> None:
        self.learned = self.learned or any(kind(leaf) for _, leaf in leaves(node) if leaf.value is not None)

    def name(self, node: Node, name: str) -> None:
        self.learned = self.learned or not (is_element_name(name) or is_resource(name) or name in types())


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """The primitives of an element, each with its path in it."""
    if not isinstance(node.value, dict):
        yield path, node
    for child in node.children():
        step = child.name if is_known(node, child.name) else HIDDEN
        yield from leaves(child, f"{path}.{step}" if path else step)


def is_known(node: Node, name: str) -> bool:
    """The name is R4's: any other may be anything, and is not repeated."""
    try:
        return name in children(node.type)
    except KeyError:
        return False


def kind(node: Node) -> Kind | None:
    """The kind of a primitive element; `TEXT` for all that R4 does not know."""
    above = node.above
    if above is None or not isinstance(above.value, dict) or not is_known(above, node.name):
        return Kind.TEXT
    if not isinstance(node.value, str | int | float | Decimal) or _in_foreign_extension(node):
        return Kind.TEXT
    path, role = f"{above.type}.{node.name}", _role(node)
    if not isinstance(node.value, str):
        return kind_of(path, node.type, node.value if isinstance(node.value, bool) else 0, above.value, role=role)
    if path in _REFERENCES and not any(told for _, told in pieces_of_reference(node.value)):
        return None
    return judge(path, node.type, _required(above.type, node.name), role)(node.value, above.value)


def _required(owner: str, name: str) -> str | None:
    """The value set of a required binding: a code of it is no secret."""
    bound = children(owner)[name].binding
    return bound.value_set if bound and bound.strength == "required" else None


def _role(node: Node) -> Kind:
    """What an identifier here numbers: what its resource is, unless it stands in a reference to another."""
    at = node.above
    while at is not None:
        if at.type in _PASSED_ON:
            return Kind.TEXT
        if isinstance(at.value, dict) and "resourceType" in at.value:
            return IDENTIFIERS.get(at.type, Kind.TEXT)
        at = at.above
    return Kind.TEXT


def _in_foreign_extension(node: Node) -> bool:
    """Of an extension that is not R4's own nothing is known."""
    at = node.above
    while at is not None:
        if at.type == "Extension":
            url = at.value.get("url") if isinstance(at.value, dict) else None
            return not (isinstance(url, str) and url.startswith("http://hl7.org/fhir/StructureDefinition/"))
        at = at.above
    return False
