"""Files by patient, study and series, as their identifiers say (PS3.3 A.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from trivium_dicom.folders.scanning import Seen


@dataclass(slots=True)
class Series:
    uid: str
    files: list[Seen] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """What its files hold there, each once, without what is empty."""
        return distinct(getattr(one.head, name) for one in self.files)


@dataclass(slots=True)
class Study:
    uid: str
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def files(self) -> list[Seen]:
        return [one for series in self.series.values() for one in series.files]


@dataclass(slots=True)
class Patient:
    id: str
    studies: dict[str, Study] = field(default_factory=dict)

    @property
    def files(self) -> list[Seen]:
        return [one for study in self.studies.values() for one in study.files]


def tree_of(files: Iterable[Seen]) -> list[Patient]:
    """Sorted by patient ID, study date and UID, series number and UID. Files without an ID make one of their own."""
    patients: dict[str, Patient] = {}
    for one in files:
        head = one.head
        patient = patients.setdefault(head.patient_id, Patient(head.patient_id))
        study = patient.studies.setdefault(head.study_uid, Study(head.study_uid))
        study.series.setdefault(head.series_uid, Series(head.series_uid)).files.append(one)
    for patient in patients.values():
        patient.studies = {one.uid: one for one in sorted(patient.studies.values(), key=_study_order)}
        for study in patient.studies.values():
            study.series = {one.uid: one for one in sorted(study.series.values(), key=_series_order)}
    return [patients[id_] for id_ in sorted(patients)]


def distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _study_order(study: Study) -> tuple[str, str]:
    return min((one.head.study_date for one in study.files), default=""), study.uid


def _series_order(series: Series) -> tuple[int, str]:
    number = next(iter(series.values("series_number")), "")
    return int(number) if number.isdecimal() and number.isascii() else 1 << 40, series.uid
