"""Coded concepts (PS3.3 8.8): whether the code and its meaning may stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from trivium_dicom.deidentify.dummies import MEANING, REMOVED, SCHEME
from trivium_dicom.deidentify.vocabulary import is_plain
from trivium_dicom.phi import is_code

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PARTS: Final = frozenset({"00080100", "00080102", "00080104", "00080119", "00080120"})
"""Of a code: value, scheme, meaning, long value, URN value. Handled here, together."""
_VALUES: Final = ("CodeValue", "LongCodeValue", "URNCodeValue")


class Verdict(Enum):
    STAYS = "the whole code"
    MEANING_GOES = "the code is one of its scheme, its meaning is free text"
    GOES = "nobody vouches for it"


_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "SRT": re.compile(r"[A-Z]-[0-9A-F]{5}", re.ASCII),
    "SNM3": re.compile(r"[A-Z]-[0-9A-F]{5}", re.ASCII),
    "DCM": re.compile(r"1[12]\d{4}", re.ASCII),
    "SCPECG": re.compile(r"5(?:\.\d{1,2}){1,3}(?:-\d{1,3}){1,2}", re.ASCII),
    "RFC3066": re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII),
    "RFC5646": re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII),
    "RADLEX": re.compile(r"RID\d{1,5}", re.ASCII),
}
_UNIT: Final = re.compile(
    r"(?:1|%|\{(?:counts?|ratio|pixels?|events?|score|beats?|frames?)\}|(?:m|c|k|u|n|M|d|G)?(?:m|g|s|Gy|Sv|V|A|Hz|l|L|Bq|Pa|T|W|J|eV|rad|deg|mol)|min|h|mm\[Hg\]|\[hnsf'U\])"
    r"\d?(?:[./](?:(?:m|c|k|u|n|M|d|G)?(?:m|g|s|Gy|Sv|V|A|Hz|l|L|Bq|Pa|T|W|J|rad|deg|mol)|min|h)\d?){0,3}",
    re.ASCII,
)


def is_coded(item: Dataset) -> bool:
    return any(name in item for name in _VALUES)


def judge(item: Dataset) -> Verdict:
    """What may stay of a coded concept."""
    value, scheme, meaning = (_text(item, name) for name in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"))
    if "URNCodeValue" in item or "LongCodeValue" in item or not value:
        return Verdict.GOES
    if (value, scheme, meaning) == (REMOVED, SCHEME, MEANING) or is_code(value, scheme, meaning):
        return Verdict.STAYS
    if _is_of_scheme(value, scheme):
        return Verdict.STAYS if is_plain(meaning) or meaning in (MEANING, value) else Verdict.MEANING_GOES
    return Verdict.GOES


def plain_meaning(item: Dataset) -> str:
    """A meaning that says no more than the code: a unit is written as its code is."""
    return str(item.CodeValue) if _text(item, "CodingSchemeDesignator") == "UCUM" else MEANING


def _is_of_scheme(value: str, scheme: str) -> bool:
    """Whether a value is a code of a public scheme: one that pydicom lists, or one with the scheme's form and check."""
    if (scheme, value) in _listed():
        return True
    match scheme:
        case "SCT" | "SNOMED":
            return value.isdigit() and 6 <= len(value) <= 18 and value[-3:-1] in ("00", "10") and _verhoeff(value)
        case "LN":
            found = re.fullmatch(r"(\d{1,5})-(\d)", value, re.ASCII)
            return found is not None and _mod_10(found[1]) == int(found[2])
        case "UCUM":
            return _UNIT.fullmatch(value) is not None
        case _:
            return scheme in _FORMS and _FORMS[scheme].fullmatch(value) is not None


@cache
def _listed() -> frozenset[tuple[str, str]]:
    from pydicom.sr._concepts_dict import concepts

    return frozenset(
        (scheme, value)
        for scheme, words in concepts.items()
        for listed in words.values()
        for value in cast(dict[str, object], listed)
    )


def _text(item: Dataset, name: str) -> str:
    found = item.get(name, "")
    return found.strip() if isinstance(found, str) else ""


# The dihedral group of order ten and its permutation: the check digit of SNOMED CT identifiers (RF2, SCTID).
_PERMUTATION: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(value: str) -> bool:
    check = 0
    for position, digit in enumerate(reversed(value)):
        one = int(digit)
        for _ in range(position % 8):
            one = _PERMUTATION[one]
        check = _turned(check, one)
    return check == 0


def _turned(a: int, b: int) -> int:
    """The product of two elements of the dihedral group of order ten: 0 to 4 turn, 5 to 9 mirror."""
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b) % 5 + 5
    return (a - b) % 5 + 5 if b < 5 else (a - b) % 5


def _mod_10(digits: str) -> int:
    """The check digit of a LOINC code."""
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if position % 2 == 0 else int(digit)
        for position, digit in enumerate(reversed(digits))
    )
    return -total % 10
