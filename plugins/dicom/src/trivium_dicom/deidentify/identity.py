"""Whose a data set is, and the pseudonym of that patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trivium_dicom.phi import well_known_uid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium_dicom.deidentify.keyed import Keyed

_PURPOSE: Final = "patient"


def text_at(dataset: Dataset, keyword: str) -> str:
    """The value of an attribute as text, empty where it has none or cannot be read."""
    try:
        value = dataset.get(keyword, "")
        return value.decode("latin-1") if isinstance(value, bytes) else str(value if value is not None else "")
    except Exception:  # a value that is none: pydicom raises whatever its converters raise
        return ""


def patient_of(dataset: Dataset, keyed: Keyed) -> str | None:
    """What tells a patient from others: PatientID and its issuer, else name and date of birth; None: nothing does."""
    number = text_at(dataset, "PatientID").strip()
    if number:
        made = keyed.made_pseudonym(_PURPOSE, number)
        return number if made else f"{number}\0{text_at(dataset, 'IssuerOfPatientID').strip()}"
    name = text_at(dataset, "PatientName").rstrip("^ ").lstrip()
    if name:
        made = keyed.made_pseudonym(_PURPOSE, name)
        return name if made else f"\0{name.casefold()}\0{text_at(dataset, 'PatientBirthDate').strip()}"
    return None


def pseudonym(keyed: Keyed, patient: str) -> str:
    return keyed.pseudonym(_PURPOSE, patient)


def days_of(dataset: Dataset, keyed: Keyed) -> int | None:
    """By how many days the dates of this data set go back: 0 if this key has moved them already; None if nothing tells
    whose they are, not even a UID of its own.
    """
    moved = text_at(dataset, "LongitudinalTemporalInformationModified") == "MODIFIED"
    if patient := patient_of(dataset, keyed):
        return 0 if moved and keyed.made_pseudonym(_PURPOSE, patient) else keyed.days(patient)
    uid = text_at(dataset, "StudyInstanceUID") or text_at(dataset, "SOPInstanceUID")
    if not uid or well_known_uid(uid):
        return None
    return 0 if moved and keyed.made_uid(uid) else keyed.days(f"study\0{uid}")
