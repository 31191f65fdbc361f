"""Steps of a transformer and rules of a filter, as the plugins of Mirth Connect store them.

Element names and their order: classes MapperStep, JavaScriptStep, RuleBuilderRule, JavaScriptRule of
nextgenhealthcare/connect, and channels exported by versions 3.12 and 4.5. The operator of the first rule is absent.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from trivium_hl7.mirth.model import at, version
from trivium_hl7.mirth.text import javascript

_PLUGINS = "com.mirth.connect.plugins"


def script(*names: str, **settings: Any) -> str:
    """Scripts of ours one after the other, after their settings as variables."""
    values = "".join(f"var {key} = {javascript(value)};\n" for key, value in settings.items())
    return values + "\n".join(_text(name) for name in names)


@cache
def _text(name: str) -> str:
    return (resources.files("trivium_hl7.mirth") / "js" / f"{name}.js").read_text(encoding="utf-8").rstrip() + "\n"


def javascript_step(name: str, code: str) -> ET.Element:
    return _element("javascriptstep.JavaScriptStep", name, {"script": code})


def mapper_step(variable: str, mapping: str) -> ET.Element:
    values = {"variable": variable, "mapping": mapping, "defaultValue": "", "replacements": "", "scope": "CHANNEL"}
    return _element("mapper.MapperStep", variable, values)


def javascript_rule(name: str, code: str) -> ET.Element:
    return _element("javascriptrule.JavaScriptRule", name, {"script": code})


def equals_rule(name: str, field: str, values: Sequence[str]) -> ET.Element:
    """A rule that accepts a message whose `field` (JavaScript) is one of `values`."""
    rule = _element("rulebuilder.RuleBuilderRule", name, {"field": field, "condition": "EQUALS", "values": ""})
    for value in values:
        ET.SubElement(at(rule, "values"), "string").text = javascript(value)
    return rule


def put_in(owner: ET.Element, elements: Sequence[ET.Element]) -> None:
    """Number the steps or rules and put them into a transformer or filter."""
    for number, element in enumerate(elements):
        at(element, "sequenceNumber").text = str(number)
        if number and element.tag.endswith("Rule"):
            operator = ET.Element("operator")
            operator.text = "AND"
            element.insert(3, operator)
        at(owner, "elements").append(element)


def _element(kind: str, name: str, values: dict[str, str]) -> ET.Element:
    element = ET.Element(f"{_PLUGINS}.{kind}", {"version": version()})
    for tag, text in {"name": name, "sequenceNumber": "", "enabled": "true", **values}.items():
        ET.SubElement(element, tag).text = text or None
    return element
