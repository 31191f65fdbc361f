"""What can be inconsistent in a folder, and how bad that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Severity = Literal["error", "warning", "info"]


class Rule(StrEnum):
    PATIENT_NAMES = "one patient ID with different names"
    PATIENT_BIRTH_DATES = "one patient ID with different birth dates"
    PATIENT_SEXES = "one patient ID with different sexes"
    PATIENT_IDS = "one name and birth date with different patient IDs"
    NO_PATIENT_ID = "no patient ID (0010,0020)"
    STUDY_PATIENTS = "one study UID with different patient IDs"
    STUDY_ACCESSIONS = "one study UID with different accession numbers"
    STUDY_DATES = "one study UID with different study dates"
    SERIES_STUDIES = "one series UID in different studies or patients"
    SERIES_MODALITIES = "a series of different modalities (PS3.3 C.7.3.1)"
    SERIES_CLASSES = "a series of different SOP classes"
    SERIES_FRAMES = "a series with different frames of reference (PS3.3 C.7.4.1)"
    SERIES_SYNTAXES = "a series in different transfer syntaxes"
    SERIES_SIZES = "a series with different rows or columns"
    SERIES_SPACINGS = "a series with different pixel spacings"
    SERIES_ORIENTATIONS = "a series in different planes"
    SLICES_MISSING = "gaps between the slices of a series"
    SLICES_UNEVEN = "uneven distances between the slices of a series"
    NUMBERS_MISSING = "instance numbers are missing between the first and the last"
    NUMBERS_REPEATED = "instances of a series that share an instance number"
    NO_NUMBER = "no instance number (0020,0013)"
    NO_STUDY_UID = "no study UID (0020,000D)"
    NO_SERIES_UID = "no series UID (0020,000E)"
    NO_INSTANCE_UID = "no SOP instance UID (0008,0018)"
    COPIES = "instances that stand in several files, which are equal"
    CONFLICTS = "instances that stand in several files, which differ: one SOP instance UID, two contents"
    CUT = "files that end too early, or before all of their pixels"


ERRORS: Final = frozenset(
    {
        Rule.PATIENT_NAMES,
        Rule.PATIENT_BIRTH_DATES,
        Rule.STUDY_PATIENTS,
        Rule.SERIES_STUDIES,
        Rule.SERIES_MODALITIES,
        Rule.NO_STUDY_UID,
        Rule.NO_SERIES_UID,
        Rule.NO_INSTANCE_UID,
        Rule.CONFLICTS,
        Rule.CUT,
    }
)
INFOS: Final = frozenset(
    {
        Rule.SERIES_SYNTAXES,
        Rule.SERIES_ORIENTATIONS,
        Rule.SERIES_CLASSES,
        Rule.NUMBERS_MISSING,
        Rule.NO_NUMBER,
        Rule.COPIES,
    }
)
RANKS: Final[Mapping[Severity, int]] = {"error": 0, "warning": 1, "info": 2}


def severity_of(rule: Rule) -> Severity:
    return "error" if rule in ERRORS else "info" if rule in INFOS else "warning"


@dataclass(frozen=True, slots=True)
class Found:
    """Something inconsistent, and where."""

    rule: Rule
    count: int
    """Of the different values, files, instances or slices that the rule speaks of."""
    patient_id: str = ""
    study_uid: str = ""
    series_uid: str = ""
    sop_uid: str = ""
    """One of the instances."""
