"""Whose a data set is, and the pseudonym of that patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeGuard

from trivium_dicom.phi import well_known_uid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium_dicom.deidentify.keyed import Keyed

_PURPOSE: Final = "patient"
_PADDING: Final = " \0"


def text_at(dataset: Dataset, keyword: str) -> str:
    """The value of an attribute as text, empty where it has none, is a sequence, or cannot be read."""
    try:
        value = dataset.get(keyword)
        if isinstance(value, bytes):
            return value.decode("latin-1")
        if value is None or _are_items(value):
            return ""
        return "\\".join(map(str, value)) if _is_list(value) else str(value)
    except Exception:  # a value that is none: pydicom raises whatever its converters raise
        return ""


def items_at(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """The items of a sequence; none where the attribute is missing, or no sequence."""
    value = dataset.get(keyword)
    return value if _are_items(value) else ()


def patient_of(dataset: Dataset, keyed: Keyed) -> str | None:
    """What tells a patient from others: PatientID and its issuer, else name and date of birth; None: nothing does.

    A number is taken as it is but for padding: leading zeros and letters of another case may be another patient, and
    so may the same number of an issuer that is not named.
    """
    number = text_at(dataset, "PatientID").strip(_PADDING)
    if number:
        made = keyed.made_pseudonym(_PURPOSE, number)
        return number if made else f"{number}\0{text_at(dataset, 'IssuerOfPatientID').strip(_PADDING)}"
    name = text_at(dataset, "PatientName").rstrip("^=" + _PADDING).lstrip()
    if name:
        made = keyed.made_pseudonym(_PURPOSE, name)
        return name if made else f"\0{name.casefold()}\0{text_at(dataset, 'PatientBirthDate').strip(_PADDING)}"
    return None


def stranger(dataset: Dataset, keyed: Keyed) -> str:
    """In the place of a patient whom nothing names: whoever was studied."""
    return f"\0study\0{keyed.uid(text_at(dataset, 'StudyInstanceUID').strip(_PADDING))}"


def pseudonym(keyed: Keyed, patient: str) -> str:
    return keyed.pseudonym(_PURPOSE, patient)


def days_of(dataset: Dataset, keyed: Keyed) -> int | None:
    """By how many days the dates of this data set go back: 0 if this key has moved them already; None if nothing tells
    whose they are, not even a UID of its own.

    They are reckoned from what stands in the result, so that a file that has its pseudonym already moves by the same.
    """
    moved = text_at(dataset, "LongitudinalTemporalInformationModified").strip() == "MODIFIED"
    if patient := patient_of(dataset, keyed):
        made = keyed.made_pseudonym(_PURPOSE, patient)
        return 0 if moved and made else keyed.days(pseudonym(keyed, patient))
    uid = (text_at(dataset, "StudyInstanceUID") or text_at(dataset, "SOPInstanceUID")).strip(_PADDING)
    if not uid or well_known_uid(uid):
        return None
    return 0 if moved and keyed.made_uid(uid) else keyed.days(f"study\0{keyed.uid(uid)}")


def _are_items(value: object) -> TypeGuard[Sequence[Dataset]]:
    from pydicom.sequence import Sequence as Items

    return isinstance(value, Items)


def _is_list(value: object) -> TypeGuard[Iterable[object]]:
    """Whether it is several values; a name is one, though it can be iterated over."""
    return not isinstance(value, str) and not hasattr(value, "family_name") and hasattr(value, "__iter__")
