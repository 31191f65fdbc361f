"""Batches, files of batches, and messages one after the other."""

from __future__ import annotations

import pytest
from tests.hl7.messages import parse, places

from trivium.api import BadInput, Kind, TooLarge
from trivium_hl7.batch import Batch, begins_several, read_batch
from trivium_hl7.problems import MessageProblem, Remark, SizeProblem
from trivium_hl7.reader import Limits
from trivium_hl7.tools.results import BatchMessage, TypeCount

FIRST = "MSH|^~\\&|LAB|NORTH|EHR|SOUTH|20260102||ADT^A01^ADT_A01|C1|P|2.5.1\rPID|1||4711"
SECOND = "MSH|^~\\&|LAB|NORTH|EHR|SOUTH|20260103||ORU^R01^ORU_R01|C2|P|2.5.1\rOBX|1|NM|718-7^Hb^LN||14"
BROKEN = "MSH|^~\\&|LAB\rnot a segment"
BATCH = "\r".join(["FHS|^~\\&|LAB", "BHS|^~\\&|LAB|NORTH", FIRST, SECOND, "BTS|2|all of today", "FTS|1", ""])


def ids(batch: Batch) -> list[str]:
    return [entry.read(Limits()).header.value(10) for entry in batch.messages]


def test_a_batch_file_is_envelopes_and_messages_with_their_places() -> None:
    batch = read_batch(BATCH)
    assert ids(batch) == ["C1", "C2"]
    assert [(entry.number, entry.line, entry.batch) for entry in batch.messages] == [(1, 3, 1), (2, 5, 1)]
    (file,), (inner,) = batch.files, batch.batches
    assert (file.line, file.declared, file.found) == (1, 1, 1)
    assert (inner.line, inner.declared, inner.found) == (2, 2, 2)
    assert inner.header is not None
    assert inner.trailer is not None
    assert (inner.header.value(4), inner.trailer.value(2)) == ("NORTH", "all of today")
    assert (batch.notes, batch.framed, batch.is_single) == ((), False, False)


