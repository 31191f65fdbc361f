"""What R4 allows in a narrative (R4 narrative.html): basic formatting, no scripts, no forms, something to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_XHTML: Final = "{http://www.w3.org/1999/xhtml}"
_LONGEST: Final = 4_000_000


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


_ELEMENTS: Final = _words(
    "a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd del dfn dir "
    "div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map area menu ol p pre q s samp small span "
    "strike strong sub sup table tbody td tfoot th thead tr tt u ul var"
)
_ATTRIBUTES: Final = _words(
    "abbr align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff "
    "charset cite class clear color cols colspan compact coords datetime dir face frame headers height "
    "href hreflang hspace id lang longdesc name nohref noshade nowrap rel rev rows rowspan rules scope "
    "shape size span src start style summary tabindex title type valign value vspace width"
)
_XML_ATTRIBUTES: Final = "{http://www.w3.org/XML/1998/namespace}"
_SCRIPT: Final = re.compile(r"\s*(javascript|vbscript|data:text/html)", re.IGNORECASE)


def conforms(text: str) -> bool:
    """Whether a narrative's `div` is well-formed, keeps to what is allowed, and is not blank."""
    from defusedxml import ElementTree  # type: ignore[import-untyped]
    from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

    if len(text) > _LONGEST:
        return False
    try:
        root = ElementTree.fromstring(_without_entities(text), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return False
    if root.tag != f"{_XHTML}div":
        return False
    return all(map(_allowed, root.iter())) and _readable(root)


def _without_entities(text: str) -> str:
    """Named characters of HTML that XML lacks; which one it is does not matter here."""
    return re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)[A-Za-z][A-Za-z0-9]{1,31};", "_", text)


def _allowed(element: Any) -> bool:
    tag = element.tag
    if not isinstance(tag, str):  # a comment or processing instruction
        return True
    if not tag.startswith(_XHTML) or tag.removeprefix(_XHTML) not in _ELEMENTS:
        return False
    return all(_allowed_attribute(name, value) for name, value in element.items())


def _allowed_attribute(name: str, value: str) -> bool:
    if name.startswith(_XML_ATTRIBUTES):
        return True
    return name in _ATTRIBUTES and not (name in ("href", "src") and _SCRIPT.match(value))


def _readable(root: Any) -> bool:
    return any(text.strip() for text in root.itertext()) or any(_images(root))


def _images(root: Any) -> Iterator[bool]:
    return (True for _ in root.iter(f"{_XHTML}img"))
