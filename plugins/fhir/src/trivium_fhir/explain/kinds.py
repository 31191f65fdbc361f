"""One resource or data type of R4: elements, search, operations, compartments, and what feeds it."""

from __future__ import annotations

from functools import cache
from typing import Final

from trivium_fhir.explain.elements import SOURCE as _SOURCE
from trivium_fhir.explain.elements import cardinality
from trivium_fhir.explain.resource_model import ElementLine, ResourceExplanation
from trivium_fhir.guide import index, segment_maps
from trivium_fhir.r4 import counterparts
from trivium_fhir.r4.elements import Definition, Element, definition, is_resource, resources
from trivium_fhir.r4.search import SearchParameter, compartments, operations, parameters

_EVERYWHERE: Final = ("_content", "_id", "_lastUpdated", "_profile", "_query", "_security", "_source", "_tag", "_text")
_INHERITED: Final = frozenset({"id", "extension", "modifierExtension"})
_COLUMN: Final = 60
_USERS: Final = 40


def explain(name: str, *, limit: int, offset: int) -> ResourceExplanation:
    """A resource or type by its R4 name."""
    found = definition(name)
    paths = _paths(found)
    page = [_line(name, path, found.elements[path]) for path in paths[offset : offset + limit]]
    told = ResourceExplanation(
        found=True,
        name=name,
        elements=page,
        total=len(paths),
        next_offset=offset + limit if offset + limit < len(paths) else None,
        source=_SOURCE,
    )
    return told if offset else told.model_copy(update=_about(found))


def _paths(found: Definition) -> list[str]:
    """In the order of R4's table, without the ids and extensions that all backbone elements have."""
    return [path for path in found.elements if "." not in path or path.rpartition(".")[2] not in _INHERITED]


def _line(name: str, path: str, one: Element) -> ElementLine:
    bound = one.binding
    return ElementLine(
        path=f"{name}.{path}",
        cardinality=cardinality(one),
        types=_types(one),
        flags=("M" * one.modifier + "S" * one.summary) or None,
        binding=f"{bound.strength} {bound.value_set}" if bound and bound.value_set else None,
        invariants=list(one.invariants) or None,
    )


def _types(one: Element) -> str:
    if one.content:
        return f"@{one.content}"
    by_type = dict(one.targets_by_type)
    return " | ".join(f"{name}({', '.join(by_type[name])})" if by_type.get(name) else name for name in one.types)


def _about(found: Definition) -> dict[str, object]:
    name = found.name
    told: dict[str, object] = {
        "kind": found.kind,
        "base": found.base,
        "abstract": found.abstract or None,
        "rule": found.regex,
        "v2_by_r4": list(counterparts.v2().get(name, ())) or None,
        "dicom": _dicom(name) or None,
    }
    if is_resource(name):
        searched = parameters(name)
        told |= {
            "search": [_search(key, one) for key, one in searched.items() if key not in _EVERYWHERE] or None,
            "search_everywhere": [key for key in searched if key in _EVERYWHERE],
            "operations": _operations(name) or None,
            "compartments": _compartments(name) or None,
            "segments": _segments().get(name),
        }
    else:
        told["used_by"] = _users(name)[:_USERS] or None
    return told


def _search(name: str, one: SearchParameter) -> str:
    targets = f": {', '.join(one.targets)}" if one.targets else ""
    return f"{name} ({one.type}{targets}) {one.expression or ''}".rstrip()


def _operations(name: str) -> list[str]:
    return [
        f"{key.rpartition('$')[1]}{key.rpartition('$')[2]} ({', '.join(one.levels)})"
        for key, one in operations().items()
        if name in one.resources or "Resource" in one.resources
    ]


def _compartments(name: str) -> dict[str, list[str]]:
    return {key: list(members[name]) for key, members in compartments().items() if name in members}


def _dicom(name: str) -> list[str]:
    found = counterparts.dicom()
    return [f"{path}: {', '.join(found[path])}" for path in found if path.partition(".")[0] == name][:_COLUMN]


@cache
def _segments() -> dict[str, dict[str, list[str]]]:
    """Resource to segment map to the message structures that use it."""
    found: dict[str, dict[str, list[str]]] = {}
    for segment, names in index().segments.items():
        uses = segment_maps(segment).uses
        for name in names:
            resource = name.partition("[")[2].rstrip("]").partition("-")[0]
            messages = dict.fromkeys(use.message for use in uses if use.map == name)
            found.setdefault(resource, {})[name] = list(messages)
    return found


@cache
def _users(type_: str) -> list[str]:
    return [
        f"{name}.{path}"
        for name in resources()
        for path, one in definition(name).elements.items()
        if type_ in one.types and path.rpartition(".")[2] not in ("id", "meta", "text", "language", "implicitRules")
    ]
