"""Finds out what a retrieve would move, before anything moves."""

from __future__ import annotations

from typing import NamedTuple

from trivium.api import Call, NotFound, TooLarge
from trivium_pacs.account import Plan
from trivium_pacs.keys import image_keys, series_keys, study_keys
from trivium_pacs.net.archive import Archive, Finder
from trivium_pacs.problems import FoundProblem
from trivium_pacs.rows import SeriesRow, StudyRow, series_row, study_row


class Listing(NamedTuple):
    """What the archive lists."""

    plan: Plan
    study: StudyRow
    """Whose it is, for the person who approves."""


def listing(archive: Archive, study_instance_uid: str, series_instance_uid: str, call: Call | None = None) -> Listing:
    """Ask the archive what it lists under these UIDs, which were checked before.

    Raises `NotFound`, `TooLarge` or `PeerFailure`.
    """
    most = archive.settings.max_instances
    with archive.queries(call) as finder:
        study = _study(finder, study_instance_uid)
        series = _series(finder, study_instance_uid, series_instance_uid, most)
        instances = _instances(finder, study_instance_uid, series, most)
    if not series_instance_uid:  # the larger number counts: it is held against the limit
        instances = max(instances, study.NumberOfStudyRelatedInstances or 0)
    plan = Plan(
        series=len(series),
        instances=instances,
        modalities=tuple(sorted({row.Modality for row in series if row.Modality})),
        StudyDate=study.StudyDate,
    )
    return Listing(plan, study)


def _study(finder: Finder, study_instance_uid: str) -> StudyRow:
    found = finder.find("STUDY", study_keys(study_instance_uid=study_instance_uid), limit=2)
    for row in map(study_row, found.answers):
        if row.StudyInstanceUID == study_instance_uid:
            return row
    raise NotFound(where="study_instance_uid", problem=FoundProblem.NO_SUCH_STUDY)


def _series(finder: Finder, study_instance_uid: str, series_instance_uid: str, most: int) -> tuple[SeriesRow, ...]:
    keys = series_keys(study_instance_uid=study_instance_uid, series_instance_uid=series_instance_uid)
    found = finder.find("SERIES", keys, limit=most)
    if found.more:
        raise TooLarge(where="the study", problem=FoundProblem.TOO_MANY_SERIES, limit=most)
    rows = tuple(map(series_row, found.answers))
    if series_instance_uid:
        rows = tuple(row for row in rows if row.SeriesInstanceUID == series_instance_uid)
        if not rows:
            raise NotFound(where="series_instance_uid", problem=FoundProblem.NO_SUCH_SERIES)
    return rows


def _instances(finder: Finder, study_instance_uid: str, series: tuple[SeriesRow, ...], most: int) -> int:
    """How many instances these series have. Counting ends one beyond `most`, which is too many in any case."""
    total = 0
    for row in series:
        count = row.NumberOfSeriesRelatedInstances
        if not count and row.SeriesInstanceUID and total <= most:
            keys = image_keys(study_instance_uid, row.SeriesInstanceUID)
            found = finder.find("IMAGE", keys, limit=most + 1 - total)
            count = len(found.answers)
        total += count or 0
    return total
