"""A folder as a tree of patients, studies and series, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from trivium.api import Composed, Kind, Part
from trivium_dicom.dictionary import uid_names
from trivium_dicom.folders.checking import findings
from trivium_dicom.folders.directories import compared
from trivium_dicom.folders.results import Finding, FolderSummary, Level, PatientRow, SeriesRow, StudyRow
from trivium_dicom.folders.rules import Found, severity_of
from trivium_dicom.folders.scanning import Scan, Seen
from trivium_dicom.folders.slices import stack_of
from trivium_dicom.folders.tree import Patient, Series, Study, distinct, tree_of
from trivium_dicom.phi import kind_of
from trivium_dicom.vr import fault_of

_FINDINGS_LISTED: Final = 30
_FINDINGS_OF_A_RULE: Final = 3
_DIRECTORIES_LISTED: Final = 10
_OTHER: Final = "other"
_NONE: Final = "none"

_Row = tuple[Patient, Study | None, Series | None]


def summarized(scan: Scan, paths: Sequence[Path], *, level: Level, limit: int, offset: int) -> FolderSummary:
    """What a scan of these files found."""
    files = scan.seen
    patients = tree_of(files)
    found = findings(patients, files)
    rows = _rows(patients, level)
    page = rows[offset : offset + limit]
    end = offset + len(page)
    shown = _first_of_each(found)[:_FINDINGS_LISTED] if offset == 0 else []
    dates = sorted(date for date in distinct(one.head.study_date for one in files) if fault_of("DA", date) is None)
    dicom = [one.path for one in files]
    return FolderSummary(
        files=scan.found,
        dicom=len(files) + len(scan.directories),
        not_dicom=scan.not_dicom,
        left_out=scan.left_out or None,
        bytes=sum(one.size for one in files),
        patient_count=len(patients),
        study_count=len(distinct(one.head.study_uid for one in files)),
        series_count=len(distinct(one.head.series_uid for one in files)),
        instances=_instances(files),
        modalities=_counted(_modality(one.head.modality) for one in files),
        sop_classes=_counted(_uid_name(one.head.sop_class) for one in files),
        transfer_syntaxes=_counted(_uid_name(one.head.transfer_syntax) for one in files),
        first_study_date=dates[0] if dates else None,
        last_study_date=dates[-1] if dates else None,
        unreadable=tuple(_unreadable(problem, which) for problem, which in scan.unreadable.items()),
        dicomdirs=tuple(compared(one, paths, dicom) for one in scan.directories[:_DIRECTORIES_LISTED]),
        findings=tuple(map(_finding, shown)),
        more_findings=dict((Counter(_rules(found)) - Counter(_rules(shown))).most_common()) or None,
        total=len(rows),
        next_offset=end if end < len(rows) else None,
        patients=tuple(_patients(page)),
    )


def _rows(patients: Sequence[Patient], level: Level) -> list[_Row]:
    if level == "patient":
        return [(patient, None, None) for patient in patients]
    studies = [(patient, study) for patient in patients for study in patient.studies.values()]
    if level == "study":
        return [(patient, study, None) for patient, study in studies]
    return [(patient, study, series) for patient, study in studies for series in study.series.values()]


def _patients(page: Iterable[_Row]) -> Iterable[PatientRow]:
    """Rows of one patient stand together; what is above a row is repeated on the next page."""
    for id_, rows in groupby(page, key=lambda row: row[0].id):
        group = list(rows)
        patient, files = group[0][0], group[0][0].files
        yield PatientRow(
            PatientID=id_ or None,
            PatientName=_first(files, "name"),
            PatientBirthDate=_first(files, "birth_date"),
            study_count=len(patient.studies),
            files=len(files),
            studies=tuple(_studies(group)) if group[0][1] else None,
        )


def _studies(rows: Iterable[_Row]) -> Iterable[StudyRow]:
    for uid, grouped in groupby(rows, key=lambda row: row[1].uid if row[1] else ""):
        group = list(grouped)
        study = group[0][1]
        if study is None:
            continue
        files = study.files
        yield StudyRow(
            StudyInstanceUID=uid,
            StudyDate=_first(files, "study_date"),
            AccessionNumber=_first(files, "accession"),
            StudyDescription=_first(files, "study_description"),
            modalities=tuple(sorted({_modality(one.head.modality) for one in files})),
            series_count=len(study.series),
            files=len(files),
            series=tuple(_series(series) for _, _, series in group if series) or None,
        )


def _series(series: Series) -> SeriesRow:
    files = series.files
    stack = stack_of([one.head for one in files])
    number = _first(files, "series_number")
    first = next((one.head for one in files if one.head.rows and one.head.columns), None)
    return SeriesRow(
        SeriesInstanceUID=series.uid,
        number=number if number and kind_of("00200011", "IS", number) is None else None,
        SeriesDescription=_first(files, "series_description"),
        modality=_modality(files[0].head.modality),
        instances=_instances(files),
        files=len(files),
        bytes=sum(one.size for one in files),
        size=f"{first.columns} x {first.rows}" if first else None,
        slices=stack.places if stack else None,
        slice_spacing_mm=stack.spacing if stack else None,
        file=str(files[0].path),
    )


def _unreadable(problem: str, paths: Sequence[Path]) -> Composed:
    return Composed(parts=(Part(text=f"{problem}: {len(paths)} files, "), Part(text=str(paths[0]), phi=Kind.FILE)))


def _first_of_each(found: Sequence[Found]) -> list[Found]:
    """Of each rule the first few, in order: a folder that breaks one everywhere breaks others too."""
    seen: Counter[str] = Counter()
    kept = []
    for one in found:
        seen[one.rule] += 1
        if seen[one.rule] <= _FINDINGS_OF_A_RULE:
            kept.append(one)
    return kept


def _rules(found: Iterable[Found]) -> list[str]:
    return [one.rule.value for one in found]


def _finding(found: Found) -> Finding:
    return Finding(
        severity=severity_of(found.rule),
        rule=found.rule.value,
        count=found.count,
        PatientID=found.patient_id or None,
        StudyInstanceUID=None if found.series_uid else found.study_uid or None,
        SeriesInstanceUID=found.series_uid or None,
        SOPInstanceUID=found.sop_uid or None,
    )


def _first(files: Iterable[Seen], name: str) -> str | None:
    return next((value for one in files if (value := getattr(one.head, name))), None)


def _instances(files: Iterable[Seen]) -> int:
    return len({one.head.sop_uid or str(one.path) for one in files})


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _modality(value: str) -> str:
    """A word that DICOM knows; any other could be a word of the record."""
    if not value:
        return _NONE
    return value if kind_of("00080060", "CS", value) is None else _OTHER


def _uid_name(uid: str) -> str:
    return uid_names().get(uid, _OTHER) if uid else _NONE
