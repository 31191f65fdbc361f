"""The tool read_dicom_file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian
from tests.dicom import making

from trivium.api import BadInput, Folders, Kind, NotFound, TooLarge, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.header import Wanted, header
from trivium_dicom.files.header_results import ElementRow, FileHeader, PixelSummary
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.selecting import SelectProblem, selectors
from trivium_dicom.tools.read_dicom_file import read_dicom_file


def header_of(ds: Dataset, *select: str, **wanted: Any) -> FileHeader:
    return header(making.as_bytes(ds), Limits(), Wanted(selectors(select, where="select"), **wanted))


def rows(ds: Dataset, *select: str, **wanted: Any) -> list[tuple[str, str | None]]:
    return [(row.path, row.value) for row in header_of(ds, *select, **wanted).elements]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "ct.dcm").write_bytes(making.as_bytes(making.ct()))
    workers = Workers(memory=3 << 30)
    yield Desk(Folders([folder]), Limits(), workers)
    workers.close()


def test_a_whole_answer(desk: Desk) -> None:
    tool = read_dicom_file.given(desk=desk)
    found = tool(**tool.input(path="ct.dcm", select=["General Study", "KVP", "(0002,0010)"]).__dict__)
    size = len(making.as_bytes(making.ct()))
    assert found == FileHeader(
        sop_class="CT Image Storage",
        transfer_syntax="Explicit VR Little Endian",
        file_bytes=size,
        whole=True,
        elements_in_file=64,
        pixels=PixelSummary(
            bytes=128,
            rows=8,
            columns=8,
            samples=1,
            bits_allocated=16,
            bits_stored=12,
            signed=False,
            photometric="MONOCHROME2",
        ),
        notes=(),
        total=9,
        offset=0,
        elements=(
            ElementRow(path="(0002,0010)", name="TransferSyntaxUID", vr="UI", value="1.2.840.10008.1.2.1"),
            ElementRow(path="(0008,0020)", name="StudyDate", vr="DA", value="20240229", phi=Kind.DATE),
            ElementRow(path="(0008,0030)", name="StudyTime", vr="TM", value="101500", phi=Kind.DATE),
            ElementRow(path="(0008,0050)", name="AccessionNumber", vr="SH", value="ACC1001", phi=Kind.ORDER),
            ElementRow(
                path="(0008,0090)", name="ReferringPhysicianName", vr="PN", value="Referrer^Rita", phi=Kind.NAME
            ),
            ElementRow(path="(0008,1030)", name="StudyDescription", vr="LO", value="Synthetic study", phi=Kind.TEXT),
            ElementRow(path="(0018,0060)", name="KVP", vr="DS", value="120.0"),
            ElementRow(path="(0020,000D)", name="StudyInstanceUID", vr="UI", value=f"{making.ROOT}.1", phi=Kind.UID),
            ElementRow(path="(0020,0010)", name="StudyID", vr="SH", value="ST1", phi=Kind.ORDER),
        ),
    )


def request() -> Dataset:
    step, ds = Dataset(), making.ct()
    step.ScheduledProcedureStepID = "SPS1"
    other = Dataset()
    other.ScheduledProcedureStepID = "SPS2"
    other.RequestedProcedureID = "RP2"
    ds.RequestAttributesSequence = [step, other]
    ds.ScheduledProcedureStepID = "TOP"
    return ds


def test_items_are_numbered_in_paths_and_sequences_have_their_count() -> None:
    found = header_of(request(), "(0040,0275)").elements
    assert [(row.path, row.value, row.items) for row in found] == [
        ("(0040,0275)", None, 2),
        ("(0040,0275)[1]/(0040,0009)", "SPS1", None),
        ("(0040,0275)[2]/(0040,0009)", "SPS2", None),
        ("(0040,0275)[2]/(0040,1001)", "RP2", None),
    ]


@pytest.mark.parametrize(
    ("select", "found"),
    [
        (["ScheduledProcedureStepID"], ["TOP", "SPS1", "SPS2"]),
        (["(0040,0275)/(0040,0009)"], ["SPS1", "SPS2"]),
        (["RequestAttributesSequence.RequestedProcedureID"], ["RP2"]),
        (["00401001"], ["RP2"]),
        (["0040"], ["TOP", None, "SPS1", "SPS2", "RP2"]),
        (["Patient's Sex", "(0018,0060)"], ["F", "120.0"]),
        (["0018,005x"], ["1.25"]),
    ],
)
def test_what_is_selected(select: list[str], found: list[str | None]) -> None:
    assert [value for _, value in rows(request(), *select)] == found


@pytest.mark.parametrize("name", ["patient", "Patient", "Patient Module"])
def test_a_module_is_selected_by_its_id_or_name(name: str) -> None:
    assert [path for path, _ in rows(request(), name)] == [
        "(0010,0010)",
        "(0010,0020)",
        "(0010,0030)",
        "(0010,0040)",
    ]


def test_what_nothing_in_the_file_is_is_said() -> None:
    found = header_of(making.ct(), "EchoTime", "Modality", "private")
    assert (found.absent, found.total) == (("(0018,0081)", "private"), 1)


@pytest.mark.parametrize("entry", ["", "ZORBLAX QUENTIN", "Modalitty", "(0010;zz", "no such module", "xyz/abc"])
def test_an_entry_that_means_nothing_is_not_found_and_not_repeated(entry: str) -> None:
    with pytest.raises(NotFound) as error:
        selectors(["Modality", entry], where="select")
    assert (error.value.problem, error.value.numbers) == (SelectProblem.UNKNOWN, {"number": 2})
    assert str(error.value) == "select has an entry, number 2, that is no tag, keyword, path, group or module"


def test_too_many_or_too_long_entries_are_refused() -> None:
    with pytest.raises(TooLarge):
        selectors(["Modality"] * 101, where="select")
    with pytest.raises(TooLarge):
        selectors(["M" * 201], where="select")


def test_sequences_below_the_depth_are_counted_only() -> None:
    ds = request()
    assert [path for path, _ in rows(ds, "0040", depth=0)] == ["(0040,0009)", "(0040,0275)"]
    assert header_of(ds, depth=0).elements_in_file == header_of(ds).elements_in_file


def test_pages_go_through_all_rows() -> None:
    ds = request()
    whole = header_of(ds, limit=1000).elements
    offset: int | None = 0
    got: list[str] = []
    while offset is not None:
        page = header_of(ds, limit=7, offset=offset)
        got += [row.path for row in page.elements]
        offset = page.next_offset
    assert got == [row.path for row in whole]


def test_a_page_ends_after_much_text() -> None:
    ds = making.ct()
    ds.add_new(0x00104000, "LT", "a" * 9000)
    ds.RequestAttributesSequence = [Dataset() for _ in range(20)]
    for item in ds.RequestAttributesSequence:
        item.add_new(0x00104000, "LT", "b" * 9000)
    found = header_of(ds, value_limit=10_000, limit=1000)
    assert sum(len(row.value or "") for row in found.elements) < 80_000
    assert found.next_offset is not None


def test_a_long_value_is_cut_and_its_length_said() -> None:
    row = header_of(making.ct(ImageComments="word " * 100 + "end"), "ImageComments", value_limit=20).elements[0]
    assert (row.value, row.length, row.values) == ("word word word word ", 503, None)


def test_several_values_are_joined_and_counted() -> None:
    row = header_of(making.ct(), "ImageOrientationPatient").elements[0]
    assert (row.value, row.values, row.length) == ("1.0\\0.0\\0.0\\0.0\\1.0\\0.0", 6, None)


def test_binary_values_are_told_by_size_and_empty_ones_by_nothing() -> None:
    found = header_of(making.ct(PatientName=""), "PixelData", "PatientName").elements
    assert [row.model_dump(exclude_none=True) for row in found] == [
        {"path": "(0010,0010)", "name": "PatientName", "vr": "PN"},
        {"path": "(7FE0,0010)", "name": "PixelData", "vr": "OW", "bytes": 128},
    ]


def test_private_elements_have_the_names_of_their_creator() -> None:
    ds = making.ct()
    ds.add_new(0x00190010, "LO", "GEMS_ACQU_01")
    ds.add_new(0x00191023, "DS", "5.0")
    ds.add_new(0x00191018, "LO", "Smith")
    ds.add_new(0x00290010, "LO", "JOHN SMITH")
    ds.add_new(0x00291001, "DS", "5.0")
    found = header_of(ds, "private")
    assert found.private_elements == 5
    assert [row.model_dump(exclude_none=True, exclude={"vr"}) for row in found.elements] == [
        {"path": "(0019,0010)", "name": "PrivateCreator", "value": "GEMS_ACQU_01"},
        {
            "path": "(0019,1018)", "name": "First scan ras", "value": "Smith", "phi": Kind.TEXT,
            "creator": "GEMS_ACQU_01",
        },
        {"path": "(0019,1023)", "name": "Table Speed [mm/rotation]", "value": "5.0"},
        {"path": "(0029,0010)", "name": "PrivateCreator", "value": "JOHN SMITH", "phi": Kind.TEXT},
        {"path": "(0029,1001)", "name": "", "value": "5.0", "phi": Kind.TEXT},
    ]  # fmt: skip


def test_codes_of_dicom_are_public_and_others_are_not() -> None:
    ds, known, local = making.ct(), Dataset(), Dataset()
    known.CodeValue, known.CodingSchemeDesignator, known.CodeMeaning = "113040", "DCM", "Lossy Compression"
    local.CodeValue, local.CodingSchemeDesignator, local.CodeMeaning = "4711", "99LOCAL", "Smith"
    ds.ProcedureCodeSequence = [known, local]
    found = header_of(ds, "ProcedureCodeSequence/CodeMeaning", "ProcedureCodeSequence/CodeValue").elements
    assert [(row.value, row.phi) for row in found] == [
        ("113040", None), ("Lossy Compression", None), ("4711", Kind.TEXT), ("Smith", Kind.TEXT),
    ]  # fmt: skip


def test_the_summary_of_encapsulated_pixel_data() -> None:
    fragment = b"\xfe\xff\x00\xe0\x04\0\0\0" + b"jpeg"
    value = b"\xfe\xff\x00\xe0\0\0\0\0" + 3 * fragment
    body = making.element(0x00280008, b"IS", b"3 ") + making.element(
        0x7FE00010, b"OB", value + b"\xfe\xff\xdd\xe0\0\0\0\0", length=0xFFFFFFFF
    )
    found = header(making.file_of(body, "1.2.840.10008.1.2.4.50"), Limits(), Wanted())
    assert found.pixels == PixelSummary(bytes=len(value), fragments=3, frames=3)
    assert found.transfer_syntax == "JPEG Baseline (Process 1)"


@pytest.mark.parametrize(("size", "expected"), [(128, None), (126, 128), (256, 128)])
def test_pixel_data_of_another_size_than_the_attributes_say_is_told(size: int, expected: int | None) -> None:
    pixels = header_of(making.ct(PixelData=bytes(size))).pixels
    assert pixels is not None
    assert (pixels.bytes, pixels.expected_bytes) == (size, expected)


def test_a_number_that_is_no_number_of_frames_is_not_told_as_one() -> None:
    pixels = header_of(making.ct(NumberOfFrames="19700101")).pixels
    assert pixels is not None
    assert "19700101" not in str(pixels)


def test_encodings_make_no_difference_to_the_rows() -> None:
    plain = header(making.as_bytes(request()), Limits(), Wanted(limit=1000)).elements
    for syntax in (ImplicitVRLittleEndian, ExplicitVRBigEndian):
        other = header(making.as_bytes(request(), syntax), Limits(), Wanted(limit=1000)).elements
        assert [row for row in other if not row.path.startswith("(0002")] == [
            row for row in plain if not row.path.startswith("(0002")
        ]


def test_oddities_are_told_once_with_their_bytes() -> None:
    body = making.element(0x00180050, b"DS", b"1A") + making.element(0x00180060, b"DS", b"x ")
    found = header(making.file_of(body + b"\xde\xad\xbe\xef\xff\xff\xff\xff"), Limits(), Wanted())
    at = len(making.file_of(b""))
    assert found.notes == (
        f"a value that is not of its value representation is shown as it stands, or not (byte {at}, {at + 10})",
        f"bytes that are no data element end the reading (byte {at + 20})",
    )
    assert found.whole is False


def test_a_sop_class_or_transfer_syntax_that_nobody_knows_is_not_repeated() -> None:
    found = header(making.as_bytes(making.ct(SOPClassUID="1.2.3.4.5")), Limits(), Wanted())
    assert (found.sop_class, [row.phi for row in found.elements if row.name == "SOPClassUID"]) == (None, [Kind.UID])


def test_a_file_that_is_no_dicom_file_says_so_through_a_worker(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"Dear colleague, thank you for sending Mr. Zorblax.\n" * 4)
    tool = read_dicom_file.given(desk=Desk(Folders([tmp_path]), desk.limits, desk.workers))
    with pytest.raises(BadInput) as error:
        tool(**tool.input(path="letter.txt").__dict__)
    assert str(error.value) == "path is not a DICOM file: no data element can be read at its beginning"
