"""DICOM files in which every element that can hold a text holds one of a patient, as do their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.dicom import making
from tests.wire.canaries import CARE_DATE, PEOPLE, TEXTS
from trivium_pacs.embedded import Person

_PERSON = PEOPLE[2]
_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_CDA = "1.2.840.10008.5.1.4.1.1.104.2"
_TEXT_VRS = ("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "CS")
_ROLES = ("SpecificCharacterSet", "PhotometricInterpretation", "Modality", "ImageType")
"""Code strings without which the file would be read in another way, or is no image."""
KEYWORDS = (
    "PatientComments",
    "AdditionalPatientHistory",
    "ImageComments",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "InstitutionName",
    "InstitutionAddress",
    "StationName",
    "Manufacturer",
    "ManufacturerModelName",
    "SoftwareVersions",
    "DeviceSerialNumber",
    "ConvolutionKernel",
    "BodyPartExamined",
    "EthnicGroup",
    "PatientAddress",
    "RetrieveAETitle",
    "DerivationDescription",
    "ScanOptions",
    "FilterType",
    "ContrastBolusAgent",
    "PatientTelephoneNumbers",
    "Occupation",
)
NAMES = {
    "ct": "ZORBLAX^QUENTIN.dcm",
    "other": "MÜLLER MRN-7742-Y.dcm",
    "report": "REMARKABLE report.dcm",
    "document": "O'BRIEN.pdf.dcm",
    "cda": "ORLAITH.cda.dcm",
    "broken": "ANNEMARIE.dcm",
    "not dicom": "12 HIDDEN LANE.txt",
}


def fill_dicom_folder(folder: Path) -> Path:
    """A file of each sort."""
    folder.mkdir(parents=True)
    files = {
        "ct": as_file(talkative(making.ct(), _PERSON)),
        "other": as_file(talkative(making.ct(), PEOPLE[1], charset="ISO_IR 192")),
        "report": as_file(report()),
        "document": as_file(
            document(b"%PDF-1.4 REMARKABLE ZORBLAX", "application/pdf", "1.2.840.10008.5.1.4.1.1.104.1")
        ),
        "cda": as_file(document(CDA.encode(), "text/XML", "1.2.840.10008.5.1.4.1.1.104.2")),
        "broken": as_file(talkative(making.ct(), _PERSON))[:-700],
        "not dicom": b"ZORBLAX^QUENTIN 12 HIDDEN LANE" * 20,
    }
    for name, content in files.items():
        (folder / NAMES[name]).write_bytes(content)
    (folder / "link.dcm").symlink_to(folder / NAMES["ct"])
    os.mkfifo(folder / "pipe.dcm")
    return folder


def talkative(ds: Dataset, person: Person, charset: str = "ISO_IR 192") -> Dataset:
    """The data set with texts of the patient wherever a text can be, in sequences and private elements too."""
    words = cycle([*person.name.rstrip("^").split("^"), *TEXTS, person.id])
    ds.SpecificCharacterSet = charset
    for keyword in KEYWORDS:
        if keyword not in ds:
            setattr(ds, keyword, "X")
    item = Dataset()
    item.RequestedProcedureID, item.RequestedProcedureDescription, item.CodeMeaning = "X", "X", "X"
    ds.RequestAttributesSequence = Sequence([item])
    block = ds.private_block(0x0029, f"{person.name.split('^')[0]} 1.0", create=True)
    block.add_new(1, "LO", "X")
    block.add_new(2, "UT", "X")
    for element in [*_texts(ds), *_texts(item)]:
        word = next(words)
        element.value = "ZORBLAX" if element.VR in ("CS", "AE") else word
    for keyword in ("PatientName", "ReferringPhysicianName", "OperatorsName"):
        setattr(ds, keyword, person.name)
    ds.PatientID, ds.PatientBirthDate = person.id, person.birth_date
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = CARE_DATE
    return ds


def _texts(ds: Dataset) -> Iterator[DataElement]:
    for element in ds:
        if element.VR in _TEXT_VRS and element.keyword not in _ROLES and element.tag.element != 0x10:
            yield element


def report() -> Dataset:
    """A basic text report (PS3.3 A.35.1) whose every item names the patient."""
    ds = making.sc()
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel"):
        ds.pop(keyword, None)
    ds.SOPClassUID, ds.Modality = "1.2.840.10008.5.1.4.1.1.88.11", "SR"
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = Sequence([_code("ZORBLAX", "99QUENTIN", "REMARKABLE finding")])
    ds.CompletionFlag, ds.VerificationFlag = "PARTIAL", "UNVERIFIED"
    text, person, number = Dataset(), Dataset(), Dataset()
    for item, kind in ((text, "TEXT"), (person, "PNAME"), (number, "NUM")):
        item.RelationshipType, item.ValueType = "CONTAINS", kind
        item.ConceptNameCodeSequence = Sequence([_code("121071", "DCM", "ZORBLAX finding")])
    text.TextValue = "REMARKABLE finding in ZORBLAX, QUENTIN, 12 HIDDEN LANE, 555-0199"
    person.PersonName = _PERSON.name
    value = Dataset()
    value.NumericValue = "13.2"
    value.MeasurementUnitsCodeSequence = Sequence([_code("ZORBLAX", "UCUM", "QUENTIN")])
    number.MeasuredValueSequence = Sequence([value])
    ds.ContentSequence = Sequence([text, person, number])
    return talkative(ds, _PERSON)


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


CDA = """<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>REMARKABLE</title><recordTarget>
<patientRole><id extension="MRN-7743-Z"/><patient><name>ZORBLAX QUENTIN</name></patient></patientRole></recordTarget>
<component><structuredBody><component><section><title>O'BRIEN</title><text>REMARKABLE finding, 12 HIDDEN LANE</text>
</section></component></structuredBody></component></ClinicalDocument>"""


def document(content: bytes, mime_type: str, sop_class: str) -> Dataset:
    ds = making.sc()
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel"):
        ds.pop(keyword, None)
    ds.SOPClassUID, ds.Modality = sop_class, "DOC"
    ds.DocumentTitle, ds.MIMETypeOfEncapsulatedDocument = "X", mime_type
    ds = talkative(ds, _PERSON)
    ds.MIMETypeOfEncapsulatedDocument = mime_type
    ds.EncapsulatedDocument = content + b" " * (len(content) % 2)
    return ds


def as_file(ds: Dataset) -> bytes:
    return making.as_bytes(ds)
