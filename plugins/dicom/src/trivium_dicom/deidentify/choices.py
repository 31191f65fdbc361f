"""The options of the profile as callers name them, and in words (PS3.15 E.3, CID 7050)."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from trivium.api import BadInput, Problem
from trivium_dicom.confidentiality import Option

BASIC: Final = "Basic Application Confidentiality Profile"
CLEAN_PIXELS: Final = "Clean Pixel Data Option"
CLEAN_FEATURES: Final = "Clean Recognizable Visual Features Option"
"""Options that are not offered here; a file may say that it has gone through them elsewhere."""


class Choice(StrEnum):
    RETAIN_UIDS = "retain_uids"
    RETAIN_FULL_DATES = "retain_full_dates"
    RETAIN_MODIFIED_DATES = "retain_modified_dates"
    RETAIN_PATIENT_CHARACTERISTICS = "retain_patient_characteristics"
    RETAIN_DEVICE_IDENTITY = "retain_device_identity"
    RETAIN_INSTITUTION_IDENTITY = "retain_institution_identity"
    RETAIN_SAFE_PRIVATE = "retain_safe_private"
    CLEAN_DESCRIPTORS = "clean_descriptors"
    CLEAN_STRUCTURED_CONTENT = "clean_structured_content"
    CLEAN_GRAPHICS = "clean_graphics"

    @property
    def option(self) -> Option:
        return Option[self.name]


class ChoiceProblem(Problem):
    TWO_KINDS_OF_DATES = "cannot have retain_full_dates and retain_modified_dates together"


MEANINGS: Final = {
    Option.RETAIN_SAFE_PRIVATE: "Retain Safe Private Option",
    Option.RETAIN_UIDS: "Retain UIDs Option",
    Option.RETAIN_DEVICE_IDENTITY: "Retain Device Identity Option",
    Option.RETAIN_INSTITUTION_IDENTITY: "Retain Institution Identity Option",
    Option.RETAIN_PATIENT_CHARACTERISTICS: "Retain Patient Characteristics Option",
    Option.RETAIN_FULL_DATES: "Retain Longitudinal Temporal Information Full Dates Option",
    Option.RETAIN_MODIFIED_DATES: "Retain Longitudinal Temporal Information Modified Dates Option",
    Option.CLEAN_DESCRIPTORS: "Clean Descriptors Option",
    Option.CLEAN_STRUCTURED_CONTENT: "Clean Structured Content Option",
    Option.CLEAN_GRAPHICS: "Clean Graphics Option",
}
"""Code meanings of CID 7050."""


def options_of(choices: Collection[Choice]) -> frozenset[Option]:
    """Raises `BadInput` for choices that exclude each other."""
    options = frozenset(choice.option for choice in choices)
    if {Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES} <= options:
        raise BadInput(where="options", problem=ChoiceProblem.TWO_KINDS_OF_DATES)
    return options


def in_words(options: Collection[Option]) -> tuple[str, ...]:
    """The profile and its options, in the order of the table."""
    return (BASIC, *(MEANINGS[option] for option in Option if option in options))
