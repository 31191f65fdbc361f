"""Find what does not fit together in a tree of patients, studies and series."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from trivium_dicom.folders.rules import RANKS, Found, Rule, severity_of
from trivium_dicom.folders.scanning import Seen
from trivium_dicom.folders.slices import orientations, stack_of
from trivium_dicom.folders.tree import Patient, Series, Study, distinct

_WIDEST: Final = 100_000
"""Instance numbers further apart count something else than instances."""


def findings(patients: Sequence[Patient], files: Sequence[Seen]) -> list[Found]:
    """The worst first, then in the order of the tree."""
    found = [*_missing(files), *_copies(files), *_identities(patients), *_shared(patients)]
    for patient in patients:
        found += _of_patient(patient)
        for study in patient.studies.values():
            found += _of_study(patient, study)
            for series in study.series.values():
                found += _of_series(patient, study, series)
    return sorted(found, key=lambda one: RANKS[severity_of(one.rule)])


def _missing(files: Sequence[Seen]) -> Iterator[Found]:
    """Identifiers without which a file belongs nowhere, each once."""
    for rule, name in (
        (Rule.NO_PATIENT_ID, "patient_id"),
        (Rule.NO_STUDY_UID, "study_uid"),
        (Rule.NO_SERIES_UID, "series_uid"),
        (Rule.NO_INSTANCE_UID, "sop_uid"),
    ):
        if count := sum(not getattr(one.head, name) for one in files):
            yield Found(rule, count)
    if count := sum(one.head.cut for one in files):
        yield Found(Rule.CUT, count)


def _copies(files: Sequence[Seen]) -> Iterator[Found]:
    """By series: how many of its instances stand in several files, with one of them."""
    by_uid: dict[str, list[Seen]] = defaultdict(list)
    for one in files:
        if one.head.sop_uid:
            by_uid[one.head.sop_uid].append(one)
    found: dict[tuple[Rule, str, str, str], list[str]] = defaultdict(list)
    for uid, same in by_uid.items():
        if len(same) > 1:
            equal = len({(one.size, one.digest) for one in same}) == 1
            head = same[0].head
            key = Rule.COPIES if equal else Rule.CONFLICTS, head.patient_id, head.study_uid, head.series_uid
            found[key].append(uid)
    for (rule, patient_id, study_uid, series_uid), uids in found.items():
        yield Found(rule, len(uids), patient_id, study_uid, series_uid, uids[0])


def _identities(patients: Sequence[Patient]) -> Iterator[Found]:
    """A person under two numbers: the same name and birth date."""
    ids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for patient in patients:
        for identity in {(_name(one.head.name), one.head.birth_date) for one in patient.files}:
            if all(identity) and patient.id:
                ids[identity].append(patient.id)
    for numbers in ids.values():
        if len(numbers) > 1:
            yield Found(Rule.PATIENT_IDS, len(numbers), numbers[0])


def _shared(patients: Sequence[Patient]) -> Iterator[Found]:
    """UIDs that stand in more than one place of the tree."""
    owners: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for patient in patients:
        for study in patient.studies.values():
            owners[study.uid].append(patient.id)
            for series in study.series.values():
                places[series.uid].append((patient.id, study.uid))
    for uid, ids in owners.items():
        if uid and len(ids) > 1:
            yield Found(Rule.STUDY_PATIENTS, len(ids), ids[0], uid)
    for uid, found in places.items():
        if uid and len(found) > 1:
            yield Found(Rule.SERIES_STUDIES, len(found), *found[0], uid)


def _of_patient(patient: Patient) -> Iterator[Found]:
    if not patient.id:
        return
    files = patient.files
    for rule, values in (
        (Rule.PATIENT_NAMES, [_name(one.head.name) for one in files]),
        (Rule.PATIENT_BIRTH_DATES, [one.head.birth_date for one in files]),
        (Rule.PATIENT_SEXES, [one.head.sex for one in files]),
    ):
        if (count := len(distinct(values))) > 1:
            yield Found(rule, count, patient.id)


def _of_study(patient: Patient, study: Study) -> Iterator[Found]:
    for rule, name in ((Rule.STUDY_ACCESSIONS, "accession"), (Rule.STUDY_DATES, "study_date")):
        count = len(distinct(getattr(one.head, name) for one in study.files))
        if study.uid and count > 1:
            yield Found(rule, count, patient.id, study.uid)


def _of_series(patient: Patient, study: Study, series: Series) -> Iterator[Found]:
    if series.uid:
        for rule, count in (*_varied(series), *_numbered(series), *_placed(series)):
            yield Found(rule, count, patient.id, study.uid, series.uid)


def _varied(series: Series) -> Iterator[tuple[Rule, int]]:
    """What has one value in a series as a rule."""
    heads = [one.head for one in series.files]
    for rule, values in (
        (Rule.SERIES_MODALITIES, series.values("modality")),
        (Rule.SERIES_CLASSES, series.values("sop_class")),
        (Rule.SERIES_FRAMES, series.values("frame_of_reference")),
        (Rule.SERIES_SYNTAXES, series.values("transfer_syntax")),
        (Rule.SERIES_SIZES, list({(one.rows, one.columns) for one in heads if one.rows})),
        (Rule.SERIES_SPACINGS, list({_rounded(one.spacing) for one in heads if one.spacing})),
    ):
        if len(values) > 1:
            yield rule, len(values)


def _numbered(series: Series) -> Iterator[tuple[Rule, int]]:
    """Copies of one instance count once. Numbers may repeat from one acquisition to the next."""
    once = {one.head.sop_uid or str(one.path): one.head for one in series.files}.values()
    numbers = [one.instance_number for one in once if one.instance_number is not None]
    if count := len(once) - len(numbers):
        yield Rule.NO_NUMBER, count
    repeated = Counter((one.acquisition, one.instance_number) for one in once if one.instance_number is not None)
    if count := sum(times for times in repeated.values() if times > 1):
        yield Rule.NUMBERS_REPEATED, count
    span = max(numbers) - min(numbers) + 1 if numbers else 0
    if span > len(set(numbers)) > 1 and span < _WIDEST:
        yield Rule.NUMBERS_MISSING, span - len(set(numbers))


def _placed(series: Series) -> Iterator[tuple[Rule, int]]:
    heads = [one.head for one in series.files]
    if (planes := orientations(heads)) > 1:
        yield Rule.SERIES_ORIENTATIONS, planes
    stack = stack_of(heads)
    if stack is None:
        return
    if stack.missing:
        yield Rule.SLICES_MISSING, stack.missing
    if stack.uneven:
        yield Rule.SLICES_UNEVEN, stack.uneven


def _name(name: str) -> str:
    """A name for comparing: its first group of characters, without case, empty ends or doubled blanks (PS3.5 6.2.1)."""
    parts = [" ".join(part.split()).casefold() for part in name.partition("=")[0].split("^")]
    return "^".join(parts).strip("^")


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(one, 4) for one in values)
