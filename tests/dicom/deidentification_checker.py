"""Looks over a de-identified file beside its original, by table E.1-1 itself and without the code that made it.

What the table leaves, and what is cleaned, is judged by another vocabulary: the words of the concepts that pydicom has
from PS3.16, and the short list of `deidentification_words`, each of which a person has looked at.
"""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import pydicom
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset
from tests.dicom.deidentification_words import is_harmless

COLUMNS: Final = (
    "retain_safe_private",
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_full_dates",
    "retain_modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
)
"""The options, in the order of the table's columns."""
_TABLE: Final = json.loads(
    resources.files("trivium_dicom.knowledge").joinpath("confidentiality.json").read_text("utf-8")
)
_DUMMIES: Final = frozenset(
    ("REMOVED", "removed", "Removed", "UNKNOWN", "19000101", "000000", "19000101000000", "000Y", "0", "YES", "NO", "")
)
_BINARY: Final = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN", "SQ", "OB or OW"})
_SHORTEST: Final = 5
"""Shorter values stand in other bytes by chance."""

Found = Mapping[str, frozenset[str]]


def findings(original: bytes, result: bytes, options: frozenset[str]) -> list[str]:
    """What the table, or these options, would not have left. Empty: nothing."""
    before, after = (pydicom.dcmread(io.BytesIO(one), force=True) for one in (original, result))
    values = _values(before)
    found = [one for tag, element in _walk(after) for one in _of_element(tag, element, values, options)]
    return (
        found + _of_stamps(before, after, options) + _of_bytes(result, after, values, options) + _of_meta(result, after)
    )


def action(tag: str, options: frozenset[str]) -> str | None:
    """The letter of the table for an attribute with these options; None: no line."""
    row = _row(tag)
    if row is None:
        return None
    letters = {row[1][COLUMNS.index(one)] for one in options} if len(row) > 1 and row[1] else set()
    return "K" if "K" in letters else "C" if "C" in letters else str(row[0])


@cache
def _row(tag: str) -> list[Any] | None:
    for pattern, row in _TABLE["tags"].items():
        if re.fullmatch(pattern.lower().replace("x", "[0-9a-f]"), tag):
            return list(row)
    return None


def _walk(dataset: Dataset) -> Iterator[tuple[str, Any]]:
    for tag in list(dataset.keys()):
        try:
            element = dataset[tag]
        except Exception:  # a value that pydicom cannot convert
            continue
        yield f"{int(tag):08x}", element
        if element.VR == "SQ":
            for item in element.value:
                yield from _walk(item)


def _texts(element: Any) -> list[str]:
    value = element.value
    if element.VR in _BINARY or value is None or isinstance(value, bytes):
        return []
    several = isinstance(value, list | tuple | pydicom.multival.MultiValue)
    return [str(one).strip(" \0") for one in (value if several else [value])]


def _values(dataset: Dataset) -> Found:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for tag, element in _walk(dataset):
        values[tag] |= {one for one in _texts(element) if one not in _DUMMIES}
    return {tag: frozenset(found) for tag, found in values.items()}


def _of_element(tag: str, element: Any, values: Found, options: frozenset[str]) -> list[str]:
    if int(tag[:4], 16) % 2:
        return _of_private(tag, element, options)
    letter = action(tag, options)
    if letter == "K" or element.is_empty:
        return []
    if letter == "X":
        return [f"{tag}: is to go"]
    if letter is None or letter == "C":
        return _of_what_stays(tag, element, values, options)
    kept = {one for one in _texts(element) if one in values.get(tag, ()) and one not in UID_dictionary}
    return [f"{tag}: has its value still"] if kept else []


_DATES: Final = ("DA", "TM", "DT")
_NUMBERS: Final = ("IS", "DS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT")
_DEVICE: Final = ("00080070", "00081090", "00181020")
_OF_CLASSES: Final = ("SOPClass", "TransferSyntax", "CodingSchemeUID")


def _of_what_stays(tag: str, element: Any, values: Found, options: frozenset[str]) -> list[str]:
    """Of an attribute that the table does not name, or that is cleaned."""
    texts = [one for one in _texts(element) if one not in _DUMMIES]
    original = [one for one in texts if one in values.get(tag, ())]
    if tag in _DEVICE and "retain_device_identity" in options:
        return []
    if tag == "0040a160" and options & {"retain_device_identity", "retain_institution_identity"}:
        return []  # names in a report that table E.3.4-1 keeps
    if element.VR in _DATES:
        moved = element.VR == "TM" and "retain_modified_dates" in options
        bad = [] if moved or "retain_full_dates" in options else original
    elif element.VR == "UI":
        structural = any(one in element.keyword for one in _OF_CLASSES) or "retain_uids" in options
        bad = [] if structural else [one for one in original if one not in UID_dictionary]
    elif element.VR in _NUMBERS:
        bad = [one for one in texts if element.VR in ("IS", "DS") and not _NUMBER.fullmatch(one)]
    else:
        bad = [one for one in texts if not _PSEUDONYM.fullmatch(one) and not is_harmless(tag, one)]
    return [f"{tag}: text that nobody has looked at, {len(bad)} values"] if bad else []


