"""Reading files: whole ones, and each way in which one can be odd."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from tests.dicom import making

from trivium.api import BadInput, TooLarge
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem, Note, Oddity
from trivium_dicom.files.reading import Reading, read

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
MODALITY = making.element(0x00080060, b"CS", b"CT")
ROWS = making.element(0x00280010, b"US", b"\x08\0")


def reading(content: bytes, **limits: Any) -> Reading:
    return read(content, Limits(**limits))


def oddities(content: bytes, **limits: Any) -> list[Oddity]:
    return [note.oddity for note in reading(content, **limits).notes]


def of_body(body: bytes, syntax: str = ExplicitVRLittleEndian) -> Reading:
    return reading(making.file_of(body, syntax))


def keywords(found: Reading) -> list[str]:
    return [element.keyword for element in found.dataset]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: uid.name)
@pytest.mark.parametrize("make", [making.ct, making.mr, making.sc])
def test_a_whole_file_is_read_without_a_note_in_each_encoding(make: Any, syntax: str) -> None:
    made = make()
    found = reading(making.as_bytes(made, syntax))
    assert (found.notes, found.whole, found.transfer_syntax) == ([], True, syntax)
    assert keywords(found) == [element.keyword for element in made]
    assert found.dataset.PatientName == "Example^Erika^^Dr."
    assert found.dataset.get("PixelSpacing") == made.get("PixelSpacing")


def test_big_endian_words_stay_as_they_are_in_the_file() -> None:
    found = reading(making.as_bytes(making.ct(), ExplicitVRBigEndian))
    assert found.dataset.PixelData[:2] == struct.pack(">H", 1000)
    assert found.dataset.original_encoding == (False, False)


def test_a_data_set_alone_is_read_and_its_encoding_guessed() -> None:
    for syntax in SYNTAXES[:3]:
        found = reading(making.as_bytes(making.ct(), syntax, preamble=False, meta=False))
        assert (found.transfer_syntax, found.dataset.Modality) == (syntax, "CT")
        assert found.notes == [Note(Oddity.NO_PREAMBLE, 0), Note(Oddity.NO_META, 0)]


def test_a_file_without_preamble_is_read_by_its_file_meta_information() -> None:
    found = reading(making.as_bytes(making.ct(), preamble=False))
    assert (found.notes, found.dataset.Modality) == ([Note(Oddity.NO_PREAMBLE, 0)], "CT")


@pytest.mark.parametrize("said", SYNTAXES, ids=lambda uid: uid.name)
@pytest.mark.parametrize("real", SYNTAXES[:3], ids=lambda uid: uid.name)
def test_a_data_set_in_another_encoding_than_said_is_read_as_it_is(said: str, real: str) -> None:
    found = reading(making.file_of(making.data_set(making.ct(), real), said))
    assert found.dataset.Rows == 8
    assert [note.oddity for note in found.notes] == ([] if said == real else [Oddity.OTHER_SYNTAX])


def test_an_unknown_transfer_syntax_is_read_as_explicit_little_endian() -> None:
    found = of_body(MODALITY + ROWS, "1.2.3.4")
    assert (found.dataset.Modality, [note.oddity for note in found.notes]) == ("CT", [Oddity.UNKNOWN_TRANSFER_SYNTAX])


def test_a_missing_transfer_syntax_is_guessed() -> None:
    meta = making.element(0x00020002, b"UI", making.CT_STORAGE.encode() + b"\0")
    found = reading(bytes(128) + b"DICM" + meta + MODALITY + ROWS)
    assert (found.dataset.Modality, found.transfer_syntax) == ("CT", ExplicitVRLittleEndian)
    assert [note.oddity for note in found.notes] == [Oddity.NO_TRANSFER_SYNTAX]


def test_a_wrong_group_length_of_the_file_meta_information_is_noted_and_not_believed() -> None:
    content = bytearray(making.as_bytes(making.ct()))
    content[140:144] = struct.pack("<I", 9999)
    found = reading(bytes(content))
    assert (found.dataset.Modality, found.notes) == ("CT", [Note(Oddity.META_LENGTH, 132)])


def test_file_meta_information_in_implicit_vr_is_read() -> None:
    meta = making.implicit(0x00020010, b"1.2.840.10008.1.2\0")
    found = reading(bytes(128) + b"DICM" + meta + making.data_set(making.ct(), ImplicitVRLittleEndian))
    assert (found.dataset.Modality, [note.oddity for note in found.notes]) == ("CT", [Oddity.META_ENCODING])


def test_a_command_before_the_data_set_is_read_with_it() -> None:
    command = making.implicit(0, struct.pack("<I", 10)) + making.implicit(0x00000100, b"\x01\0")
    found = reading(command + MODALITY + ROWS)
    assert (found.dataset.CommandField, found.dataset.Modality) == (1, "CT")


def test_without_pixels_reading_ends_before_them() -> None:
    found = read(making.as_bytes(making.ct()), Limits(), pixels=False)
    assert ("PixelData" in found.dataset, found.dataset.Rows, found.notes) == (False, 8, [])


def test_the_beginning_of_a_larger_file_is_no_fault_of_it() -> None:
    content = making.as_bytes(making.ct())
    found = read(content[:900], Limits(), size=len(content))
    assert [note.oddity for note in found.notes] == [Oddity.HEAD_ONLY]
    assert (found.size, found.whole) == (len(content), False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"DICM",
        bytes(5000),
        b"Dear colleague, please find attached the report.\n" * 9,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0",
        b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(200)),
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n",
        b"MSH|^~\\&|A|B|C|D|20260102||ORU^R01|1|P|2.5\r",
        b"\xff" * 4096,
        bytes(128) + b"DICM",
        bytes(128) + b"DICMhello, this is no file meta information",
    ],
    ids=["empty", "byte", "prefix", "zeros", "text", "png", "zip", "pdf", "hl7", "ones", "no more", "no meta"],
)
def test_what_is_no_dicom_file_is_a_coded_error(content: bytes) -> None:
    with pytest.raises(BadInput) as error:
        reading(content)
    assert error.value.problem is FileProblem.NOT_DICOM


def test_file_meta_information_alone_is_a_cut_file() -> None:
    found = of_body(b"")
    assert (len(found.dataset), found.whole, [n.oddity for n in found.notes]) == (0, False, [Oddity.TRUNCATED])
    assert found.dataset.file_meta.MediaStorageSOPClassUID == making.SC_STORAGE


def test_a_file_that_is_cut_anywhere_gives_the_elements_before() -> None:
    made = making.ct()
    content = making.as_bytes(made)
    whole = keywords(reading(content))
    start = len(content) - len(making.data_set(made))
    for end in range(start, len(content), 7):
        found = reading(content[:end])
        assert keywords(found) == whole[: len(found.dataset)]
        assert found.whole is (found.notes == [])


def test_pixel_data_that_the_end_cuts_is_kept_and_other_values_are_not() -> None:
    content = making.as_bytes(making.ct())
    found = reading(content[:-28])
    assert len(found.dataset.PixelData) == 100
    assert [note.oddity for note in found.notes] == [Oddity.TRUNCATED]
    cut = of_body(MODALITY + making.element(0x00100020, b"LO", b"PID1", length=40))
    assert keywords(cut) == ["Modality"]


def test_the_innermost_place_of_a_cut_is_told() -> None:
    body = making.nested(3, ended=False)
    found = of_body(MODALITY + body)
    assert len(found.notes) == 1
    assert found.notes[0].oddity is Oddity.TRUNCATED
    assert keywords(found) == ["Modality"] or "ContentSequence" in keywords(found)


def test_zero_bytes_at_the_end_are_padding_and_others_end_the_reading() -> None:
    content = making.as_bytes(making.ct())
    padded, garbage = reading(content + bytes(512)), reading(content + b"\xde\xad\xbe\xef" * 9)
    assert (padded.notes, padded.whole) == ([Note(Oddity.PADDING, len(content))], True)
    assert (garbage.notes, garbage.whole) == ([Note(Oddity.BEYOND, len(content))], False)


def test_of_two_files_in_one_the_first_is_read() -> None:
    content = making.as_bytes(making.ct())
    found = reading(content + making.as_bytes(making.mr()))
    assert (found.dataset.Modality, found.notes) == ("CT", [Note(Oddity.BEYOND, len(content))])


def test_elements_out_of_order_or_twice_are_noted() -> None:
    found = of_body(ROWS + MODALITY + making.element(0x00080060, b"CS", b"MR"))
    assert [note.oddity for note in found.notes] == [Oddity.UNORDERED, Oddity.REPEATED]
    assert (found.dataset.Modality, found.dataset.Rows) == ("MR", 8)


def test_a_value_that_is_not_of_its_representation_stays_as_text_or_bytes() -> None:
    found = of_body(
        MODALITY
        + making.element(0x00180050, b"DS", b"1A")
        + making.element(0x00181150, b"IS", b"1.5 ")
        + making.element(0x00280010, b"US", b"\1\2\3")
    )
    assert (found.dataset.SliceThickness, found.dataset.ExposureTime) == ("1A", "1.5")
    assert (found.dataset[0x00280010].VR, found.dataset[0x00280010].value) == ("UN", b"\1\2\3")
    assert [note.oddity for note in found.notes] == [Oddity.UNREADABLE_VALUE] * 3


def test_a_wrong_date_is_text_as_it_stands() -> None:
    found = of_body(making.element(0x00080020, b"DA", b"20240231") + making.element(0x00080030, b"TM", b"99:99 "))
    assert (found.dataset.StudyDate, found.dataset.StudyTime) == ("20240231", "99:99")


def test_a_vr_that_dicom_does_not_have_leaves_bytes() -> None:
    long = making.element(0x00080060, b"ZZ", struct.pack("<I", 4) + b"abcd", length=0)
    found = of_body(long + ROWS)
    assert (found.dataset[0x00080060].value, found.dataset.Rows) == (b"abcd", 8)
    assert [note.oddity for note in found.notes] == [Oddity.UNKNOWN_VR]


def test_an_implicit_element_among_explicit_ones_is_read() -> None:
    found = of_body(making.element(0x00080008, b"CS", b"AXIAL ") + making.implicit(0x00080060, b"CT") + ROWS)
    assert (found.dataset.Modality, found.dataset.Rows) == ("CT", 8)
    assert [note.oddity for note in found.notes] == [Oddity.MIXED_VR]


def item(body: bytes, *, undefined: bool = False) -> bytes:
    head = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF if undefined else len(body))
    return head + body + (struct.pack("<HHI", 0xFFFE, 0xE00D, 0) if undefined else b"")


END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


@pytest.mark.parametrize("undefined_item", [False, True])
@pytest.mark.parametrize("undefined", [False, True])
def test_sequences_and_items_of_defined_and_undefined_length(undefined: bool, undefined_item: bool) -> None:
    items = item(MODALITY, undefined=undefined_item) + item(b"", undefined=undefined_item)
    value = items + END if undefined else items
    found = of_body(making.element(0x00081115, b"SQ", value, length=0xFFFFFFFF if undefined else None) + ROWS)
    assert [[element.value for element in one] for one in found.dataset.ReferencedSeriesSequence] == [["CT"], []]
    assert (found.dataset.Rows, found.notes) == (8, [])


def test_an_item_longer_than_its_sequence_is_read_up_to_the_end_of_the_sequence() -> None:
    value = struct.pack("<HHI", 0xFFFE, 0xE000, 999) + MODALITY
    found = of_body(making.element(0x00081115, b"SQ", value) + ROWS + bytes(1200))
    assert (found.dataset.ReferencedSeriesSequence[0].Modality, found.dataset.Rows) == ("CT", 8)
    assert [note.oddity for note in found.notes] == [Oddity.WRONG_LENGTH, Oddity.PADDING]


def test_an_element_longer_than_its_item_is_left_out_and_reading_goes_on_behind_it() -> None:
    value = item(MODALITY + making.element(0x00080070, b"LO", b"abcd", length=500))
    found = of_body(making.element(0x00081115, b"SQ", value) + ROWS + bytes(600))
    assert len(found.dataset.ReferencedSeriesSequence[0]) == 1
    assert (found.dataset.Rows, found.notes[0].oddity) == (8, Oddity.WRONG_LENGTH)


def test_a_missing_delimiter_of_a_sequence_or_item_is_supplied() -> None:
    head = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    no_item_end = making.element(0x00081115, b"SQ", head + MODALITY + END, length=0xFFFFFFFF)
    no_sequence_end = making.element(0x00081115, b"SQ", item(MODALITY), length=0xFFFFFFFF)
    for body in (no_item_end, no_sequence_end):
        found = of_body(body + ROWS)
        assert (found.dataset.ReferencedSeriesSequence[0].Modality, found.dataset.Rows) == ("CT", 8)
        assert [note.oddity for note in found.notes] == [Oddity.DELIMITER]


def test_a_sequence_of_unknown_representation_is_read_in_implicit_vr() -> None:
    value = item(making.implicit(0x00080060, b"CT"))
    for body in (
        making.element(0x00081115, b"UN", value + END, length=0xFFFFFFFF),
        making.element(0x00081115, b"UN", value),
        making.element(0x00091001, b"UN", value),
    ):
        found = of_body(making.element(0x00080008, b"CS", b"AXIAL ") + body + ROWS)
        sequence = list(found.dataset)[1]
        assert (sequence.VR, sequence.value[0].Modality, found.notes) == ("SQ", "CT", [])


def test_private_elements_get_the_representation_of_their_creator_in_implicit_vr() -> None:
    creator = making.implicit(0x00190010, b"GEMS_ACQU_01")
    body = creator + making.implicit(0x00191002, struct.pack("<i", 912)) + making.implicit(0x00290010, b"NOBODY")
    found = of_body(body + making.implicit(0x00291001, b"abcd"), ImplicitVRLittleEndian)
    assert [(e.VR, e.value) for e in found.dataset] == [
        ("LO", "GEMS_ACQU_01"),
        ("SL", 912),
        ("LO", "NOBODY"),
        ("UN", b"abcd"),
    ]
    assert found.dataset[0x00191002].private_creator == "GEMS_ACQU_01"


def test_encapsulated_pixel_data_ends_at_its_own_delimiter() -> None:
    fragments = item(b"") + item(b"\xfe\xff\xdd\xe0\0\0\0\0" + b"jpeg")
    body = ROWS + making.element(0x7FE00010, b"OB", fragments + END, length=0xFFFFFFFF)
    found = of_body(body + making.element(0xFFFCFFFC, b"OB", b"\0\0"), "1.2.840.10008.1.2.4.50")
    assert (found.dataset.PixelData, found.dataset["PixelData"].is_undefined_length) == (fragments, True)
    assert (found.dataset[0xFFFCFFFC].value, found.notes) == (b"\0\0", [])


def test_ambiguous_representations_are_settled_by_the_pixel_representation_above() -> None:
    made = making.ct(PixelRepresentation=1)
    item_ = Dataset()
    item_.add_new(0x00280106, "SS", -5)
    made.add_new(0x00082112, "SQ", [item_])
    made.add_new(0x00280120, "SS", -2000)
    found = reading(making.as_bytes(made, ImplicitVRLittleEndian))
    assert (found.dataset[0x00280120].VR, found.dataset.PixelPaddingValue) == ("SS", -2000)
    assert found.dataset.SourceImageSequence[0].SmallestImagePixelValue == -5
    assert found.dataset["PixelData"].VR == "OW"


def test_sequences_deeper_than_the_limit_are_left_out() -> None:
    found = reading(making.file_of(making.nested(10) + making.element(0x00540081, b"US", b"\x08\0")), depth=4)
    assert [note.oddity for note in found.notes] == [Oddity.TOO_DEEP]
    assert (depth_of(found.dataset), found.dataset.NumberOfSlices, found.whole) == (4, 8, False)


def depth_of(dataset: Dataset) -> int:
    below = [depth_of(one) for element in dataset if element.VR == "SQ" for one in element.value]
    sequences = [element for element in dataset if element.VR == "SQ"]
    return max(below, default=0) + (1 if sequences else 0)


def test_more_elements_than_the_limit_are_an_error() -> None:
    with pytest.raises(TooLarge) as error:
        reading(making.as_bytes(making.ct()), elements=20)
    assert error.value.problem is FileProblem.TOO_MANY


def test_an_element_of_too_many_values_stays_as_bytes() -> None:
    raw = b"1\\" * 60 + b"1 "
    found = reading(making.file_of(making.element(0x00180050, b"DS", raw) + ROWS), values=50)
    assert (found.dataset[0x00180050].VR, found.dataset[0x00180050].value) == ("UN", raw)


def test_a_spoiled_deflated_data_set_gives_what_came_before() -> None:
    made = making.ct(PixelData=random.Random(7).randbytes(60_000))
    content = making.as_bytes(made, DeflatedExplicitVRLittleEndian)
    for spoiled in (content[:-2000], content[:-40_000] + b"\xff" * 40_000):
        found = reading(spoiled)
        assert [note.oddity for note in found.notes] == [Oddity.SPOILED_DEFLATE, Oddity.TRUNCATED]
        assert (found.dataset.Modality, found.whole) == ("CT", False)


def test_a_deflated_data_set_of_nothing_is_an_error() -> None:
    with pytest.raises(BadInput) as error:
        of_body(b"\xff" * 300, DeflatedExplicitVRLittleEndian)
    assert error.value.problem is FileProblem.SPOILED_DEFLATE


def test_a_deflated_data_set_is_inflated_up_to_the_limit() -> None:
    content = making.as_bytes(making.ct(PixelData=bytes(3 << 20)), DeflatedExplicitVRLittleEndian)
    with pytest.raises(TooLarge) as error:
        reading(content, inflated_bytes=1 << 20)
    assert error.value.problem is FileProblem.INFLATES_TOO_FAR
    assert reading(content).notes == []


def test_a_dicomdir_is_read_with_its_records() -> None:
    record = Dataset()
    record.OffsetOfTheNextDirectoryRecord = 0
    record.DirectoryRecordType = "PATIENT"
    record.PatientID = "PID1001"
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.1.3.10", "2.25.1"
    ds.FileSetID = "SET"
    ds.DirectoryRecordSequence = [record]
    found = reading(making.as_bytes(ds))
    assert (found.notes, found.dataset.DirectoryRecordSequence[0].PatientID) == ([], "PID1001")


def test_the_names_of_a_file_are_in_no_error_and_no_note() -> None:
    content = making.as_bytes(making.ct(PatientName="CANARY^NAME", PatientID="CANARY-ID"))
    for end in range(0, len(content), 31):
        try:
            told = str(reading(content[:end]).notes)
        except BadInput as error:
            told = str(error)
        assert "CANARY" not in told


def test_a_failure_that_nobody_has_foreseen_is_coded_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("CANARY^NAME")

    content = making.as_bytes(making.ct())
    monkeypatch.setattr("trivium_dicom.files.parsing.converted", fail)
    with pytest.raises(BadInput) as error:
        reading(content)
    assert (error.value.problem, error.value.numbers) == (FileProblem.UNREADABLE, {"at": 132})
    assert error.value.__cause__ is None
