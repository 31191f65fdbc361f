"""Tag numbers in all their spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium_dicom.tag_number import TagNumber, parse_tag_number, written

SPELLINGS = {
    "00100010": [
        "(0010,0010)", "0010,0010", "00100010", "0x00100010", "x00100010", "0X100010", "10,10", "0010:0010",
        "( 0010 , 0010 )", "0010\\0010", "0010;0010", "0010/0010", "0010 0010", "0x0010,0x0010", " (0010,0010) ",
        "(0010, 0010)", "0010.0010", "0010-0010", "(00100010)",
    ],
    "60xx3000": ["60xx3000", "(60xx,3000)", "60XX,3000"],
    "7fe00010": ["7FE00010", "7fe0,0010", "(7Fe0,10)", "0x7FE00010"],
    "0010xxxx": ["0010", "(0010)", "0x0010", "(0010,)", "0010,", "(0010,xxxx)"],
    "fffee000": ["FFFE,E000", "FFFE E000", "fffee000"],
    "fffafffa": ["(FFFA,FFFA)", "fffa,fffa", "FFFA:FFFA", "FFFA\\FFFA", "FFFAFFFA", "( FFFA , FFFA )", "xfffafffa"],
}  # fmt: skip


@pytest.mark.parametrize(("digits", "text"), [(d, text) for d, texts in SPELLINGS.items() for text in texts])
def test_a_tag_number_in_any_usual_spelling_is_read(digits: str, text: str) -> None:
    assert parse_tag_number(text) == TagNumber(digits)


@pytest.mark.parametrize(
    "text", ["", "PatientName", "dead beef", "face", "10 10", "3D", "slice 3", "0010,00100", "(0010,0010,0010)"]
)
def test_words_are_no_number(text: str) -> None:
    assert parse_tag_number(text) is None


@given(st.integers(0, 0xFFFFFFFF))
def test_what_is_written_is_read_back(tag: int) -> None:
    assert parse_tag_number(written(f"{tag:08x}")) == TagNumber(f"{tag:08x}")


@given(st.text(max_size=40) | st.text(alphabet="0123456789abcdefxX,()[] :\\-", max_size=20))
def test_any_text_is_eight_digits_or_none(text: str) -> None:
    number = parse_tag_number(text)
    assert number is None or (len(number.digits) == 8 and set(number.digits) <= set("0123456789abcdefx"))
