"""The tool explain_hl7_message_type."""

from __future__ import annotations

import pytest

from trivium.api import PUBLIC, BadInput, Effect
from trivium_hl7 import dictionary, structures
from trivium_hl7.explain.messages import (
    EXCHANGE_NOTE,
    LOCAL_NOTE,
    UNKNOWN_NOTE,
    Answers,
    Candidate,
    Line,
    explain,
)
from trivium_hl7.tools.explain_message_type import explain_hl7_message_type

MERGE = """\
MSH 1..1 Message Header
SFT 0..* Software
EVN 1..1 Event Type
PATIENT 1..*
  PID 1..1 Patient Identification
  PD1 0..1 Patient Additional Demographic
  MRG 1..1 Merge Patient Information
  PV1 0..1 Patient Visit"""


def test_a_message_has_event_structure_and_answers() -> None:
    found = explain_hl7_message_type(message_type="ADT^A40", version="2.5.1", nodes=True)
    assert (found.status, found.message, found.event, found.structure, found.version) == (
        "defined", "ADT^A40", "Merge Patient - Patient Identifier List", "ADT_A39", "2.5.1",
    )  # fmt: skip
    assert (found.versions, found.tree, found.notes) == (("2.3 to 2.9.1",), MERGE, (EXCHANGE_NOTE,))
    assert found.answers == Answers(original=("ACK^A40",), accept=("ACK^A40",), application=("ACK^A40",))
    assert found.same_structure == ("ADT^A39", "ADT^A41", "ADT^A42")
    assert (found.nodes or ())[3:5] == (
        Line(depth=0, id="PATIENT", minimum=1, maximum="*"),
        Line(depth=1, id="PID", name="Patient Identification", minimum=1, maximum="1"),
    )


def test_the_structure_is_data_on_demand() -> None:
    assert explain_hl7_message_type(message_type="ADT^A40").nodes is None
    assert explain_hl7_message_type(message_type="ADT^A40").tree == MERGE


@pytest.mark.parametrize("text", ["ADT^A40", "adt a40", "ADT_A40", "A40", "ADT^A40^ADT_A39", "ADT-A40", " adt^a40 "])
def test_a_message_is_read_in_any_spelling(text: str) -> None:
    assert explain(text, None).message == "ADT^A40"


def test_a_structure_has_its_messages() -> None:
    found = explain("ADT_A39", "2.7.1")
    assert (found.message, found.structure, found.version, found.same_structure) == (
        None, "ADT_A39", "2.7.1", ("ADT^A40", "ADT^A41", "ADT^A42"),
    )  # fmt: skip
    assert explain("ORM_O01", None).message == "ORM^O01"


def test_enhanced_mode_answers_are_those_of_the_standard() -> None:
    found = explain("QBP^Q22", "2.5.1")
    assert found.answers == Answers(original=("RSP^K22",), accept=("ACK^Q22",), application=("RSP^K22",))


def test_a_choice_and_a_kept_segment_are_marked() -> None:
    order = explain("ORM^O01", "2.5.1").tree or ""
    assert "    OBRRQDRQ1RXOODSODT_SUPPGRP 1..1 one of\n      OBR 1..1 Observation Request\n" in order
    admit = explain("ADT^A01", "2.9.1").tree or ""
    assert "ARV 0..* Access Restrictions (backward compatible)\n" in admit


def test_an_event_of_several_messages_leaves_the_choice() -> None:
    found = explain("MDM", "2.5.1")
    assert (found.status, len(found.near), found.near[0]) == (
        "several", 11, Candidate(message="MDM^T01", name="Original Document Notification"),
    )  # fmt: skip
    assert explain("O01", "2.5.1").message == "ORM^O01"


def test_a_withdrawn_message_is_explained_by_the_last_version_that_has_it() -> None:
    found = explain("ADT^A34", "2.9")
    assert (found.version, found.structure, found.versions) == ("2.6", "ADT_A30", ("2.2 to 2.6",))
    assert found.notes == (
        "read as version 2.9.1, the nearest with definitions",
        "version 2.9.1 has no such message; explained as version 2.6 has it",
    )


def test_words_find_messages() -> None:
    assert [one.message for one in explain("merge patient", None).near][:2] == ["ADT^A40", "ADT^A41"]
    assert explain("vaccination update", None).near[0].message == "VXU^V04"
    assert {"ADT^A01", "ADT^A05", "ADT^A14"} <= {one.message for one in explain("admit", None).near}


def test_what_no_version_has_is_said() -> None:
    unknown = explain("XYZ^A01", None)
    assert (unknown.status, unknown.notes, unknown.near[0].message) == ("unknown", (UNKNOWN_NOTE,), "ADT^A01")
    assert explain("ADT^Z01", None).notes == (LOCAL_NOTE, "45 more are left out of near: ask for the type alone")
    assert explain("qwertyuiop", None).near == ()
    with pytest.raises(BadInput):
        explain("^^^", None)
    with pytest.raises(BadInput):
        explain("ADT^A01", "9.9")


@pytest.mark.parametrize("text", ["x" * 100, "ADT^A01|PID", "\ud800ADT", "a b c d e f"])
def test_odd_input_is_a_normal_answer(text: str) -> None:
    assert explain(text, None).status == "unknown"


@pytest.mark.parametrize("version", dictionary.versions())
def test_every_message_is_explained_in_every_version(version: str) -> None:
    for code, event in structures.messages(version):
        found = explain(f"{code}^{event}".rstrip("^"), version)
        assert (found.status, found.version, found.message) == ("defined", version, f"{code}^{event}".rstrip("^"))
        assert found.structure == structures.names_of(code, event, version)[0]
        nodes = structures.structure(structures.structure_of(code, event, version) or "", version)
        assert [line.id for line in found.nodes or ()] == [node.id for node in structures.walk(nodes or ())]
        assert len(found.nodes or ()) == (found.tree or "").count("\n") + 1


@pytest.mark.parametrize("version", ["2.2", "2.5.1", "2.7.1", "2.9.1"])
def test_every_structure_is_explained(version: str) -> None:
    for name in structures.structures(version):
        if name == "QRY":  # in the source of 2.5, without an event: the type has several messages
            continue
        found = explain(structures.plain(name), version)
        assert (found.status, found.version, bool(found.nodes)) == ("defined", version, True), name


def test_the_tool_is_public_knowledge() -> None:
    assert (explain_hl7_message_type.effect, explain_hl7_message_type.mark) == (Effect.LOCAL, PUBLIC)
