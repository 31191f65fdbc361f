"""The answers of `explain_dicom_iod`, put together from the tables of modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from trivium_dicom import iods
from trivium_dicom.dictionary import Entry, entries_of
from trivium_dicom.iods import finding, parts
from trivium_dicom.iods.finding import Subject
from trivium_dicom.iods.selecting import Part, Selected, Types, select
from trivium_dicom.tag_number import TagNumber, written
from trivium_dicom.terms import terms_of
from trivium_dicom.tools.iod_results import (
    AttributeLine,
    Entity,
    GroupLine,
    IodExplanation,
)
from trivium_dicom.uids.registered import registered

_MOST_TERMS: Final = 12
_MOST_USERS: Final = 20
_MOST_SIMILAR: Final = 6
_CONDITIONS: Final = (
    "Usage C and types 1C and 2C hold under conditions that PS3.3 states in prose; they are not given here."
)
_MANDATORY: Final = "Attributes are those of mandatory modules; ask for usage all, or for one module by name."
_GROUPS: Final = (
    "A functional group macro of usage M is in the shared item (5200,9229) or in every per-frame item (5200,9230),"
    " never in both (PS3.3 C.7.6.16)."
)


@dataclass(frozen=True, slots=True)
class Question:
    types: Types
    all_usages: bool
    depth: int
    limit: int
    offset: int


def find(text: str) -> tuple[Subject, list[str]] | None:
    """What a text names, and what else it may mean; None where it names nothing."""
    if subject := finding.by_sop_class(text):
        return subject, []
    hits = finding.by_words(text)
    if not hits:
        return None
    others = [] if hits[0].score == 1 else [f"{hit.entry.name} ({hit.entry.kind})" for hit in hits[1:]]
    return hits[0].entry, others[:_MOST_SIMILAR]


def explain(subject: Subject, similar: Sequence[str], inner: str | None, question: Question) -> IodExplanation | None:
    """None where there is no module or macro in it that `inner` names."""
    if subject.kind != "iod":
        return None if inner else _explain_part(subject, None, similar, question)
    iod = iods.iod(subject.id)
    if iod is None:
        return None
    if inner is not None:
        part = finding.module_in(iod, inner)
        return _explain_part(part, iod, similar, question) if part else None
    chosen = parts.of_iod(iod, "MCU" if question.all_usages else "M")
    first = question.offset == 0
    return _explanation(
        subject,
        chosen,
        question,
        similar=similar,
        sop_classes={uid: _class_name(uid) for uid in iod.sop_classes} if first else None,
        entities=_entities(iod) if first else None,
        functional_groups=([_group(use) for use in iod.macros] or None) if first else None,
        notes=_notes_of(iod, question),
    )


def _notes_of(iod: iods.Iod, question: Question) -> list[str]:
    notes = {
        _MANDATORY: not question.all_usages,
        _CONDITIONS: question.types in (Types.CONDITIONAL, Types.ALL),
        _GROUPS: bool(iod.macros),
    }
    return [note for note, holds in notes.items() if holds]


def _explain_part(subject: Subject, iod: iods.Iod | None, similar: Sequence[str], question: Question) -> IodExplanation:
    if subject.kind == "module":
        chosen, users = parts.of_module(subject.id), finding.users_of(subject.id)
        deeper = question.depth
    else:
        chosen = parts.of_macro(subject.id, iod)
        users = tuple(found.name for one in finding.macros()[subject.id][1] if (found := iods.iod(one)))
        deeper = question.depth + 1  # a macro is nothing but a sequence
    usage = _usage_in(iod, subject) if iod else None
    notes = [_CONDITIONS] if question.types in (Types.CONDITIONAL, Types.ALL) else []
    return _explanation(
        subject,
        chosen,
        Question(question.types, question.all_usages, deeper, question.limit, question.offset),
        similar=similar,
        used_by=_some(users, _MOST_USERS) if iod is None and question.offset == 0 else None,
        notes=[*([usage] if usage else []), *notes],
    )


def _some(names: Sequence[str], most: int) -> list[str]:
    more = len(names) - most
    return [*names[:most], *([f"and {more} more"] if more > 0 else [])]


def _usage_in(iod: iods.Iod, subject: Subject) -> str | None:
    uses = [use.usage for use in iod.modules if use.module.id == subject.id]
    uses += [use.usage for use in iod.macros if use.id == subject.id]
    return f"Usage in {iod.name}: {uses[0]} ({iods.USAGE[uses[0]]})." if uses else None


def _explanation(
    subject: Subject,
    chosen: Sequence[Part],
    question: Question,
    *,
    similar: Sequence[str],
    sop_classes: dict[str, str] | None = None,
    entities: list[Entity] | None = None,
    functional_groups: list[GroupLine] | None = None,
    used_by: list[str] | None = None,
    notes: Sequence[str] = (),
) -> IodExplanation:
    selected = list(select(chosen, question.types, question.depth))
    end = question.offset + question.limit
    return IodExplanation(
        kind=subject.kind,
        id=subject.id,
        name=subject.name,
        sop_classes=sop_classes or None,
        entities=entities,
        functional_groups=functional_groups,
        used_by=used_by,
        counts=_counts(chosen),
        attributes=[_line(one, alone=len(chosen) == 1) for one in selected[question.offset : end]],
        total=len(selected),
        next_offset=end if end < len(selected) else None,
        similar=list(similar) or None,
        notes=list(notes) or None,
        source=iods.source(),
    )


def _counts(chosen: Sequence[Part]) -> dict[str, int]:
    return dict(sorted(Counter(one.attribute.type for one in select(chosen, Types.ALL, 0)).items()))


def _entities(iod: iods.Iod) -> list[Entity]:
    return [_entity(name, list(uses)) for name, uses in groupby(iod.modules, key=lambda use: use.entity)]


def _entity(name: str, uses: Sequence[iods.ModuleUse]) -> Entity:
    mandatory, conditional, optional = (
        [use.module.name for use in uses if use.usage == usage] or None for usage in "MCU"
    )
    return Entity(entity=name, mandatory=mandatory, conditional=conditional, optional=optional)


def _group(use: iods.MacroUse) -> GroupLine:
    sequences = [_element(tag).keyword for tag in use.sequences]
    return GroupLine(
        name=use.name, usage=use.usage, sequences=sequences, current_frame=True if use.scope == "CF" else None
    )


def _line(one: Selected, *, alone: bool) -> AttributeLine:
    entry = _element(one.attribute.tag)
    terms = list(_terms(one)) if alone else []
    return AttributeLine(
        tag=written(entry.digits),
        keyword=entry.keyword or None,
        type=one.attribute.type,
        vr=entry.vr,
        within=".".join(_element(tag).keyword for tag in one.above) or None,
        module=None if alone else one.part.name,
        terms=_some([value for values, _ in terms for value in values], _MOST_TERMS) or None,
        closed=True if terms and all(closed for _, closed in terms) else None,
    )


def _terms(one: Selected) -> Iterator[tuple[tuple[str, ...], bool]]:
    for found in terms_of(one.attribute.tag):
        if not found.modules or one.part.id in found.modules:
            yield found.values, found.enumerated


def _element(tag: str) -> Entry:
    """Its line in the dictionary; repeating groups stand with 00 in the tables of modules."""
    found = entries_of(TagNumber(tag))
    return found[0] if found else Entry(tag, "", "", None, None)


def _class_name(uid: str) -> str:
    return registered()[uid].name if uid in registered() else ""
