"""What a stored study says at the paths of the rows that join HL7 v2 and DICOM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trivium_fhir.imaging.rows import PATIENT, STUDY, Row, distinct, first, items, text, with_requests
from trivium_fhir.imaging.tree import Study
from trivium_hl7.dicom_map.attributes import keywords

_STEP = "ScheduledProcedureStepSequence"


def facts_of(study: Study) -> Row:
    """One row for the study: of each attribute the commonest value, of sequences the first; requests' keys beside."""
    found: dict[str, list[Any]] = {}
    requests = [one for row in study.rows for one in with_requests(row)]
    for keyword in (*PATIENT, *STUDY):
        if values := _values(study.rows, keyword) or _values(requests, keyword):
            found[keyword] = values
    step_ids = distinct(requests, "ScheduledProcedureStepID")
    modalities = distinct(study.rows, "Modality") or [one for row in study.rows for one in _modalities(row)]
    for keyword, values in (("ScheduledProcedureStepID", step_ids), ("Modality", modalities)):
        if values:
            found[keyword] = values[:1]
    return found


def _values(rows: list[Row], keyword: str) -> list[Any]:
    """The name of a person keeps its groups, and a sequence its items."""
    return distinct(rows, keyword)[:1] or first(rows, keyword)


def _modalities(row: Row) -> Iterable[str]:
    return (one for one in row.get("ModalitiesInStudy", ()) if isinstance(one, str))


def fact(facts: Row, path: str) -> str:
    """The value at a path of tags. What the maps have in a scheduled step, a study has at its top."""
    *above, keyword = [one for one in keywords(path).split("/") if one != _STEP]
    for sequence in above:
        found = items(facts, sequence)
        if not found:
            return ""
        facts = found[0]
    return text(facts, keyword)
