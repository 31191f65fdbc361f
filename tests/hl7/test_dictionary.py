"""What the dictionary knows."""

from __future__ import annotations

import pytest

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Code, Definition


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("2.5.1", "2.5.1"),
        ("2.1", "2.1"),
        ("2.9", "2.9.1"),
        ("2.6.1", "2.6"),
        ("2.3.2", "2.3.1"),
        ("2.10", None),
        ("3.0", None),
        ("2", None),
        ("", None),
        ("2.5.1PID", None),
        ("{version}", None),
        ("2.²", None),
    ],
)
def test_the_nearest_version_stands_in(declared: str, used: str | None) -> None:
    assert dictionary.nearest_version(declared) == used


def test_a_field_is_defined_by_its_version() -> None:
    assert dictionary.field("PID", 3, "2.2") == Definition("Patient ID", "CM_PAT_ID", "R", 0, 20, "")
    assert dictionary.field("PID", 3, "2.5.1") == Definition("Patient Identifier List", "CX", "R", 0, 250, "")


def test_fields_before_their_time_and_after_their_withdrawal_are_found() -> None:
    early = dictionary.field("SPM", 4, "2.3")
    late = dictionary.field("PID", 2, "2.9.1")
    assert early is not None
    assert (early.name, early.type) == ("Specimen Type", "CWE")
    assert late is not None
    assert (late.name, late.type) == ("Patient ID", "CX")


def test_components_have_types_and_tables() -> None:
    assert dictionary.component("CX", 5, "2.5.1") == Definition("Identifier Type Code", "ID", "O", None, 5, "0203")
    assert dictionary.component("ST", 1, "2.5.1") is None
    assert dictionary.is_composite("XPN", "2.8")
    assert not dictionary.is_composite("NM", "2.8")


def test_what_is_not_defined_is_none() -> None:
    assert dictionary.field("ZPI", 1, "2.5.1") is None
    assert dictionary.field("PID", 999, "2.5.1") is None
    assert dictionary.component("XX", 1, "2.5.1") is None
    assert dictionary.segment_name("ZPI") is None
    assert dictionary.table("9999") is None


@pytest.mark.parametrize(
    ("place", "version", "table"),
    [
        (("PID", 16), "2.3.1", "0002"),
        (("NK1", 3), "2.3", "0063"),
        (("DB1", 2), "2.3", "0334"),
        (("DB1", 1), "2.3", ""),
        (("DG1", 8), "2.6", "0055"),
        (("OBX", 8), "2.7.1", "0078"),
        (("TQ1", 12), "2.5.1", "0472"),
        (("OM1", 3), "2.2", ""),
        (("OBR", 4), "2.3", ""),
        (("OM7", 24), "2.9.1", ""),
    ],
)
def test_fields_of_older_versions_have_the_tables_they_had(place: tuple[str, int], version: str, table: str) -> None:
    found = dictionary.exact_field(*place, version)
    assert found is not None
    assert found.table == table


@pytest.mark.parametrize(
    ("place", "version", "table"),
    [
        (("PT", 1), "2.3", "0103"),
        (("CX", 3), "2.3.1", "0061"),
        (("XAD", 7), "2.3", "0190"),
        (("TQ", 9), "2.4", "0472"),
        (("CE", 3), "2.4", "0396"),
        (("CE", 3), "2.3.1", ""),
        (("XAD", 6), "2.3.1", ""),
    ],
)
def test_components_of_older_versions_have_the_tables_they_had(
    place: tuple[str, int], version: str, table: str
) -> None:
    """Tables 0396 and 0399 came with 2.4."""
    found = dictionary.exact_component(*place, version)
    assert found is not None
    assert found.table == table


def test_abnormal_flags_repeat_and_probability_does_not() -> None:
    found = [[dictionary.exact_field("OBX", n, v) for v in ("2.3", "2.3.1", "2.4", "2.5")] for n in (8, 9)]
    assert [[one and one.maximum for one in field] for field in found] == [[5, 5, 5, 0], [1, 1, 1, 1]]


def test_tables_hold_codes_with_displays() -> None:
    sex = dictionary.table("0001")
    assert sex is not None
    assert (sex.name, sex.type, sex.codes["F"]) == ("Administrative Sex", "User", "Female")


def test_a_code_has_a_life() -> None:
    found = dictionary.code("0354", "ADT_A28")
    assert found == Code("ADT_A28", "A28, A31", "", "2.9", ("2.3.1",))
    assert dictionary.code("0001", "X") == Code("X", "Non-Binary", "N", "", ())
    assert dictionary.code("0003", "Z73") == Code("Z73", "", "L", "", ("2.7", "2.7.1"))
    assert dictionary.code("0001", "Q") is None
    assert dictionary.code("9999", "F") is None