_NUMBER: Final = re.compile(r"[+-]?(\d{0,6}|\d{1,6}0*|0\.0*\d+)(\.\d*)?([eE][+-]?\d+)?|[+-]?\d+\.\d*[1-9]\d*")
_PSEUDONYM: Final = re.compile(r"[A-Z2-7]{16}")


def _of_private(tag: str, element: Any, options: frozenset[str]) -> list[str]:
    """Of the safe list numbers may stay, and the names of its creators."""
    if "retain_safe_private" not in options:
        return [f"{tag}: private"]
    if 0x10 <= int(tag[4:], 16) <= 0xFF:
        return [] if str(element.value).strip(" \0") in _TABLE["safe_private"] else [f"{tag}: an unsafe creator"]
    readable = isinstance(element.value, bytes) and re.fullmatch(rb"[ -~]{4,}\0*", element.value)
    bad = [one for one in _texts(element) if element.VR not in _NUMBERS and not is_harmless(tag, one)]
    return [f"{tag}: private text"] if readable or bad else []


def _of_stamps(before: Dataset, after: Dataset, options: frozenset[str]) -> list[str]:
    found = [] if after.get("PatientIdentityRemoved") == "YES" else ["no PatientIdentityRemoved"]
    codes = {item.CodeValue for item in after.get("DeidentificationMethodCodeSequence", ())}
    words = {
        "clean_graphics": "113103",
        "clean_structured_content": "113104",
        "clean_descriptors": "113105",
        "retain_full_dates": "113106",
        "retain_modified_dates": "113107",
        "retain_patient_characteristics": "113108",
        "retain_device_identity": "113109",
        "retain_uids": "113110",
        "retain_safe_private": "113111",
        "retain_institution_identity": "113112",
    }
    earlier = {item.CodeValue for item in before.get("DeidentificationMethodCodeSequence", ())}
    expected = {"113100", *(words[one] for one in options)}
    if not expected <= codes or codes - expected - earlier:
        found.append("wrong codes of the profile")
    dates = "REMOVED"
    if "retain_full_dates" in options:
        dates = "UNMODIFIED"
    elif "retain_modified_dates" in options:
        dates = "MODIFIED"
    earlier_dates = before.get("LongitudinalTemporalInformationModified")
    if dates == "UNMODIFIED" and earlier_dates in ("MODIFIED", "REMOVED"):
        dates = earlier_dates
    if after.get("LongitudinalTemporalInformationModified") != dates:
        found.append("wrong LongitudinalTemporalInformationModified")
    return found


_IDENTIFYING: Final = ("00100010", "00100020", "00080050", "00080090", "00081050", "00081070", "00101040", "00080081")


def _of_bytes(result: bytes, after: Dataset, values: Found, options: frozenset[str]) -> list[str]:
    """Values that stand anywhere in the file, pixels aside."""
    raw = result
    for name in ("PixelData", "EncapsulatedDocument", "WaveformData"):
        if name in after and after[name].value:
            raw = raw.replace(after[name].value, b"")
    tags = [tag for tag in _IDENTIFYING if action(tag, options) != "K"]
    looked_for = {one for tag in tags for one in values.get(tag, ()) if len(one) >= _SHORTEST}
    if "retain_uids" not in options:
        of_instances = ("0020000d", "0020000e", "00080018", "00081155", "00200052")
        looked_for |= {one for tag in of_instances for one in values.get(tag, ()) if one not in UID_dictionary}
    return [f"a value of the original stands in the bytes ({len(one)})" for one in looked_for if one.encode() in raw]


def _of_meta(result: bytes, after: Dataset) -> list[str]:
    found = [] if result[:128] == bytes(128) else ["the preamble is not empty"]
    tags = {int(element.tag) for element in after.file_meta}
    if tags - {0x20000, 0x20001, 0x20002, 0x20003, 0x20010, 0x20012, 0x20013}:
        found.append("file meta information has more than it must")
    named = after.file_meta.get("MediaStorageSOPInstanceUID", "")
    if named != after.get("SOPInstanceUID", named):
        found.append("file meta information and data set name different instances")
    return found
