"""The answer of `convert_study_to_order`."""

from __future__ import annotations

import re
from typing import Final

from trivium.api import BadInput
from trivium_fhir.imaging.facts import facts_of
from trivium_fhir.imaging.notes import Notes, conflicts
from trivium_fhir.imaging.order_results import Fault, StudyOrder
from trivium_fhir.imaging.ordering import VERSION, MessageType, Ordered, order_of
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.rows import PATIENT, STUDY, Row, distinct
from trivium_fhir.imaging.tree import Study
from trivium_hl7.composing import composed
from trivium_hl7.dicom_map.remarks import STATEMENT
from trivium_hl7.reader import parse_message
from trivium_hl7.validation.checking import Report, validate
from trivium_hl7.validation.rules import Severity

_SOURCE: Final = f"{STATEMENT}, which follows IHE RAD TF-2 appendix B; its order rows read backwards"
_TIME: Final = re.compile(r"\d{8}(?:\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,4})?)?)?)?(?:[+-]\d{4})?", re.ASCII)
_ONE: Final = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyDescription")
_MOST_FAULTS: Final = 40
_REQUIRED: Final = "required"


def answer(study: Study, kind: MessageType, notes: Notes, *, control: str, sent: str, processing: str) -> StudyOrder:
    """Raises `BadInput` for a time that is none."""
    if sent and not _TIME.fullmatch(sent):
        raise BadInput(where="message_time", problem=ImagingProblem.NOT_A_TIME)
    conflicts(notes, ((keyword, distinct(study.rows, keyword)) for keyword in _ONE))
    facts = facts_of(study)
    made = order_of(facts, kind, control=control, sent=sent, processing=processing)
    message = parse_message(made.text)
    report = validate(message)
    lacks = [one for one in report.findings if _REQUIRED in one.rule.id]
    return StudyOrder(
        message=composed(message, VERSION),
        message_type=kind,
        version=VERSION,
        valid=report.valid,
        missing=tuple(dict.fromkeys(str(one.path) for one in lacks)),
        faults=_faults(report),
        mapped=made.sources,
        not_placed=_not_placed(facts, made),
        notes=notes.told(),
        source=_SOURCE,
    )


def _faults(report: Report) -> tuple[Fault, ...]:
    found = [one for one in report.findings if one.rule.severity is not Severity.NOTE and _REQUIRED not in one.rule.id]
    return tuple(
        Fault(severity=one.rule.severity.value, path=str(one.path), problem=one.rule.says, count=one.count)
        for one in found[:_MOST_FAULTS]
    )


def _not_placed(facts: Row, made: Ordered) -> tuple[str, ...]:
    used = {part for name in made.sources.values() for part in re.split(r"[/, ]+", name)}
    return tuple(name for name in (*PATIENT, *STUDY) if name in facts and name not in used)
