"""What a de-identified file says about itself, and its bytes: preamble, file meta information, data set."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from trivium.api import BadInput, Problem
from trivium_dicom.confidentiality import Option, profile_codes
from trivium_dicom.deidentify.choices import BASIC, CLEAN_FEATURES, CLEAN_PIXELS, MEANINGS
from trivium_dicom.deidentify.identity import items_at, text_at

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileMetaDataset

IMPLEMENTATION_CLASS: Final = "2.25.134907203613741052094768102365418427365"
_EXPLICIT_LITTLE, _IMPLICIT_LITTLE, _EXPLICIT_BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
_NATIVE: Final = {(False, True): _EXPLICIT_LITTLE, (True, True): _IMPLICIT_LITTLE, (False, False): _EXPLICIT_BIG}


class StampProblem(Problem):
    UNWRITABLE = "cannot be written again as it was encoded"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a data set says of earlier de-identifications (PS3.3 C.7.1.1, C.12.1): attributes are of several values,
    one for each step.
    """

    codes: tuple[str, ...]
    """Of context group 7050; any other is dropped, as what it says is free text."""
    dates: str

    @classmethod
    def of(cls, dataset: Dataset) -> Earlier:
        items = items_at(dataset, "DeidentificationMethodCodeSequence")
        codes = (text_at(item, "CodeValue") for item in items if text_at(item, "CodingSchemeDesignator") == "DCM")
        dates = text_at(dataset, "LongitudinalTemporalInformationModified").strip()
        return cls(tuple(one for one in codes if one in _meanings()), dates)


def stamp(dataset: Dataset, options: Collection[Option], earlier: Earlier) -> None:
    """PatientIdentityRemoved and what belongs to it (PS3.15 E.1.1, E.2 and E.3.6, PS3.3 C.7.1.1 and C.12.1)."""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = [
        "Trivium",
        "PS3.15 2026c table E.1-1",
        *(one.name for one in Option if one in options),
    ]
    words = ["basic", *(one.value for one in Option if one in options)]
    codes = dict.fromkeys((*earlier.codes, *(profile_codes()[word] for word in words)))
    dataset.DeidentificationMethodCodeSequence = [_code(code, _meanings()[code]) for code in codes]
    dataset.LongitudinalTemporalInformationModified = _temporal(options, earlier.dates)


def _temporal(options: Collection[Option], earlier: str) -> str:
    """Dates that stay as they are do so as an earlier de-identification left them."""
    if Option.RETAIN_FULL_DATES in options:
        return earlier if earlier in ("MODIFIED", "REMOVED") else "UNMODIFIED"
    return "MODIFIED" if Option.RETAIN_MODIFIED_DATES in options else "REMOVED"


@cache
def _meanings() -> Mapping[str, str]:
    """Code meanings of context group 7050, by code."""
    words = {"basic": BASIC, "clean_pixel": CLEAN_PIXELS, "clean_visual": CLEAN_FEATURES}
    words |= {one.value: meaning for one, meaning in MEANINGS.items()}
    return {profile_codes()[word]: meaning for word, meaning in words.items()}


def _code(value: str, meaning: str) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def file_bytes(dataset: Dataset, transfer_syntax: str, sop_class: str, sop_instance: str) -> bytes:
    """The whole file. Its preamble is empty and its meta information is made anew, so nothing stays in either.

    Raises `BadInput` for a data set that cannot be encoded.
    """
    from pydicom.filewriter import dcmwrite

    implicit, little = dataset.original_encoding
    dataset.preamble = bytes(128)
    dataset.file_meta = _meta(transfer_syntax, sop_class, sop_instance)
    out = io.BytesIO()
    private = dataset.file_meta.TransferSyntaxUID.is_private
    try:
        if private:
            dcmwrite(out, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
        else:
            dcmwrite(out, dataset, enforce_file_format=True)
    except Exception:  # the encoders of pydicom raise many things
        raise BadInput(where="path", problem=StampProblem.UNWRITABLE) from None
    return out.getvalue()


def syntax_of(dataset: Dataset, told: str) -> str:
    """The transfer syntax to write: the one that the file tells, unless its data set is encoded in another way."""
    implicit, little = dataset.original_encoding
    actual = _NATIVE.get((bool(implicit), bool(little)), told)
    return actual if told in _NATIVE.values() else told


def _meta(transfer_syntax: str, sop_class: str, sop_instance: str) -> FileMetaDataset:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance)
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS)
    meta.ImplementationVersionName = _version()
    return meta


@cache
def _version() -> str:
    return f"TRIVIUM_{version('trivium-dicom')}"[:16]
