"""The tools map_dicom_to_hl7 and map_hl7_to_dicom, and the rows behind them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import PUBLIC, BadInput, Effect
from trivium_hl7.dicom_map.attributes import keywords, read_attribute, written
from trivium_hl7.dicom_map.mapping import AttributeMapping, CodePair, DicomAttribute, FieldMapping, MapRow, Status
from trivium_hl7.dicom_map.rows import rows, segments, split
from trivium_hl7.dictionary import exact_field, field, load, segment_name
from trivium_hl7.tools.map_dicom_to_hl7 import map_dicom_to_hl7
from trivium_hl7.tools.map_hl7_to_dicom import map_hl7_to_dicom

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "dicom_hl7_mapping.json"


def to_hl7(tag: str, **more: int) -> AttributeMapping:
    answer = map_dicom_to_hl7(tag=tag, **more)
    assert isinstance(answer, AttributeMapping)
    return answer


def to_dicom(field_ref: str, **more: int) -> FieldMapping:
    answer = map_hl7_to_dicom(field_ref=field_ref, **more)
    assert isinstance(answer, FieldMapping)
    return answer


def all_rows(ask: Callable[..., Any], asked: str) -> list[MapRow]:
    answer = ask(asked, limit=100)
    found = list(answer.rows)
    while answer.next_offset is not None:
        answer = ask(asked, limit=100, offset=answer.next_offset)
        found += answer.rows
    assert len(found) == answer.total
    return found


def joins(found: list[MapRow]) -> set[tuple[str, tuple[str, ...], str]]:
    return {(row.keyword, row.hl7, row.direction) for row in found}


@pytest.mark.parametrize("tool", [map_dicom_to_hl7, map_hl7_to_dicom], ids=lambda tool: tool.name)
def test_both_tools_are_local_and_public(tool: Any) -> None:
    assert (tool.effect, tool.mark, tool.missing) == (Effect.LOCAL, PUBLIC, frozenset())


@pytest.mark.parametrize(
    "spelling",
    [
        "(0008,0050)", "0008,0050", "00080050", "0x00080050", "8,50", "0008/0050", "0008:0050", "(0008, 0050)",
        "AccessionNumber", "accessionnumber", "accession number", "Accession Number", "accession", " accession number ",
    ],
)  # fmt: skip
def test_an_attribute_is_read_in_any_spelling(spelling: str) -> None:
    one = DicomAttribute(tag="(0008,0050)", keyword="AccessionNumber", name="Accession Number", vr="SH")
    assert to_hl7(spelling).attribute == (one,)


@pytest.mark.parametrize(
    "spelling",
    [
        "00400100/00080060", "(0040,0100)/(0008,0060)", "ScheduledProcedureStepSequence.Modality",
        "ScheduledProcedureStepSequence[0].Modality", "Scheduled Procedure Step Sequence > Modality", "sps/modality",
    ],
)  # fmt: skip
def test_a_path_through_a_sequence_is_read(spelling: str) -> None:
    answer = to_hl7(spelling)
    assert [one.keyword for one in answer.attribute] == ["ScheduledProcedureStepSequence", "Modality"]
    assert joins(list(answer.rows)) == {
        ("ScheduledProcedureStepSequence/Modality", ("OBR-24",), "hl7_to_dicom"),
        ("ScheduledProcedureStepSequence/Modality", ("IPC-5",), "hl7_to_dicom"),
    }


def test_an_attribute_by_itself_is_found_in_sequences_too() -> None:
    paths = [row.keyword for row in all_rows(to_hl7, "Modality")]
    assert sorted(set(paths)) == ["Modality", "ScheduledProcedureStepSequence/Modality"]


def test_a_sequence_is_answered_with_what_its_items_hold() -> None:
    found = all_rows(to_hl7, "RequestedProcedureCodeSequence")
    assert found[0].remark == "a sequence: its items' attributes have rows"
    assert {row.keyword.rsplit("/", 1)[-1] for row in found} == {
        "RequestedProcedureCodeSequence",
        "CodeValue",
        "CodingSchemeDesignator",
        "CodeMeaning",
    }


def test_the_accession_number_has_one_home_in_each_message_and_the_answer_says_where_they_differ() -> None:
    answer = to_hl7("AccessionNumber")
    assert joins(all_rows(to_hl7, "AccessionNumber")) == {
        (path, (field,), direction)
        for path, directions in {
            "AccessionNumber": ("hl7_to_dicom", "dicom_to_hl7"),
            "RequestAttributesSequence/AccessionNumber": ("hl7_to_dicom",),
            "ReferencedRequestSequence/AccessionNumber": ("hl7_to_dicom",),
            "ScheduledStepAttributesSequence/AccessionNumber": ("dicom_to_hl7",),
        }.items()
        for direction in directions
        for field in (("OBR-18", "IPC-1") if len(directions) == 2 or direction == "dicom_to_hl7" else ("OBR-18",))
    }
    assert answer.differences[0] == (
        "AccessionNumber, hl7_to_dicom: OBR-18 in ORM^O01, OMG^O19, ORU^R01; IPC-1 in OMI^O23"
    )
    assert [(home.place, home.standing) for home in answer.homes] == [
        ("OBR-18", "rule"),
        ("IPC-1", "rule"),
        ("OBR-18", "rule"),
        ("OBR-3", "local"),
        ("ORC-3", "local"),
        ("OBR-2", "other"),
        ("OBR-19", "other"),
        ("OBR-20", "other"),
        ("ZDS-1", "other"),
        ("SPM-30", "other"),
        ("FHIR ImagingStudy.identifier", "rule"),
        ("XDS DocumentEntry.referenceIdList", "rule"),
    ]
    assert answer.fhir == ("ImagingStudy.identifier", "Media.identifier")


def test_what_the_homes_say_is_what_the_rows_say() -> None:
    goes_to = {
        "OBR-3": "00402017",
        "ORC-3": "00402017",
        "OBR-2": "00402016",
        "OBR-19": "00401001",
        "OBR-20": "00400009",
    }
    for place, tag in goes_to.items():
        segment, numbers = split(place)
        targets = {row.path.split("/")[-1] for row in rows() for one in row.fields if split(one)[0] == segment
                   and split(one)[1][:1] == numbers[:1]}  # fmt: skip
        assert tag in targets, place
        assert "00080050" not in targets, place
    assert exact_field("SPM", 30, "2.5.1") is None
    assert exact_field("SPM", 30, "2.7") is not None
    assert "ACSN" in load("tables")["tables"]["0203"][2]


def test_a_field_says_which_attribute_it_is_and_warns_who_looks_for_another() -> None:
    answer = to_dicom("OBR-19")
    assert answer.name == "Placer Field 2"
    assert {row.keyword.split("/")[-1] for row in answer.rows} == {"RequestedProcedureID"}
    assert [(home.place, home.standing) for home in answer.homes] == [("OBR-19", "other")]
    assert answer.homes[0].says.startswith("accession number: Placer Field 2 is the Requested Procedure ID")


@pytest.mark.parametrize("spelling", ["OBR-18", "obr-18", "OBR.18", "OBR 18", "OBR18", "OBR[1]-18", "OBR-18[2]"])
def test_a_field_is_read_in_any_spelling(spelling: str) -> None:
    assert to_dicom(spelling).reference == "OBR-18"


def test_a_component_finds_the_rows_of_its_field_and_of_its_parts() -> None:
    assert {field for row in all_rows(to_dicom, "PID-5.1") for field in row.hl7} == {"PID-5"}
    parts = {field for row in all_rows(to_dicom, "PID-3.4") for field in row.hl7}
    assert parts == {"PID-3", "PID-3.4.1", "PID-3.4.2", "PID-3.4.3"}
    assert to_dicom("PID-3.4.2").name == "Patient Identifier List / Assigning Authority / Universal ID"


def test_of_two_fields_the_first_valued_one_is_taken() -> None:
    row = to_hl7("AdmissionID").rows[0]
    assert row.hl7 == ("PV1-19.1", "PID-18.1")
    assert row.hl7_name == "Visit Number / ID Number; Patient Account Number / ID Number"
    assert row.join == "the first valued one"
    assert set(row.usage) >= {"PV1-19 C (orm in 2.3.1)", "PV1-19 C (orm in 2.5.1)"}


def test_priorities_and_character_sets_are_converted() -> None:
    priorities = [CodePair(hl7=hl7, dicom=dicom) for hl7, dicom in (
        ("S", "STAT"), ("A", "HIGH"), ("R", "ROUTINE"), ("P", "HIGH"), ("C", "HIGH"), ("T", "MEDIUM"),
    )]  # fmt: skip
    assert list(to_hl7("RequestedProcedurePriority").codes) == priorities
    assert list(to_dicom("TQ1-9").codes) == priorities
    charsets = to_dicom("MSH-18").codes
    assert len(charsets) == 16
    assert charsets[0] == CodePair(hl7="8859/1", dicom="ISO_IR 100", name="Latin alphabet No. 1")


def test_an_attribute_without_a_row_is_a_normal_answer_with_its_name() -> None:
    answer = to_hl7("slice thickness")
    assert answer.status is Status.NOT_MAPPED
    assert answer.attribute == (DicomAttribute(tag="(0018,0050)", keyword="SliceThickness", name="Slice Thickness"),)
    assert (answer.rows, answer.total, answer.next_offset) == ((), 0, None)


def test_a_misspelled_attribute_gets_near_ones() -> None:
    answer = to_hl7("acession numbr")
    assert answer.status is Status.UNKNOWN
    assert answer.near[0].keyword == "AccessionNumber"


def test_words_prefer_attributes_that_have_rows() -> None:
    answer = to_hl7("study")
    assert answer.attribute[0].keyword == "StudyInstanceUID"
    assert "StudyDate" in [one.keyword for one in answer.near]


@pytest.mark.parametrize("number", ["0009,1001", "(FFFF,FFFF)", "ffffffff"])
def test_a_number_that_the_dictionary_does_not_have_is_said(number: str) -> None:
    answer = to_hl7(number)
    assert answer.status is Status.UNKNOWN
    assert answer.summary == "a tag number that the dictionary does not have"


def test_an_unmapped_and_an_unknown_field_are_told_apart() -> None:
    assert to_dicom("AL1-3").status is Status.NOT_MAPPED
    assert to_dicom("QQQ-3").status is Status.UNKNOWN
    assert to_dicom("QQQ-3").near_segments == segments()
    assert to_dicom("PID").status is Status.MAPPED
    assert to_dicom("PID").name == "Patient Identification"


@pytest.mark.parametrize("text", ["", "18", "OBR-18.1.2.3", "OBR-x", "OBR--1", "x" * 101, "PID-3\x00", "\ud800"])
def test_what_is_no_field_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        to_dicom(text)
    assert str(refused.value) == "field_ref is no segment or field: write OBR, OBR-18, PID-3.4 or PID-3.4.2"


def test_a_zero_is_refused() -> None:
    with pytest.raises(BadInput, match="counts from 1"):
        to_dicom("OBR-0")


def test_an_endless_tag_is_refused() -> None:
    with pytest.raises(BadInput, match="tag is longer than 200 characters"):
        to_hl7("(" * 201)


@given(st.text(max_size=200))
def test_no_text_breaks_either_tool(text: str) -> None:
    answer = to_hl7(text, limit=1)
    assert (answer.status is Status.UNKNOWN) == (answer.attribute == ())
    with suppress(BadInput):
        assert to_dicom(text, limit=1).reference


@pytest.mark.parametrize("text", [">" * 200, "a/" * 100, "study/" * 33, "0040," * 40, "x " * 100, "[" * 200])
def test_hostile_paths_take_no_time(text: str) -> None:
    read_attribute.cache_clear()
    begin = time.perf_counter()
    to_hl7(text)
    assert time.perf_counter() - begin < 2


def test_every_row_is_found_from_both_sides() -> None:
    by_attribute: dict[str, list[MapRow]] = {}
    by_field: dict[str, list[MapRow]] = {}
    for row in rows():
        found = by_attribute.setdefault(row.path, all_rows(to_hl7, written(row.path)))
        mine = (keywords(row.path), row.fields, row.direction)
        assert mine in joins(found)
        for name in row.fields:
            assert mine in joins(by_field.setdefault(name, all_rows(to_dicom, name)))


def test_every_field_of_a_row_is_in_the_dictionary_except_those_of_z_segments() -> None:
    odd = {one for row in rows() for one in row.fields if not known(one)}
    assert odd == {"ZDS-1.1"}


def known(reference: str) -> bool:
    segment, numbers = split(reference)
    return segment_name(segment) is not None and field(segment, numbers[0], "2.5.1") is not None


def test_what_was_corrected_keeps_the_source_s_spelling() -> None:
    issuer = next(row for row in all_rows(to_dicom, "MRG-1.4.1") if row.corrected)
    assert (issuer.keyword, issuer.corrected) == ("IssuerOfPatientID", "MRG-1.1.1")
    assert sorted({row.corrected for row in rows() if row.corrected}) == [
        "00102202/00080103",
        "00102293/00080103",
        "0040A043/00080100/00080102",
        "0040A043/00080100/00080104",
        "0040A730/0040A730/00080100",
        "0040A730/0040A730/00080102",
        "0040A730/0040A730/00080104",
        "MRG-1.1.1",
        "MRG-1.1.2",
        "MRG-1.1.3",
    ]


def test_no_code_of_a_restricted_terminology_is_carried() -> None:
    systems = {row.constant for row in rows() if row.path.endswith("00080102") and row.constant}
    assert systems == {"LN", "DCM", "ISO639_2"}
    codes = {row.constant for row in rows() if row.path.endswith("00080100") and row.constant}
    assert codes == {"121049", "eng", "121008", "121023", "121060", "121070", "121071", "121076", "121077"}


@pytest.mark.skipif(not DATA.exists(), reason="the standards data lie beside a working copy")
def test_every_row_of_the_source_is_in_the_knowledge() -> None:
    source = json.loads(DATA.read_text(encoding="utf-8"))["maps"]
    made = load("dicom")["maps"]
    assert source.keys() == made.keys()
    for name, content in source.items():
        assert len(made[name][3]) >= len(content["rows"])
        for theirs, ours in zip(content["rows"], made[name][3], strict=False):
            path, fields, _, constant, _, corrected = [*ours, *[None] * 5][:6]
            if corrected is None and not theirs.get("value", "").startswith("OBX:") and name != "dicom_to_qbp":
                stated = [theirs["v2"]] if isinstance(theirs.get("v2"), str) else theirs.get("v2", [])
                assert (path, fields or [], constant) == (theirs["dicom"], stated, theirs.get("value"))
