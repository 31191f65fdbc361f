"""What R4 allows in a narrative's XHTML (narrative.html, rules txt-1 and txt-2), found without running or fetching any.

Elements and attributes are those of HTML 4.0 chapters 7 to 11 and 15, links, images and styles, as R4 names them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from html.entities import name2codepoint
from typing import Final
from xml.etree.ElementTree import Element

from trivium_fhir.r4.safe_xml import Forbidden, NotXml, parse

_XHTML: Final = "{http://www.w3.org/1999/xhtml}"


class NarrativeFault(StrEnum):
    NOT_XML = "not well-formed XML"
    NO_DIV = "not a div in the XHTML namespace"
    UNSAFE = "active content"
    FOREIGN = "an element or attribute that is not allowed"
    EMPTY = "no content"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALLOWED: Final = _words(
    """a abbr acronym address area b bdo big blockquote br caption center cite code col colgroup dd del dfn dir div dl
    dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map menu ol p pre q s samp small span strike strong sub sup table
    tbody td tfoot th thead tr tt u ul var"""
)
_ATTRIBUTES: Final = _words(
    """abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset
    cite class clear color cols colspan compact coords datetime dir face frame headers height href hreflang hspace id
    lang longdesc name nohref noshade nowrap rel rev rows rowspan rules scope shape size span src start style summary
    tabindex title type usemap valign value vspace width
    {http://www.w3.org/XML/1998/namespace}lang {http://www.w3.org/XML/1998/namespace}space"""
)
_ACTIVE: Final = _words(
    """applet base body button embed form frame frameset head iframe input link meta object script select style
    textarea svg math video audio source"""
)
_LINKS: Final = _words("href src cite longdesc usemap background action")
_ACTIVE_LINK: Final = re.compile(r"(?:javascript|vbscript|data:text/html)", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x20]+")
_ACTIVE_STYLE: Final = re.compile(
    r"expression\s*\(|url\s*\(\s*['\"]?\s*(?:javascript|vbscript|data:text)|@import|behavior\s*:|-moz-binding",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})


def narrative_faults(text: str) -> list[NarrativeFault]:
    """What is wrong with a narrative's `div`, each kind at most once."""
    root = _parsed(text)
    if root is None:
        return [NarrativeFault.NOT_XML]
    nodes = list(root.iter())
    found = [] if root.tag == f"{_XHTML}div" else [NarrativeFault.NO_DIV]
    if any(map(_is_unsafe, nodes)):
        found.append(NarrativeFault.UNSAFE)
    elif any(map(_is_foreign, nodes)):
        found.append(NarrativeFault.FOREIGN)
    if not any(node.tag == f"{_XHTML}img" for node in nodes) and not "".join(root.itertext()).strip():
        found.append(NarrativeFault.EMPTY)
    return found


def _parsed(text: str) -> Element | None:
    try:
        return parse(_ENTITY.sub(_number, text))
    except (NotXml, Forbidden):
        return None


def _number(found: re.Match[str]) -> str:
    """HTML's named characters, which R4 allows and XML does not know."""
    name = found[1]
    return found[0] if name in _XML_ENTITIES or name not in name2codepoint else f"&#{name2codepoint[name]};"


def _is_unsafe(node: Element) -> bool:
    return _name(node).lower() in _ACTIVE or any(_is_active(*attribute) for attribute in node.attrib.items())


def _is_active(attribute: str, value: str) -> bool:
    bare = attribute.rpartition("}")[2].lower()
    if bare == "style":
        return _ACTIVE_STYLE.search(value) is not None
    return bare.startswith("on") or (bare in _LINKS and _ACTIVE_LINK.match(_CONTROLS.sub("", value)) is not None)


def _is_foreign(node: Element) -> bool:
    return not node.tag.startswith(_XHTML) or _name(node) not in _ALLOWED or not _ATTRIBUTES.issuperset(node.attrib)


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2]
