"""Small synthetic data sets, valid for their IODs (PS3.3 A.3, A.4, A.8.1), and their bytes as a file (PS3.10 clause 7).

A change of None takes an attribute away::

    making.as_bytes(making.ct(PatientName="CANARY^NAME", PatientSex=None), syntax=ExplicitVRBigEndian)
"""

from __future__ import annotations

import copy
import struct
import zlib
from array import array
from typing import Any, Final

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

CT_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
MR_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.4"
SC_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.7"
ROOT: Final = "2.25.7000"
"""Each UID made here begins so."""


def ct(**changes: Any) -> Dataset:
    """A CT slice of 8 x 8 pixels, 16 bits."""
    return _changed(_image(CT_STORAGE, "CT") | _frame(0) | _grey16() | _CT, changes)


def mr(**changes: Any) -> Dataset:
    """An MR slice of 8 x 8 pixels, 16 bits."""
    return _changed(_image(MR_STORAGE, "MR") | _frame(0) | _grey16(rescaled=False) | _MR, changes)


def sc(**changes: Any) -> Dataset:
    """A secondary capture of 4 x 4 pixels in color, 8 bits."""
    return _changed(_image(SC_STORAGE, "OT") | _SC, changes)


def as_bytes(ds: Dataset, syntax: str = ExplicitVRLittleEndian, *, preamble: bool = True, meta: bool = True) -> bytes:
    """A file of it: preamble, file meta information and data set. The data set itself is not changed.

    The pixel data must be encoded for the transfer syntax already.
    """
    raw = _meta(ds, syntax) if meta else b""
    body = data_set(ds, syntax)
    if syntax == DeflatedExplicitVRLittleEndian:
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = deflate.compress(body) + deflate.flush()
        body += bytes(len(body) % 2)
    return (bytes(128) + b"DICM" if preamble else b"") + raw + body


def data_set(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The data set alone, not deflated. Words of pixel data are swapped for big endian, which pydicom leaves to us."""
    out = DicomBytesIO()
    out.is_implicit_VR = syntax == ImplicitVRLittleEndian
    out.is_little_endian = syntax != ExplicitVRBigEndian
    if syntax == ExplicitVRBigEndian and "PixelData" in ds and ds["PixelData"].VR == "OW":
        ds = copy.copy(ds)
        words = array("H", ds.PixelData)
        words.byteswap()
        ds["PixelData"] = DataElement("PixelData", "OW", words.tobytes())
    write_dataset(out, ds)
    return out.getvalue()


def element(tag: int, vr: bytes, value: bytes, *, length: int | None = None) -> bytes:
    """One element in explicit VR little endian, with any length that is to be claimed."""
    length = len(value) if length is None else length
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    if vr in _LONG:
        return head + struct.pack("<HI", 0, length) + value
    return head + struct.pack("<H", length) + value


def implicit(tag: int, value: bytes, *, length: int | None = None) -> bytes:
    """One element in implicit VR little endian."""
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def file_of(body: bytes, syntax: str = ExplicitVRLittleEndian, *, sop_class: str = SC_STORAGE) -> bytes:
    """A file whose data set is these bytes."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{ROOT}.1"
    return bytes(128) + b"DICM" + _meta(ds, syntax) + body


def nested(depth: int, *, ended: bool = True) -> bytes:
    """Sequences of undefined length inside sequences, as a data set in explicit VR little endian."""
    sequence = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    end = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return sequence * depth + (end * depth if ended else b"")


_LONG: Final = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))


def _meta(ds: Dataset, syntax: str) -> bytes:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(ds.SOPClassUID)
    meta.MediaStorageSOPInstanceUID = UID(ds.SOPInstanceUID)
    meta.TransferSyntaxUID = UID(syntax)
    meta.ImplementationClassUID = UID(f"{ROOT}.0")
    meta.ImplementationVersionName = "TRIVIUM_TEST"
    out = DicomBytesIO()
    write_file_meta_info(out, meta)
    return out.getvalue()


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> Dataset:
    ds = Dataset()
    for keyword, value in (values | changes).items():
        if value is not None:
            setattr(ds, keyword, value)
    if "PixelData" in ds and "PixelData" not in changes:
        ds["PixelData"].VR = "OW" if ds.get("BitsAllocated", 8) > 8 else "OB"
    return ds


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return ds


def _image(sop_class: str, modality: str) -> dict[str, Any]:
    """Patient, study, series, equipment and SOP common."""
    return {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPClassUID": sop_class,
        "SOPInstanceUID": f"{ROOT}.3.1",
        "StudyDate": "20240229",
        "SeriesDate": "20240229",
        "AcquisitionDate": "20240229",
        "ContentDate": "20240229",
        "StudyTime": "101500",
        "SeriesTime": "101600",
        "AcquisitionTime": "101700",
        "ContentTime": "101800",
        "AccessionNumber": "ACC1001",
        "Modality": modality,
        "Manufacturer": "SIEMENS",
        "InstitutionName": "Saint Nowhere Hospital",
        "ReferringPhysicianName": "Referrer^Rita",
        "StudyDescription": "Synthetic study",
        "SeriesDescription": "Synthetic series",
        "ManufacturerModelName": "Model One",
        "PatientName": "Example^Erika^^Dr.",
        "PatientID": "PID1001",
        "PatientBirthDate": "19700101",
        "PatientSex": "F",
        "PatientAge": "054Y",
        "StudyInstanceUID": f"{ROOT}.1",
        "SeriesInstanceUID": f"{ROOT}.2",
        "StudyID": "ST1",
        "SeriesNumber": 2,
        "InstanceNumber": 1,
        "PatientOrientation": ["L", "P"],
        "BodyPartExamined": "HEAD",
    }


def _frame(z: int) -> dict[str, Any]:
    """Frame of reference and image plane (PS3.3 C.7.4.1, C.7.6.2)."""
    return {
        "FrameOfReferenceUID": f"{ROOT}.4",
        "PositionReferenceIndicator": "",
        "PatientPosition": "HFS",
        "PixelSpacing": [0.5, 0.5],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [-2, -2, z],
        "SliceThickness": 1.25,
        "PatientOrientation": None,
    }


def _grey16(*, rescaled: bool = True) -> dict[str, Any]:
    return {
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": 8,
        "Columns": 8,
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        **({"RescaleIntercept": -1024, "RescaleSlope": 1, "RescaleType": "HU"} if rescaled else {}),
        "WindowCenter": 40,
        "WindowWidth": 400,
        "PixelData": struct.pack("<64H", *range(1000, 1064)),
    }


_CT: Final[dict[str, Any]] = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "AcquisitionNumber": 1,
    "KVP": 120,
    "ConvolutionKernel": "B30f",
    "ExposureTime": 500,
    "XRayTubeCurrent": 200,
}
_MR: Final[dict[str, Any]] = {
    "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
    "ScanningSequence": "SE",
    "SequenceVariant": "NONE",
    "ScanOptions": "",
    "MRAcquisitionType": "2D",
    "RepetitionTime": 500,
    "EchoTime": 15,
    "EchoTrainLength": 1,
    "MagneticFieldStrength": 1.5,
}
_SC: Final[dict[str, Any]] = {
    "ConversionType": "WSD",
    "SamplesPerPixel": 3,
    "PhotometricInterpretation": "RGB",
    "PlanarConfiguration": 0,
    "Rows": 4,
    "Columns": 4,
    "BitsAllocated": 8,
    "BitsStored": 8,
    "HighBit": 7,
    "PixelRepresentation": 0,
    "BurnedInAnnotation": "NO",
    "PixelData": bytes(range(48)),
}
