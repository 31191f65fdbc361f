"""The segment maps that a site has put to use itself, for what the guide does not know or does not use."""

from __future__ import annotations

from functools import lru_cache

from trivium_fhir.convert.model import OwnMap, SiteMaps
from trivium_fhir.convert.uses import Applied
from trivium_fhir.guide import Use


@lru_cache(maxsize=1024)
def own_uses(maps: SiteMaps, segment: str) -> tuple[Applied, ...]:
    """What a segment is put through wherever it stands in a message."""
    return tuple(_ready(own, number) for number, own in enumerate(maps.own(segment)))


def _ready(own: OwnMap, number: int) -> Applied:
    """A new resource has a label of its own, which no reference of the guide names."""
    label = own.type if own.nearest else f"{own.type}[{own.name[:3]}{number}]"
    use = Use("", own.name[:3], label, own.name, "0..*", None, narrative=False, references=())
    return Applied(own.name, label, own.type, None, (), use, own.nearest, near=own.nearest)
