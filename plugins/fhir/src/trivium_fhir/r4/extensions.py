"""The extensions that R4 itself defines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from trivium_fhir.r4.elements import Binding, Strength
from trivium_fhir.r4.reading import read

_STRENGTHS: Final[Mapping[str, Strength]] = {
    "required": "required",
    "extensible": "extensible",
    "preferred": "preferred",
    "example": "example",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the extensions inside a complex extension."""

    name: str
    minimum: int
    maximum: int | None
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtensionDefinition:
    url: str
    contexts: tuple[str, ...]
    """Element paths and types it may stand on."""
    types: tuple[str, ...]
    """Types of its value, with targets (`Reference(Practitioner)`); empty for a complex one."""
    maximum: int | None
    modifier: bool = False
    binding: Binding | None = None
    parts: tuple[Part, ...] = ()


@cache
def extension(url: str) -> ExtensionDefinition:
    """An extension of R4's own; KeyError for any other."""
    body: Mapping[str, Any] = read("extensions")["extensions"][url]
    bound = body.get("b")
    return ExtensionDefinition(
        url=url,
        contexts=tuple(body["ctx"]),
        types=tuple(body["val"]),
        maximum=body["max"] or None,
        modifier=body.get("mod", False),
        binding=Binding(_STRENGTHS[bound[0]], bound[1]) if bound else None,
        parts=tuple(_part(name, row) for name, row in body.get("sub", {}).items()),
    )


@cache
def extensions() -> Mapping[str, ExtensionDefinition]:
    """All of them by URL."""
    return MappingProxyType({url: extension(url) for url in read("extensions")["extensions"]})


def _part(name: str, row: list[Any]) -> Part:
    minimum, maximum, *types = row
    return Part(name, minimum, maximum or None, tuple(types[0].split(",")) if types and types[0] else ())
