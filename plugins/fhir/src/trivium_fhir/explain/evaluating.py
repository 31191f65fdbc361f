"""A FHIRPath expression asked of a resource, with what each part of the result would tell of a person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from trivium.api import Kind, ToolFailure
from trivium_fhir.explain.evaluation_model import Evaluation, Leaf
from trivium_fhir.fhirpath import Item, Node, environment, expression, written
from trivium_fhir.fhirpath.operators import truth
from trivium_fhir.fhirpath.problems import Fault
from trivium_fhir.fhirpath.values import is_tame, system_type
from trivium_fhir.phi import kind_of
from trivium_fhir.phi.places import IDENTIFIERS
from trivium_fhir.phi.rules import judge
from trivium_fhir.r4.elements import children, is_primitive
from trivium_fhir.r4.terminology import contains
from trivium_fhir.validation.reading import read

_LEAVES: Final = 400
_LONGEST: Final = 1_000
_HIDDEN: Final = "(unknown)"
_PASSED_ON: Final = frozenset({"Reference", "Extension"})  # what stands in them need not be about the resource around


def evaluate(text: str, asked: str, limit: int, offset: int) -> Evaluation:
    """Runs in a worker. Raises `BadInput` for what cannot be read, with the position in the expression."""
    compiled = expression(asked)
    resource = read(text)
    around = environment(resource, decide=contains)
    items = compiled.items(around.resource, around)
    page = items[offset : offset + limit]
    counted = asked.rstrip().endswith(".count()")
    leaves = [leaf for number, item in enumerate(page, offset + 1) for leaf in _item(number, item, counted=counted)]
    return Evaluation(
        count=len(items),
        truth=_truth(items),
        values=tuple(leaves[:_LEAVES]),
        next_offset=offset + limit if offset + limit < len(items) else None,
        cut=len(leaves) > _LEAVES or None,
    )


def _truth(items: list[Item]) -> bool | None:
    """Of booleans alone: that one name is there is seen in the count."""
    try:
        return truth(items) if len(items) == 1 and isinstance(written(items[0]), bool) else None
    except (Fault, ToolFailure):
        return None


def _item(number: int, item: Item, *, counted: bool) -> Iterator[Leaf]:
    if not isinstance(item, Node):
        yield Leaf(item=number, type=system_type(item), value=_said(written(item)), phi=_derived(item, counted=counted))
        return
    for path, node in islice(_leaves(item, ""), _LEAVES + 1):
        if node.value is not None:
            yield Leaf(item=number, type=_type(node), path=path or None, value=_said(node.value), phi=kind(node))


def _derived(item: Item, *, counted: bool) -> Kind | None:
    """What was calculated may be made of anything: a truth, and a number that only counts, are public."""
    if isinstance(item, bool) or (counted and isinstance(item, int)):
        return None
    return Kind.TEXT


def _leaves(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    if not isinstance(node.value, dict):
        yield path, node
    for child in node.children():
        step = child.name if _known(node, child.name) else _HIDDEN
        yield from _leaves(child, f"{path}.{step}" if path else step)


def _known(node: Node, name: str) -> bool:
    """The name is R4's: any other may be anything, and is not repeated."""
    try:
        return name in children(node.type)
    except KeyError:
        return False


def _type(node: Node) -> str:
    known = is_primitive(node.type) or node.above is None or _known(node.above, node.name)
    return node.type if known and "." not in node.type else _HIDDEN


def kind(node: Node) -> Kind | None:
    """The kind of a primitive element; `TEXT` for all that R4 does not know."""
    above = node.above
    if above is None or not isinstance(above.value, dict) or not _known(above, node.name):
        return Kind.TEXT
    if not isinstance(node.value, str | int | float | Decimal) or _in_foreign_extension(node):
        return Kind.TEXT
    path, role = f"{above.type}.{node.name}", _role(node)
    if isinstance(node.value, str):
        return judge(path, node.type, _required(above.type, node.name), role)(node.value, above.value)
    return kind_of(path, node.type, 0, above.value, role=role)


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


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{value.get('value')} {value.get('unit')}"
    text = format(value, "f") if isinstance(value, Decimal) and is_tame(value) else str(value)
    return text[:_LONGEST]
