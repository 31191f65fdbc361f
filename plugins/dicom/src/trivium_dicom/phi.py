"""Which values of a data set carry patient data, and of which kind. Fails closed: what is not known is withheld.

1. Nothing is public that is not in the dictionary (PS3.6): private elements, and numbers that it lacks, are `TEXT`.
2. PN is a name; DA, TM and DT are dates and UI is a UID where the dictionary says so too; a UID of PS3.6 table A-1 is
   public. What is not of the form of a date or UID is `TEXT`. A day in a private element may be anybody's birthday.
3. Attributes that PS3.15 table E.1-1 names: their kind, of which a few are numbers of a patient, orders, addresses or
   ways to reach somebody; all others `TEXT`.
4. What is left is public if it is a number of fewer digits than a number of a person has, where the dictionary too
   has a number; or a code string that DICOM knows as a value of this attribute, or of another one and is nobody's name.
   Text is public only where the very words are on a list: defined terms, coded concepts that DICOM itself defines,
   kernels, makers of devices, and such.

A value that states another representation than the dictionary's gains nothing by it. That a value is public does not
say that it is right: it says that nobody is known by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from trivium.api import Kind
from trivium_dicom.confidentiality import row_of
from trivium_dicom.deidentify.vocabulary import MAKERS_WORDS, is_model
from trivium_dicom.phi_words import FAMILY_NAMES, HARMLESS, MAKERS
from trivium_dicom.terms import terms_of, vocabulary

_BY_VR: Final[Mapping[str, Kind]] = {"PN": Kind.NAME, "DA": Kind.DATE, "TM": Kind.DATE, "DT": Kind.DATE}
_BY_TAG: Final[Mapping[str, Kind]] = {
    "00100020": Kind.PATIENT_ID,
    "00101000": Kind.PATIENT_ID,  # OtherPatientIDs
    "00100030": Kind.BIRTH_DATE,
    "00100032": Kind.BIRTH_DATE,
    "0040a120": Kind.BIRTH_DATE,  # DateTime and Date of a content item, whose name alone says of what
    "0040a121": Kind.BIRTH_DATE,
    "0040a30a": Kind.TEXT,  # NumericValue of such an item, which may be an age; so with its other forms
    "0040a161": Kind.TEXT,
    "0040a162": Kind.TEXT,
    "0040a163": Kind.TEXT,
    "00101010": Kind.BIRTH_DATE,  # PatientAge: older than 89 years is a date of birth (45 CFR 164.514(b)(2)(C))
    "00080050": Kind.ORDER,
    "00200010": Kind.ORDER,  # StudyID
    "00400009": Kind.ORDER,
    "00400253": Kind.ORDER,
    "00401001": Kind.ORDER,
    "00402016": Kind.ORDER,
    "00402017": Kind.ORDER,
    "00101040": Kind.ADDRESS,
    "00080081": Kind.ADDRESS,
    "00080092": Kind.ADDRESS,
    "00102154": Kind.CONTACT,
    "00102155": Kind.CONTACT,
    "00080094": Kind.CONTACT,
    "00402010": Kind.CONTACT,
    "00402011": Kind.CONTACT,
}
_OPEN: Final = frozenset({"00100040", "00100022", "00280301", "00080201", "00181020"})
"""In the table, and telling nothing by themselves if the value is a known one: sex, type of patient ID, burned-in
annotation, time zone, versions of software.
"""
_NUMBERS: Final = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "IS", "DS", "AT"})
_BESIDE_NUMBERS: Final = frozenset({"OB", "OW"})
"""The other side of an ambiguous VR: US or OW."""
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DATE: Final = re.compile(r"[\d.:/+ -]{1,54}", re.ASCII)
"""Of a date, time or both, and of a range of them (PS3.5 6.2)."""
_TAG: Final = re.compile(r"\([\dA-F]{4},[\dA-F]{4}\)", re.ASCII)
_UID: Final = re.compile(r"[\d.]{1,64}", re.ASCII)
_DIGITS: Final = re.compile(r"\d{1,10}", re.ASCII)
_LONGEST_NUMBER: Final = 26
_DIGITS_OF_A_PERSON: Final = 7
"""A whole number of so many digits, zeros at the end aside, may be a record number, a date or a telephone number."""
_OFFSETS: Final = "0004"
"""The group of a DICOMDIR, whose numbers are places in it."""
_MAKER: Final = "00080070"
_MODEL: Final = "00081090"
_OF_MAKERS: Final = frozenset({"00080008", "00180020", "00180021", "00180022"})
"""Code strings that makers have words of their own for: image type, sequences, scan options."""
_CHARSETS: Final = "00080005"
_CHARSET: Final = re.compile(r"(?:ISO[_ ]?(?:IR|2022 IR) ?\d{1,3}|GB18030|GBK|)", re.ASCII)


def kind_of(tag: str, vr: str, value: str) -> Kind | None:
    """The kind of one value, given as text, of the element at `tag` (eight hexadecimal digits); None: public.

    A value of nothing but spaces is public: there is nothing in it.
    """
    tag, value = tag.lower(), value.strip(" \0")
    if not value:
        return None
    known = _vrs(tag)
    if not known:
        return _unknown(vr, value)
    if "UI" in known:
        return _of_uid(value)
    if found := _BY_TAG.get(tag):
        return found
    if vr == "PN":
        return Kind.NAME
    for one in known:
        if kind := _BY_VR.get(one):
            return kind if kind is Kind.NAME or _DATE.fullmatch(value) else Kind.TEXT
    return None if _is_public(tag, vr, known, value) else Kind.TEXT


def _unknown(vr: str, value: str) -> Kind:
    """Of a private element, or of one that the dictionary lacks. Its name tells nothing, its form may."""
    if vr == "UI":
        return Kind.UID if _UID.fullmatch(value) else Kind.TEXT
    if vr in ("DA", "DT"):
        return Kind.BIRTH_DATE if _DATE.fullmatch(value) else Kind.TEXT
    if kind := _BY_VR.get(vr):
        return kind if kind is Kind.NAME or _DATE.fullmatch(value) else Kind.TEXT
    return Kind.TEXT


def _of_uid(value: str) -> Kind | None:
    if well_known_uid(value):
        return None
    return Kind.UID if _UID.fullmatch(value) else Kind.TEXT


def _is_public(tag: str, vr: str, known: tuple[str, ...], value: str) -> bool:
    if tag == _CHARSETS:
        return _CHARSET.fullmatch(value) is not None
    if row_of(tag) is not None and tag not in _OPEN:
        return False
    if (form := HARMLESS.get("60xx" + tag[4:] if tag.startswith("60") else tag)) and form.fullmatch(value):
        return True
    if vr in _NUMBERS:
        return _NUMBERS.union(_BESIDE_NUMBERS).issuperset(known) and _is_harmless(tag, known, value)
    if tag == _MAKER:
        return is_maker(value)
    if tag == _MODEL:
        return is_model(value)
    if value in _own_terms(tag) or (tag in _OF_MAKERS and value in MAKERS_WORDS):
        return True
    return vr == "CS" and "CS" in known and value in vocabulary() and value not in FAMILY_NAMES


def _is_harmless(tag: str, known: tuple[str, ...], value: str) -> bool:
    """Whether it is a number, and of no person; or a tag where the dictionary has one."""
    if known == ("AT",):
        return _TAG.fullmatch(value) is not None
    if value in ("nan", "inf", "-inf") or is_nobodys_number(value):
        return True
    return (
        known == ("UL",) and (tag.startswith(_OFFSETS) or tag.endswith("0000")) and _DIGITS.fullmatch(value) is not None
    )


def is_nobodys_number(text: str) -> bool:
    """Whether a text is a number, and has a fraction or fewer digits than the number of a person."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text.strip()):
        return False
    whole, _, fraction = text.strip(" +-").partition(".")
    return bool(fraction.strip("0")) or len(whole.strip("0")) < _DIGITS_OF_A_PERSON


