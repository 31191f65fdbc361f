"""DICOM files in which every element that can hold a text holds one of a patient, as do their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path

import numpy as np
from pydicom.config import disable_value_validation
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian

from tests.dicom import making
from tests.dicom.picture_making import item
from tests.dicom.test_csa_headers import header
from tests.dicom.test_encapsulated import pdf
from tests.dicom.waveform_making import channel, code, group, waveform
from tests.wire.canaries import CARE_DATE, PEOPLE, TEXTS
from trivium_pacs.embedded import Person

_PERSON = PEOPLE[2]
_numbers = count(1)
_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_CDA = "1.2.840.10008.5.1.4.1.1.104.2"
_DIRECTORY = "1.2.840.10008.1.3.10"
_TEXT_VRS = ("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "CS")
_ROLES = ("SpecificCharacterSet", "PhotometricInterpretation", "Modality", "ImageType")
"""Code strings without which the file would be read in another way, or is no image."""
_ORDERS = ("AccessionNumber", "StudyID", "RequestedProcedureID")
"""Shown if they have digits, as they join systems; a word there is withheld."""
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
    "private": "MEDICUS.dcm",
    "ecg": "THETHIRD ecg.dcm",
    "odd": "JÖRG.dcm",
    "implicit": "555-0199.dcm",
    "broken": "ANNEMARIE.dcm",
    "not dicom": "12 HIDDEN LANE.txt",
}
DICOM_FILES = [*(name for sort, name in NAMES.items() if sort != "not dicom"), "series/1.dcm", "DICOMDIR"]
"""All that can be read, some of it not to its end."""
ORDINARY = [NAMES["report"], "series/1.dcm"]
NO_FILES = {
    NAMES["not dicom"]: "bad_input",
    "link.dcm": "bad_input",
    "pipe.dcm": "bad_input",
    "series": "bad_input",
    "../QUENTIN/ZORBLAX.dcm": "bad_input",
    "ZORBLAX^QUENTIN/1.dcm": "not_found",
}


def fill_dicom_folder(folder: Path) -> Path:
    """A file of each sort."""
    with disable_value_validation():
        return _filled(folder)


def _filled(folder: Path) -> Path:
    folder.mkdir(parents=True)
    files = {
        "ct": as_file(talkative(making.ct(), _PERSON)),
        "other": as_file(talkative(making.ct(), PEOPLE[1], charset="ISO_IR 192")),
        "report": as_file(report()),
        "document": as_file(document(_pdf(), "application/pdf", _PDF)),
        "cda": as_file(document(CDA.encode(), "text/XML", _CDA)),
        "private": as_file(private()),
        "ecg": as_file(ecg()),
        "odd": odd(),
        "implicit": making.as_bytes(talkative(making.ct(), _PERSON), ImplicitVRLittleEndian),
        "broken": as_file(talkative(making.ct(), _PERSON))[:-700],
        "not dicom": b"ZORBLAX^QUENTIN 12 HIDDEN LANE" * 20,
    }
    for name, content in files.items():
        (folder / NAMES[name]).write_bytes(content)
    for name, person in (("series/1.dcm", _PERSON), ("series/QUENTIN.dcm", PEOPLE[0])):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(as_file(picture(person)))
    (folder / "DICOMDIR").write_bytes(as_file(directory()))
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
        element.value = "ZORBLAX" if element.VR in ("CS", "AE") or element.keyword in _ORDERS else word
    ds.SOPInstanceUID = f"{making.ROOT}.8.{next(_numbers)}"
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
    ds.ConceptNameCodeSequence = Sequence([code("ZORBLAX", "99QUENTIN", "REMARKABLE finding")])
    ds.CompletionFlag, ds.VerificationFlag = "PARTIAL", "UNVERIFIED"
    text, person, number = Dataset(), Dataset(), Dataset()
    for one, kind in ((text, "TEXT"), (person, "PNAME"), (number, "NUM")):
        one.RelationshipType, one.ValueType = "CONTAINS", kind
        one.ConceptNameCodeSequence = Sequence([code("121071", "DCM", "ZORBLAX finding")])
    text.TextValue = "REMARKABLE finding in ZORBLAX, QUENTIN, 12 HIDDEN LANE, 555-0199"
    person.PersonName = _PERSON.name
    value = Dataset()
    value.NumericValue = "13.2"
    value.MeasurementUnitsCodeSequence = Sequence([code("ZORBLAX", "UCUM", "QUENTIN")])
    number.MeasuredValueSequence = Sequence([value])
    day = item(RelationshipType="CONTAINS", ValueType="DATE", Date=_PERSON.birth_date)
    day.ConceptNameCodeSequence = Sequence([code("1", "99ZORBLAX", "Birthday of QUENTIN")])
    ds.ContentSequence = Sequence([text, person, number, day])
    return talkative(ds, _PERSON)


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


def _pdf() -> bytes:
    """With text, and with metadata that is nothing but a name."""
    return pdf("REMARKABLE ZORBLAX, 12 HIDDEN LANE", "QUENTIN 555-0199") + b"\n% /Author (ZORBLAX QUENTIN)\n"


def picture(person: Person) -> Dataset:
    """A slice that can be drawn: texts wherever none is needed for that, and an overlay with a label."""
    ds = making.ct()
    for keyword in KEYWORDS:
        if keyword not in ds and keyword not in ("FilterType", "RetrieveAETitle"):
            setattr(ds, keyword, person.name)
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = person.name, person.id, person.birth_date
    ds.StudyDescription = ds.SeriesDescription = ds.PatientComments = f"REMARKABLE {person.name}"
    ds.WindowCenterWidthExplanation, ds.RescaleType = "ZORBLAX", "QUENTIN"
    ds.StudyDate, ds.SOPInstanceUID = CARE_DATE, f"{making.ROOT}.9.{len(person.name)}"
    ds.add_new(0x60000010, "US", 8)
    ds.add_new(0x60000011, "US", 8)
    ds.add_new(0x60000022, "LO", f"REMARKABLE {person.name}")
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60001500, "LO", person.name)
    ds.add_new(0x60003000, "OW", b"\x55" * 8)
    return ds


ASCCONV = """### ASCCONV BEGIN ###
tProtocolName = ""ZORBLAX QUENTIN""
sZORBLAX.QUENTIN = 12 HIDDEN LANE
### ASCCONV END ###"""


