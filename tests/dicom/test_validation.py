"""Conformance of data sets: one thing is made wrong at a time, and exactly that is found."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from tests.conftest import Say
from tests.dicom import making

from trivium_dicom.dictionary import entries
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.iods import ModuleUse, iod_of
from trivium_dicom.validation.checking import Report, validate
from trivium_dicom.validation.conditions_display import DISPLAY
from trivium_dicom.validation.conditions_general import GENERAL
from trivium_dicom.validation.conditions_special import SPECIAL
from trivium_dicom.validation.findings import MOST_KINDS
from trivium_dicom.validation.rules import RULES, Severity
from trivium_dicom.validation.work import report_of

ENHANCED_CT: Final = "1.2.840.10008.5.1.4.1.1.2.1"
BASIC_TEXT_SR: Final = "1.2.840.10008.5.1.4.1.1.88.11"
RT_PLAN: Final = "1.2.840.10008.5.1.4.1.1.481.5"
SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
COLORS: Final = ("Red", "Green", "Blue")
Found = tuple[str, str]
"""Rule and path."""


def judged(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> Report:
    """As a file."""
    return judged_bytes(making.as_bytes(ds, syntax))


def judged_bytes(content: bytes) -> Report:
    return report_of(read(content, Limits()), content, Limits())


def found(report: Report, least: Severity = Severity.NOTE) -> list[Found]:
    return sorted((one.rule.id, one.path) for one in report.findings if one.rule.severity.rank <= least.rank)


def item(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str = "T-D1100", scheme: str = "SRT", meaning: str = "Head") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def spliced(ds: Dataset, tag: int, element: bytes) -> bytes:
    """A file with these bytes in the place where the element `tag` belongs."""
    before, after = Dataset(), Dataset()
    for one in ds:
        (before if one.tag < tag else after).add(one)
    body = making.data_set(before) + element + making.data_set(after)
    return making.as_bytes(ds)[: -len(making.data_set(ds))] + body


def file(ds: Dataset, tag: int, vr: bytes, value: bytes) -> bytes:
    """A file with an element as it is stored: this VR, these bytes."""
    without = Dataset()
    for one in ds:
        if one.tag != tag:
            without.add(one)
    return spliced(without, tag, making.element(tag, vr, value))


MAKERS: Final = (making.ct, making.mr, making.sc)
SYNTAXES: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("make", MAKERS)
def test_a_clean_file_has_no_finding_at_all_in_any_encoding(make: Callable[..., Dataset], syntax: str) -> None:
    report = judged(make(), syntax)
    assert found(report) == []
    assert report.valid


@pytest.mark.parametrize("make", MAKERS)
def test_a_data_set_that_was_never_a_file_is_judged_too(make: Callable[..., Dataset]) -> None:
    report = validate(make())
    assert found(report) == []


def _required() -> list[tuple[Callable[..., Dataset], str, str, str]]:
    """Each attribute of type 1 and 2 that the three objects have at the top, with the strictest type of its modules."""
    keyword = {one.digits: one.keyword for one in entries()}
    rows = []
    for make in MAKERS:
        ds = make()
        iod = iod_of(ds.SOPClassUID)
        assert iod
        types: dict[str, str] = {}
        for use in iod.modules:
            if _judged(use, ds):
                for one in use.module.attributes.values():
                    if one.type in ("1", "2"):
                        types[one.tag] = min(one.type, types.get(one.tag, "2"))
        if make is making.sc:
            del types["00080060"]  # SC Equipment makes it type 3 (PS3.3 C.8.6.1)
        rows += [(make, tag, keyword[tag], kind) for tag, kind in sorted(types.items()) if tag not in CLASS]
    return rows


CLASS: Final = ("00080016", "00080018")


def _judged(use: ModuleUse, ds: Dataset) -> bool:
    return use.usage == "M" or (use.module.id == "general-equipment" and "Manufacturer" in ds)


REQUIRED: Final = _required()


@pytest.mark.parametrize(
    ("make", "tag", "keyword", "kind"), REQUIRED, ids=[f"{make.__name__}-{name}" for make, _, name, _ in REQUIRED]
)
def test_a_required_attribute_that_is_taken_away_is_missed_and_nothing_else(
    make: Callable[..., Dataset], tag: str, keyword: str, kind: str
) -> None:
    ds = make()
    assert keyword in ds
    del ds[keyword]
    report = judged(ds)
    path = f"({tag[:4]},{tag[4:]})".upper()
    missing = [one for one in report.findings if one.path == path]
    assert [(one.rule.id, one.type, one.count) for one in missing] == [("attribute.missing", kind, 1)]
    assert found(report, Severity.WARNING) == [("attribute.missing", path)]


@pytest.mark.parametrize(
    ("make", "tag", "keyword", "kind"), REQUIRED, ids=[f"{make.__name__}-{name}" for make, _, name, _ in REQUIRED]
)
def test_a_required_attribute_may_be_empty_if_it_is_of_type_2(
    make: Callable[..., Dataset], tag: str, keyword: str, kind: str
) -> None:
    ds = make()
    ds[keyword] = DataElement(keyword, ds[keyword].VR, None)
    path = f"({tag[:4]},{tag[4:]})".upper()
    assert found(judged(ds), Severity.WARNING) == ([("attribute.empty", path)] if kind == "1" else [])


def test_nothing_of_a_mandatory_module_is_told_as_one_fault_beside_its_attributes() -> None:
    ds = making.ct(PatientName=None, PatientID=None, PatientBirthDate=None, PatientSex=None)
    report = judged(ds)
    module = next(one for one in report.findings if one.rule.id == "iod.module_missing")
    assert (module.path, module.module, module.fix) == (
        "(0010,0010)",
        "Patient",
        "4 attributes of the module are required",
    )
    assert [path for rule, path in found(report) if rule == "attribute.missing"] == [
        "(0010,0010)", "(0010,0020)", "(0010,0030)", "(0010,0040)",
    ]  # fmt: skip


def test_an_optional_module_is_judged_as_soon_as_something_of_it_is_there() -> None:
    assert judged(making.ct()).modules == ("Patient Study", "VOI LUT")
    report = judged(making.ct(ClinicalTrialSponsorName="SPONSOR", ClinicalTrialSubjectID="1"))
    assert report.modules == ("Clinical Trial Subject", "Patient Study", "VOI LUT")
    assert found(report) == [
        ("attribute.missing", "(0012,0020)"),
        ("attribute.missing", "(0012,0021)"),
        ("attribute.missing", "(0012,0030)"),
        ("attribute.missing", "(0012,0031)"),
    ]


def test_a_contrast_volume_of_zero_says_that_there_was_no_contrast_agent() -> None:
    assert found(judged(making.ct(ContrastBolusVolume="0"))) == []
    assert found(judged(making.ct(ContrastBolusVolume="10"))) == [("attribute.missing", "(0018,0010)")]


def test_items_of_sequences_are_judged_each_and_counted_together() -> None:
    bad = item(ReferencedSOPClassUID=making.CT_STORAGE)
    good = item(ReferencedSOPClassUID=making.CT_STORAGE, ReferencedSOPInstanceUID="2.25.7000.77")
    report = judged(making.ct(ReferencedImageSequence=Sequence([bad, good, bad])))
    (one,) = report.findings
    assert (one.rule.id, one.path, one.type, one.count) == ("attribute.missing", "(0008,1140)/(0008,1155)", "1", 2)
    assert [example.place for example in one.examples] == ["(0008,1140)[1]/(0008,1155)", "(0008,1140)[3]/(0008,1155)"]


MODALITY_LUT: Final = Sequence([item(LUTDescriptor=[2, 0, 16], ModalityLUTType="US", LUTData=struct.pack("<2H", 0, 1))])
# One change of a CT, MR or SC, and what is found then.
CHANGES: Final[dict[str, tuple[Dataset, list[Found]]]] = {
    "palette descriptors and data wanted": (
        making.sc(PhotometricInterpretation="PALETTE COLOR", SamplesPerPixel=1, PlanarConfiguration=None,
                  PixelData=bytes(16)),
        [("attribute.conditional_missing", f"(0028,{element})")
         for element in ("1101", "1102", "1103", "1201", "1202", "1203")],
    ),
    "planar configuration wanted": (
        making.sc(PlanarConfiguration=None), [("attribute.conditional_missing", "(0028,0006)")],
    ),
    "width without center": (
        making.ct(WindowCenter=None),
        [("attribute.conditional_missing", "(0028,1050)"), ("attribute.forbidden", "(0028,1051)")],
    ),
    "center without width": (making.ct(WindowWidth=None), [("attribute.conditional_missing", "(0028,1051)")]),
    "two centers, one width": (making.ct(WindowCenter=[40, 50]), [("window.pairs", "(0028,1051)")]),
    "window too narrow": (making.ct(WindowWidth="0.5"), [("window.width", "(0028,1051)")]),
    "slope without intercept": (
        making.sc(RescaleSlope=1, RescaleType="US"), [("attribute.conditional_missing", "(0028,1052)")],
    ),
    "intercept without slope": (
        making.sc(RescaleIntercept=0, RescaleType="US"), [("attribute.conditional_missing", "(0028,1053)")],
    ),
    "patient position of CT": (making.ct(PatientPosition=None), [("attribute.conditional_missing", "(0018,5100)")]),
    "a human, in words": (making.ct(PatientSpeciesDescription="Homo sapiens"), []),
    "a human, by a code": (
        making.ct(PatientSpeciesCodeSequence=Sequence([code("337915000", "SCT", "homo sapiens")])), [],
    ),
    "a dog": (
        making.ct(PatientSpeciesDescription="Canis lupus familiaris"),
        [("attribute.conditional_missing", f"(0010,22{element})") for element in (92, 93, 94, 97, 99)],
    ),
    "planar configuration of one sample": (
        making.ct(PlanarConfiguration=0), [("attribute.forbidden", "(0028,0006)")],
    ),
    "orientation of an image in no plane": (
        making.sc(PatientOrientation=None), [("attribute.conditional_missing", "(0020,0020)")],
    ),
    "laterality of a hand": (
        making.sc(BodyPartExamined="HAND"), [("attribute.conditional_missing", "(0020,0060)")],
    ),
    "identity removed, no method": (
        making.ct(PatientIdentityRemoved="YES"),
        [("attribute.conditional_missing", "(0012,0063)"), ("attribute.conditional_missing", "(0012,0064)")],
    ),
    "type 1C that is empty": (making.ct(RescaleType=""), [("attribute.conditional_empty", "(0028,1054)")]),
    "no pixel data": (making.ct(PixelData=None), [("attribute.conditional_missing", "(7FE0,0010)")]),
    "repetition time of spin echo": (
        making.mr(RepetitionTime=None), [("attribute.conditional_missing", "(0018,0080)")],
    ),
    "LUT beside a slope without intercept": (making.sc(RescaleSlope=1, ModalityLUTSequence=MODALITY_LUT), []),
    "both LUT and rescale": (
        making.sc(
            RescaleIntercept=0, RescaleSlope=1, RescaleType="US",
            ModalityLUTSequence=MODALITY_LUT,
        ),
        [("attribute.forbidden", "(0028,1052)"), ("attribute.forbidden", "(0028,3000)")],
    ),
    "code without a scheme": (
        making.ct(AnatomicRegionSequence=Sequence([item(CodeValue="T-D1100", CodeMeaning="Head")])),
        [("attribute.conditional_missing", "(0008,2218)/(0008,0102)")],
    ),
    "enumerated value": (making.ct(PatientSex="X"), [("term.enumerated", "(0010,0040)")]),
    "enumerated value of the module": (
        making.ct(PhotometricInterpretation="PALETTE COLOR"),
        [("attribute.conditional_missing", f"(0028,{element})")
         for element in ("1101", "1102", "1103", "1201", "1202", "1203")]
        + [("term.enumerated", "(0028,0004)")],
    ),
    "first value of image type": (
        making.ct(ImageType=["COPIED", "PRIMARY", "AXIAL"]), [("term.enumerated", "(0008,0008)")],
    ),
    "a third value that nobody knows": (
        making.ct(ImageType=["ORIGINAL", "PRIMARY", "SIDEWAYS"]), [("term.defined", "(0008,0008)")],
    ),
    "two values of one": (making.ct(StudyID=["A", "B"]), [("vm.wrong", "(0020,0010)")]),
    "three values of two": (making.ct(PixelSpacing=[1, 1, 1]), [("vm.wrong", "(0028,0030)")]),
    "series with the UID of its study": (
        making.ct(SeriesInstanceUID=f"{making.ROOT}.1"), [("uid.same", "(0020,000E)")],
    ),
    "bits stored beyond allocated": (
        making.ct(BitsStored=17, HighBit=16), [("pixel.bits", "(0028,0101)"), ("term.enumerated", "(0028,0101)")],
    ),
    "high bit elsewhere": (making.ct(HighBit=15), [("pixel.bits", "(0028,0102)")]),
    "sign that is none": (making.ct(PixelRepresentation=2), [("pixel.bits", "(0028,0103)"),
                                                              ("term.enumerated", "(0028,0103)")]),
    "fewer pixels": (making.ct(PixelData=bytes(126)), [("pixel.length", "(7FE0,0010)")]),
    "one sample of RGB": (
        making.sc(SamplesPerPixel=1, PlanarConfiguration=None, PixelData=bytes(16)),
        [("pixel.samples", "(0028,0002)")],
    ),
    "no rows": (making.ct(Rows=0, PixelData=None), [("attribute.conditional_missing", "(7FE0,0010)"),
                                                     ("pixel.zero", "(0028,0010)")]),
    "aspect ratio beside spacing": (
        making.ct(PixelAspectRatio=[1, 1]), [("pixel.aspect_and_spacing", "(0028,0034)")],
    ),
    "rows and columns askew": (
        making.ct(ImageOrientationPatient=[1, 0, 0, 1, 0, 0]), [("plane.orientation", "(0020,0037)")],
    ),
    "no distance of pixels": (making.ct(PixelSpacing=[0, 1]), [("plane.spacing", "(0028,0030)")]),
    "no distance of the only row": (making.ct(PixelSpacing=[0, 1], Rows=1, PixelData=bytes(16)), []),
    "no distance of columns": (
        making.ct(PixelSpacing=[0, 0], Rows=1, PixelData=bytes(16)), [("plane.spacing", "(0028,0030)")],
    ),
    "retired": (making.ct(StudyComments="x"), [("attribute.retired", "(0032,4000)"), ("iod.extra", "(0032,4000)")]),
    "not of this object": (making.ct(EchoTime=5), [("iod.extra", "(0018,0081)")]),
    "two sets without extensions": (
        making.ct(SpecificCharacterSet=["ISO_IR 100", "ISO_IR 144"]), [("charset.mixed", "(0008,0005)")],
    ),
    "the default repertoire by a name": (
        making.ct(SpecificCharacterSet="ISO_IR 6"), [("charset.default", "(0008,0005)")],
    ),
    "unknown private class": (
        making.ct(SOPClassUID="2.25.7000.99"), [("iod.class_unknown", "(0008,0016)")],
    ),
    "class of no stored object": (
        making.ct(SOPClassUID="1.2.840.10008.1.1"), [("iod.not_known", "(0008,0016)")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_gives_exactly_its_findings(name: str) -> None:
    ds, expected = CHANGES[name]
    assert found(judged(ds)) == sorted(expected)


STORED: Final[dict[str, tuple[bytes, list[Found]]]] = {
    "a date that does not exist": (
        file(making.ct(), 0x00080020, b"DA", b"20230229"), [("vr.no_such_date", "(0008,0020)")],
    ),
    "lower case code": (file(making.ct(), 0x00180015, b"CS", b"Head"), [("vr.characters", "(0018,0015)")]),
    "no number": (file(making.ct(), 0x00180060, b"DS", b"12O "), [("vr.characters", "(0018,0060)")]),
    "a number in no form": (file(making.ct(), 0x00180060, b"DS", b"1-2 "), [("vr.form", "(0018,0060)")]),
    "UID with a leading zero": (file(making.ct(), 0x00200052, b"UI", b"2.25.07\0"), [("vr.form", "(0020,0052)")]),
    "too long for SH": (file(making.ct(), 0x00080050, b"SH", b"A" * 18), [("vr.length", "(0008,0050)")]),
    "a whole number beyond 32 bits": (
        file(making.ct(), 0x00200013, b"IS", b"2147483648"), [("vr.range", "(0020,0013)")],
    ),
    "another VR": (file(making.ct(), 0x00100010, b"LO", b"Example^Erika "), [("vr.wrong", "(0010,0010)")]),
    "UN for a known one": (file(making.ct(), 0x00081030, b"UN", b"Synthetic "), [("vr.unknown", "(0008,1030)")]),
    "odd length": (file(making.ct(), 0x00081030, b"LO", b"odd"), [("vr.odd_length", "(0008,1030)")]),
    "half a value": (
        file(making.ct(), 0x00280002, b"US", b"\1\0\0\0"), [("vm.wrong", "(0028,0002)")],
    ),
    "a third of a value": (
        file(making.ct(), 0x00189073, b"FD", b"\0\0\0\0"),
        [("vr.part_of_value", "(0018,9073)")],
    ),
    "letters without a character set": (
        file(making.ct(SpecificCharacterSet=None), 0x00100010, b"PN", b"M\xfcller^X"),
        [("charset.undeclared", "(0010,0010)")],
    ),
    "no text in its character set": (
        file(making.ct(), 0x00100010, b"PN", b"M\xfcller^X"), [("charset.undecodable", "(0010,0010)")],
    ),
    "unknown character set": (
        file(making.ct(), 0x00080005, b"CS", b"ISO_IR 999"), [("charset.unknown", "(0008,0005)")],
    ),
    "a group length": (
        spliced(making.ct(), 0x00080000, making.element(0x00080000, b"UL", b"\0\0\0\0")),
        [("order.group_length", "(0008,0000)")],
    ),
    "not in the dictionary": (
        spliced(making.ct(), 0x00080009, making.element(0x00080009, b"LO", b"x ")),
        [("attribute.unknown", "(0008,0009)"), ("iod.extra", "(0008,0009)")],
    ),
    "private without a creator": (
        spliced(making.ct(), 0x00091001, making.element(0x00091001, b"LO", b"x ")),
        [("private.no_creator", "(0009,1001)")],
    ),
    "private in a wrong place": (
        spliced(making.ct(), 0x00090002, making.element(0x00090002, b"LO", b"x ")),
        [("private.bad_element", "(0009,0002)")],
    ),
    "a group that is never private": (
        spliced(making.ct(), 0x00070010, making.element(0x00070010, b"LO", b"x ")),
        [("private.bad_group", "(0007,0010)")],
    ),
    "out of order": (
        spliced(making.ct(StudyID=None), 0x00280002, making.element(0x00200010, b"SH", b"1 ")),
        [("order.tags", "(0020,0010)")],
    ),
    "bytes of OB for 16 bits": (
        file(making.ct(), 0x7FE00010, b"OB", bytes(128)), [("pixel.vr", "(7FE0,0010)")],
    ),
    "without file meta information": (making.as_bytes(making.ct(), meta=False), [("meta.absent", "(0002,0000)")]),
}  # fmt: skip


@pytest.mark.parametrize("name", STORED)
def test_what_is_wrong_in_the_bytes_is_found_and_nothing_else(name: str) -> None:
    content, expected = STORED[name]
    assert found(judged_bytes(content)) == sorted(expected)


@pytest.mark.parametrize("element", [0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012])
def test_each_required_element_of_the_file_meta_information_is_missed(element: int) -> None:
    reading = read(making.as_bytes(making.ct()), Limits())
    meta = reading.dataset.file_meta
    del meta[element]
    report = validate(reading.dataset, file_meta=meta, transfer_syntax=reading.transfer_syntax)
    assert found(report) == [("meta.missing", f"(0002,{element & 0xFFFF:04X})")]
    meta.add_new(element, "OB" if element == 0x00020001 else "UI", b"" if element == 0x00020001 else "")
    report = validate(reading.dataset, file_meta=meta, transfer_syntax=reading.transfer_syntax)
    assert found(report) == [("meta.empty", f"(0002,{element & 0xFFFF:04X})")]


def test_file_meta_information_that_names_another_instance_is_told() -> None:
    reading = read(making.as_bytes(making.ct()), Limits())
    reading.dataset.file_meta.MediaStorageSOPInstanceUID = UID("2.25.7000.5")
    reading.dataset.file_meta.TransferSyntaxUID = UID("2.25.7000.6")
    report = validate(reading.dataset, file_meta=reading.dataset.file_meta)
    assert found(report) == [("meta.differs", "(0002,0003)"), ("meta.transfer_syntax", "(0002,0010)")]


def test_encapsulated_pixel_data_are_not_measured_and_native_ones_are_told() -> None:
    jpeg = "1.2.840.10008.1.2.4.70"
    assert found(validate(making.ct(), transfer_syntax=jpeg)) == [("pixel.not_encapsulated", "(7FE0,0010)")]
    fragments = b"\xfe\xff\x00\xe0" + bytes(4) + b"\xfe\xff\x00\xe0" + struct.pack("<I", 4) + bytes(4)
    assert found(validate(making.ct(PixelData=fragments), transfer_syntax=jpeg)) == []


def test_a_palette_that_is_shorter_than_its_descriptor_says_is_told() -> None:
    palettes: dict[str, Any] = {}
    for color in ("Red", "Green", "Blue"):
        palettes[f"{color}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        palettes[f"{color}PaletteColorLookupTableData"] = bytes(6 if color == "Green" else 8)
    ds = making.sc(
        PhotometricInterpretation="PALETTE COLOR",
        SamplesPerPixel=1,
        PlanarConfiguration=None,
        PixelData=bytes(16),
        **palettes,
    )
    assert found(judged(ds)) == [("lut.length", "(0028,1202)")]


def test_overlays_are_judged_each_in_its_group() -> None:
    ds = making.sc()
    ds.add_new(0x60020010, "US", 4)
    ds.add_new(0x60020011, "US", 4)
    paths = [path for rule, path in found(judged(ds)) if rule == "attribute.missing"]
    assert paths == ["(6002,0040)", "(6002,0050)", "(6002,0100)", "(6002,0102)", "(6002,3000)"]


def _enhanced(*, shared: list[str], frames: list[list[str]], count: int) -> Dataset:
    ds = making.ct(SOPClassUID=ENHANCED_CT, NumberOfFrames=count)
    ds.SharedFunctionalGroupsSequence = Sequence([_group(shared)])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_group(names) for names in frames])
    return ds


def _group(names: list[str]) -> Dataset:
    return item(**{name: Sequence([Dataset()]) for name in names})


MACROS: Final = [
    "PixelMeasuresSequence", "PlanePositionSequence", "PlaneOrientationSequence", "FrameAnatomySequence",
    "IrradiationEventIdentificationSequence", "CTImageFrameTypeSequence", "PixelValueTransformationSequence",
]  # fmt: skip


def test_mandatory_functional_groups_are_shared_or_in_every_frame() -> None:
    ds = _enhanced(shared=MACROS, frames=[["FrameContentSequence"], ["FrameContentSequence"]], count=2)
    assert [one for one in found(judged(ds)) if one[0].startswith("groups.")] == []
    ds = _enhanced(shared=MACROS[1:], frames=[["FrameContentSequence", MACROS[0]], ["FrameContentSequence"]], count=2)
    assert [one for one in found(judged(ds)) if one[0].startswith("groups.")] == [("groups.missing", "(0028,9110)")]


def test_a_functional_group_that_is_shared_and_of_a_frame_and_a_wrong_count_are_told() -> None:
    frame = ["FrameContentSequence", "PixelMeasuresSequence"]
    ds = _enhanced(shared=MACROS, frames=[frame], count=2)
    groups = [one for one in found(judged(ds)) if one[0].startswith("groups.")]
    assert groups == [("groups.frames", "(5200,9230)"), ("groups.twice", "(0028,9110)")]


def test_attributes_inside_functional_groups_are_judged() -> None:
    ds = _enhanced(shared=MACROS, frames=[["FrameContentSequence"]] * 2, count=2)
    paths = [path for rule, path in found(judged(ds)) if rule == "attribute.missing"]
    assert "(5200,9229)/(0020,9113)/(0020,0032)" not in paths  # type 1C there
    assert "(5200,9229)/(0028,9145)/(0028,1052)" in paths


def _report(*content: Dataset) -> Dataset:
    ds = making.ct(SOPClassUID=BASIC_TEXT_SR, Modality="SR", PixelData=None)
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = Sequence([code("18748-4", "LN", "Diagnostic imaging report")])
    ds.ContentSequence = Sequence(content)
    return ds


def test_a_content_item_needs_what_its_value_type_needs_at_any_depth() -> None:
    text = item(RelationshipType="CONTAINS", ValueType="TEXT", ConceptNameCodeSequence=Sequence([code()]))
    coded = item(
        RelationshipType="CONTAINS", ValueType="CODE", ConceptNameCodeSequence=Sequence([code()]),
        ConceptCodeSequence=Sequence([code()]), ContentSequence=Sequence([text]),
    )  # fmt: skip
    reported = [
        path for rule, path in found(judged(_report(coded))) if rule == "attribute.missing" and "0040,A730" in path
    ]
    assert reported == ["(0040,A730)/(0040,A730)/(0040,A160)"]


def test_a_plan_of_a_patient_refers_to_a_structure_set() -> None:
    plan = making.ct(SOPClassUID=RT_PLAN, RTPlanGeometry="PATIENT")
    assert ("attribute.conditional_missing", "(300C,0060)") in found(validate(plan))
    plan.RTPlanGeometry = "TREATMENT_DEVICE"
    assert ("attribute.conditional_missing", "(300C,0060)") not in found(validate(plan))


def lacks(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> set[str]:
    """Paths of what a condition requires and is not there."""
    return {
        path for rule, path in found(validate(ds, transfer_syntax=syntax)) if rule == "attribute.conditional_missing"
    }


def test_objects_converted_from_older_classes_need_no_patient_position() -> None:
    whole = making.ct(PatientPosition=None)
    for tail, needed in (("2.1", True), ("4.3", True), ("2.2", False), ("4.4", False)):
        whole.SOPClassUID = f"1.2.840.10008.5.1.4.1.1.{tail}"
        assert ("(0018,5100)" in lacks(whole)) is needed


def test_the_side_of_a_paired_part_may_be_told_of_the_frames_or_of_the_measurement() -> None:
    ds = _enhanced(shared=["FrameAnatomySequence"], frames=[[], []], count=2)
    ds.BodyPartExamined = "KNEE"
    assert "(0020,0060)" in lacks(ds)
    ds.SharedFunctionalGroupsSequence[0].FrameAnatomySequence[0].FrameLaterality = "L"
    assert "(0020,0060)" not in lacks(ds)
    measured = making.sc(BodyPartExamined="EYE", MeasurementLaterality="R")
    assert "(0020,0060)" not in lacks(measured)


def test_loss_of_this_file_says_nothing_of_the_images_that_it_was_made_of() -> None:
    lossy, sources = "1.2.840.10008.1.2.4.50", "1.2.840.10008.5.1.4.1.1.13.1.3"
    assert "(0028,2110)" in lacks(making.ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.6.1"), lossy)
    tomosynthesis = making.ct(SOPClassUID=sources, ContributingSourcesSequence=Sequence([item(Rows=4)]))
    assert "(0018,9506)/(0028,2110)" not in lacks(tomosynthesis, lossy)


def test_enhanced_images_say_whether_they_lost_information_save_converted_ones() -> None:
    assert "(0028,2110)" in lacks(making.ct(SOPClassUID=ENHANCED_CT))
    assert "(0028,2110)" not in lacks(making.ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.2.2"))


def test_a_segmentation_of_images_that_lost_information_need_not_say_how_much() -> None:
    ds = making.ct(SOPClassUID=SEGMENTATION, LossyImageCompression="01")
    assert "(0028,2112)" not in lacks(ds)
    ds.SOPClassUID = ENHANCED_CT
    assert "(0028,2112)" in lacks(ds)


def test_segmented_palettes_are_wanted_of_all_colors_or_none() -> None:
    palettes: dict[str, Any] = {f"{color}PaletteColorLookupTableDescriptor": [4, 0, 16] for color in COLORS}
    ds = making.sc(PhotometricInterpretation="PALETTE COLOR", SamplesPerPixel=1, PlanarConfiguration=None, **palettes)
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
    plain, segmented = {f"(0028,120{n})" for n in (1, 2, 3)}, {f"(0028,122{n})" for n in (1, 2, 3)}
    assert lacks(ds) & (plain | segmented) == plain
    ds.SegmentedRedPaletteColorLookupTableData = struct.pack("<4H", 0, 2, 0, 1)
    assert lacks(ds) & (plain | segmented) == {"(0028,1222)", "(0028,1223)"}
    for color in COLORS:
        ds[f"{color}PaletteColorLookupTableData"] = DataElement(f"{color}PaletteColorLookupTableData", "OW", bytes(8))
    assert lacks(ds) & (plain | segmented) == {"(0028,1222)", "(0028,1223)"}


def test_a_gated_series_of_pet_says_how_long_a_frame_is() -> None:
    pet = making.ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.128", SeriesType=["GATED", "IMAGE"])
    assert "(0018,1063)" in lacks(pet)
    pet.SeriesType = ["STATIC", "IMAGE"]
    assert "(0018,1063)" not in lacks(pet)


def test_a_dose_of_beams_names_the_beams_of_its_plan() -> None:
    group = item(ReferencedFractionGroupNumber=1)
    plan = item(ReferencedFractionGroupSequence=Sequence([group]))
    dose = making.ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.481.2", ReferencedRTPlanSequence=Sequence([plan]))
    dose.DoseSummationType = "BEAM"
    beams, setups = "(300C,0002)/(300C,0020)/(300C,0004)", "(300C,0002)/(300C,0020)/(300C,000A)"
    assert lacks(dose) & {beams, setups} == {beams}
    dose.DoseSummationType = "PLAN"
    assert lacks(dose) & {beams, setups} == set()


def test_a_hanging_protocol_names_the_side_of_its_region() -> None:
    definition = item(Modality="CR", BodyPartExamined="HAND")
    protocol = making.ct(
        SOPClassUID="1.2.840.10008.5.1.4.38.1", HangingProtocolDefinitionSequence=Sequence([definition])
    )
    side = "(0072,000C)/(0020,0060)"
    assert side not in lacks(protocol)
    definition.AnatomicRegionSequence = Sequence([code()])
    assert side in lacks(protocol)


def test_conditions_that_only_people_can_decide_are_counted_and_not_reported() -> None:
    report = judged(making.ct())
    assert report.undecided > 0
    assert found(report) == []


def test_each_condition_names_attributes_that_exist_and_its_clause() -> None:
    keywords = {one.keyword for one in entries()}
    for condition in (*GENERAL, *DISPLAY, *SPECIAL):
        assert set(condition.keywords) <= keywords
        assert condition.source.startswith("PS3.3 ")


def test_each_rule_can_be_broken() -> None:
    """Every rule is found by some test of this file."""
    seen = {rule for _, expected in (*CHANGES.values(), *STORED.values()) for rule, _ in expected}
    elsewhere = {
        "attribute.missing", "attribute.empty", "iod.module_missing", "groups.missing", "groups.twice", "groups.frames",
        "meta.missing", "meta.empty", "meta.differs", "meta.transfer_syntax", "pixel.not_encapsulated", "lut.length",
        "iod.class_missing",
    }  # fmt: skip
    assert seen | elsewhere == set(RULES)


def test_an_object_without_a_class_gets_the_general_checks() -> None:
    ds = making.ct(HighBit=15)
    del ds.SOPClassUID
    assert found(validate(ds)) == [("iod.class_missing", "(0008,0016)"), ("pixel.bits", "(0028,0102)")]


def test_findings_of_different_kinds_are_bounded_and_all_are_counted() -> None:
    ds = making.sc()
    for element in range(MOST_KINDS + 100):
        ds.add_new(0x00091000 + element % 0xF00 + 0x1000 * (element // 0xF00), "LO", "x")
    report = validate(ds)
    assert len(report.findings) == MOST_KINDS
    assert report.left_out == 100
    assert report.totals[Severity.ERROR] == MOST_KINDS + 100


def test_a_header_is_judged_in_little_time(say: Say) -> None:
    content = making.as_bytes(making.ct())
    reading = read(content, Limits())
    report_of(reading, content, Limits())
    best = min(_seconds(lambda: report_of(reading, content, Limits())) for _ in range(20))
    say(f"validation of a CT header: {best * 1000:.1f} ms")
    assert best < 0.020


def test_many_frames_are_judged_in_bounded_time(say: Say) -> None:
    frames = [["FrameContentSequence", "PlanePositionSequence"]] * 5000
    ds = _enhanced(shared=MACROS[2:], frames=frames, count=5000)
    taken = _seconds(lambda: validate(ds))
    report = validate(ds)
    say(f"validation of 5,000 frames: {taken:.2f} s, {sum(report.totals.values()):,} findings")
    assert len(report.findings) < 200
    assert taken < 20


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
