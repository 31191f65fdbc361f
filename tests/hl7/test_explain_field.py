"""The tool explain_hl7_field."""

from __future__ import annotations

import pytest

from trivium.api import PUBLIC, BadInput, Effect
from trivium_hl7 import dictionary
from trivium_hl7.explain import places
from trivium_hl7.explain.definitions import Past, Row
from trivium_hl7.explain.fields import explain
from trivium_hl7.explain.segments import LOCAL_NOTE
from trivium_hl7.tools.explain_field import explain_hl7_field


def test_a_sub_component_has_its_levels_and_its_history() -> None:
    found = explain_hl7_field(field_ref="PID-3.4.2", version="2.5.1")
    assert (found.status, found.path, found.segment, found.version) == (
        "defined", "PID-3.4.2", "Patient Identification", "2.5.1",
    )  # fmt: skip
    assert found.levels == (
        Row(path="PID-3", name="Patient Identifier List", type="CX", usage="R", repeats="*", length="250", item=106),
        Row(path="PID-3.4", name="Assigning Authority", type="HD", usage="O", length="227", table="0363"),
        Row(path="PID-3.4.2", name="Universal ID", type="ST", usage="C", length="199"),
    )
    assert found.history[:2] == (
        Past(versions="2.3 to 2.4", name="Universal ID", type="ST", usage="O"),
        Past(versions="2.5 to 2.5.1", name="Universal ID", type="ST", usage="C", length="199"),
    )
    assert (found.components, found.notes) == ((), ())


def test_a_composite_has_a_shape_an_example_and_parts() -> None:
    found = explain("MSH-9", "2.5.1")
    assert (found.type_name, found.shape, found.example) == (
        "message type", "Message Code^Trigger Event^Message Structure", "ADT^A01^ADT_A01",
    )  # fmt: skip
    assert [(one.path, one.table) for one in found.components] == [
        ("MSH-9.1", "0076"), ("MSH-9.2", "0003"), ("MSH-9.3", "0354"),
    ]  # fmt: skip


def test_a_code_has_its_table() -> None:
    found = explain("PID-8", "2.5.1").table
    assert found is not None
    assert (found.number, found.name, found.keeper) == (
        "0001", "Administrative Sex", "user-defined: HL7 suggests codes, a site may have its own",
    )  # fmt: skip
    assert [one.code for one in found.codes] == ["F", "M", "O", "U", "A", "N"]
    large = explain("MSH-9.2", "2.5.1").table
    assert large is not None
    assert (len(large.codes), large.more) == (40, 250)


def test_the_code_of_a_coded_value_takes_the_table_of_its_field() -> None:
    found = explain("PID-10.1", "2.5.1")
    assert found.table is not None
    assert found.table.number == "0005"
    assert explain("PID-10.2", "2.5.1").table is None


def test_an_example_of_a_coded_value_is_a_code_of_its_table() -> None:
    assert explain("PID-8", "2.8").example == "F^Female^HL70001"
    assert explain("PID-8", "2.5.1").example == "F"
    assert explain("MSH-2", None).example == "^~\\&"


def test_the_first_part_of_a_primitive_value_is_the_value() -> None:
    found = explain("PID-8.1", "2.5.1")
    assert (found.status, found.version, found.levels[-1].name) == ("defined", "2.5.1", "Administrative Sex")
    assert found.notes == (
        "a primitive value has no components: the first component is the whole value (HL7 v2.5.1 chapter 2.8)",
    )


def test_a_result_names_its_own_type() -> None:
    assert explain("OBX-5", None).notes == ("OBX-2 names the data type of this field (HL7 v2.5.1 chapter 7.4.2)",)


@pytest.mark.parametrize("text", ["PID-3", "pid.3", "PID 3", "PID-3[2]", " pid - 3 ", "PID(1)-3"])
def test_a_place_is_read_in_any_spelling(text: str) -> None:
    assert explain(text, None).path == "PID-3"