def private() -> Dataset:
    """Headers of makers with names in their values and for their names, days of birth and numbers of records."""
    ds = talkative(making.mr(), _PERSON)
    csa = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    tags = [
        ("ZORBLAX", "LO", 1, ["QUENTIN"]),
        ("PatientsBirth", "DA", 1, [_PERSON.birth_date]),
        ("SequenceName", "SH", 1, ["REMARKABLE"]),
        ("MrProtocol", "UN", 1, [ASCCONV]),
    ]
    csa.add_new(0x10, "OB", header(tags))
    csa.add_new(0x20, "UT", ASCCONV)
    own = ds.private_block(0x0013, "SIEMENS CM VA0  CMS", create=True)
    own.add_new(0x30, "DA", _PERSON.birth_date)
    own.add_new(0x31, "CS", "ZORBLAX")
    for number, (vr, value) in enumerate(
        (("DA", _PERSON.birth_date), ("DT", _PERSON.birth_date), ("PN", _PERSON.name), ("LO", _PERSON.id),
         ("UN", _PERSON.name.encode()), ("OB", _PERSON.name.encode()), ("SQ", [item(PatientName=_PERSON.name)]))
    ):  # fmt: skip
        own.add_new(0x40 + number, vr, value)
    return ds


def ecg() -> Dataset:
    """Channels, groups and annotations that are called after the patient."""
    named = ("2:1", "99ZORBLAX", "QUENTIN")
    one = channel(named, ("ZORBLAX", "UCUM", "QUENTIN"), ChannelLabel="ZORBLAX QUENTIN")
    samples = np.arange(50, dtype=np.int16).reshape(50, 1)
    multiplex = group(samples, [one], MultiplexGroupLabel="ZORBLAX QUENTIN")
    multiplex.WaveformOriginality = "ZORBLAX"
    ds = waveform(multiplex, WaveformAnnotationSequence=[
        item(UnformattedTextValue="REMARKABLE ZORBLAX", ReferencedWaveformChannels=[1, 0]),
        item(ConceptNameCodeSequence=[code(*named)], NumericValue=_PERSON.birth_date,
             MeasurementUnitsCodeSequence=[code("mV", "UCUM", "QUENTIN")]),
    ])  # fmt: skip
    return talkative(ds, _PERSON)


def odd() -> bytes:
    """Each representation with words and numbers of a patient in it, where they belong as little as in any other."""
    values = [b"ZORBLAX^QUENTIN ", b"MRN-7743-Z", b"19910625", b"12 HIDDEN LANE"]
    tags = (0x00080060, 0x00080068, 0x00180050, 0x00181030, 0x00200011, 0x00200013, 0x00280004, 0x00401400, 0x00104000)
    vrs = (b"CS", b"IS", b"DS", b"UI", b"DA", b"TM", b"AS", b"LO", b"UN", b"ZZ", b"OB", b"UT", b"PN")
    # The day of a birth is a date wherever one belongs, which is none of the tags.
    chosen = [(tag + 0x10000 * at, vr, values[at % 4]) for at, vr in enumerate(vrs) for tag in tags]
    elements = sorted({tag: (vr, value) for tag, vr, value in chosen}.items())
    return making.file_of(b"".join(making.element(tag, vr, value) for tag, (vr, value) in elements))


def directory() -> Dataset:
    """A DICOMDIR whose records and files have the names of people."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.FileSetID = _DIRECTORY, f"{making.ROOT}.77", "ZORBLAX"
    ds.FileSetDescriptorFileID = ["ZORBLAX", "QUENTIN"]
    ds.DirectoryRecordSequence = [
        item(DirectoryRecordType=kind, ReferencedFileID=["SERIES", "QUENTIN"], PatientName=_PERSON.name,
             PatientID=_PERSON.id, StudyDescription="REMARKABLE")
        for kind in ("PATIENT", "STUDY", "SERIES", "IMAGE", "ZORBLAX")
    ]  # fmt: skip
    return ds


def as_file(ds: Dataset) -> bytes:
    return making.as_bytes(ds)
