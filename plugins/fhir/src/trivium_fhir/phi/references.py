"""References and the URLs of bundle entries, taken apart: base, type, logical id, version, search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import unquote

from trivium.api import Kind
from trivium_fhir.phi import forms
from trivium_fhir.phi.places import IDENTIFIERS
from trivium_fhir.phi.rules import of_id, of_number, of_uri

Piece: TypeAlias = tuple[str, Kind | None]
Pieces: TypeAlias = Iterable[Piece]

_RESOURCE: Final = re.compile(
    r"((?:https?://[^\s?#]*/)?)([A-Z][A-Za-z]{2,40})(?:/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?)?",
    re.ASCII,
)
_SEARCH: Final = re.compile(r"([A-Z][A-Za-z]{2,40})\?(.*)", re.ASCII)
_IDENTIFIER: Final = re.compile(
    r"identifier=(?:([^|&=,\\]*?)(\||%7C))?((?:(?!%7C)[^|&=,\\])+)", re.ASCII | re.IGNORECASE
)


@lru_cache(maxsize=1024)
def pieces_of_reference(text: str) -> Pieces:
    """A literal reference (R4 2.3.0.1), a fullUrl, or the URL of a request in a bundle (R4 Bundle.entry.request)."""
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    if not forms.is_printable(text):
        yield text, Kind.TEXT
    elif text.startswith("#"):
        yield "#", None
        yield text[1:], None if forms.is_code(text[1:]) else Kind.TEXT
    elif forms.is_oid(text):
        yield text, Kind.UID
    elif (found := _RESOURCE.fullmatch(text)) and forms.is_resource(found[2]):
        yield from _of_resource(found)
    elif (search := _SEARCH.fullmatch(text)) and forms.is_resource(search[1]):
        yield f"{search[1]}?", None
        yield from pieces_of_search(search[1], search[2])
    else:
        yield text, of_uri(text)


def _of_resource(found: re.Match[str]) -> Iterator[Piece]:
    base, resource, logical_id, version = found.groups()
    if base:
        yield base, Kind.CONTACT
    yield resource, None
    if logical_id:
        yield "/", None
        yield logical_id, of_id(resource, logical_id)
    if version:
        yield "/_history/", None
        yield version, Kind.ORDER


def pieces_of_search(resource: str, text: str) -> Iterator[Piece]:
    """The condition of a conditional request, percent-encoded or not: of one identifier its system and value, of any
    other nothing.
    """
    found = _IDENTIFIER.fullmatch(text) if forms.is_printable(text) else None
    if found is None:
        yield text, Kind.TEXT
        return
    yield "identifier=", None
    system = unquote(found[1] or "")
    if system:
        yield found[1], of_uri(system)
    if found[2]:
        yield found[2], None
    yield found[3], of_number(unquote(found[3]), system, IDENTIFIERS.get(resource, Kind.TEXT))
