"""Escape sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium_hl7.escapes import escape, has_unknown_sequence, unescape
from trivium_hl7.separators import Separators

STANDARD = Separators()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"\X41\\X0D0A\x", "A\r\nx"),
        (r"T\XC3BC\bingen", "Tübingen"),
        (r"T\XC3\\XBC\bingen", "Tübingen"),
        (r"T\XFC\bingen", "Tübingen"),
        (r"gi\X00E0\ ", "già "),
        (r"one\.br\two\.sp2\three\.ce\four", "one\ntwo\n\nthree\nfour"),
        (r"a\.sk+3\b\.in+4\c\.ti-2\d\.fi\e\.nf\f", "a   bcdef"),
        (r"\H\loud\N\ quiet", "loud quiet"),
        (r"C:\temp\new", r"C:\temp\new"),
        (r"4\5 and \F\ ", r"4\5 and | "),
        (r"\C2842\\M242C41\\Zlocal\ ", r"\C2842\\M242C41\\Zlocal\ "),
        (r"\P\ ", r"\P\ "),
        (r"\X4\ \XZZ\ ", r"\X4\ \XZZ\ "),
        ("\\", "\\"),
        ("plain", "plain"),
    ],
)
def test_sequences_are_decoded_or_kept(written: str, meant: str) -> None:
    assert unescape(written, STANDARD) == meant


def test_hexadecimal_data_is_in_the_character_set_of_the_message() -> None:
    assert unescape(r"\XE4\ ", STANDARD, "iso8859_5") == "ф "
    assert unescape(r"\XE4\ ", STANDARD, "ascii") == "ä "


def test_a_hostile_count_makes_no_flood() -> None:
    assert len(unescape(r"\.sp999999\ ", STANDARD)) == 100


@pytest.mark.parametrize(
    ("written", "unknown"),
    [(r"a\T\b", False), ("a", False), (r"\Q\ ", True), (r"half \T", True), (r"\C2842\ ", True)],
)
def test_unknown_sequences_are_noticed(written: str, unknown: bool) -> None:
    assert has_unknown_sequence(written, STANDARD) is unknown


def test_without_an_escape_character_nothing_is_decoded() -> None:
    bare = Separators(escape="")
    assert unescape(r"a\T\b", bare) == r"a\T\b"
    assert not has_unknown_sequence(r"\Q\ ", bare)
    assert escape("plain", bare) == "plain"
    with pytest.raises(ValueError, match="no escape character"):
        escape("a|b", bare)


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_escaped_comes_back(text: str) -> None:
    written = escape(text, STANDARD)
    assert not set(written) & set("|^~&\r\n")
    assert unescape(written, STANDARD) == text
