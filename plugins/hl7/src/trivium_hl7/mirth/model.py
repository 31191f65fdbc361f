"""The shape of a channel as Mirth Connect's model writes it, filled by path: a path that the model lacks is a fault."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from typing import Any

from trivium_hl7.dictionary import load


def version() -> str:
    found: str = _model()["_meta"]["version"]
    return found


def frame() -> ET.Element:
    """A channel whose connectors are empty."""
    return _element(_model()["channel"])


def source(transport: str) -> ET.Element:
    return _element(_model()["source"][transport])


def destination(transport: str) -> ET.Element:
    return _element(_model()["destination"][transport])


def fill(element: ET.Element, values: Mapping[str, str]) -> None:
    """Set the text of elements below `element`, by path."""
    for path, text in values.items():
        at(element, path).text = text


def at(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    if found is None:
        raise LookupError(f"the model has no {path} in {element.tag}")
    return found


def set_data_types(transformer: ET.Element, inbound: str, outbound: str) -> None:
    """Give a transformer its two data types with their default properties."""
    for direction, name in (("inbound", inbound), ("outbound", outbound)):
        at(transformer, f"{direction}DataType").text = name
        properties = at(transformer, f"{direction}Properties")
        default = _element(_model()["data_types"][name])
        properties.attrib.update(default.attrib)
        properties.extend(default)


def written(root: ET.Element) -> str:
    """The document, in ASCII with character references, so that no later hand can spoil its encoding."""
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=False)
    return document.decode("ascii") + "\n"


@cache
def _model() -> dict[str, Any]:
    return load("mirth")


def _element(node: list[Any]) -> ET.Element:
    tag, attributes, content = node
    element = ET.Element(tag, attributes)
    if isinstance(content, str):
        element.text = content or None
    else:
        element.extend(_element(child) for child in content)
    return element
