"""What is empty is taken out again before a conversion is handed over."""

from __future__ import annotations

from typing import Any

from trivium_fhir.convert.linking import link_patients
from trivium_fhir.convert.model import Draft


def tidy(run: Any) -> list[Draft]:
    """The drafts that hold a value of the message, in the order of the segments that made them."""
    kept = [draft for draft in run.made if draft.fed]
    if len(kept) < len(run.made):
        _disown(run.made)
    link_patients(kept)
    pointers = {id(pointer) for draft in kept for pointer in draft.pointers}
    for draft in kept:
        _prune(draft.body, pointers)
    return sorted(kept, key=lambda draft: draft.segment)


def _disown(made: list[Draft]) -> None:
    """References to what is not kept are taken out."""
    for draft in made:
        if not draft.fed:
            for pointer in draft.pointers:
                pointer.clear()


def _prune(node: dict[str, Any], pointers: set[int]) -> bool:
    """Take out what is empty; says whether anything is left."""
    empty = []
    for name, value in node.items():
        kind = type(value)
        if kind is dict:
            if not _prune(value, pointers):
                empty.append(name)
        elif kind is list:
            if type(value[0]) is dict:
                kept = [one for one in value if _prune(one, pointers)]
                if len(kept) != len(value):
                    value[:] = kept
            if not value:
                empty.append(name)
    for name in empty:
        del node[name]
    if len(node) == 1 and "url" in node and node["url"][:4] == "http":
        return False
    return bool(node) or id(node) in pointers
