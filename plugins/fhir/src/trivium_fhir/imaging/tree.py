"""Rows as studies, series and instances (PS3.3 A.1.2), in an order that does not hang on that of the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from trivium_fhir.imaging.notes import Notes, Remark
from trivium_fhir.imaging.rows import Row, text

_UID: Final = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*", re.ASCII)
_LOOSE: Final = re.compile(r"[0-9.]{1,64}", re.ASCII)
_LONGEST: Final = 64


@dataclass(slots=True)
class Series:
    uid: str
    rows: list[Row] = field(default_factory=list)
    """Of the series and of its instances."""
    instances: dict[str, Row] = field(default_factory=dict)


@dataclass(slots=True)
class Study:
    uid: str
    rows: list[Row] = field(default_factory=list)
    """All below it too."""
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def instance_count(self) -> int:
        return sum(len(one.instances) for one in self.series.values())


def is_uid(value: str) -> bool:
    """PS3.5 clause 9.1, save that a component may begin with 0, as many a sender's does."""
    return bool(_LOOSE.fullmatch(value)) and ".." not in value and not value.startswith(".") and value[-1] != "."


def is_strict_uid(value: str) -> bool:
    """PS3.5 clause 9.1 to the letter, which `urn:oid:` asks for."""
    return len(value) <= _LONGEST and _UID.fullmatch(value) is not None


def studies_of(rows: Iterable[Row], notes: Notes) -> list[Study]:
    """Sorted by date and UID; series by number and UID; instances by number and UID."""
    studies: dict[str, Study] = {}
    for row in rows:
        uid = text(row, "StudyInstanceUID")
        if not is_strict_uid(uid):
            notes.add("StudyInstanceUID", Remark.NO_STUDY_UID)
            continue
        study = studies.setdefault(uid, Study(uid))
        study.rows.append(row)
        _place(row, study, notes)
    for study in studies.values():
        study.series = {one.uid: one for one in sorted(study.series.values(), key=_series_order)}
        for series in study.series.values():
            series.instances = dict(sorted(series.instances.items(), key=lambda pair: _instance_order(*pair)))
    return sorted(studies.values(), key=_study_order)


def _place(row: Row, study: Study, notes: Notes) -> None:
    """Put a row below its series and instance, as far as it names them."""
    series_uid, uid = text(row, "SeriesInstanceUID"), text(row, "SOPInstanceUID")
    if not is_uid(series_uid or "-"):
        if series_uid or uid:
            notes.add("SeriesInstanceUID", Remark.NO_SERIES_UID)
        return
    series = study.series.setdefault(series_uid, Series(series_uid))
    series.rows.append(row)
    if is_uid(uid or "-"):
        if uid in series.instances:
            notes.add("SOPInstanceUID", Remark.COPIES)
        series.instances.setdefault(uid, row)
    elif uid or "SOPClassUID" in row:
        notes.add("SOPInstanceUID", Remark.NO_INSTANCE_UID)


def number(value: str) -> int | None:
    """A whole number that R4's unsignedInt has room for."""
    digits = value.strip().removeprefix("+")
    if not (digits.isdecimal() and digits.isascii() and len(digits) < 12):
        return None
    return int(digits) if int(digits) < 1 << 31 else None


def _series_order(series: Series) -> tuple[int, str]:
    found = next((text(row, "SeriesNumber") for row in series.rows if text(row, "SeriesNumber")), "")
    place = number(found)
    return (1 << 40 if place is None else place), series.uid


def _instance_order(uid: str, row: Row) -> tuple[int, str]:
    place = number(text(row, "InstanceNumber"))
    return (1 << 40 if place is None else place), uid


def _study_order(study: Study) -> tuple[str, str]:
    return min((text(row, "StudyDate") for row in study.rows), default=""), study.uid
