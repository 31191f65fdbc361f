"""The tool lookup_hl7_table."""

from __future__ import annotations

import pytest

from trivium.api import PUBLIC, BadInput, Effect
from trivium_hl7 import dictionary
from trivium_hl7.explain.tables import EARLY_NOTE, NO_CODES_NOTE, CodeRow, lookup
from trivium_hl7.tools.lookup_table import lookup_hl7_table


@pytest.mark.parametrize("text", ["1", "0001", "HL70001", "hl7 table 1", "Table 0001", "v2-0001", " 001 "])
def test_a_table_is_found_by_its_number_in_any_spelling(text: str) -> None:
    assert lookup_hl7_table(table_number=text).number == "0001"


def test_a_table_says_who_keeps_it_and_what_its_codes_mean() -> None:
    found = lookup_hl7_table(table_number=8)
    assert (found.status, found.name, found.type, found.keeper, found.used_in, found.oid) == (
        "found",
        "Acknowledgment code",
        "HL7",
        "HL7 keeps it: only its codes are right, local ones are not allowed",
        ("MSA-1.1",),
        "2.16.840.1.113883.12.8",
    )
    assert [one.code for one in found.codes] == ["AA", "AE", "AR", "CA", "CE", "CR"]
    assert (found.total, found.next_offset, found.notes) == (6, None, ())


def test_one_code_is_looked_up() -> None:
    found = lookup_hl7_table(table_number="0085", code="F")
    assert found.codes == (CodeRow(code="F", display="Final results", versions="2.3.1 to 2.8.2"),)
    assert lookup_hl7_table(table_number="0085", code="f").codes == found.codes
    assert [one.code for one in lookup_hl7_table(table_number="0063", code="mother").codes] == ["MTH"]


def test_an_unknown_code_is_a_normal_answer() -> None:
    found = lookup_hl7_table(table_number="0001", code="QQ")
    assert (found.status, found.codes, found.total) == ("unknown code", (), 0)


def test_codes_have_a_life() -> None:
    codes = {one.code: one for one in lookup("0354", None, None, limit=500, offset=0).codes}
    assert codes["ORM_O01"] == CodeRow(code="ORM_O01", display="O01", status="deprecated", versions="2.3.1 to 2.8.2")
    assert codes["ADT_A28"] == CodeRow(code="ADT_A28", display="A28, A31", deprecated_in="2.9", versions="2.3.1")
    assert codes["OMQ_O57"] == CodeRow(code="OMQ_O57", display="O57", status="new")


def test_codes_can_be_those_of_a_version() -> None:
    found = lookup("0001", None, "2.3.1", limit=100, offset=0)
    assert [one.code for one in found.codes] == ["F", "M", "O", "U"]
    assert found.notes == (EARLY_NOTE, "codes that only other versions list: 3")
    elsewhere = lookup("0001", "A", "2.3.1", limit=100, offset=0)
    assert (elsewhere.status, elsewhere.notes) == (
        "found", (EARLY_NOTE, "the code stands in tables of other versions only"),
    )  # fmt: skip


def test_pages_together_are_the_whole() -> None:
    whole = lookup("0003", None, None, limit=500, offset=0)
    collected: list[CodeRow] = []
    offset: int | None = 0
    while offset is not None:
        page = lookup("0003", None, None, limit=60, offset=offset)
        collected += page.codes
        offset = page.next_offset
    assert tuple(collected) == whole.codes
    assert whole.total == len(whole.codes) == 409


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("marital status", "0002"),
        ("gender", "0001"),
        ("acknowledgment code", "0008"),
        ("patient class", "0004"),
        ("observation result status", "0085"),
        ("identifier type", "0203"),
        ("order control", "0119"),
        ("body parts", "0550"),
    ],
)
def test_words_find_a_table(words: str, number: str) -> None:
    found = lookup(words, None, None, limit=100, offset=0)
    assert [found.number, *(one.number for one in found.matches)][found.status == "search"] == number


def test_words_that_fit_one_table_alone_open_it() -> None:
    assert lookup("marital status", None, None, limit=2, offset=0) == lookup("0002", None, None, limit=2, offset=0)
    assert [one.code for one in lookup("marital status", "widowed", None, limit=9, offset=0).codes] == ["W"]


def test_tables_that_fit_beyond_those_named_are_counted() -> None:
    found = lookup("code", None, None, limit=100, offset=0)
    assert (found.status, len(found.matches)) == ("search", 12)
    assert found.total > 12


def test_words_find_tables_by_their_codes() -> None:
    found = lookup("unwed mother", None, None, limit=100, offset=0)
    assert (found.matches[0].number, found.matches[0].matching[0].code) == ("0177", "UWM")


def test_what_there_is_not_is_said() -> None:
    assert lookup("9999", None, None, limit=10, offset=0).status == "unknown table"
    assert lookup("qwertyuiop", None, None, limit=10, offset=0).matches == ()
    empty = lookup("0363", None, None, limit=10, offset=0)
    assert (empty.status, empty.notes) == ("found", (NO_CODES_NOTE,))
    with pytest.raises(BadInput, match="holds neither a name nor a word to look for"):
        lookup("???", None, None, limit=10, offset=0)


@pytest.mark.parametrize("text", ["x" * 10_000, "12345", "\ud800a", "1 2", "a " * 5_000])
def test_odd_input_is_a_normal_answer(text: str) -> None:
    assert lookup_hl7_table(table_number=text).status == "search"


def test_every_table_and_every_code_is_found() -> None:
    count = 0
    for number in dictionary.tables():
        table = dictionary.table(number)
        assert table is not None
        found = lookup(number, None, None, limit=500, offset=0)
        assert (found.status, found.name, found.total) == ("found", table.name, len(table.codes))
        assert [(one.code, one.display) for one in found.codes] == list(table.codes.items())
        count += found.total
    assert count == 6_918


def test_the_tool_is_public_knowledge() -> None:
    assert (lookup_hl7_table.effect, lookup_hl7_table.mark) == (Effect.LOCAL, PUBLIC)
