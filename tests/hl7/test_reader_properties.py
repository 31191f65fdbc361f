"""What holds for every message and for every text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from trivium.api import ToolFailure
from trivium_hl7.elements import describe, positions
from trivium_hl7.reader import parse_message

VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n|^~&\\\x0b\x1c\ufeff"), max_size=6)


def joined(separator: str, part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=1, max_size=3).map(separator.join)


HEADERS = ("MSH", "FHS", "BHS")
FIELD = joined("~", joined("^", joined("&", VALUE)))
FIELDS = joined("|", FIELD)
SEGMENT_ID = st.from_regex(r"[A-Z][A-Z0-9]{2}", fullmatch=True).filter(lambda one: one not in HEADERS)
SEGMENT = st.builds("{}|{}".format, SEGMENT_ID, FIELDS)
MESSAGE = st.builds(lambda head, lines: "\r".join([f"MSH|^~\\&|{head}", *lines]), FIELDS, st.lists(SEGMENT, max_size=4))
ODD = st.text(st.sampled_from("MSHPIDOBX|^~\\&\r\n\x0b\x1c12\"' "), max_size=80)


@given(MESSAGE)
def test_a_message_written_back_is_the_message(text: str) -> None:
    assert parse_message(text).encode() == text + "\r"


@given(MESSAGE, st.sampled_from(["\r", "\n", "\r\n"]), st.booleans())
def test_framing_and_line_ends_change_nothing_else(text: str, end: str, framed: bool) -> None:
    sent = text.replace("\r", end)
    sent = f"\x0b{sent}{end}\x1c\r" if framed else sent
    assert [seg.text for seg in parse_message(sent).segments] == text.split("\r")


@given(MESSAGE)
def test_every_valued_place_is_found_and_described(text: str) -> None:
    message = parse_message(text)
    found = list(positions(message))
    bodies = [line[9 if line.startswith("MSH") else 4 :] for line in text.split("\r")]
    leaves = [leaf for body in bodies for leaf in re.split(r"[|~^&]", body) if leaf]
    assert [position.text for position in found[2:]] == leaves
    for position in found:
        assert describe(position, "2.5.1").value == position.text


@given(st.one_of(st.text(), ODD.map(r"MSH|^~\&".__add__), ODD))
def test_no_text_makes_the_reader_crash(text: str) -> None:
    try:
        message = parse_message(text)
    except ToolFailure:
        return
    assert message.segments[0].id == "MSH"


@given(st.one_of(st.binary(), ODD.map(lambda t: rb"MSH|^~\&" + t.encode("utf-16"))))
def test_no_bytes_make_the_reader_crash(data: bytes) -> None:
    try:
        message = parse_message(data)
    except ToolFailure:
        return
    assert message.segments[0].id == "MSH"
