"""Series and instances of an ImagingStudy (R4, ImagingStudy.series, DICOM column)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trivium_fhir.imaging.coding import DCM, coding, has_unknown_scheme, schemes_of
from trivium_fhir.imaging.moments import started
from trivium_fhir.imaging.notes import Notes, Remark, conflicts
from trivium_fhir.imaging.patient import Practitioners
from trivium_fhir.imaging.rows import Row, distinct, first, items, text, texts
from trivium_fhir.imaging.tree import Series, Study, is_strict_uid, number

UNKNOWN: Final = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}
"""A required element of which nothing is known (R4, data-absent-reason)."""
_ONE_OF_A_SERIES: Final = ("Modality", "SeriesNumber", "SeriesDescription", "SeriesDate", "Laterality")
_SIDES: Final[Mapping[str, str]] = {"L": "Left", "R": "Right"}
_PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_MOST_SERIES: Final = 500
"""Of one study that are listed."""
_ROLES: Final = (
    (
        "PerformingPhysicianName",
        "PerformingPhysicianIdentificationSequence",
        {"coding": [{"system": _PARTICIPATION, "code": "PRF"}]},
    ),
    ("OperatorsName", "OperatorIdentificationSequence", {"text": "operator"}),
)


def series_of(
    study: Study, people: Practitioners, notes: Notes, *, zone: str | None, most_instances: int
) -> tuple[list[dict[str, Any]], int]:
    """The series, and how many instances they list."""
    schemes = schemes_of(study.rows)
    found, listed = [], 0
    for series in list(study.series.values())[:_MOST_SERIES]:
        room = max(0, most_instances - listed)
        listed += min(room, len(series.instances))
        found.append(_one(series, people, schemes, notes, zone=zone, room=room))
    notes.add("ImagingStudy.series.instance", Remark.INSTANCES_CUT, study.instance_count - listed)
    notes.add("ImagingStudy.series", Remark.SERIES_CUT, len(study.series) - len(found))
    return found, listed


def _one(
    series: Series, people: Practitioners, schemes: Mapping[str, str], notes: Notes, *, zone: str | None, room: int
) -> dict[str, Any]:
    rows = series.rows
    conflicts(notes, ((keyword, distinct(rows, keyword)) for keyword in _ONE_OF_A_SERIES))
    body: dict[str, Any] = {
        "uid": series.uid,
        "number": _number(rows, "SeriesNumber", notes),
        "modality": _modality(rows, notes),
        "description": next(iter(distinct(rows, "SeriesDescription")), None),
        "numberOfInstances": _count(series),
        "bodySite": _body_site(rows, schemes, notes),
        "laterality": _side(rows, notes),
        "specimen": _specimens(rows),
        "started": started(rows, "Series", zone, notes),
        "performer": _performers(rows, people),
        "instance": [_instance(uid, row, notes) for uid, row in list(series.instances.items())[:room]],
    }
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}


def _modality(rows: list[Row], notes: Notes) -> dict[str, Any]:
    code = " ".join(next(iter(distinct(rows, "Modality")), "").split())
    if code:
        return {"system": DCM, "code": code}
    notes.add("Modality", Remark.NO_MODALITY)
    return UNKNOWN


def _count(series: Series) -> int | None:
    stated = number(next(iter(distinct(series.rows, "NumberOfSeriesRelatedInstances")), ""))
    here = len(series.instances)
    return max(here, stated or 0) if here or stated is not None else None


def _number(rows: list[Row], keyword: str, notes: Notes) -> int | None:
    found = next(iter(distinct(rows, keyword)), "")
    value = number(found)
    if found and value is None:
        notes.add(keyword, Remark.BAD_NUMBER)
    return value


def _body_site(rows: list[Row], schemes: Mapping[str, str], notes: Notes) -> dict[str, Any]:
    """The coded region, else the defined term of Body Part Examined in its own words, which has no code in the file."""
    region = next(iter(first(rows, "AnatomicRegionSequence")), None)
    if isinstance(region, dict) and (made := coding(region, schemes)):
        if has_unknown_scheme(region, schemes):
            notes.add("CodingSchemeDesignator", Remark.UNKNOWN_SCHEME)
        return made
    part = next(iter(distinct(rows, "BodyPartExamined")), "")
    return {"display": part} if part else {}


def _side(rows: list[Row], notes: Notes) -> dict[str, Any]:
    """Left or Right, as PS3.3 C.7.3.1 enumerates them; the file has no code for it."""
    side = next(iter(distinct(rows, "Laterality")), "")
    if side and side not in _SIDES:
        notes.add("Laterality", Remark.BAD_LATERALITY)
    return {"display": _SIDES[side]} if side in _SIDES else {}


def _specimens(rows: list[Row]) -> list[dict[str, Any]]:
    found = [text(item, "SpecimenIdentifier") for row in rows for item in items(row, "SpecimenDescriptionSequence")]
    return [{"type": "Specimen", "identifier": {"value": one}} for one in dict.fromkeys(found) if one]


def _performers(rows: list[Row], people: Practitioners) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for names, identification, function in _ROLES:
        source: Row = next((row for row in rows if text(row, names)), {})
        found += [{"function": function, "actor": actor} for actor in people.named(source, names, identification)]
    return found


def _instance(uid: str, row: Row, notes: Notes) -> dict[str, Any]:
    body: dict[str, Any] = {"uid": uid, "sopClass": _sop_class(row, notes)}
    place = _number([row], "InstanceNumber", notes)
    if place is not None:
        body["number"] = place
    if title := _title(row):
        body["title"] = title
    return body


def _sop_class(row: Row, notes: Notes) -> dict[str, Any]:
    from trivium_dicom.dictionary import uid_names

    uid = text(row, "SOPClassUID")
    if not is_strict_uid(uid):
        notes.add("SOPClassUID", Remark.NO_SOP_CLASS)
        return UNKNOWN
    made = {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{uid}"}
    return {**made, "display": uid_names()[uid]} if uid in uid_names() else made


def _title(row: Row) -> str:
    """The title of a document, the concept name of a report, or the image type."""
    concept = next(iter(items(row, "ConceptNameCodeSequence")), {})
    return text(row, "DocumentTitle") or text(concept, "CodeMeaning") or "\\".join(texts(row, "ImageType"))
