"""Which search parameters read an element: their FHIRPath, as plain paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from trivium_fhir.r4.elements import is_resource
from trivium_fhir.r4.search import parameters

_MOST: Final = 30
_CAST: Final = re.compile(
    r"\(?\s*([A-Za-z.]+)\s+as\s+[A-Za-z]+\s*\)?|\.(?:as|ofType|where|exists)\([^()]*(?:\([^()]*\))*[^()]*\)"
)
_PATH: Final = re.compile(r"[A-Z][A-Za-z]+(?:\.[A-Za-z]+)*")


def reading(path: str) -> list[str]:
    """`name (string)` for each parameter that reads the element, or the element around it as a whole."""
    resource = path.partition(".")[0]
    if not is_resource(resource):
        return []
    wanted = path.replace("[x]", "")
    found = [
        f"{name} ({type_})"
        for name, (type_, paths) in _paths(resource).items()
        if any(_reads(one, wanted) for one in paths)
    ]
    return found[:_MOST]


def _reads(searched: str, wanted: str) -> bool:
    if wanted == searched or wanted.startswith(f"{searched}."):
        return "." in searched
    head, _, name = wanted.rpartition(".")
    stem, _, last = searched.rpartition(".")
    return head == stem and bool(last) and name.startswith(last) and name[len(last) :][:1].isupper()


@cache
def _paths(resource: str) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Type and element paths of each parameter; `Resource.id` is written with the resource's own name."""
    found = {}
    for name, one in parameters(resource).items():
        text = _CAST.sub(lambda cast: cast[1] or "", one.expression or "")
        paths = [re.sub(r"^(Resource|DomainResource)\b", resource, path) for path in _PATH.findall(text)]
        found[name] = (one.type, tuple(path for path in paths if path.partition(".")[0] == resource))
    return found
