"""Everything that is known of one data element, put together."""

from __future__ import annotations

from typing import Any, Final

from trivium_dicom import iods
from trivium_dicom.dictionary import EntryKind
from trivium_dicom.explain import where
from trivium_dicom.explain.allowed import allowed_values
from trivium_dicom.explain.counterparts import fhir_elements, hl7_fields
from trivium_dicom.explain.model import TagExplanation
from trivium_dicom.explain.pitfalls import pitfalls_of
from trivium_dicom.explain.protection import confidentiality_of
from trivium_dicom.explain.rules import vm_in_words, vr_rules
from trivium_dicom.explain.subject import Subject, iod_of, subject_of
from trivium_dicom.tag_number import written

_MOST: Final = {"definitions": 10, "terms": 6, "hl7": 12}
_NEAR: Final = "Nothing has this keyword, name or these words: this is spelled nearly so."
_NOTES: Final = {
    EntryKind.GROUP_LENGTH: "Bytes of the rest of its group; retired except in groups 0000 and 0002 (PS3.5 7.2).",
    EntryKind.PRIVATE_CREATOR: "Holds the name of a private creator, which reserves block bb00 to bbFF (PS3.5 7.8.1).",
    EntryKind.PRIVATE_ELEMENT: "Only the private creator in (gggg,00bb) of the same data set says what it is; its block"
    " bb differs from file to file (PS3.5 7.8.1).",
}
_DICTIONARY: Final = "PS3.6 (pydicom)"
_MODULES: Final = "PS3.3 modules: highdicom 0.28.2, innolitics 2024b; the prose of conditions is not carried"
_TERMS: Final = "PS3.3 terms: edition 2020a, newer values are missing"
_PROTECTION: Final = "PS3.15 table E.1-1, edition 2026c"
_HL7: Final = "HL7 v2: IHE RAD TF-2 appendix B as dcm4chee-arc states it"
_FHIR: Final = "FHIR R4 mappings of the specification"
_PRIVATE: Final = "private dictionaries of pydicom and dicom3tools"


def explain_tag(text: str, *, iod: str | None = None, limit: int = 12, offset: int = 0) -> TagExplanation:
    """Explain the element that a text means: a tag in any spelling, a keyword, words of a name, or a path.

    `iod` narrows places and terms to one object; `limit` and `offset` page through the places. Raises BadInput and
    NotFound. Pure: the first answer reads the knowledge files, later ones take a millisecond or few.
    """
    subject = subject_of(text)
    narrowed = iod_of(iod) if iod is not None else None
    lines = where.lines_of(subject.digits, subject.above, narrowed)
    end = offset + limit
    return TagExplanation(
        tag=written(subject.digits),
        iod=narrowed.name if narrowed else None,
        places=[where.place(line, narrowed=narrowed is not None) for line in lines[offset:end]],
        total=len(lines),
        next_offset=end if end < len(lines) else None,
        **(_rest(subject, narrowed, lines) if offset == 0 else {}),
    )


def _rest(subject: Subject, iod: iods.Iod | None, lines: list[where.Line]) -> dict[str, Any]:
    """What the first page alone says."""
    rest = _names(subject) | _form(subject) | _home(lines, iod) | _terms(subject, iod)
    rest["hl7"] = hl7_fields(subject.digits, subject.above)
    rest["fhir"] = fhir_elements(subject.digits)
    left_out = {key: max(0, len(rest.get(key, ())) - most) for key, most in _MOST.items()}
    rest |= {key: rest[key][:most] for key, most in _MOST.items() if key in rest}
    rest["left_out"] = {key: number for key, number in left_out.items() if number}
    rest["confidentiality"] = confidentiality_of(subject.digits, private=subject.private)
    rest["pitfalls"] = pitfalls_of(subject.digits)
    rest["sources"] = _sources(rest, lines)
    return {key: value for key, value in rest.items() if value not in (None, [], {})}


def _names(subject: Subject) -> dict[str, Any]:
    entry = subject.entry
    notes = [_NEAR] if subject.near else []
    notes += [_NOTES[entry.kind]] if entry.kind in _NOTES else []
    return {
        "keyword": entry.keyword or None,
        "name": entry.name or None,
        "retired": entry.retired,
        "kind": None if entry.kind is EntryKind.STANDARD else entry.kind.value,
        "note": " ".join(notes) or None,
        "also": [f"{written(one.digits)} {one.keyword}" for one in subject.others] or None,
    }


def _form(subject: Subject) -> dict[str, Any]:
    entry = subject.entry
    form: dict[str, Any] = {"vr": vr_rules(entry.vr), "vm": vm_in_words(entry.vm) if entry.vm else None}
    return form | ({"definitions": _definitions(subject.digits)} if entry.kind is EntryKind.PRIVATE_ELEMENT else {})


def _definitions(digits: str) -> list[str]:
    """What each private creator defines there; one that is spelled in two ways counts once."""
    from trivium_dicom.private.definitions import everywhere

    found = {(one.creator.casefold(), one.name): one for one in everywhere(digits)}
    return [f"{one.creator}: {one.name or 'without a name'}, {one.vr}, VM {one.vm}" for one in found.values()]


def _home(lines: list[where.Line], iod: iods.Iod | None) -> dict[str, Any]:
    kinds = {line.type for line in lines}
    return {
        "iods": where.iods_with(lines) if lines and iod is None else None,
        "entities": where.entities_of(lines),
        "types": {one: said for one, said in iods.TYPES.items() if one in kinds},
    }


def _terms(subject: Subject, iod: iods.Iod | None) -> dict[str, Any]:
    return {"terms": allowed_values(subject.digits, _parts(iod) if iod else None)}


def _parts(iod: iods.Iod) -> frozenset[str]:
    return frozenset((*(use.module.id for use in iod.modules), *(use.id for use in iod.macros)))


def _sources(rest: dict[str, Any], lines: list[where.Line]) -> list[str]:
    said = {
        _MODULES: bool(lines),
        _TERMS: bool(rest["terms"]),
        _HL7: bool(rest["hl7"]),
        _FHIR: bool(rest["fhir"]),
        _PRIVATE: bool(rest.get("definitions")),
    }
    return [_DICTIONARY, *(source for source, used in said.items() if used), _PROTECTION]
