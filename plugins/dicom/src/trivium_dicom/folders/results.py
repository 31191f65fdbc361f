"""What `summarize_dicom_folder` returns."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, Phi
from trivium_dicom.result import Result

Level = Literal["patient", "study", "series"]


class SeriesRow(Result):
    SeriesInstanceUID: Annotated[str, Phi(Kind.UID)]
    number: Annotated[str | None, PUBLIC] = None
    SeriesDescription: Annotated[str | None, Phi(Kind.TEXT)] = None
    modality: Annotated[str | None, PUBLIC] = None
    instances: Annotated[int, PUBLIC]
    files: Annotated[int, PUBLIC]
    bytes: Annotated[int, PUBLIC]
    size: Annotated[str | None, PUBLIC] = Field(default=None, description="columns x rows")
    slices: Annotated[int | None, PUBLIC] = None
    slice_spacing_mm: Annotated[float | None, PUBLIC] = None
    file: Annotated[str, Phi(Kind.FILE)] = Field(description="one of its files")


class StudyRow(Result):
    StudyInstanceUID: Annotated[str, Phi(Kind.UID)]
    StudyDate: Annotated[str | None, Phi(Kind.DATE)] = None
    AccessionNumber: Annotated[str | None, Phi(Kind.ORDER)] = None
    StudyDescription: Annotated[str | None, Phi(Kind.TEXT)] = None
    modalities: Annotated[tuple[str, ...], PUBLIC]
    series_count: Annotated[int, PUBLIC]
    files: Annotated[int, PUBLIC]
    series: tuple[SeriesRow, ...] | None = None


class PatientRow(Result):
    PatientID: Annotated[str | None, Phi(Kind.PATIENT_ID)] = None
    PatientName: Annotated[str | None, Phi(Kind.NAME)] = None
    PatientBirthDate: Annotated[str | None, Phi(Kind.BIRTH_DATE)] = None
    study_count: Annotated[int, PUBLIC]
    files: Annotated[int, PUBLIC]
    studies: tuple[StudyRow, ...] | None = None


class Finding(Result):
    severity: Annotated[Literal["error", "warning", "info"], PUBLIC]
    rule: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC] = Field(description="of what the rule speaks of")
    PatientID: Annotated[str | None, Phi(Kind.PATIENT_ID)] = None
    StudyInstanceUID: Annotated[str | None, Phi(Kind.UID)] = None
    SeriesInstanceUID: Annotated[str | None, Phi(Kind.UID)] = None
    SOPInstanceUID: Annotated[str | None, Phi(Kind.UID)] = None


class FolderSummary(Result):
    files: Annotated[int, PUBLIC] = Field(description="of any kind")
    dicom: Annotated[int, PUBLIC]
    not_dicom: Annotated[int, PUBLIC]
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="not looked at")
    bytes: Annotated[int, PUBLIC]
    patient_count: Annotated[int, PUBLIC]
    study_count: Annotated[int, PUBLIC]
    series_count: Annotated[int, PUBLIC]
    instances: Annotated[int, PUBLIC]
    modalities: Annotated[dict[str, int], PUBLIC] = Field(description="files, as in the next two")
    sop_classes: Annotated[dict[str, int], PUBLIC]
    transfer_syntaxes: Annotated[dict[str, int], PUBLIC]
    first_study_date: Annotated[str | None, Phi(Kind.DATE)] = None
    last_study_date: Annotated[str | None, Phi(Kind.DATE)] = None
    unreadable: tuple[Composed, ...] = Field(default=(), description="by reason, with one file each")
    dicomdirs: tuple[Composed, ...] = Field(default=(), description="beside the files that are there")
    findings: tuple[Finding, ...] = Field(description="the worst first, three of a rule; on the first page only")
    more_findings: Annotated[dict[str, int] | None, PUBLIC] = Field(default=None, description="findings, by rule")
    total: Annotated[int, PUBLIC] = Field(description="rows of the level, on all pages")
    next_offset: Annotated[int | None, PUBLIC] = None
    patients: tuple[PatientRow, ...]
