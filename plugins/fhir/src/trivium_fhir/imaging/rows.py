"""Facts of DICOM objects as plain rows, wherever they come from: a file, an answer of an archive, pasted JSON.

A row is `{keyword: [value, ...]}`; a value is text, or a row where the attribute is a sequence. What has no value is
absent. Names of persons are texts with their `=` groups (PS3.5 clause 6.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Row: TypeAlias = Mapping[str, list[Any]]

CODE: Final = (
    "CodeValue",
    "LongCodeValue",
    "URNCodeValue",
    "CodingSchemeDesignator",
    "CodingSchemeVersion",
    "CodeMeaning",
)
_ISSUER: Final = ("LocalNamespaceEntityID", "UniversalEntityID", "UniversalEntityIDType")
_PERSON: Final = ("PersonIdentificationCodeSequence", "InstitutionName")
_PATIENT_ID: Final = ("PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence", "TypeOfPatientID")

BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "IssuerOfPatientIDQualifiersSequence": _ISSUER,
    "IssuerOfAccessionNumberSequence": _ISSUER,
    "OrderPlacerIdentifierSequence": _ISSUER,
    "OrderFillerIdentifierSequence": _ISSUER,
    "IssuerOfAdmissionIDSequence": _ISSUER,
    "OtherPatientIDsSequence": _PATIENT_ID,
    "PersonIdentificationCodeSequence": CODE,
    "ReferringPhysicianIdentificationSequence": _PERSON,
    "PhysiciansReadingStudyIdentificationSequence": _PERSON,
    "PerformingPhysicianIdentificationSequence": _PERSON,
    "OperatorIdentificationSequence": _PERSON,
    "ProcedureCodeSequence": CODE,
    "RequestedProcedureCodeSequence": CODE,
    "ReasonForRequestedProcedureCodeSequence": CODE,
    "AnatomicRegionSequence": CODE,
    "ConceptNameCodeSequence": CODE,
    "SpecimenDescriptionSequence": ("SpecimenIdentifier",),
    "CodingSchemeIdentificationSequence": ("CodingSchemeDesignator", "CodingSchemeUID", "CodingSchemeURL"),
    "RequestAttributesSequence": (
        "AccessionNumber",
        "IssuerOfAccessionNumberSequence",
        "RequestedProcedureID",
        "RequestedProcedureDescription",
        "RequestedProcedureCodeSequence",
        "ReasonForTheRequestedProcedure",
        "ReasonForRequestedProcedureCodeSequence",
        "ScheduledProcedureStepID",
    ),
}
"""What is asked for in the items of a sequence."""

PATIENT: Final = (
    *_PATIENT_ID,
    "OtherPatientIDsSequence",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "PatientAddress",
    "PatientTelephoneNumbers",
)
STUDY: Final = (
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "IssuerOfAccessionNumberSequence",
    "StudyID",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
    "InstanceAvailability",
    "ReferringPhysicianName",
    "ReferringPhysicianIdentificationSequence",
    "NameOfPhysiciansReadingStudy",
    "PhysiciansReadingStudyIdentificationSequence",
    "ProcedureCodeSequence",
    "RequestedProcedureID",
    "RequestedProcedureDescription",
    "RequestedProcedureCodeSequence",
    "ReasonForTheRequestedProcedure",
    "ReasonForRequestedProcedureCodeSequence",
    "RequestAttributesSequence",
    "RequestingPhysician",
    "PlacerOrderNumberImagingServiceRequest",
    "FillerOrderNumberImagingServiceRequest",
    "OrderPlacerIdentifierSequence",
    "OrderFillerIdentifierSequence",
    "AdmissionID",
    "IssuerOfAdmissionIDSequence",
    "InstitutionalDepartmentName",
    "TimezoneOffsetFromUTC",
    "CodingSchemeIdentificationSequence",
)
SERIES: Final = (
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesDescription",
    "SeriesDate",
    "SeriesTime",
    "Modality",
    "NumberOfSeriesRelatedInstances",
    "BodyPartExamined",
    "AnatomicRegionSequence",
    "Laterality",
    "PerformingPhysicianName",
    "PerformingPhysicianIdentificationSequence",
    "OperatorsName",
    "OperatorIdentificationSequence",
    "SpecimenDescriptionSequence",
)
INSTANCE: Final = (
    "SOPInstanceUID",
    "SOPClassUID",
    "InstanceNumber",
    "ImageType",
    "DocumentTitle",
    "ConceptNameCodeSequence",
)
WANTED: Final = (*PATIENT, *STUDY, *SERIES, *INSTANCE)


def texts(row: Row, keyword: str) -> list[str]:
    """Each value that is a text and says something."""
    return [one for one in row.get(keyword, ()) if isinstance(one, str) and one]


def text(row: Row, keyword: str) -> str:
    return next(iter(texts(row, keyword)), "")


def items(row: Row, keyword: str) -> list[Row]:
    """The items of a sequence."""
    return [one for one in row.get(keyword, ()) if isinstance(one, dict)]


def first(rows: Iterable[Row], keyword: str) -> list[Any]:
    """The values of the first row that has any."""
    return next((values for row in rows if (values := row.get(keyword))), [])


def distinct(rows: Iterable[Row], keyword: str) -> list[str]:
    """The different first texts of these rows, the commonest first, then in order of text."""
    counts: dict[str, int] = {}
    for row in rows:
        if value := text(row, keyword):
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=lambda value: (-counts[value], value))


def with_requests(row: Row) -> Iterator[Row]:
    """The row, then its Request Attributes, which say the same of a step that a request asked for."""
    yield row
    yield from items(row, "RequestAttributesSequence")