def test_every_code_of_every_table_can_be_asked_for() -> None:
    known = set(dictionary.versions())
    count = 0
    for number in dictionary.tables():
        table = dictionary.table(number)
        assert table is not None
        for text, display in table.codes.items():
            code = dictionary.code(number, text)
            assert code is not None
            assert (code.code, code.display) == (text, display)
            assert code.status == "" or code.status in dictionary.CODE_STATUS
            assert set(code.versions) <= known
            count += 1
    assert (len(dictionary.tables()), count) == (628, 6_918)


def test_a_table_says_where_it_comes_from() -> None:
    sex = dictionary.table("0001")
    assert sex is not None
    assert sex[3:] == (
        "2.16.840.1.113883.12.1", "2.1", "pa", ("PID-8",), "http://terminology.hl7.org/CodeSystem/v2-0001",
    )  # fmt: skip


def test_an_exact_look_falls_back_on_nothing() -> None:
    assert dictionary.field("SPM", 4, "2.3") is not None
    assert dictionary.exact_field("SPM", 4, "2.3") is None
    assert dictionary.exact_field("PID", 3, "2.5.1") == dictionary.field("PID", 3, "2.5.1")
    assert dictionary.exact_field("PID", 0, "2.5.1") is None
    assert dictionary.exact_field("PID", 99, "2.5.1") is None
    assert dictionary.exact_component("CX", 5, "2.1") is None
    assert dictionary.exact_component("CX", 5, "2.5.1") == dictionary.component("CX", 5, "2.5.1")


def test_counts_and_lists_are_by_version() -> None:
    assert [dictionary.field_count("PID", v) for v in ("2.1", "2.3", "2.5.1", "2.9.1")] == [20, 30, 39, 40]
    assert (dictionary.field_count("SPM", "2.3"), dictionary.component_count("ST", "2.5.1")) == (0, 0)
    assert dictionary.component_count("XPN", "2.5.1") == 14
    assert len(dictionary.segments("2.5.1")) == 149
    assert "SPM" not in dictionary.segments("2.3")
    assert "CWE" in dictionary.datatypes("2.5.1")
    assert dictionary.type_name("CX") == "extended composite ID with check digit"


def test_item_numbers_are_those_of_the_standard() -> None:
    assert [dictionary.item("PID", n) for n in (1, 3, 40)] == [104, 106, 2289]
    assert dictionary.item("PID", 41) is None
    assert dictionary.item("ZPI", 1) is None


@pytest.mark.parametrize("version", ["2.3", "2.5.1", "2.7", "2.7.1", "2.8", "2.9.1"])
@pytest.mark.parametrize("place", [("OBX", 5), ("MFE", 4), ("QPD", 3)], ids=["OBX-5", "MFE-4", "QPD-3"])
def test_what_varies_varies_in_every_version(place: tuple[str, int], version: str) -> None:
    found = dictionary.exact_field(*place, version)
    assert found is None or found.type == "VARIES"


def test_conditional_fields_are_conditional_in_2_8() -> None:
    found = [dictionary.exact_field("OBX", n, v) for n in (2, 4) for v in ("2.7.1", "2.8", "2.8.2", "2.9.1")]
    assert {one.usage for one in found if one} == {"C"}
    authority = dictionary.exact_component("CX", 4, "2.8")
    assert authority is not None
    assert (authority.usage, authority.table) == ("C", "0363")


@pytest.mark.parametrize(
    ("version", "place", "usage", "maximum"),
    [
        ("2.3", ("EVN", 2), "R", 1),
        ("2.3", ("NK1", 7), "O", 1),
        ("2.3", ("ORC", 7), "O", 1),
        ("2.3", ("OBR", 27), "O", 0),
        ("2.3", ("RXG", 1), "R", 1),
        ("2.3", ("RXG", 2), "O", 1),
        ("2.3.1", ("OBX", 4), "O", 1),
        ("2.5.1", ("OBX", 2), "O", 1),
        ("2.6", ("DG1", 3), "R", 1),
        ("2.6", ("PMT", 11), "R", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_slip_of_one_version_is_corrected(version: str, place: tuple[str, int], usage: str, maximum: int) -> None:
    found = dictionary.exact_field(*place, version)
    assert found is not None
    assert (found.usage, found.maximum) == (usage, maximum)


def test_no_table_lists_a_mark_as_a_code() -> None:
    marks = {"...", "…", "2 ...", "_", "etc", "varies", "Varies", "<null>"}
    found = {(number, mark) for number in dictionary.tables() for mark in marks if dictionary.code(number, mark)}
    assert found == set()


def test_a_table_that_goes_on_in_an_rfc_is_open() -> None:
    subtypes = dictionary.table("0291")
    assert subtypes is not None
    assert (subtypes.type, "JPEG" in subtypes.codes) == ("HL7-EXT", True)
