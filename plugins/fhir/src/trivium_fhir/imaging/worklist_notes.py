"""What converting an order has to say: closed sentences."""

from __future__ import annotations

from enum import StrEnum


class OrderRemark(StrEnum):
    OTHER_FIELD = "stood in another field of the same data element"
    FROM_UNIVERSAL_SERVICE = (
        "is of OBR-4 components 1 to 3, as OBR-44 is empty; results name the requested procedure there"
    )
    FROM_CHOSEN_FIELD = "is of the field that the caller named"
    GENERATED = "was not in the order and is generated from its numbers, as asked: an invented UID, the same each time"
    BAD_DATE = "holds no whole date: not carried"
    BAD_TIME = "holds no time of at least an hour: not carried"
    BAD_CODE = "holds a code that DICOM does not have for the attribute: not carried"
    BAD_UID = "holds no UID: not carried"
    BAD_NUMBER = "holds no number: not carried"
    TOO_LONG = "is longer than DICOM allows; carried whole, and a modality may refuse it"
    DELIMITERS = "holds a character that separates values or parts in DICOM; a space stands in its place"
    MORE_REPETITIONS = "repeats where DICOM has one value: the first was taken"
    NO_STATUS = "is decided by ORC-1 and ORC-5 together, and how is the archive's matter: not carried"
    CANCELED = "cancels the order: the worklist item is to be taken away, not made"
    CONFLICT = "differs from field to field that should say the same"
    LOCAL = "is absent where the profile has it, while fields that a site may define for it have values"
    NO_PRIORITY = "holds a priority that the table of priorities lacks: not carried"
