"""The tool explain_hl7_segment."""

from __future__ import annotations

import pytest

from trivium.api import PUBLIC, BadInput, Effect
from trivium_hl7 import dictionary
from trivium_hl7.explain.definitions import Row
from trivium_hl7.explain.problems import QuestionProblem
from trivium_hl7.explain.segments import EARLY_NOTE, LOCAL_NOTE, Change, Near, explain
from trivium_hl7.tools.explain_segment import explain_hl7_segment

SEGMENTS = sorted({segment for version in dictionary.versions() for segment in dictionary.segments(version)})


def test_a_segment_has_fields_structures_and_changes() -> None:
    found = explain_hl7_segment(segment_name="evn", version="2.5.1")
    assert (found.status, found.id, found.name, found.version) == ("defined", "EVN", "Event Type", "2.5.1")
    assert found.versions == ("2.1 to 2.9.1",)
    assert found.notes == (EARLY_NOTE,)
    assert found.fields[1] == Row(path="EVN-2", name="Recorded Date/Time", type="TS", usage="R", length="26", item=100)
    assert found.fields[4] == Row(
        path="EVN-5", name="Operator ID", type="XCN", usage="O", repeats="*", length="250", table="0188", item=103
    )
    assert len(found.fields) == 7
    assert found.used_in[:3] == ("ADR_A19", "ADT_A01", "ADT_A02")
    assert [one for one in found.changes if one.field in ("EVN-1", "EVN-7")] == [
        Change(version="2.3.1", field="EVN-1", what="no longer required"),
        Change(version="2.4", field="EVN-7", what="added", after="Event Facility"),
        Change(version="2.7", field="EVN-1", what="withdrawn", before="Event Type Code"),
    ]


def test_a_segment_that_a_version_lacks_is_explained_by_the_nearest() -> None:
    found = explain("SPM", "2.3")
    assert (found.version, found.notes[0]) == (
        "2.5", "version 2.3 has no such segment; explained as version 2.5 has it",
    )  # fmt: skip
    gone = explain("QRD", "2.9.1")
    assert (gone.version, gone.versions) == ("2.7.1", ("2.1 to 2.7.1",))


def test_unasked_it_is_2_5_1_or_the_next_that_has_it() -> None:
    assert (explain("PID", None).version, explain("ARV", None).version) == ("2.5.1", "2.6")


def test_a_version_is_read_generously() -> None:
    assert explain("PID", "v2.9").notes == ("read as version 2.9.1, the nearest with definitions",)
    assert explain("PID", " HL7 v2.3 ").version == "2.3"


@pytest.mark.parametrize("version", ["3.0", "latest", "", "2.99"])
def test_an_unknown_version_is_refused(version: str) -> None:
    for segment in ("PID", "ZPI", "no such"):
        with pytest.raises(BadInput) as caught:
            explain(segment, version)
        assert caught.value.problem is QuestionProblem.UNKNOWN_VERSION


def test_a_local_segment_is_said_to_be_one() -> None:
    found = explain("ZPI", None)
    assert (found.status, found.fields, found.notes) == ("site-defined", (), (LOCAL_NOTE,))


def test_words_and_misspelt_ids_give_near_segments() -> None:
    assert explain("patient identification", None).near[0] == Near(id="PID", name="Patient Identification")
    assert [one.id for one in explain("next of kin", None).near][:1] == ["NK1"]
    assert [one.id for one in explain("PV3", None).near][:2] == ["PV2", "PV1"]
    assert explain("????", None).near == ()


@pytest.mark.parametrize("text", ["x" * 100, "\ud800PID", "PID|^~", "'" * 100, "\x00"])
def test_odd_input_is_an_unknown_segment(text: str) -> None:
    found = explain(text, None)
    assert (found.status, found.id) == ("unknown", None)


def test_every_segment_is_explained_in_every_version() -> None:
    assert len(SEGMENTS) == 201
    for segment in SEGMENTS:
        for version in dictionary.versions():
            found = explain(segment, version)
            assert found.status == "defined"
            assert found.version is not None
            exact = [dictionary.exact_field(segment, n, found.version) for n in range(1, len(found.fields) + 1)]
            assert [(row.name, row.type) for row in found.fields] == [(one.name, one.type) for one in exact if one]
            assert len(found.fields) == dictionary.field_count(segment, found.version) > 0
            assert (found.version == version) == (dictionary.field_count(segment, version) > 0)


def test_answers_are_bounded() -> None:
    sizes = {segment: len(explain(segment, None).model_dump_json()) for segment in SEGMENTS}
    assert max(sizes.values()) < 30_000


def test_the_tool_is_public_knowledge() -> None:
    assert (explain_hl7_segment.effect, explain_hl7_segment.mark) == (Effect.LOCAL, PUBLIC)
    assert explain_hl7_segment.missing == frozenset()
