"""Parsing XML that a stranger wrote: no document types, entities or outside references."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError


class NotXml(Exception):
    """Not well-formed."""


class Forbidden(Exception):
    """Has what no FHIR XML may have: a document type definition, entities, references outside."""


def parse(text: str) -> Element:
    """The root element, without comments and processing instructions. Raises `NotXml` and `Forbidden`."""
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    try:
        found: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Forbidden from None
    except (ParseError, ValueError):
        raise NotXml from None
    return found