@lru_cache(maxsize=8192)
def _vrs(tag: str) -> tuple[str, ...]:
    """What the dictionary has for it; nothing for a private element or an unknown one."""
    from trivium_dicom.dictionary import EntryKind, entries_of
    from trivium_dicom.tag_number import TagNumber

    if int(tag[:4], 16) % 2:
        return ()
    kinds = (EntryKind.STANDARD, EntryKind.REPEATING, EntryKind.GROUP_LENGTH)
    found = next((entry for entry in entries_of(TagNumber(tag)) if entry.kind in kinds and entry.vr), None)
    return tuple((found.vr or "").split(" or ")) if found else ()


@lru_cache(maxsize=1024)
def _own_terms(tag: str) -> frozenset[str]:
    return frozenset(value for terms in terms_of(tag) for value in terms.values) | (
        {"M", "F", "O"} if tag == "00100040" else set()
    )


def well_known_uid(value: str) -> bool:
    """Whether PS3.6 defines it: it names no instance."""
    if not value.startswith("1.2.840.10008."):
        return False
    from trivium_dicom.dictionary import uid_names

    return value in uid_names()


def is_code(value: str, scheme: str, meaning: str) -> bool:
    """Whether a coded concept is one that DICOM itself names (PS3.16), so that its meaning is public.

    The meaning of a unit may be its symbol. A scheme whose codes pydicom does not have is never public.
    """
    known = _meanings().get((scheme, value), frozenset())
    return meaning.casefold() in known or (scheme == "UCUM" and bool(known) and meaning == value)


@cache
def _meanings() -> Mapping[tuple[str, str], frozenset[str]]:
    from pydicom.sr import _concepts_dict

    concepts: Any = _concepts_dict.concepts  # scheme: keyword: code: (meaning, context groups)
    found: dict[tuple[str, str], frozenset[str]] = {}
    for scheme, words in concepts.items():
        for codes in words.values():
            for value, (meaning, _) in codes.items():
                key = (scheme, value)
                found[key] = found.get(key, frozenset()) | {meaning.casefold()}
    return found


def is_maker(value: str) -> bool:
    """Whether it names a well-known maker of devices, and nothing else."""
    return " ".join(value.casefold().replace(",", " ").replace(".", " ").split()) in MAKERS
