"""What a de-identified file says about itself, and its bytes: preamble, file meta information, data set."""

from __future__ import annotations

import io
from collections.abc import Collection
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from trivium.api import BadInput, Problem
from trivium_dicom.confidentiality import Option, profile_codes
from trivium_dicom.deidentify.choices import BASIC, MEANINGS

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileMetaDataset

IMPLEMENTATION_CLASS: Final = "2.25.134907203613741052094768102365418427365"
_EXPLICIT_LITTLE, _IMPLICIT_LITTLE, _EXPLICIT_BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
_NATIVE: Final = {(False, True): _EXPLICIT_LITTLE, (True, True): _IMPLICIT_LITTLE, (False, False): _EXPLICIT_BIG}


class StampProblem(Problem):
    UNWRITABLE = "cannot be written again as it was encoded"


def stamp(dataset: Dataset, options: Collection[Option]) -> None:
    """PatientIdentityRemoved and what belongs to it (PS3.15 E.1.1, PS3.3 C.7.1.1 and C.12.1)."""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = [
        "Trivium",
        "PS3.15 2026c table E.1-1",
        *(one.name for one in Option if one in options),
    ]
    codes = [("basic", BASIC), *((one.value, MEANINGS[one]) for one in Option if one in options)]
    dataset.DeidentificationMethodCodeSequence = [_code(profile_codes()[word], meaning) for word, meaning in codes]
    dataset.LongitudinalTemporalInformationModified = _temporal(options)


def _temporal(options: Collection[Option]) -> str:
    if Option.RETAIN_FULL_DATES in options:
        return "UNMODIFIED"
    return "MODIFIED" if Option.RETAIN_MODIFIED_DATES in options else "REMOVED"


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
    meta.ImplementationVersionName = f"TRIVIUM_{version('trivium-dicom')}"[:16]
    return meta
