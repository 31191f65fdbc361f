"""Reading references to fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import BadInput, NotFound
from trivium_fhir.field_ref import FieldRef, FieldRefProblem, parse_field_ref
from trivium_fhir.guide import index
from trivium_fhir.messages import MessageProblem, parse_message_structure

SPELLINGS = {
    FieldRef("PID"): ["PID", "pid", " PID ", "/PID"],
    FieldRef("PID", (3,)): ["PID-3", "PID.3", "pid 3", "PID3", "PID_3", "PID-3[1]", "PID-3[*]", "PID-03", "Pid:3"],
    FieldRef("PV1", (7,)): ["PV1-7", "PV17", "pv1.7", "PV1 7"],
    FieldRef("OBX", (5, 2)): ["OBX-5.2", "OBX.5.2", "obx 5.2", "OBX5.2", "OBX-5-2", "OBX-5[2].2", "OBX-5(0)-2"],
    FieldRef("PID", (5, 1, 1)): ["PID-5.1.1", "PID.5.1.1", "PID-5-1-1", "/PID-5-1-1", "PID-5[1].1.1", "pid_5.1.1"],
    FieldRef("PID", (3, 4)): ["PID-3[1].4", "PID-3(0)-4", "PID.3[12].4"],
}


@pytest.mark.parametrize(("ref", "text"), [(ref, text) for ref, texts in SPELLINGS.items() for text in texts])
def test_a_reference_in_any_usual_spelling_is_read(ref: FieldRef, text: str) -> None:
    assert parse_field_ref(text, where="field_ref") == ref


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read from character 1 on"),
        ("P", "cannot be read from character 1 on"),
        ("3-PID", "cannot be read from character 1 on"),
        ("PID-", "cannot be read from character 4 on"),
        ("PID-x", "cannot be read from character 4 on"),
        ("PID-3..1", "cannot be read from character 6 on"),
        ("PID-3.4 Jones", "cannot be read from character 8 on"),
        ("PID-1234", "cannot be read from character 4 on"),
        ("PID-3[x]", "cannot be read from character 6 on"),
    ],
)
def test_an_unreadable_reference_is_refused_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_field_ref(text, where="field_ref")
    assert str(refused.value) == (
        f"field_ref {sentence}: write a segment and numbers, such as PID, PID-3, OBX-5.2 or PID-5.1.1"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("PID-3.1.1.1", FieldRefProblem.TOO_DEEP),
        ("PID-0", FieldRefProblem.COUNTS_FROM_ONE),
        ("PID-3.0", FieldRefProblem.COUNTS_FROM_ONE),
        ("PID-3" + " " * 40, FieldRefProblem.TOO_LONG),
    ],
)
def test_what_is_readable_and_impossible_is_refused_with_its_reason(text: str, problem: FieldRefProblem) -> None:
    with pytest.raises(BadInput) as refused:
        parse_field_ref(text, where="field_ref")
    assert refused.value.problem is problem


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_bad_input(text: str) -> None:
    try:
        ref = parse_field_ref(text, where="field_ref")
    except BadInput:
        return
    assert parse_field_ref(str(ref), where="field_ref") == ref


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("ADT_A01", "ADT_A01"),
        ("adt^a01", "ADT_A01"),
        ("ADT-A01", "ADT_A01"),
        ("ADT^A04", "ADT_A01"),
        ("ADT_A08", "ADT_A01"),
        ("ADT^A08^ADT_A01", "ADT_A01"),
        ("ORU^R01^ORU_R01", "ORU_R01"),
        ("SIU^S14", "SIU_S12"),
        ("ORM O01", "ORM_O01"),
    ],
)
def test_a_message_is_named_by_structure_or_by_event(text: str, structure: str) -> None:
    assert parse_message_structure(text, where="message_structure") == structure


def test_a_message_without_a_map_is_told_apart_from_no_message() -> None:
    with pytest.raises(NotFound):
        parse_message_structure("ADT^A03", where="message_structure")
    with pytest.raises(BadInput):
        parse_message_structure("admission", where="message_structure")


def test_the_sentence_on_unmapped_messages_names_every_mapped_one() -> None:
    listed = f"{', '.join(index().messages[:-1])} and {index().messages[-1]}"
    assert MessageProblem.NOT_MAPPED.value.endswith(f"which maps {listed}")


@given(st.text(max_size=60))
def test_any_text_is_a_message_or_a_coded_error(text: str) -> None:
    try:
        structure = parse_message_structure(text, where="message_structure")
    except (BadInput, NotFound):
        return
    assert structure in index().messages
