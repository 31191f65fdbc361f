"""One element of R4, with everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trivium_fhir.explain.element_model import (
    BindingLine,
    CodeLine,
    ElementExplanation,
    InvariantLine,
    TypeLine,
)
from trivium_fhir.explain.searching import reading
from trivium_fhir.explain.sources import column, fields_of
from trivium_fhir.explain.terminologies import needs
from trivium_fhir.r4 import counterparts, terminology
from trivium_fhir.r4.elements import Binding, Element, children, choices, definition, element, is_primitive
from trivium_fhir.r4.extensions import extensions
from trivium_fhir.r4.invariants import invariants

SOURCE: Final = "FHIR R4 4.0.1"
_CHILDREN: Final = 80
_EXTENSIONS: Final = 15
_FIELDS: Final = 10
_LISTED: Final = 20


def explain(path: str, *, code_limit: int) -> ElementExplanation:
    """The element at a path that `parse_element_path` gave."""
    found = element(path)
    extended = _extensions(path, found)
    return ElementExplanation(
        found=True,
        path=path,
        defined_at=found.path if found.path != path else None,
        cardinality=cardinality(found),
        types=_types(path, found) or None,
        content_of=found.content,
        modifier=found.modifier or None,
        in_summary=found.summary or None,
        binding=_binding(found.binding, code_limit) if found.binding else None,
        invariants=_invariants(found) or None,
        search=reading(path) or None,
        children=_children(path) or None,
        v2_by_guide=fields_of(path, most=_FIELDS) or None,
        v2_by_r4=column(path) or None,
        dicom=_dicom(path, found) or None,
        extensions=extended[:_EXTENSIONS] or None,
        more_extensions=max(0, len(extended) - _EXTENSIONS) or None,
        source=SOURCE,
    )


def cardinality(one: Element) -> str:
    return f"{one.minimum}..{'*' if one.maximum is None else one.maximum}"


def _types(path: str, found: Element) -> list[TypeLine]:
    names = _json_names(path, found)
    targets = dict(found.targets_by_type)
    return [
        TypeLine(
            name=name,
            targets=[*(targets.get(name) or (found.targets if len(found.types) == 1 else ()))] or None,
            json_name=names.get(name),
            rule=_rule(name),
        )
        for name in found.types
    ]


def _json_names(path: str, found: Element) -> dict[str, str]:
    if not found.choice:
        return {}
    listed = choices(path.rpartition(".")[0]).get(found.name, ())
    return dict(zip(found.types, listed, strict=False))


def _rule(name: str) -> str | None:
    return definition(name).regex if is_primitive(name) else None


def _binding(bound: Binding, limit: int) -> BindingLine | None:
    if bound.value_set is None:
        return None
    try:
        found = terminology.value_set(bound.value_set)
    except KeyError:
        return BindingLine(
            strength=bound.strength,
            value_set=bound.value_set,
            max_value_set=bound.max_value_set,
            codes=[],
            total=0,
            outside=["the value set is not part of R4's definitions"],
            complete=False,
        )
    one_system = len(found.codes) == 1
    listed = [
        CodeLine(code=code, display=display if display != code else None, system=None if one_system else system)
        for system, codes in found.codes.items()
        for code, display in codes.items()
    ]
    return BindingLine(
        strength=bound.strength,
        value_set=bound.value_set,
        max_value_set=bound.max_value_set,
        codes=listed[:limit],
        total=len(listed),
        outside=[needs(system) or system for system in sorted(found.open)] or None,
        complete=found.decidable and len(listed) <= limit,
    )


def _invariants(found: Element) -> list[InvariantLine]:
    """Those of the element and of its type, and those that hold for every element."""
    keys: dict[str, None] = dict.fromkeys(found.invariants)
    for name in found.types:
        keys.update(dict.fromkeys(definition(name).root.invariants))
    keys.update(dict.fromkeys(("ele-1",) if "." in found.path else ()))
    known = invariants()
    return [
        InvariantLine(key=key, severity=known[key].severity, expression=known[key].expression)
        for key in keys
        if key in known
    ]


def _children(path: str) -> list[str]:
    try:
        return list(children(path))[:_CHILDREN]
    except KeyError:
        return []


def _dicom(path: str, found: Element) -> list[str]:
    return [one for place in dict.fromkeys((path, found.path)) for one in counterparts.dicom().get(place, ())][:_LISTED]


def _extensions(path: str, found: Element) -> list[str]:
    """Those whose context is the element or its type; what may stand on every element is not repeated."""
    places = {path, found.path, *found.types}
    return _sorted(url for url, one in extensions().items() if places.intersection(one.contexts))


def _sorted(urls: Iterable[str]) -> list[str]:
    return sorted(urls)
