"""What a conversion has to say beside its result: closed sentences, counted, without a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC
from trivium_fhir.result import Result


class Remark(StrEnum):
    SEVERAL_VALUES = "has several values within what should have one; the commonest was taken"
    SEVERAL_ACCESSION_NUMBERS = "has several values within a study; all are carried"
    NO_STUDY_UID = "is absent or no UID; these objects are left out"
    NO_SERIES_UID = "is absent or no UID below a study; these objects count for the study alone"
    NO_INSTANCE_UID = "is absent or no UID below a series; these objects count for the series alone"
    COPIES = "stands in more than one object given; the first was taken"
    NO_MODALITY = "is absent; R4 requires it, so its absence is stated as unknown"
    NO_SOP_CLASS = "is absent; R4 requires it, so its absence is stated as unknown"
    NO_PATIENT_ID = "is absent; the patient has no identifier"
    NO_PATIENT = "is absent with everything of the patient; R4 requires a subject, which is a Patient without data"
    UNQUALIFIED = "names no issuer: the identifier has no system, and another issuer may use the same number"
    LOCAL_ISSUER = "is a local name and no OID, UUID or URI: it is the assigner's name, not a system"
    NO_ZONE = "has no time zone (0008,0201), and none is set: the date alone is carried"
    ZONE_OF_SETTING = "has no time zone (0008,0201): that of the setting was used"
    NO_SECONDS = "has a time without seconds, or none that exists: the date alone is carried"
    BAD_DATE = "is no date: not carried"
    BAD_SEX = "is none of M, F and O: not carried"
    BAD_NUMBER = "is no number from 0 to 2147483647: not carried"
    BAD_LATERALITY = "is neither L nor R: not carried"
    UNKNOWN_SCHEME = "names a coding scheme without a URI: the code has no system"
    STATUS_UNKNOWN = (
        "of ImagingStudy is required and not given by DICOM objects: unknown, unless an archive says online"
    )
    COUNTED = "is counted from what was given; the archive may have more"
    SERIES_CUT = "are beyond the 500 of one study that are listed; the counts include them"
    INSTANCES_CUT = "are beyond instance_limit and not listed; the counts include them"


class Note(Result):
    """A remark, what it is about, and how often it holds."""

    about: Annotated[str, PUBLIC] = Field(description="DICOM keyword or FHIR element")
    remark: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]


class Notes:
    """Gathers remarks."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, Remark]] = Counter()

    def add(self, about: str, remark: Remark, count: int = 1) -> None:
        self._counts[about, remark] += count

    def told(self) -> tuple[Note, ...]:
        """In the order in which they came up first."""
        return tuple(
            Note(about=about, remark=remark.value, count=n) for (about, remark), n in self._counts.items() if n
        )


def conflicts(notes: Notes, found: Iterable[tuple[str, list[str]]]) -> None:
    """Note each keyword with more than one value."""
    for keyword, values in found:
        if len(values) > 1:
            notes.add(keyword, Remark.SEVERAL_VALUES)
