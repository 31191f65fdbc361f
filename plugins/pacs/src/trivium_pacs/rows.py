"""Matches as typed rows: what an archive sent, each value checked against its form before it is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, Kind, Phi
from trivium_pacs import reading

T = TypeVar("T")

Answer = Mapping[str, bytes]
"""One match as it came: `{keyword: bytes}`, with `SpecificCharacterSet` among the keywords."""


class OddValue(BaseModel):
    """A value that is not of the form its attribute has in DICOM. It counts as free text."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    attribute: Annotated[str, PUBLIC] = Field(description="DICOM keyword.")
    value: Annotated[str, Phi(Kind.TEXT)]


class StudyRow(BaseModel):
    """One study, by DICOM keywords. `null`: the archive did not say, or said it in a wrong form (`odd_values`)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    StudyInstanceUID: Annotated[str | None, Phi(Kind.UID)]
    StudyDate: Annotated[str | None, Phi(Kind.DATE)] = Field(description="YYYYMMDD.")
    StudyTime: Annotated[str | None, Phi(Kind.DATE)] = Field(description="HHMMSS.")
    StudyDescription: Annotated[str | None, Phi(Kind.TEXT)]
    AccessionNumber: Annotated[str | None, Phi(Kind.ORDER)]
    ModalitiesInStudy: Annotated[tuple[str, ...], PUBLIC]
    NumberOfStudyRelatedSeries: Annotated[int | None, PUBLIC]
    NumberOfStudyRelatedInstances: Annotated[int | None, PUBLIC]
    PatientName: Annotated[str | None, Phi(Kind.NAME)]
    PatientID: Annotated[str | None, Phi(Kind.PATIENT_ID)]
    PatientBirthDate: Annotated[str | None, Phi(Kind.BIRTH_DATE)] = Field(description="YYYYMMDD.")
    PatientSex: Annotated[str | None, PUBLIC] = Field(description="M, F or O.")
    odd_values: tuple[OddValue, ...] = Field((), description="Values in a form that DICOM does not allow.")


class SeriesRow(BaseModel):
    """One series, by DICOM keywords. `null`: the archive did not say, or said it in a wrong form (`odd_values`)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    StudyInstanceUID: Annotated[str | None, Phi(Kind.UID)]
    SeriesInstanceUID: Annotated[str | None, Phi(Kind.UID)]
    Modality: Annotated[str | None, PUBLIC]
    SeriesNumber: Annotated[int | None, PUBLIC]
    SeriesDescription: Annotated[str | None, Phi(Kind.TEXT)]
    NumberOfSeriesRelatedInstances: Annotated[int | None, PUBLIC]
    odd_values: tuple[OddValue, ...] = Field((), description="Values in a form that DICOM does not allow.")


class _Reader:
    """Reads the attributes of one answer and keeps aside what is not of its form."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._character_sets = answer.get("SpecificCharacterSet", b"")
        self._odd: list[OddValue] = []

    @property
    def odd_values(self) -> tuple[OddValue, ...]:
        return tuple(self._odd)

    def text(self, keyword: str) -> str | None:
        raw = self._answer.get(keyword, b"")
        return reading.text(raw, self._character_sets, person_name=keyword == "PatientName") or None

    def form(self, keyword: str, read: Callable[[bytes], T | None]) -> T | None:
        """The value if `read` knows its form."""
        raw = self._answer.get(keyword, b"")
        if not raw.strip(b" \0"):
            return None
        value = read(raw)
        if value is None:
            self._keep_aside(keyword, raw)
        return value

    def order_number(self, keyword: str) -> str | None:
        value = self.text(keyword)
        if value is not None and reading.order_number(value) is None:
            self._keep_aside(keyword, self._answer[keyword])
            return None
        return value

    def modalities(self, keyword: str) -> tuple[str, ...]:
        """Sorted, each once."""
        parts = self._answer.get(keyword, b"").split(b"\\")
        found = set()
        for part in parts:
            modality = reading.modality(part)
            if modality is not None:
                found.add(modality)
            elif part.strip(b" \0"):
                self._keep_aside(keyword, part)
        return tuple(sorted(found))

    def _keep_aside(self, keyword: str, raw: bytes) -> None:
        self._odd.append(OddValue(attribute=keyword, value=reading.text(raw, self._character_sets)))


def study_row(answer: Answer) -> StudyRow:
    """Never raises, whatever the archive sent."""
    read = _Reader(answer)
    return StudyRow(
        StudyInstanceUID=read.form("StudyInstanceUID", reading.uid),
        StudyDate=read.form("StudyDate", reading.date),
        StudyTime=read.form("StudyTime", reading.time),
        StudyDescription=read.text("StudyDescription"),
        AccessionNumber=read.order_number("AccessionNumber"),
        ModalitiesInStudy=read.modalities("ModalitiesInStudy"),
        NumberOfStudyRelatedSeries=read.form("NumberOfStudyRelatedSeries", reading.count),
        NumberOfStudyRelatedInstances=read.form("NumberOfStudyRelatedInstances", reading.count),
        PatientName=read.text("PatientName"),
        PatientID=read.text("PatientID"),
        PatientBirthDate=read.form("PatientBirthDate", reading.date),
        PatientSex=read.form("PatientSex", reading.sex),
        odd_values=read.odd_values,
    )


def series_row(answer: Answer) -> SeriesRow:
    """Never raises, whatever the archive sent."""
    read = _Reader(answer)
    return SeriesRow(
        StudyInstanceUID=read.form("StudyInstanceUID", reading.uid),
        SeriesInstanceUID=read.form("SeriesInstanceUID", reading.uid),
        Modality=read.form("Modality", reading.modality),
        SeriesNumber=read.form("SeriesNumber", reading.integer),
        SeriesDescription=read.text("SeriesDescription"),
        NumberOfSeriesRelatedInstances=read.form("NumberOfSeriesRelatedInstances", reading.count),
        odd_values=read.odd_values,
    )


def newest_first(rows: Iterable[StudyRow]) -> tuple[StudyRow, ...]:
    """By date and time; studies without a date come last."""
    return tuple(sorted(rows, key=lambda row: (row.StudyDate or "", row.StudyTime or ""), reverse=True))


def in_series_order(rows: Iterable[SeriesRow]) -> tuple[SeriesRow, ...]:
    """By series number; series without one come last."""
    return tuple(sorted(rows, key=lambda row: (row.SeriesNumber is None, row.SeriesNumber or 0)))
