"""Answers as pages of text, for resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from trivium_dicom.explain.model import Place, TagExplanation, TermSet
from trivium_dicom.tools.iod_results import IodExplanation
from trivium_dicom.tools.uid_results import UidMatches


def tag(found: TagExplanation) -> str:
    facts = {
        "VR": found.vr,
        "VM": found.vm,
        "Kind": found.kind,
        "Note": found.note,
        "Also": found.also,
        "Definitions": found.definitions,
        "IODs": found.iods,
        "HL7 v2": found.hl7,
        "FHIR R4": found.fhir,
    }
    name = f"{found.tag} {found.keyword or found.name or ''}".rstrip()
    return _page(
        f"{name} (retired)" if found.retired else name,
        _facts(facts),
        *_part("Where it is", _places(found.places)),
        *([f"{found.total - len(found.places)} more: see explain_dicom_tag."] if found.next_offset else []),
        *_part("Values", _list(map(_terms, found.terms or ()))),
        *_part("Confidentiality (PS3.15)", _facts(found.confidentiality or {})),
        *_part("Pitfalls", _list(f"{one.note} ({', '.join(one.sources)})" for one in found.pitfalls or ())),
        *([f"Sources: {'; '.join(found.sources)}."] if found.sources else []),
    )


def _part(title: str, text: str) -> list[str]:
    return [f"## {title}", text] if text else []


def _places(places: Sequence[Place]) -> str:
    rows = [
        (
            one.module,
            one.type,
            one.entity or "",
            one.usage or "",
            ", ".join(one.first_iods or ()),
            "; ".join(one.within or ()),
        )
        for one in places
    ]
    return _grid(("module", "type", "entity", "usage", "first IODs", "within"), rows) if rows else ""


def _terms(one: TermSet) -> str:
    where = f" in {', '.join(one.modules)}" if one.modules else ""
    number = f"value {one.value_number}, " if one.value_number else ""
    return f"{number}{'enumerated' if one.enumerated else 'defined terms'}{where}: {', '.join(one.values)}"


def uid(found: UidMatches) -> str:
    """Of a UID with a name."""
    first = found.matches[0]
    facts = {"UID": first.uid, "Keyword": first.keyword, "Type": first.type, "Note": first.note}
    object_, syntax = first.sop_class, first.transfer_syntax
    return _page(
        f"{first.name}{' (retired)' if first.retired else ''}",
        _facts(facts),
        *([f"## Object\n\n{_facts(object_.model_dump())}"] if object_ else []),
        *([f"## Encoding\n\n{_facts(syntax.model_dump())}"] if syntax else []),
        f"Source: {found.dictionary}.",
    )


_USAGES: Final = ("entity", "mandatory", "conditional", "optional")


def iod(found: IodExplanation) -> str:
    modules = (
        (one.entity, ", ".join(one.mandatory or ()), ", ".join(one.conditional or ()), ", ".join(one.optional or ()))
        for one in found.entities or ()
    )
    groups = ((g.name, g.usage, ", ".join(g.sequences)) for g in found.functional_groups or ())
    attributes = ((a.tag, a.keyword or "", a.type, a.vr or "", a.module or "") for a in found.attributes)
    return _page(
        found.name,
        *([_list(f"{name} ({uid})" for uid, name in found.sop_classes.items())] if found.sop_classes else []),
        *([f"## Modules\n\n{_grid(_USAGES, modules)}"] if found.entities else []),
        *(
            [f"## Functional groups\n\n{_grid(('macro', 'usage', 'sequence'), groups)}"]
            if found.functional_groups
            else []
        ),
        *([f"Used by: {', '.join(found.used_by)}."] if found.used_by else []),
        "## Required attributes",
        _grid(("tag", "keyword", "type", "VR", "module"), attributes),
        *([f"{found.total - len(found.attributes)} more: see explain_dicom_iod."] if found.next_offset else []),
        *([_list(found.notes)] if found.notes else []),
        f"Source: {found.source}.",
    )


def _facts(facts: Mapping[str, Any]) -> str:
    """What holds something, a line each."""
    return _list(f"{_said(name)}: {_value(value)}" for name, value in facts.items() if value not in (None, ""))


_WRITTEN: Final = {"vr": "VR", "iod": "IOD"}


def _said(name: str) -> str:
    text = _WRITTEN.get(name, name).replace("_", " ")
    return text[:1].upper() + text[1:]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", *parts]) + "\n"


def _list(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *([text.replace("|", "\\|") for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
