"""Answers as pages of text, for resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trivium_fhir.explain.element_model import BindingLine, ElementExplanation
from trivium_fhir.explain.resource_model import ResourceExplanation


def element(found: ElementExplanation) -> str:
    types = [
        (one.name, one.json_name or "", ", ".join(one.targets or ()), f"`{one.rule}`" if one.rule else "")
        for one in found.types or ()
    ]
    rules = [(one.key, one.severity, f"`{one.expression}`") for one in found.invariants or ()]
    facts = {
        "Cardinality": found.cardinality,
        "Defined at": found.defined_at,
        "Children of": found.content_of,
        "Modifier": found.modifier,
        "In the summary": found.in_summary,
        "Children": found.children,
        "Search parameters": found.search,
        "HL7 v2 by the V2-to-FHIR guide": found.v2_by_guide,
        "HL7 v2 by R4's own column": found.v2_by_r4,
        "DICOM by R4's own column": found.dicom,
    }
    return _page(
        found.path or "",
        _facts(facts),
        *_part("Types", _grid(("type", "JSON name", "targets", "values"), types)),
        *(_binding(found.binding) if found.binding else []),
        *_part("Rules", _grid(("key", "severity", "FHIRPath"), rules)),
        *_part("R4's extensions", _list(found.extensions or ())),
        f"Source: {found.source}.",
    )


def _binding(bound: BindingLine) -> list[str]:
    shown = f"{len(bound.codes)} of {bound.total} codes" if len(bound.codes) < bound.total else ""
    return [
        "## Codes",
        f"{bound.strength}: {bound.value_set} {shown}".rstrip(),
        *([_grid(("code", "display", "system"), _codes(bound))] if bound.codes else []),
        *([_list(bound.outside)] if bound.outside else []),
    ]


def _codes(bound: BindingLine) -> Iterable[Sequence[str]]:
    return [(one.code, one.display or "", one.system or "") for one in bound.codes]


def kind(found: ResourceExplanation) -> str:
    elements = [
        (one.path, one.cardinality, one.types, one.flags or "", one.binding or "", ", ".join(one.invariants or ()))
        for one in found.elements or ()
    ]
    facts = {
        "Kind": found.kind,
        "Base": found.base,
        "Abstract": found.abstract,
        "Values": found.rule,
        "Operations": found.operations,
        "HL7 v2 by R4's own column": found.v2_by_r4,
        "Used by": found.used_by,
    }
    compartments = (f"{name}: {', '.join(members)}" for name, members in (found.compartments or {}).items())
    segments = (f"{name}: {', '.join(messages) or 'no message'}" for name, messages in (found.segments or {}).items())
    return _page(
        found.name or "",
        _facts(facts),
        *_part("Elements", _grid(("path", "cardinality", "types", "flags", "binding", "rules"), elements)),
        *([f"{(found.total or 0) - len(elements)} more: see explain_fhir_resource."] if found.next_offset else []),
        *_part("Search parameters", _list(found.search or ())),
        *_part("Compartments", _list(compartments)),
        *_part("HL7 v2 segment maps", _list(segments)),
        *_part("DICOM by R4's own column", _list(found.dicom or ())),
        f"Source: {found.source}.",
    )


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"


def _part(title: str, text: str) -> list[str]:
    return [f"## {title}", text] if text else []


def _facts(facts: Mapping[str, Any]) -> str:
    return _list(f"{name}: {_value(value)}" for name, value in facts.items() if value not in (None, [], ""))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _list(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    kept = [[text.replace("|", "\\|") for text in row] for row in rows]
    lines = [list(titles), ["---"] * len(titles), *kept]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if kept else ""
