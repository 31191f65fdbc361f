"""Narrative XHTML: what R4 allows in it (narrative.html), found without running or fetching anything."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Final
from xml.etree.ElementTree import Element

from trivium_fhir.validation.findings import At, Code, Findings
from trivium_fhir.validation.safe_xml import Forbidden, NotXml, parse

_XHTML: Final = "{http://www.w3.org/1999/xhtml}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALLOWED: Final = _words(
    """a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead
    tr tt ul var"""
)
_ACTIVE: Final = _words(
    """applet base body button embed form frame frameset head iframe input link meta object script select style
    textarea svg math video audio source"""
)
_LINKS: Final = _words("href src cite longdesc usemap background action")
_ATTRIBUTES: Final = _words(
    """abbr accesskey align alt axis border cellhalign cellpadding cellspacing cellvalign char charoff charset cite
    class clear cols colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name noshade
    nowrap rel rev rows rowspan rules scope shape span src start style summary tabindex title type usemap valign value
    vspace width {http://www.w3.org/XML/1998/namespace}lang {http://www.w3.org/XML/1998/namespace}space"""
)
_ACTIVE_LINK: Final = re.compile(r"(?:javascript|vbscript|data:text/html)", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x20]+")
_ACTIVE_STYLE: Final = re.compile(
    r"expression\s*\(|url\s*\(\s*['\"]?\s*(?:javascript|vbscript|data:text)|@import|behavior\s*:|-moz-binding",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})


def check_narrative(findings: Findings, text: str, at: At) -> None:
    """At most one finding of each kind for one narrative: what is wrong there is seen in the text."""
    root = _parsed(text)
    if root is None:
        findings.add(Code.NARRATIVE_FORM, at, "txt-1", detail="not well-formed XML")
        return
    if root.tag != f"{_XHTML}div":
        findings.add(Code.NARRATIVE_FORM, at, "txt-1", detail="not a div in the XHTML namespace")
    nodes = list(root.iter())
    if any(_unsafe(node) for node in nodes):
        findings.add(Code.NARRATIVE_UNSAFE, at, "txt-1")
    elif any(_foreign(node) for node in nodes):
        findings.add(Code.NARRATIVE_FORM, at, "txt-1", detail="an element or attribute that is not allowed")
    if not any(node.tag == f"{_XHTML}img" for node in nodes) and not "".join(root.itertext()).strip():
        findings.add(Code.NARRATIVE_FORM, at, "txt-2", detail="no content")


def _parsed(text: str) -> Element | None:
    try:
        return parse(_ENTITY.sub(_number, text))
    except (NotXml, Forbidden):
        return None


def _number(found: re.Match[str]) -> str:
    """HTML's named characters, which R4 allows and XML does not know."""
    name = found[1]
    return found[0] if name in _XML_ENTITIES or name not in name2codepoint else f"&#{name2codepoint[name]};"


def _unsafe(node: Element) -> bool:
    name = _name(node)
    if name.lower() in _ACTIVE:
        return True
    for attribute, value in node.attrib.items():
        bare = attribute.rpartition("}")[2].lower()
        packed = _CONTROLS.sub("", value)
        if bare.startswith("on") or (bare in _LINKS and _ACTIVE_LINK.match(packed)):
            return True
        if bare == "style" and _ACTIVE_STYLE.search(value):
            return True
    return False


def _foreign(node: Element) -> bool:
    return (
        not node.tag.startswith(_XHTML)
        or _name(node) not in _ALLOWED
        or any(attribute not in _ATTRIBUTES for attribute in node.attrib)
    )


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2]
