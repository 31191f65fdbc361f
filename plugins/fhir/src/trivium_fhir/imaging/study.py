"""An ImagingStudy out of one study's rows, by R4's own DICOM column (R4, ImagingStudy, mappings)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from trivium_fhir.imaging.coding import (
    DCM,
    concept,
    has_unknown_scheme,
    identifier,
    issued,
    schemes_of,
)
from trivium_fhir.imaging.moments import started
from trivium_fhir.imaging.notes import Notes, Remark, conflicts
from trivium_fhir.imaging.patient import Practitioners, id_of, patient
from trivium_fhir.imaging.rows import Row, distinct, first, items, text, with_requests
from trivium_fhir.imaging.series import series_of
from trivium_fhir.imaging.tree import Study, number

_ONE_OF_A_STUDY: Final = ("StudyDate", "StudyTime", "StudyID", "StudyDescription", "ReferringPhysicianName")
_HERE: Final = frozenset({"ONLINE", "NEARLINE"})


class Made(NamedTuple):
    """The resources of one study."""

    study: dict[str, Any]
    patient: dict[str, Any]
    practitioners: list[dict[str, Any]]
    listed: int
    """Instances in the resource."""


def imaging_study(study: Study, notes: Notes, *, zone: str | None = None, most_instances: int = 500) -> Made:
    """`zone` is used for times whose objects name none. Instances beyond `most_instances` are counted, not listed."""
    rows = study.rows
    subject = patient(rows, notes)
    people = Practitioners(study.uid)
    conflicts(notes, ((keyword, distinct(rows, keyword)) for keyword in _ONE_OF_A_STUDY))
    body: dict[str, Any] = {
        "resourceType": "ImagingStudy",
        "id": id_of("ImagingStudy", study.uid),
        "identifier": _identifiers(study, notes),
        "status": _status(rows, notes),
        "modality": [{"system": DCM, "code": one} for one in _modalities(rows)],
        "subject": {"reference": f"urn:uuid:{subject['id']}"},
        "started": started(rows, "Study", zone, notes),
        "basedOn": _orders(rows),
        **_persons(rows, people),
        **_counts(study, notes),
        **_reasons(rows, schemes_of(rows), notes),
        "description": next(iter(distinct(rows, "StudyDescription")), ""),
    }
    series, listed = series_of(study, people, notes, zone=zone, most_instances=most_instances)
    body["series"] = series
    return Made({name: value for name, value in body.items() if value}, subject, list(people.made.values()), listed)


def _status(rows: list[Row], notes: Notes) -> str:
    if rows and all(text(row, "InstanceAvailability") in _HERE for row in rows):
        return "available"
    notes.add("ImagingStudy.status", Remark.STATUS_UNKNOWN)
    return "unknown"


def _identifiers(study: Study, notes: Notes) -> list[dict[str, Any]]:
    """Study Instance UID, accession numbers with their issuer, and Study ID."""
    found: list[dict[str, Any]] = [{"system": "urn:dicom:uid", "value": f"urn:oid:{study.uid}"}]
    numbers: dict[str, dict[str, Any]] = {}
    for row in study.rows:
        for source in with_requests(row):
            if (value := text(source, "AccessionNumber")) and value not in numbers:
                issuer = next(iter(items(source, "IssuerOfAccessionNumberSequence")), None)
                numbers[value] = issued(value, "ACSN", issuer)
    if len(numbers) > 1:
        notes.add("AccessionNumber", Remark.SEVERAL_ACCESSION_NUMBERS)
    if any("system" not in one for one in numbers.values()):
        notes.add("IssuerOfAccessionNumberSequence", Remark.UNQUALIFIED)
    found += [numbers[value] for value in sorted(numbers)]
    if id_ := next(iter(distinct(study.rows, "StudyID")), ""):
        found.append({"type": {"text": "Study ID"}, **identifier(id_)})
    return found


def _modalities(rows: list[Row]) -> list[str]:
    found = {one for row in rows for one in (*row.get("ModalitiesInStudy", ()), *row.get("Modality", ()))}
    return sorted({" ".join(one.split()) for one in found if isinstance(one, str)} - {""})


def _orders(rows: list[Row]) -> list[dict[str, Any]]:
    """The order as a logical reference, by the numbers of placer and filler."""
    homes = (
        ("PlacerOrderNumberImagingServiceRequest", "PLAC", "OrderPlacerIdentifierSequence"),
        ("FillerOrderNumberImagingServiceRequest", "FILL", "OrderFillerIdentifierSequence"),
    )
    found = []
    for keyword, kind, issuers in homes:
        for value in distinct(rows, keyword):
            source = next(row for row in rows if text(row, keyword) == value)
            number_ = issued(value, kind, next(iter(items(source, issuers)), None))
            found.append({"type": "ServiceRequest", "identifier": number_})
    return found


def _persons(rows: list[Row], people: Practitioners) -> dict[str, Any]:
    def named(keyword: str, identification: str) -> list[dict[str, Any]]:
        source: Row = next((row for row in rows if text(row, keyword)), {})
        return people.named(source, keyword, identification)

    referrer = named("ReferringPhysicianName", "ReferringPhysicianIdentificationSequence")
    interpreters = named("NameOfPhysiciansReadingStudy", "PhysiciansReadingStudyIdentificationSequence")
    return {"referrer": next(iter(referrer), None), "interpreter": interpreters}


def _counts(study: Study, notes: Notes) -> dict[str, Any]:
    """What an archive states, or what was given; 0 of what was not asked about is no count."""
    found = {}
    counted = {"Series": len(study.series), "Instances": study.instance_count}
    for name, here in counted.items():
        stated = number(next(iter(distinct(study.rows, f"NumberOfStudyRelated{name}")), ""))
        if stated is not None or here:
            found[f"numberOf{name}"] = max(here, stated or 0)
        if stated is None and here:
            notes.add(f"ImagingStudy.numberOf{name}", Remark.COUNTED)
    return found


def _reasons(rows: list[Row], schemes: Mapping[str, str], notes: Notes) -> dict[str, Any]:
    """Procedure and reason codes, and where the study was made."""
    requests = [source for row in rows for source in with_requests(row)]
    procedures = _concepts(first(rows, "ProcedureCodeSequence"), schemes, notes)
    reasons = _concepts(first(requests, "ReasonForRequestedProcedureCodeSequence"), schemes, notes)
    reasons += [{"text": one} for one in first(requests, "ReasonForTheRequestedProcedure")]
    place = next(iter(distinct(rows, "InstitutionalDepartmentName")), "")
    return {
        "procedureCode": procedures,
        "location": {"display": place} if place else None,
        "reasonCode": reasons,
    }


def _concepts(found: list[Any], schemes: Mapping[str, str], notes: Notes) -> list[dict[str, Any]]:
    unknown = sum(has_unknown_scheme(one, schemes) for one in found)
    if unknown:
        notes.add("CodingSchemeDesignator", Remark.UNKNOWN_SCHEME, unknown)
    return [made for one in found if (made := concept(one, schemes))]
