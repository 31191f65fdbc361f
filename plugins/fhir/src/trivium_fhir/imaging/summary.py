"""The counterparts of one study through DICOM, HL7 v2 and FHIR: what the PACS plugin's study summary is filled with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from trivium.api import Kind
from trivium_fhir.imaging.dicom_json import get
from trivium_fhir.imaging.facts import fact, facts_of
from trivium_fhir.imaging.notes import Notes
from trivium_fhir.imaging.pasted import row_of
from trivium_fhir.imaging.rows import Row
from trivium_fhir.imaging.steps import Step, message_type, steps_of
from trivium_fhir.imaging.study import Made, imaging_study
from trivium_fhir.imaging.summary_results import Counterpart, Counterparts
from trivium_fhir.imaging.tree import Study, studies_of
from trivium_fhir.imaging.worklist import ACCESSION, STUDY_UID, Item, item_of
from trivium_hl7.dicom_map.attributes import keywords
from trivium_hl7.reader import Message, parse_message

_SOURCE: Final = "FHIR R4 DICOM column of ImagingStudy; IHE RAD TF-2 appendix B"
_PLACER: Final = "00402016"
_FILLER: Final = "00402017"


def summary(rows: Iterable[Row], order: Message | None = None, *, zone: str | None = None) -> Counterparts:
    """`rows` are facts of one study, by DICOM keyword (`imaging.rows`); of several studies the first is taken.

    Raises `BadInput` for a message that is no order.
    """
    studies = studies_of(rows, Notes())
    study = studies[0] if studies else Study("")
    facts = facts_of(study)
    made = imaging_study(study, Notes(), zone=zone, most_instances=0) if studies else None
    steps = steps_of(order) if order is not None else []
    items = [item_of(step, message_type(order)) for step in steps] if order is not None else []
    chosen, joined = _joined(facts, items)
    table = [_row(one, facts, chosen, steps[items.index(chosen)] if chosen else None, made) for one in _FACTS]
    return Counterparts(
        rows=tuple(row for row in table if row.dicom_value or row.hl7_value or row.fhir_value),
        matched_by=joined,
        differing=tuple(row.fact for row in table if row.agree is False),
        steps=len(steps) or None,
        source=_SOURCE,
    )


def counterparts(
    rows: Iterable[Mapping[str, Any]], order: str | None = None, *, zone: str | None = None
) -> Counterparts:
    """The same of rows as an archive's answer has them, plain or DICOM JSON, and of an order as text.

    Raises `BadInput` for a message that is no order or cannot be read.
    """
    return summary(map(row_of, rows), parse_message(order, where="order") if order else None, zone=zone)


def _joined(facts: Row, items: Sequence[Item]) -> tuple[Item | None, str | None]:
    """The step of the order that is of this study, and by what; else the first step."""
    for tag in (STUDY_UID, ACCESSION, _PLACER, _FILLER):
        value = fact(facts, tag)
        for item in items:
            if value and get(item.ds, tag) == value:
                return item, keywords(tag)
    return next(iter(items), None), None


class _Fact(NamedTuple):
    name: str
    path: str
    fhir: str
    kind: Kind | None
    read: Callable[[Made], str]
    same: Callable[[str, str], bool] = str.__eq__


def _row(asked: _Fact, facts: Row, item: Item | None, step: Step | None, made: Made | None) -> Counterpart:
    here = fact(facts, asked.path)
    there = get(item.ds, asked.path) if item else ""
    return Counterpart(
        fact=asked.name,
        phi=asked.kind,
        dicom=keywords(asked.path),
        dicom_value=here or None,
        hl7=item.sources.get(asked.path) if item and step else None,
        hl7_value=there or None,
        fhir=asked.fhir or None,
        fhir_value=(asked.read(made) or None) if made else None,
        agree=asked.same(here, there) if here and there else None,
    )


def _same_name(one: str, other: str) -> bool:
    """The alphabetic group, without regard to case and to components at the end that are empty."""
    parts = [text.partition("=")[0].casefold().rstrip("^ ") for text in (one, other)]
    return parts[0] == parts[1]


def _identifier(kind: str) -> Callable[[Made], str]:
    def read(made: Made) -> str:
        for one in made.study.get("identifier", ()):
            if kind in _codes(one) or one.get("system") == kind:
                return str(one["value"])
        return ""

    return read


def _order_number(kind: str) -> Callable[[Made], str]:
    def read(made: Made) -> str:
        found = (one["identifier"] for one in made.study.get("basedOn", ()))
        return next((str(one["value"]) for one in found if kind in _codes(one)), "")

    return read


def _codes(identifier: Mapping[str, Any]) -> list[str]:
    return [coding.get("code", "") for coding in identifier.get("type", {}).get("coding", ())]


def _of_patient(*path: str) -> Callable[[Made], str]:
    return lambda made: _at(made.patient, path)


def _of_study(*path: str) -> Callable[[Made], str]:
    return lambda made: _at(made.study, path)


def _at(value: Any, path: Iterable[str]) -> str:
    """The text at a path, of lists the first."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
        value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _patients_name(made: Made) -> str:
    name: Mapping[str, Any] = next(iter(made.patient.get("name", ())), {})
    given = " ".join(name.get("given", ()))
    return ", ".join(part for part in (name.get("family", ""), given) if part)


def _issuer(made: Made) -> str:
    return _at(made.patient, ("identifier", "system")) or _at(made.patient, ("identifier", "assigner", "display"))


def _procedure(made: Made) -> str:
    return _at(made.study, ("procedureCode", "coding", "code"))


_FACTS: Final = (
    _Fact("accession number", ACCESSION, "ImagingStudy.identifier", Kind.ORDER, _identifier("ACSN")),
    _Fact("study instance UID", STUDY_UID, "ImagingStudy.identifier", Kind.UID, _identifier("urn:dicom:uid")),
    _Fact("placer order number", _PLACER, "ImagingStudy.basedOn.identifier", Kind.ORDER, _order_number("PLAC")),
    _Fact("filler order number", _FILLER, "ImagingStudy.basedOn.identifier", Kind.ORDER, _order_number("FILL")),
    _Fact("requested procedure ID", "00401001", "", Kind.ORDER, lambda _: ""),
    _Fact("patient ID", "00100020", "Patient.identifier.value", Kind.PATIENT_ID, _of_patient("identifier", "value")),
    _Fact("issuer of patient ID", "00100021", "Patient.identifier.system", Kind.TEXT, _issuer),
    _Fact("patient name", "00100010", "Patient.name", Kind.NAME, _patients_name, _same_name),
    _Fact("birth date", "00100030", "Patient.birthDate", Kind.BIRTH_DATE, _of_patient("birthDate")),
    _Fact("sex", "00100040", "Patient.gender", Kind.TEXT, _of_patient("gender")),
    _Fact("modality", "00400100/00080060", "ImagingStudy.modality", Kind.TEXT, _of_study("modality", "code")),
    _Fact("procedure code", "00321064/00080100", "ImagingStudy.procedureCode", Kind.TEXT, _procedure),
    _Fact("study description", "00081030", "ImagingStudy.description", Kind.TEXT, _of_study("description")),
    _Fact("study date", "00080020", "ImagingStudy.started", Kind.DATE, _of_study("started")),
    _Fact("scheduled start", "00400100/00400002", "", Kind.DATE, lambda _: ""),
    _Fact("referring physician", "00080090", "ImagingStudy.referrer", Kind.NAME, lambda _: "", _same_name),
    _Fact("admission ID", "00380010", "", Kind.PATIENT_ID, lambda _: ""),
)
