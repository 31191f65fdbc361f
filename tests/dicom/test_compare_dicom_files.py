"""The tool compare_dicom_files."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from tests.dicom import making

from trivium.api import PUBLIC, BadInput, Folders, Kind, NotFound, Workers
from trivium_dicom.files.comparing import Wanted, compared
from trivium_dicom.files.comparison_results import ComparedElement, ComparedPixels, FileComparison
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.pairing import moved, pairs
from trivium_dicom.files.problems import FileProblem
from trivium_dicom.files.selecting import selectors
from trivium_dicom.tools.compare_dicom_files import compare_dicom_files

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]


def compare(left: Dataset, right: Dataset, *ignore: str, **wanted: Any) -> FileComparison:
    contents = making.as_bytes(left), making.as_bytes(right)
    return compared(contents[0], Limits(), contents[1], Wanted(selectors(ignore, where="ignore"), **wanted))


def found(left: Dataset, right: Dataset, *ignore: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(row.change, row.path, row.left, row.right) for row in compare(left, right, *ignore).differences]


def a_study(**changes: Any) -> Dataset:
    """A CT slice with sequences, codes and private elements."""
    ds = making.ct(**changes)
    ds.ProcedureCodeSequence = [code("P1", "Chest"), code("P2", "Abdomen")]
    ds.RequestAttributesSequence = [step("SPS1", "first"), step("SPS2", "second"), step("SPS3", "third")]
    ds.add_new(0x00190010, "LO", "GEMS_ACQU_01")
    ds.add_new(0x00191023, "DS", "5.0")
    return ds


def code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "99LOCAL", meaning
    return item


def step(identifier: str, description: str) -> Dataset:
    item = Dataset()
    item.ScheduledProcedureStepID, item.ScheduledProcedureStepDescription = identifier, description
    return item


def test_a_file_equals_itself() -> None:
    result = compare(a_study(), a_study())
    assert (result.equal, result.total, result.counts, result.noise) == (True, 0, {}, {})
    assert (result.same_pixels, result.uids_consistent, result.differences) == (True, None, ())
    assert result.left == result.right


@pytest.mark.parametrize("left", SYNTAXES, ids=lambda uid: uid.name)
@pytest.mark.parametrize("right", SYNTAXES, ids=lambda uid: uid.name)
def test_another_encoding_is_no_difference(left: str, right: str) -> None:
    result = compared(making.as_bytes(a_study(), left), Limits(), making.as_bytes(a_study(), right), Wanted())
    assert (result.equal, result.total, result.same_pixels) == (True, 0, True)
    assert (result.noise == {}) is (left == right)


def test_another_character_set_is_a_difference_of_itself_alone() -> None:
    left = making.ct(PatientName="Müller^Jörg", SpecificCharacterSet="ISO_IR 192")
    right = making.ct(PatientName="Müller^Jörg", SpecificCharacterSet="ISO_IR 100")
    assert found(left, right) == [("changed", "(0008,0005)", "ISO_IR 192", "ISO_IR 100")]


def test_a_changed_value_has_both_sides_with_their_marks() -> None:
    result = compare(making.ct(), making.ct(PatientName="Other^Olga", KVP=140))
    assert result.differences == (
        ComparedElement(
            change="changed",
            path="(0010,0010)",
            name="PatientName",
            vr="PN",
            left="Example^Erika^^Dr.",
            left_phi=Kind.NAME,
            right="Other^Olga",
            right_phi=Kind.NAME,
        ),
        ComparedElement(change="changed", path="(0018,0060)", name="KVP", vr="DS", left="120.0", right="140.0"),
    )
    assert (result.equal, result.counts) == (False, {"changed": 2})


def test_an_element_of_one_side_alone_and_an_empty_one_are_two_things() -> None:
    assert found(making.ct(PatientSex=None), making.ct(PatientAge="")) == [
        ("only_right", "(0010,0040)", None, "F"),
        ("changed", "(0010,1010)", "054Y", ""),
    ]


def test_a_number_written_otherwise_is_respelled_and_no_real_difference() -> None:
    result = compare(making.ct(SliceThickness="1.250"), making.ct(SliceThickness="1.25"))
    assert (result.equal, result.counts) == (True, {"respelled": 1})


def test_items_are_paired_by_what_names_them_and_not_by_their_place() -> None:
    left, right = a_study(), a_study()
    right.RequestAttributesSequence = [
        step("SPS0", "new"),
        step("SPS1", "first"),
        step("SPS2", "changed"),
        step("SPS3", "third"),
    ]
    result = compare(left, right)
    assert [row.model_dump(exclude_none=True) for row in result.differences] == [
        {
            "change": "item_only_right",
            "path": "(0040,0275)[1]",
            "name": "RequestAttributesSequence",
            "vr": "SQ",
            "elements": 2,
        },
        {
            "change": "changed",
            "path": "(0040,0275)[2]/(0040,0007)",
            "right_path": "(0040,0275)[3]/(0040,0007)",
            "name": "ScheduledProcedureStepDescription",
            "vr": "LO",
            "left": "second",
            "left_phi": Kind.TEXT,
            "right": "changed",
            "right_phi": Kind.TEXT,
        },
    ]


def test_an_item_that_is_gone_and_items_in_another_order() -> None:
    left, right = a_study(), a_study()
    right.RequestAttributesSequence = [step("SPS3", "third"), step("SPS1", "first")]
    assert [(row.change, row.path, row.right_path) for row in compare(left, right).differences] == [
        ("item_only_left", "(0040,0275)[2]", None),
        ("item_moved", "(0040,0275)[3]", "(0040,0275)[1]"),
    ]


def test_the_one_item_of_both_sides_is_paired_whatever_it_is() -> None:
    left, right = making.ct(), making.ct()
    left.ProcedureCodeSequence, right.ProcedureCodeSequence = [code("P1", "Chest")], [code("P2", "Chest")]
    assert found(left, right) == [("changed", "(0008,1032)[1]/(0008,0100)", "P1", "P2")]


def test_a_whole_sequence_of_one_side_is_one_difference() -> None:
    right = a_study()
    del right.RequestAttributesSequence
    result = compare(a_study(), right)
    assert [row.model_dump(exclude_none=True) for row in result.differences] == [
        {"change": "only_left", "path": "(0040,0275)", "name": "RequestAttributesSequence", "vr": "SQ", "elements": 6}
    ]


def test_private_blocks_are_aligned_by_creator() -> None:
    left, right = making.ct(), making.ct()
    for ds, block, value in ((left, 0x10, "5.0"), (right, 0x11, "7.0")):
        ds.add_new(0x00190000 + block, "LO", "GEMS_ACQU_01")
        ds.add_new(0x00190023 + (block << 8), "DS", value)
    right.add_new(0x00190010, "LO", "OTHER")
    right.add_new(0x00191023, "DS", "5.0")
    assert [
        (row.change, row.path, row.right_path, row.name, row.left, row.right)
        for row in compare(left, right).differences
    ] == [
        ("only_right", "(0019,0010)", None, "PrivateCreator", None, "OTHER"),
        ("only_right", "(0019,1023)", None, "", None, "5.0"),
        ("changed", "(0019,1023)", "(0019,1123)", "Table Speed [mm/rotation]", "5.0", "7.0"),
    ]


def test_a_value_that_one_file_has_as_unknown_bytes_is_the_same_value() -> None:
    known = making.element(0x00190010, b"LO", b"NOBODY") + making.element(0x00191001, b"SH", b"abcd")
    unknown = making.element(0x00190010, b"LO", b"NOBODY") + making.element(0x00191001, b"UN", b"abcd")
    result = compared(making.file_of(known), Limits(), making.file_of(unknown), Wanted())
    assert (result.equal, result.total, result.same_elements) == (True, 0, 2)


def test_new_uids_are_noise_if_they_are_consistent_or_not() -> None:
    def renamed(ds: Dataset, study: str, series: str) -> Dataset:
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, series, "2.25.9"
        ds.InstanceCreationDate = "20250101"
        return ds

    left = making.ct(InstanceCreationDate="20240101")
    result = compare(left, renamed(making.ct(), "2.25.7", "2.25.8"))
    assert (result.equal, result.total, result.uids_consistent) == (True, 0, True)
    assert result.noise == {"file meta information": 2, "instance creation": 1, "UIDs": 3}
    assert compare(left, renamed(making.ct(), "2.25.7", "2.25.7")).uids_consistent is False


def test_another_sop_class_is_no_noise() -> None:
    assert found(making.ct(), making.ct(SOPClassUID=making.MR_STORAGE)) == [
        ("changed", "(0008,0016)", making.CT_STORAGE, making.MR_STORAGE)
    ]


def test_pixel_data_is_compared_by_its_bytes() -> None:
    result = compare(making.ct(), making.ct(PixelData=bytes(128)))
    assert (result.same_pixels, [(row.path, row.left_bytes, row.right_bytes) for row in result.differences]) == (
        False,
        [("(7FE0,0010)", 128, 128)],
    )
    assert result.left.pixels is not None
    assert result.right.pixels is not None
    assert ComparedPixels.model_fields["digest"].metadata == [PUBLIC]
    assert (len(result.left.pixels.digest), result.left.pixels.digest == result.right.pixels.digest) == (16, False)


@pytest.mark.parametrize(
    ("ignore", "left_over"),
    [
        (["PatientName"], {"(0018,0060)", "(0040,0275)[1]/(0040,0007)"}),
        (["0040", "0018"], {"(0010,0010)"}),
        (["(0040,0275)/(0040,0007)", "Patient"], {"(0018,0060)"}),
        (["CT Image", "0010", "0040"], set()),
    ],
)
def test_what_is_ignored(ignore: list[str], left_over: set[str]) -> None:
    right = a_study(PatientName="Other^Olga", KVP=140)
    right.RequestAttributesSequence[0].ScheduledProcedureStepDescription = "changed"
    assert {path for _, path, *_ in found(a_study(), right, *ignore)} == left_over


def test_pages_go_through_all_differences() -> None:
    left, right = making.ct(), making.mr(PatientName="Other^Olga")
    whole = compare(left, right, limit=1000).differences
    offset: int | None = 0
    got: list[ComparedElement] = []
    while offset is not None:
        page = compare(left, right, limit=3, offset=offset)
        assert page.total == len(whole)
        got += page.differences
        offset = page.next_offset
    assert tuple(got) == whole


def test_a_cut_file_is_compared_as_far_as_it_goes() -> None:
    content = making.as_bytes(making.ct())
    result = compared(content, Limits(), content[:-40], Wanted())
    assert (result.left.whole, result.right.whole, result.same_pixels) == (True, False, False)
    assert result.right.notes[0].startswith("the file ends in the middle of an element (byte ")


def test_the_side_that_is_no_dicom_file_is_named() -> None:
    with pytest.raises(BadInput) as error:
        compared(making.as_bytes(making.ct()), Limits(), b"Dear Mr. Zorblax", Wanted())
    assert (error.value.where, error.value.problem) == ("right", FileProblem.NOT_DICOM)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "left.dcm").write_bytes(making.as_bytes(making.ct()))
    (folder / "right.dcm").write_bytes(making.as_bytes(making.ct(KVP=140), ImplicitVRLittleEndian))
    workers = Workers(memory=3 << 30)
    yield Desk(Folders([folder]), Limits(), workers)
    workers.close()


def test_two_files_through_a_worker(desk: Desk) -> None:
    tool = compare_dicom_files.given(desk=desk)
    result = tool(**tool.input(left="left.dcm", right="right.dcm", ignore=["private"]).__dict__)
    assert [(row.path, row.left, row.right) for row in result.differences] == [("(0018,0060)", "120.0", "140.0")]
    assert (result.left.transfer_syntax, result.right.transfer_syntax) == (
        "Explicit VR Little Endian",
        "Implicit VR Little Endian",
    )


def test_a_file_outside_the_folders_is_refused_on_either_side(desk: Desk, tmp_path: Path) -> None:
    tool = compare_dicom_files.given(desk=desk)
    for left, right, where in (("left.dcm", str(tmp_path / "x"), "right"), (str(tmp_path / "x"), "left.dcm", "left")):
        with pytest.raises((BadInput, NotFound)) as error:
            tool(**tool.input(left=left, right=right).__dict__)
        assert error.value.where == where


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_pairing_uses_each_item_once_and_leaves_none_out(left: list[str], right: list[str]) -> None:
    ours, theirs = [step(one, "x") for one in left], [step(one, "y") for one in right]
    matched = pairs(ours, theirs)
    assert sorted(at for at, _ in matched if at is not None) == list(range(len(left)))
    assert sorted(at for _, at in matched if at is not None) == list(range(len(right)))
    assert moved(matched) <= {at for at, other in matched if at is not None and other is not None}


@given(st.permutations(range(5)))
@settings(max_examples=30, deadline=None)
def test_items_in_any_order_are_only_moved(order: list[int]) -> None:
    left, right = making.ct(), making.ct()
    steps = [step(f"SPS{number}", str(number)) for number in range(5)]
    left.RequestAttributesSequence = steps
    right.RequestAttributesSequence = [copy.deepcopy(steps[at]) for at in order]
    assert set(compare(left, right).counts) <= {"item_moved"}
    assert compare(left, right).equal is (order == sorted(order))
