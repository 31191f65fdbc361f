"""What a caller asks, checked before anything is sent, as matching keys (PS3.4 C.2.2.2). Pure.

Keys are `{keyword: text}`; an empty text asks for the attribute back and matches everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from trivium.api import BadInput
from trivium_pacs.problems import InputProblem
from trivium_pacs.values import ae_title_problem, date_of, has_control, uid_problem

Level = Literal["STUDY", "SERIES", "IMAGE"]
Keys = Mapping[str, str]

_MODALITY: Final = re.compile(r"[A-Z0-9 _]{1,16}")

STUDY_ATTRIBUTES: Final = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "AccessionNumber",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)
"""What is asked back of a study (PS3.4 C.6.2.1.2)."""

SERIES_ATTRIBUTES: Final = (
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
)
"""What is asked back of a series (PS3.4 C.6.1.1.4)."""


def study_keys(
    *,
    patient_id: str = "",
    patient_name: str = "",
    accession_number: str = "",
    study_date: str = "",
    modality: str = "",
    study_description: str = "",
    study_instance_uid: str = "",
) -> Keys:
    """Keys at level STUDY. Raises `BadInput`."""
    keys = dict.fromkeys(STUDY_ATTRIBUTES, "")
    keys["PatientID"] = _text(patient_id, "patient_id", limit=64)
    keys["PatientName"] = _text(patient_name, "patient_name", limit=64)
    keys["AccessionNumber"] = _text(accession_number, "accession_number", limit=16)
    keys["StudyDate"] = _dates(study_date, "study_date")
    keys["ModalitiesInStudy"] = _modality(modality)
    keys["StudyDescription"] = _text(study_description, "study_description", limit=64)
    keys["StudyInstanceUID"] = checked_uid(study_instance_uid, "study_instance_uid", empty_is_fine=True)
    return keys


def series_keys(*, study_instance_uid: str, modality: str = "", series_instance_uid: str = "") -> Keys:
    """Keys at level SERIES, within one study. Raises `BadInput`."""
    keys = dict.fromkeys(SERIES_ATTRIBUTES, "")
    keys["StudyInstanceUID"] = checked_uid(study_instance_uid, "study_instance_uid")
    keys["Modality"] = _modality(modality)
    keys["SeriesInstanceUID"] = checked_uid(series_instance_uid, "series_instance_uid", empty_is_fine=True)
    return keys


def image_keys(study_instance_uid: str, series_instance_uid: str) -> Keys:
    """Keys that list the instances of one series."""
    return {
        "StudyInstanceUID": study_instance_uid,
        "SeriesInstanceUID": series_instance_uid,
        "SOPInstanceUID": "",
    }


def move_keys(study_instance_uid: str, series_instance_uid: str) -> tuple[Level, Keys]:
    """What a C-MOVE names: a study, or one series of it (PS3.4 C.4.2.2.1)."""
    if series_instance_uid:
        return "SERIES", {"StudyInstanceUID": study_instance_uid, "SeriesInstanceUID": series_instance_uid}
    return "STUDY", {"StudyInstanceUID": study_instance_uid}


def checked_uid(value: str, where: str, *, empty_is_fine: bool = False) -> str:
    """The UID without surrounding spaces. Raises `BadInput`."""
    uid = value.strip()
    if not uid and empty_is_fine:
        return ""
    if problem := uid_problem(uid):
        raise BadInput(where=where, problem=problem)
    return uid


def checked_ae_title(value: str, where: str) -> str:
    """The AE title without surrounding spaces, which do not count (PS3.5 6.2). Raises `BadInput`."""
    title = value.strip(" ")
    if problem := ae_title_problem(title):
        raise BadInput(where=where, problem=problem)
    return title


def _text(value: str, where: str, *, limit: int) -> str:
    text = value.strip()
    if len(text) > limit:
        raise BadInput(where=where, problem=InputProblem.TOO_LONG, limit=limit)
    if "\\" in text:
        raise BadInput(where=where, problem=InputProblem.BACKSLASH)
    if has_control(text):
        raise BadInput(where=where, problem=InputProblem.CONTROL)
    return text


def _modality(value: str) -> str:
    modality = value.strip().upper()
    if modality and not _MODALITY.fullmatch(modality):
        raise BadInput(where="modality", problem=InputProblem.NOT_A_MODALITY)
    return modality


def _dates(value: str, where: str) -> str:
    """A day, or a range of days (PS3.4 C.2.2.2.5)."""
    text = value.strip()
    if not text:
        return ""
    first, dash, last = text.partition("-")
    if not (first or last) or any(day and date_of(day) is None for day in (first, last)):
        raise BadInput(where=where, problem=InputProblem.NOT_A_DATE)
    if dash and first and last and last < first:
        raise BadInput(where=where, problem=InputProblem.RANGE_REVERSED)
    return text