def test_every_message_is_written_back_as_it_was() -> None:
    batch = read_batch(BATCH)
    assert [entry.read(Limits()).encode() for entry in batch.messages] == [f"{FIRST}\r", f"{SECOND}\r"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("between", ["", "\n", "\x1c\r\x0b"])
def test_messages_one_after_the_other_are_found(end: str, between: str) -> None:
    source = f"{FIRST}\r{between}{SECOND}\r".replace("\r", end)
    for given in (source, source.encode()):
        batch = read_batch(given)
        assert ids(batch) == ["C1", "C2"]
        assert (batch.files, batch.batches, batch.notes) == ((), (), ())
    assert begins_several(source)


def test_frames_are_noticed() -> None:
    assert read_batch(f"\x0b{FIRST}\r\x1c\r\x0b{SECOND}\r\x1c\r").framed
    assert read_batch(f"\x0b{FIRST}\r\x1c\r".encode()).is_single


def test_each_message_of_a_file_names_its_character_set_itself() -> None:
    head = "MSH|^~\\&|A||||||ADT^A01|1|P|2.5||||||"
    source = b"\r".join(
        [
            f"{head}8859/1\rPID|||||MÜLLER".encode("latin-1"),
            f"{head}UNICODE UTF-8\rPID|||||MÜLLER".encode(),
            f"{head}ASCII~ISO IR87\rPID|||||山田".encode("iso2022_jp_2"),
        ]
    )
    read = [entry.read(Limits()) for entry in read_batch(source).messages]
    assert [message.segments[1].value(5) for message in read] == ["MÜLLER", "MÜLLER", "山田"]
    assert [message.notes for message in read] == [(), (), ()]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_wide_or_marked_batch_is_read(codec: str) -> None:
    assert ids(read_batch(BATCH.encode(codec))) == ["C1", "C2"]


@pytest.mark.parametrize(
    ("lines", "notes"),
    [
        (["BHS|^~\\&", FIRST, "BTS|2"], [("BTS on line 4", Remark.BATCH_COUNT_WRONG)]),
        (["BHS|^~\\&", FIRST, "BTS|one"], [("BTS on line 4", Remark.COUNT_UNREADABLE)]),
        (["BHS|^~\\&", FIRST, "BTS"], []),
        (["BHS|^~\\&", FIRST], [("BHS on line 1", Remark.NO_TRAILER)]),
        ([FIRST, "BTS|1"], [("BTS on line 3", Remark.NO_HEADER_BEFORE)]),
        (["FHS|^~\\&", FIRST, SECOND, "FTS|1"], []),
        (["FHS|^~\\&", FIRST, "FTS|3"], [("FTS on line 4", Remark.FILE_COUNT_WRONG)]),
        (["FHS|^~\\&", FIRST], [("FHS on line 1", Remark.NO_TRAILER)]),
        ([FIRST, "FTS|1"], [("FTS on line 3", Remark.NO_HEADER_BEFORE)]),
        (["BHS|^~\\&", "NTE|1", FIRST, "BTS|1"], [("BHS on line 1", Remark.STRAY)]),
        (["hello", FIRST, SECOND], [("text before the first message", Remark.STRAY)]),
        (["FHS|^~\\&", "BHS|^~\\&", "BHS|^~\\&", FIRST, "BTS|1", "FTS|2"], [("BHS on line 2", Remark.NO_TRAILER)]),
    ],
)
def test_what_does_not_fit_is_noted_with_its_line(lines: list[str], notes: list[tuple[str, Remark]]) -> None:
    assert [tuple(note) for note in read_batch("\r".join(lines)).notes] == notes


def test_a_trailer_without_a_value_is_a_segment_where_nothing_is_open() -> None:
    source = f"{FIRST}\rBTS|\rFTS|\rZZ1|x"
    assert not begins_several(source)
    (entry,) = read_batch(source).messages
    assert [seg.id for seg in entry.read(Limits()).segments] == ["MSH", "PID", "BTS", "FTS", "ZZ1"]


def test_a_trailer_is_read_with_the_separators_of_its_header() -> None:
    batch = read_batch("BHS#!~\\&#A\rMSH|^~\\&|A\rBTS#1#it is | done")
    (inner,) = batch.batches
    assert inner.trailer is not None
    assert (inner.declared, inner.trailer.value(2)) == (1, "it is | done")


@pytest.mark.parametrize("source", ["", "  \r\n", b""])
def test_nothing_is_no_batch(source: str | bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_batch(source)
    assert caught.value.problem is MessageProblem.EMPTY


def test_text_in_which_nothing_begins_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_batch("PID|1\rMSH|")
    assert caught.value.problem is MessageProblem.NO_HEADER


def test_the_number_of_messages_is_bounded() -> None:
    with pytest.raises(TooLarge) as caught:
        read_batch("MSH|^~\\&|\r" * 11, Limits(messages=10))
    assert caught.value.problem is SizeProblem.MESSAGES


def test_the_tool_says_what_is_in_a_batch_and_parses_its_first_message() -> None:
    result = parse(BATCH)
    assert result.batch is not None
    summary = result.batch
    assert (summary.message_number, summary.message_count, summary.unreadable) == (1, 2, None)
    assert summary.types == (
        TypeCount(type="ADT^A01^ADT_A01", phi=None, count=1),
        TypeCount(type="ORU^R01^ORU_R01", phi=None, count=1),
    )
    assert summary.messages[1] == BatchMessage(
        number=2,
        line=5,
        batch=1,
        type="ORU^R01^ORU_R01",
        type_phi=None,
        control_id="C2",
        control_id_phi=Kind.ORDER,
        segments=2,
    )
    assert [(one.kind, one.line, one.declared, one.found) for one in summary.envelopes] == [
        ("file", 1, 1, 1),
        ("batch", 2, 2, 2),
    ]
    assert [(place.path, place.value) for place in summary.envelopes[1].values] == [
        ("BHS-3.1", "LAB"), ("BHS-4.1", "NORTH"), ("BTS-1", "2"), ("BTS-2", "all of today"),
    ]  # fmt: skip
    assert places(result)["PID-3.1"].value == "4711"


def test_any_message_of_a_batch_can_be_asked_for() -> None:
    result = parse(BATCH, message_number=2, segments=["OBX-5"])
    assert [place.value for place in places(result).values()] == ["14"]
    assert result.batch is not None
    assert [one.number for one in result.batch.messages] == [2]


def test_a_message_that_cannot_be_read_is_listed_and_the_next_is_parsed() -> None:
    result = parse(f"{BROKEN}\r{FIRST}")
    assert result.batch is not None
    assert (result.batch.message_number, result.batch.unreadable) == (2, 1)
    listed = result.batch.messages[0]
    assert listed.segments is None
    assert listed.problem == (
        "segment 2 does not begin with a segment id (three characters such as PID or ZPI) and the field separator"
    )
    with pytest.raises(BadInput) as caught:
        parse(f"{BROKEN}\r{FIRST}", message_number=1)
    assert caught.value.problem is MessageProblem.NOT_A_SEGMENT


@pytest.mark.parametrize("source", [FIRST, BATCH, "FHS|^~\\&\rFTS|0"])
def test_a_number_past_the_last_message_is_refused_with_their_count(source: str) -> None:
    count = source.count("MSH|")
    with pytest.raises(BadInput, match=f"larger than the number of messages, which is {count}"):
        parse(source, message_number=count + 1)


def test_one_message_has_no_summary() -> None:
    assert parse(FIRST).batch is None
    assert parse(FIRST, message_number=1).batch is None


def test_a_long_batch_is_listed_from_the_message_that_is_asked_for() -> None:
    source = "".join(f"{FIRST}\r".replace("|C1|", f"|C{n}|") for n in range(1, 201))
    first, later = parse(source, limit=1).batch, parse(source, limit=1, message_number=190).batch
    assert first is not None
    assert later is not None
    assert ([one.number for one in first.messages], first.more) == (list(range(1, 51)), 150)
    assert ([one.control_id for one in later.messages], later.more) == ([f"C{n}" for n in range(190, 201)], None)