def test_data_types_are_explained_too() -> None:
    found = explain("CX.4", "2.5.1")
    assert (found.status, found.path, found.segment, found.levels[0].name) == (
        "defined", "CX.4", None, "Assigning Authority",
    )  # fmt: skip
    whole = explain("XPN", "2.5.1")
    assert (whole.path, len(whole.components), whole.type_name) == ("XPN", 14, "extended person name")


def test_what_no_version_defines_is_undefined() -> None:
    found = explain("PID-99", None)
    assert (found.status, found.levels, found.history) == ("undefined", (), ())
    deep = explain("PID-8.1.2", "2.5.1")
    assert (deep.status, [one.path for one in deep.levels]) == ("undefined", ["PID-8", "PID-8.1"])


def test_a_place_of_another_version_is_explained_by_that() -> None:
    found = explain("PID-40", "2.5.1")
    assert (found.version, found.notes[0]) == (
        "2.7", "version 2.5.1 has no such place; explained as version 2.7 has it",
    )  # fmt: skip
    assert explain("PID-2", "2.9.1").notes == ("withdrawn in this version",)


def test_words_give_near_fields_and_a_local_segment_is_said_to_be_one() -> None:
    assert [one.id for one in explain("date of birth", None).near][:2] == ["PID-7", "NK1-16"]
    assert [one.id for one in explain("gender", None).near][:1] == ["PID-8"]
    assert explain("XYZ-3", None).status == "unknown"
    assert (explain("ZPI-3", None).status, explain("ZPI-3", None).notes) == ("site-defined", (LOCAL_NOTE,))


@pytest.mark.parametrize("text", ["", "x" * 100, "PID-999999.999999.999999", "\ud800", "CX.0", "PID-0", "-", "PID-"])
def test_odd_input_is_a_normal_answer(text: str) -> None:
    assert explain(text, None).status in ("unknown", "undefined")


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(BadInput):
        explain("PID-3", "2.99")


@pytest.mark.parametrize("version", ["2.2", "2.5.1", "2.9.1"])
def test_every_field_is_explained(version: str) -> None:
    for segment in dictionary.segments(version):
        for number in range(1, dictionary.field_count(segment, version) + 1):
            found = explain(f"{segment}-{number}", version)
            definition = dictionary.exact_field(segment, number, version)
            assert definition is not None
            assert (found.status, found.version) == ("defined", version)
            assert (found.levels[-1].name, found.levels[-1].type) == (definition.name, definition.type)
            assert len(found.components) == dictionary.component_count(definition.type, version)


def test_every_place_of_every_version_can_be_followed() -> None:
    for version in dictionary.versions():
        for segment in dictionary.segments(version):
            for number in range(1, dictionary.field_count(segment, version) + 1):
                field = dictionary.exact_field(segment, number, version)
                assert field is not None
                for part, component in places.components(field.type, version):
                    place = places.Place(segment, (number, part), is_type=False)
                    assert places.exact(place, version) == component


def test_every_data_type_is_explained() -> None:
    for version in dictionary.versions():
        for type_id in dictionary.datatypes(version):
            found = explain(type_id, version)
            assert found.status == "defined", type_id
            assert len(found.components) == dictionary.component_count(type_id, version)


def test_the_tool_is_public_knowledge() -> None:
    assert (explain_hl7_field.effect, explain_hl7_field.mark) == (Effect.LOCAL, PUBLIC)


def test_a_place_beyond_the_segment_is_told_where_the_segment_ends() -> None:
    assert explain("PID-99", None).notes[-1] == "PID has 40 fields in version 2.7, and no version has more"


def test_a_large_data_type_inside_another_is_named_and_not_spread() -> None:
    shape = explain("PID-3", "2.5.1").shape or ""
    assert shape.endswith("^Assigning Jurisdiction(CWE)^Assigning Agency or Department(CWE)")
