"""Which values carry patient data: fails closed, and leaves the technical header readable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from tests.dicom import making

from trivium.api import Kind, ToolFailure
from trivium_dicom.confidentiality import rows
from trivium_dicom.dictionary import entries
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.files.values import tag_of, texts_of
from trivium_dicom.phi import is_code, is_maker, kind_of, well_known_uid


def leaves(dataset: Dataset) -> Iterator[DataElement]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from leaves(item)
        else:
            yield element


def kinds(dataset: Dataset) -> dict[str, Kind | None]:
    found: dict[str, Kind | None] = {}
    for element in leaves(dataset):
        for text in texts_of(element):
            found.setdefault(element.keyword, kind_of(tag_of(element), element.VR, text))
    return found


def test_the_technical_header_of_a_ct_is_public_and_what_names_somebody_is_not() -> None:
    found = kinds(making.ct())
    assert {keyword for keyword, kind in found.items() if kind is None} == {
        "SpecificCharacterSet", "ImageType", "SOPClassUID", "Modality", "Manufacturer", "PatientSex",
        "BodyPartExamined", "SliceThickness", "KVP", "ConvolutionKernel", "ExposureTime", "XRayTubeCurrent",
        "PatientPosition", "SeriesNumber", "AcquisitionNumber", "InstanceNumber", "ImagePositionPatient",
        "ImageOrientationPatient", "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "PixelSpacing",
        "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "WindowCenter", "WindowWidth",
        "RescaleIntercept", "RescaleSlope", "RescaleType",
    }  # fmt: skip
    assert {keyword: kind for keyword, kind in found.items() if kind is not None} == {
        "SOPInstanceUID": Kind.UID,
        "StudyDate": Kind.DATE,
        "SeriesDate": Kind.DATE,
        "AcquisitionDate": Kind.DATE,
        "ContentDate": Kind.DATE,
        "StudyTime": Kind.DATE,
        "SeriesTime": Kind.DATE,
        "AcquisitionTime": Kind.DATE,
        "ContentTime": Kind.DATE,
        "AccessionNumber": Kind.ORDER,
        "InstitutionName": Kind.TEXT,
        "ReferringPhysicianName": Kind.NAME,
        "StudyDescription": Kind.TEXT,
        "SeriesDescription": Kind.TEXT,
        "ManufacturerModelName": Kind.TEXT,
        "PatientName": Kind.NAME,
        "PatientID": Kind.PATIENT_ID,
        "PatientBirthDate": Kind.BIRTH_DATE,
        "PatientAge": Kind.BIRTH_DATE,
        "StudyInstanceUID": Kind.UID,
        "SeriesInstanceUID": Kind.UID,
        "StudyID": Kind.ORDER,
        "FrameOfReferenceUID": Kind.UID,
    }


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        ("00080008", "CS", "ORIGINAL"), ("00080008", "CS", "ND"), ("00080008", "CS", "DIS2D"),
        ("00080008", "CS", "MOSAIC"),
        ("00180020", "CS", "SE"), ("00180022", "CS", "PFP"), ("00180024", "SH", "*tfl3d1"), ("00181210", "SH", "Br40d"),
        ("00181210", "SH", "FC08"), ("00180087", "DS", "1.5"), ("00282114", "CS", "ISO_10918_1"),
        ("00020010", "UI", "1.2.840.10008.1.2.1"), ("00020013", "SH", "OFFIS_DCMTK_366"), ("00080201", "SH", "+0100"),
        ("00280301", "CS", "NO"), ("00080102", "SH", "DCM"), ("60000040", "CS", "G"), ("60000010", "US", "512"),
        ("00280009", "AT", "(0018,1063)"), ("00041200", "UL", "123456789"), ("00080000", "UL", "123456789"),
        ("00200032", "DS", "-123.4567890123"), ("00081090", "LO", "MAGNETOM Skyra"), ("00080070", "LO", "SIEMENS "),
        ("00181074", "DS", "370000000"), ("00100010", "PN", ""), ("00104000", "LT", "  "),
    ],
)  # fmt: skip
def test_public_values(tag: str, vr: str, value: str) -> None:
    assert kind_of(tag, vr, value) is None


@pytest.mark.parametrize(
    ("tag", "vr", "value", "kind"),
    [
        # A name where a code string, number, date or UID belongs.
        ("00080008", "CS", "DOE", Kind.TEXT),
        ("00080008", "CS", "SMITH JOHN", Kind.TEXT),
        ("00080060", "CS", "JOHN", Kind.TEXT),
        ("00180015", "CS", "WHITE", Kind.TEXT),
        ("00080060", "CS", "CHASE", Kind.TEXT),
        ("00180022", "CS", "ANNA", Kind.TEXT),
        ("00180050", "DS", "DOE", Kind.TEXT),
        ("00200013", "IS", "DOE^JOHN", Kind.TEXT),
        ("00080020", "DA", "DOE^JOHN", Kind.TEXT),
        ("00080030", "TM", "JOHN DOE", Kind.TEXT),
        ("0020000d", "UI", "JOHN.DOE", Kind.TEXT),
        ("00080070", "LO", "SIEMENS for John Doe", Kind.TEXT),
        ("00081090", "LO", "John", Kind.TEXT),
        ("00181210", "SH", "SMITH", Kind.TEXT),
        ("00181020", "LO", "5551234567", Kind.TEXT),
        ("00020013", "SH", "JOHN_DOE", Kind.TEXT),
        ("00080102", "SH", "99SMITH", Kind.TEXT),
        ("00080201", "SH", "JOHN", Kind.TEXT),
        ("00100040", "CS", "JOHN", Kind.TEXT),
        ("00080005", "CS", "JOHN", Kind.TEXT),
        # The number of a person where a number belongs.
        ("00200013", "IS", "4711081", Kind.TEXT),
        ("00200011", "IS", "19700101", Kind.TEXT),
        ("00181170", "DS", "5551234567", Kind.TEXT),
        ("00181170", "DS", "12345678.0", Kind.TEXT),
        ("00280010", "UL", "12345678", Kind.TEXT),
        ("00189073", "FD", "123456789.0", Kind.TEXT),
        # A representation that the dictionary does not have for the attribute.
        ("0008103e", "CS", "ORIGINAL", Kind.TEXT),
        ("00181210", "IS", "1234", Kind.TEXT),
        ("00100010", "CS", "YES", Kind.NAME),
        ("00100030", "IS", "1970", Kind.BIRTH_DATE),
        ("00080020", "LO", "20240229", Kind.DATE),
        ("00080020", "LO", "with Dr. Doe", Kind.TEXT),
        ("00104000", "DA", "19700101", Kind.TEXT),
        ("00080100", "TM", "101500", Kind.TEXT),
        ("00100033", "DT", "19700101", Kind.TEXT),
        ("00200013", "DA", "19700101", Kind.TEXT),
        ("00104000", "UI", "1.2.3.4711081", Kind.TEXT),
        ("00100020", "UI", "1.2.3.4711081", Kind.PATIENT_ID),
        ("00080050", "UI", "1.2.3.4711081", Kind.ORDER),
        ("00200013", "AT", "(1970,0101)", Kind.TEXT),
        ("00280009", "UL", "19700101", Kind.TEXT),
        ("00280009", "AT", "19700101", Kind.TEXT),
        # What no dictionary has.
        ("00191001", "US", "1", Kind.TEXT),
        ("00191001", "DS", "1.5", Kind.TEXT),
        ("00191001", "PN", "Doe", Kind.NAME),
        ("00191001", "DA", "19700101", Kind.BIRTH_DATE),
        ("00191001", "DT", "19700101101500", Kind.BIRTH_DATE),
        ("00191001", "DA", "DOE", Kind.TEXT),
        ("00191001", "TM", "101500", Kind.DATE),
        ("00191001", "UI", "1.2.3", Kind.UID),
        ("00191001", "UI", "1.2.840.10008.1.2", Kind.UID),
        ("00190010", "LO", "SIEMENS CSA HEADER", Kind.TEXT),
        ("00180007", "US", "1", Kind.TEXT),
        ("00180007", "CS", "YES", Kind.TEXT),
        # Free text, content of reports, descriptions, persons, places, orders.
        ("0040a160", "UT", "Nodule in the left lung", Kind.TEXT),
        ("0040a123", "PN", "Doe^Jane", Kind.NAME),
        ("0040a121", "DA", "19700101", Kind.BIRTH_DATE),
        ("0040a120", "DT", "19700101", Kind.BIRTH_DATE),
        ("0040a122", "TM", "101500", Kind.DATE),
        ("0040a30a", "DS", "93", Kind.TEXT),
        ("0040a161", "FD", "93.0", Kind.TEXT),
        ("0020000e", "UI", "1.2.3.4", Kind.UID),
        ("00081010", "SH", "CT01", Kind.TEXT),
        ("00080104", "LO", "Nodule", Kind.TEXT),
        ("00100020", "LO", "1", Kind.PATIENT_ID),
        ("00101010", "AS", "091Y", Kind.BIRTH_DATE),
        ("00101030", "DS", "80", Kind.TEXT),
        ("00102154", "SH", "555", Kind.CONTACT),
        ("00101040", "LO", "Main Street 1", Kind.ADDRESS),
        ("00400009", "SH", "SPS1", Kind.ORDER),
        ("50003000", "OW", "x", Kind.TEXT),
    ],
)
def test_withheld_values(tag: str, vr: str, value: str, kind: Kind) -> None:
    assert kind_of(tag, vr, value) is kind


OPEN = {"00100040", "00100022", "00280301", "00080201", "00181020"}


@given(
    st.sampled_from([row.tag for row in rows() if "x" not in row.tag and row.tag not in OPEN]),
    st.sampled_from(["CS", "LO", "SH", "UT", "IS", "US", "DA", "UN", "PN", "UI"]),
    st.sampled_from(["YES", "1", "John", "ORIGINAL", "1970", "a"]),
)
def test_no_value_of_an_attribute_that_the_profile_names_is_public(tag: str, vr: str, value: str) -> None:
    assert kind_of(tag, vr, value) is not None


@given(
    st.sampled_from([entry.digits for entry in entries() if "x" not in entry.digits]),
    st.sampled_from(["CS", "LO", "SH", "AE", "LT", "UT", "PN", "IS", "US", "UI", "DA", "DS", "AS", "UN", "OB"]),
    st.sampled_from(["Zorblax^Quentin", "ZORBLAX", "Zorblax Q.", "4711081999", "zorblax@example.org", "MRN-4711"]),
)
def test_a_canary_is_public_in_no_attribute_and_under_no_representation(tag: str, vr: str, value: str) -> None:
    assert kind_of(tag, vr, value) is not None or tag.startswith("0004") or tag.endswith("0000")


def test_codes_of_dicom_itself_are_known_by_value_and_meaning_together() -> None:
    assert is_code("121320", "DCM", "Uncompressed predecessor") is True
    assert is_code("121320", "DCM", "John Doe") is False
    assert is_code("121320", "99LOCAL", "Uncompressed predecessor") is False
    assert is_code("mm", "UCUM", "mm") is True
    assert is_code("John", "UCUM", "John") is False


def test_makers_and_uids() -> None:
    assert [is_maker(one) for one in ("GE MEDICAL SYSTEMS", "Hologic, Inc.", "Dr. Doe")] == [True, True, False]
    assert [well_known_uid(one) for one in ("1.2.840.10008.1.2", "1.2.840.10008.9.9.9")] == [True, False]


@pytest.mark.corpus
def test_shares_of_the_corpus(corpora: Path, say: Callable[[str], None]) -> None:
    """Numbers and code strings are read by default; names, dates, free text and private values never are."""
    all_, public = Counter[str](), Counter[str]()
    for path in sorted((corpora / "dicom").glob("*/*.dcm")):
        try:
            found = read(path.read_bytes(), Limits(), pixels=False)
        except ToolFailure:
            continue
        for element in leaves(found.dataset):
            family = "private" if element.tag.is_private else element.VR
            for text in filter(str.strip, texts_of(element)):
                all_[family] += 1
                public[family] += kind_of(tag_of(element), element.VR, text) is None
    share = {family: round(100 * public[family] / count) for family, count in all_.items() if count >= 20}
    say(
        "dicom values shown by default, percent by VR: " + ", ".join(f"{vr} {one}" for vr, one in sorted(share.items()))
    )
    assert {vr: one for vr, one in share.items() if vr in ("PN", "DA", "TM", "LT", "ST", "AS", "private")} == {
        "PN": 0, "DA": 0, "TM": 0, "LT": 0, "ST": 0, "AS": 0, "private": 0,
    }  # fmt: skip
    assert min(share[vr] for vr in ("CS", "DS", "IS", "US", "UL", "AT")) >= 95
