"""FHIR XML to FHIR JSON form by R4's tables: arrays by cardinality, primitives typed, XHTML kept as text (xml.html).

Nothing is dropped: an element, attribute or text that R4 does not define becomes a member of that name, which the
structural pass then reports. The order of elements is not kept and so not checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

from trivium.api import BadInput, TooLarge
from trivium_fhir.r4.elements import is_resource
from trivium_fhir.r4.safe_xml import Forbidden, NotXml, parse
from trivium_fhir.validation.problems import ResourceProblem
from trivium_fhir.validation.reading import DEEPEST, Json
from trivium_fhir.validation.shapes import Child, Shape, shape

_FHIR: Final = "{http://hl7.org/fhir}"
_XHTML: Final = "{http://www.w3.org/1999/xhtml}"
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,200})(?:\.[0-9]{1,200})?(?:[eE][+-]?[0-9]{1,6})?", re.ASCII)


def read_xml(text: str, *, where: str = "resource") -> Json:
    """Read a resource of FHIR XML. Document types and entities are refused, whatever they declare.

    Raises `BadInput` for what is no XML or no FHIR resource, `TooLarge` for what is nested too deep.
    """
    root = _root(text, where)
    _check_depth(root, where)
    if not root.tag.startswith(_FHIR) or not is_resource(_local(root)):
        raise BadInput(where=where, problem=ResourceProblem.NOT_FHIR_XML)
    return _resource(root)


def _root(text: str, where: str) -> Element:
    try:
        return parse(text)
    except Forbidden:
        raise BadInput(where=where, problem=ResourceProblem.DOCTYPE) from None
    except NotXml:
        raise BadInput(where=where, problem=ResourceProblem.NOT_XML) from None


def _check_depth(root: Element, where: str) -> None:
    level = [root]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node]
        if not level:
            return
    raise TooLarge(where=where, problem=ResourceProblem.TOO_DEEP, limit=DEEPEST)


def _resource(node: Element) -> Json:
    name = _local(node)
    of = shape(name) if is_resource(name) else None
    return {"resourceType": name} | _object(node, of)


def _object(node: Element, of: Shape | None) -> Json:
    """The members of an element; `of` is None below an element that R4 does not define."""
    found: Json = dict(_attributes(node))
    for name, nodes in _grouped(node).items():
        child = of.children.get(name) if of is not None else None
        if child is None:
            values = [_object(one, None) for one in nodes]
            found[name] = values[0] if len(values) == 1 else values
        elif child.primitive is not None:
            found |= _primitives(child, nodes)
        else:
            values = [_complex(child, one) for one in nodes]
            found[name] = values if child.repeats or len(values) > 1 else values[0]
    if (node.text or "").strip() or any((one.tail or "").strip() for one in node):
        found["#text"] = True
    return found


def _attributes(node: Element) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        if not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
            yield name, value


def _grouped(node: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in node:
        found.setdefault(_name(child), []).append(child)
    return found


def _complex(child: Child, node: Element) -> Any:
    if not child.resource:
        return _object(node, shape(child.home))
    inner = list(node)
    return _resource(inner[0]) if len(inner) == 1 else {"resourceType": None} if inner else {}


def _primitives(child: Child, nodes: list[Element]) -> Json:
    """`{"given": [..], "_given": [..]}`, each only where it has something."""
    values = [_value(child, one) for one in nodes]
    beside = [_beside(child, one, value) for one, value in zip(nodes, values, strict=True)]
    many = child.repeats or len(nodes) > 1
    found: Json = {}
    if any(value is not None for value in values):
        found[child.name] = values if many else values[0]
    if any(one is not None for one in beside):
        found[f"_{child.name}"] = beside if many else beside[0]
    return found


def _value(child: Child, node: Element) -> Any:
    if child.type == "xhtml":
        return _xhtml(node)
    written = node.get("value")
    return None if written is None else _TYPED.get(child.type, str)(written)


def _beside(child: Child, node: Element, value: Any) -> Json | None:
    """Id and extensions of a primitive; an element without a value and without them is an empty object."""
    if child.type == "xhtml":
        return None
    members = _object(node, shape("Element"))
    members.pop("value", None)
    return members if members or value is None else None


def _boolean(written: str) -> bool | str:
    return {"true": True, "false": False}.get(written, written)


def _whole(written: str) -> int | str:
    return int(written) if _WHOLE.fullmatch(written) else written


def _decimal(written: str) -> Decimal | str:
    return Decimal(written) if _DECIMAL.fullmatch(written) else written


_TYPED: Final[Mapping[str, Callable[[str], Any]]] = {
    "boolean": _boolean,
    "integer": _whole,
    "positiveInt": _whole,
    "unsignedInt": _whole,
    "decimal": _decimal,
}


def _xhtml(node: Element) -> str:
    """The div as text, its namespace as the default one."""
    node.tail = None
    outside = node.tag.startswith(_XHTML)
    for one in node.iter():
        one.tag = one.tag.removeprefix(_XHTML)
    if outside:
        node.set("xmlns", _XHTML[1:-1])
    return tostring(node, encoding="unicode")


def _name(node: Element) -> str:
    """The local name in FHIR's namespace and for the narrative's div; other names keep their namespace."""
    return _local(node) if node.tag.startswith(_FHIR) or node.tag == f"{_XHTML}div" else node.tag


def _local(node: Element) -> str:
    return node.tag.rpartition("}")[2]
