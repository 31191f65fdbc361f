"""Resources, prompts and completions."""

from __future__ import annotations

import pytest

from trivium.api import BadInput, NotFound
from trivium_hl7 import completions, dictionary, structures
from trivium_hl7.prompts import all_prompts, debug_hl7_message, design_hl7_interface
from trivium_hl7.resources import all_resources, hl7_field, hl7_message, hl7_segment, hl7_table


def test_four_kinds_of_pages_are_offered() -> None:
    assert [(one.uri, one.mime_type) for one in all_resources()] == [
        ("hl7://{version}/segment/{id}", "text/markdown"),
        ("hl7://{version}/field/{place}", "text/markdown"),
        ("hl7://{version}/message/{structure}", "text/markdown"),
        ("hl7://table/{number}", "text/markdown"),
    ]


def test_a_segment_is_a_page() -> None:
    lines = hl7_segment(version="2.5.1", id="EVN").splitlines()
    assert lines[:3] == ["# EVN Event Type (HL7 v2.5.1)", "", "Versions: 2.1 to 2.9.1."]
    assert lines[6:9] == [
        "| place | name | type | usage | repeats | length | table | item |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| EVN-1 | Event Type Code | ID | O |  | 3 | 0003 | 99 |",
    ]


def test_a_field_is_a_page() -> None:
    lines = hl7_field(version="2.5.1", place="PID-8").splitlines()
    assert lines[:3] == ["# PID-8 Administrative Sex (HL7 v2.5.1)", "", "Segment: Patient Identification."]
    assert lines[6] == "| PID-8 | Administrative Sex | IS | O |  | 1 | 0001 | 111 |"
    assert "| F | Female |  | 2.3.1 to 2.8.2 |" in lines
    parts = hl7_field(version="2.5.1", place="PID-3.4").split("## Parts\n\n")[1].splitlines()
    assert [line.split(" | ")[0] for line in parts[2:5]] == ["| PID-3.4.1", "| PID-3.4.2", "| PID-3.4.3"]


def test_a_structure_is_a_page() -> None:
    assert hl7_message(version="2.5.1", structure="ADT_A39") == (
        "# ADT_A39 Merge person - patient id (HL7 v2.5.1)\n\nVersions: 2.3 to 2.9.1.\n\n"
        "Messages: ADT^A39, ADT^A40, ADT^A41, ADT^A42.\n\n"
        "```text\nMSH 1..1 Message Header\nSFT 0..* Software\nEVN 1..1 Event Type\nPATIENT 1..*\n"
        "  PID 1..1 Patient Identification\n  PD1 0..1 Patient Additional Demographic\n"
        "  MRG 1..1 Merge Patient Information\n  PV1 0..1 Patient Visit\n```\n"
    )
    assert hl7_message(version="2.5.1", structure="ADT^A04").splitlines()[4] == "Message: ADT^A04 Register a Patient."


def test_a_table_is_a_page() -> None:
    lines = hl7_table(number="1").splitlines()
    assert lines[0] == "# HL7 table 0001 Administrative Sex"
    assert lines[-7:][0] == "| F | Female |  |  | 2.3.1 to 2.8.2 |"


def test_pages_of_what_there_is_not_are_not_found() -> None:
    with pytest.raises(NotFound):
        hl7_segment(version="2.5.1", id="XXX")
    for place in ("PID-99", "XXX-1", "ZPI-1", "birth date", "PID-8.1.1.1"):
        with pytest.raises(NotFound):
            hl7_field(version="2.5.1", place=place)
    with pytest.raises(NotFound):
        hl7_message(version="2.5.1", structure="ADT")
    with pytest.raises(NotFound):
        hl7_table(number="9999")
    with pytest.raises(NotFound):
        hl7_table(number="marital")
    with pytest.raises(BadInput):
        hl7_segment(version="7", id="PID")


def test_every_page_of_a_version_can_be_made_and_is_bounded() -> None:
    pages = [hl7_segment(version="2.9.1", id=one) for one in dictionary.segments("2.9.1")]
    pages += [hl7_message(version="2.9.1", structure=structures.plain(one)) for one in structures.structures("2.9.1")]
    pages += [hl7_table(number=one) for one in dictionary.tables()]
    assert len(pages) == 190 + 305 + 628
    assert max(len(page) for page in pages) < 40_000


def test_completions_know_what_is_chosen() -> None:
    assert completions.versions("2.5", {}) == ["2.5.1", "2.5"]
    assert completions.segments("sp", {"version": "2.5.1"}) == ["SPM", "SPR"]
    assert completions.segments("sp", {"version": "2.3"}) == ["SPR"]
    assert completions.segments("", {"version": "nonsense"})[:2] == ["ABS", "ACC"]
    assert completions.message_structures("ADT_A4", {"version": "2.5.1"}) == ["ADT_A43", "ADT_A45"]
    assert completions.messages("adt_a6", {"version": "2.5.1"}) == ["ADT^A60", "ADT^A61", "ADT^A62"]
    assert completions.messages("r01", {}) == ["ORU^R01"]
    assert completions.fields("EVN-", {})[-1] == "EVN-7"
    assert completions.fields("EV", {}) == ["EVN"]
    assert completions.tables("00", {})[:2] == ["0001", "0002"]
    assert completions.tables("550", {}) == ["0550"]
    assert completions.tables("mari", {}) == ["0002"]


def test_what_is_completed_can_be_read() -> None:
    for version in completions.versions("", {}):
        chosen = {"version": version}
        assert all(hl7_message(version=version, structure=one) for one in completions.message_structures("M", chosen))
        assert all(hl7_segment(version=version, id=one) for one in completions.segments("P", chosen))


def test_prompts_name_tools_in_order() -> None:
    assert [one.name for one in all_prompts()] == ["debug_hl7_message", "design_hl7_interface"]
    text = debug_hl7_message(message="MSH|^~\\&|A", symptom="AE")
    assert text.endswith("The message:\nMSH|^~\\&|A")
    assert text.index("parse_hl7_message") < text.index("validate_hl7_message") < text.index("compare_hl7_messages")
    assert "What goes wrong: AE\n" in text
    plan = design_hl7_interface(purpose="orders to the RIS", message_type="OMI^O23", version="2.5.1")
    assert plan.splitlines()[:2] == [
        "Design an HL7 v2 interface. Purpose: orders to the RIS",
        "Decided: message OMI^O23, HL7 version 2.5.1.",
    ]
    assert "Decided" not in design_hl7_interface(purpose="x")
