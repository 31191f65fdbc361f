"""Reading a message into its five levels."""

from __future__ import annotations

import pytest
from tests.hl7.messages import ORU

from trivium.api import BadInput, TooLarge, ToolFailure
from trivium_hl7.problems import MessageProblem, Remark, SizeProblem
from trivium_hl7.reader import NULL, Limits, parse_message
from trivium_hl7.separators import Separators

HEAD = r"MSH|^~\&|A|B|C|D|2026||ADT^A01|1|P|2.5"


def remarks(source: str | bytes) -> list[Remark]:
    return [note.remark for note in parse_message(source).notes]


def failure(source: str | bytes, limits: Limits | None = None) -> ToolFailure:
    with pytest.raises(ToolFailure) as caught:
        parse_message(source, limits=limits or Limits())
    return caught.value


def test_every_level_is_reached_by_its_number() -> None:
    pid = parse_message(ORU).all("PID")[0]
    assert pid.ordinal == 2
    assert pid.field(3) == (("4711", "", "", ("NCL", "1.2.3.4", "ISO"), "MR"), ("0815", "", "", "SCL", "PI"))
    assert pid.value(3, repetition=2) == "0815"
    assert pid.value(3, component=4, subcomponent=2) == "1.2.3.4"
    assert pid.value(5, component=1, subcomponent=2) == "VAN"
    assert pid.value(99) == pid.value(3, repetition=9) == pid.value(3, component=99) == ""
    assert pid.field(99) == pid.field(0) == (("",),)


def test_msh_counts_the_field_separator_as_its_first_field() -> None:
    header = parse_message(ORU).header
    assert header.fields[:4] == ("MSH", "|", "^~\\&", "LAB1")
    assert [header.value(9, component=c) for c in (1, 2, 3)] == ["ORU", "R01", "ORU_R01"]
    assert header.value(2) == "^~\\&"
    assert header.tree()[:3] == ((("|",),), (("^~\\&",),), (("LAB1",),))


def test_null_is_not_empty() -> None:
    seg = parse_message(HEAD + '\rPID|""||x').all("PID")[0]
    assert seg.value(1) == NULL
    assert seg.value(2) == ""


def test_other_separators_are_taken_from_the_header() -> None:
    message = parse_message("MSH#!@%*#A#B\rPID###1!!!X*Y@2##N%S%M")
    pid = message.all("PID")[0]
    assert message.separators == Separators("#", "!", "@", "%", "*")
    assert pid.field(3) == (("1", "", "", ("X", "Y")), ("2",))
    assert pid.value(5) == "N!M"


def test_a_fifth_encoding_character_is_the_truncation_character() -> None:
    message = parse_message(r"MSH|^~\&#|A" + "\rNTE|1||cut\\P\\")
    assert message.separators.truncation == "#"
    assert message.notes == ()
    assert message.all("NTE")[0].value(3) == "cut#"


@pytest.mark.parametrize(
    ("encoding", "expected", "remark"),
    [
        ("^", Separators("|", "^", "", "", ""), Remark.FEW_ENCODING_CHARACTERS),
        ("^~", Separators("|", "^", "~", "", ""), Remark.FEW_ENCODING_CHARACTERS),
        ("^~&", Separators("|", "^", "~", "", "&"), Remark.NO_ESCAPE_CHARACTER),
        ("^~\\\\&", Separators("|", "^", "~", "\\", "&"), Remark.DOUBLED_ESCAPE),
        ("^~\\&#$!", Separators("|", "^", "~", "\\", "&", "#"), Remark.MANY_ENCODING_CHARACTERS),
        ("^&&^", Separators("|", "^", "&", "&", "^"), Remark.SAME_SEPARATOR_TWICE),
    ],
)
def test_odd_encoding_characters_are_tolerated_with_a_note(encoding: str, expected: Separators, remark: Remark) -> None:
    message = parse_message(f"MSH|{encoding}|A\rPID|1")
    assert message.separators == expected
    assert [note.remark for note in message.notes] == [remark]


@pytest.mark.parametrize("header", ["MSHA^~", "MSH|A~\\&|x", "MSH|0|", "MSH ^~\\&", "MSH|^~\\\x07|", "MSH\x00^~\\&"])
def test_what_cannot_separate_is_refused(header: str) -> None:
    assert failure(header).problem is MessageProblem.BAD_SEPARATOR


@pytest.mark.parametrize("header", ["MSH", "MSH|", "MSH||||"])
def test_a_header_without_encoding_characters_is_refused(header: str) -> None:
    assert failure(header).problem is MessageProblem.NO_SEPARATORS


@pytest.mark.parametrize(
    ("ends", "remark"),
    [("\n", Remark.LINE_FEEDS), ("\r\n", Remark.CRLF)],
)
def test_other_line_ends_are_tolerated_with_a_note(ends: str, remark: Remark) -> None:
    message = parse_message(ends.join([HEAD, "PID|1", "ZZ1|x", ""]))
    assert [seg.text for seg in message.segments] == [HEAD, "PID|1", "ZZ1|x"]
    assert [note.remark for note in message.notes] == [remark]


def test_mixed_line_ends_are_tolerated_with_a_note() -> None:
    message = parse_message(f"{HEAD}\rPID|1\nPV1|1\r\nZZ1|x")
    assert [seg.id for seg in message.segments] == ["MSH", "PID", "PV1", "ZZ1"]
    assert [note.remark for note in message.notes] == [Remark.MIXED_LINE_ENDS]


def test_a_line_feed_inside_a_value_does_not_split() -> None:
    message = parse_message(f"{HEAD}\rNTE|1||first\nsecond|\rPID|1")
    assert message.all("NTE")[0].value(3) == "first\nsecond"
    assert [note.remark for note in message.notes] == [Remark.LINE_FEED_IN_VALUE]


def test_a_backslash_and_n_in_a_value_stay_a_value() -> None:
    message = parse_message(HEAD + "\rNTE|1||C:\\new\\nPID|x")
    assert message.all("NTE")[0].value(3) == "C:\\new\\nPID"
    assert message.notes == ()


@pytest.mark.parametrize("end", ["\\n", "\\r", "\\r\\n"])
def test_line_ends_written_out_as_letters_are_explained(end: str) -> None:
    error = failure(f"{HEAD}{end}PID|1||SECRET")
    assert error.problem is MessageProblem.LITERAL_LINE_ENDS
    assert "SECRET" not in str(error)


def test_framing_mark_space_and_blank_lines_are_left_out_with_notes() -> None:
    message = parse_message(f"\ufeff\x0b \n{HEAD}\r\rPID|1\r\x1c\r")
    assert [seg.text for seg in message.segments] == [HEAD, "PID|1"]
    assert {note.remark for note in message.notes} == {
        Remark.BYTE_ORDER_MARK,
        Remark.FRAMING,
        Remark.LEADING_SPACE,
        Remark.BLANK_LINES,
    }
    assert message.encode() == f"{HEAD}\rPID|1\r"


def test_z_segments_and_unknown_segments_are_kept_in_place() -> None:
    message = parse_message(f"{HEAD}\rZZZ|a^b~c\rQQQ\rPID|1")
    assert [seg.id for seg in message.segments] == ["MSH", "ZZZ", "QQQ", "PID"]
    assert message.segments[1].field(1) == (("a", "b"), ("c",))


@pytest.mark.parametrize("line", ["pid|1", "PI|1", "PIDX|1", "1ID|x", "PID^1", "free text", "ÄID|1"])
def test_a_line_that_is_no_segment_is_named_by_its_number(line: str) -> None:
    error = failure(f"{HEAD}\rPID|1\r{line}")
    assert (type(error), error.where, error.problem) == (BadInput, "segment 3", MessageProblem.NOT_A_SEGMENT)


@pytest.mark.parametrize(
    ("source", "where", "problem"),
    [
        ("", "message", MessageProblem.EMPTY),
        (" \r\n", "message", MessageProblem.EMPTY),
        ("PID|1", "message", MessageProblem.NO_HEADER),
        ("hello", "message", MessageProblem.NO_HEADER),
        (f"FHS|^~\\&\rBHS|^~\\&\r{HEAD}", "message", MessageProblem.BATCH),
        (f"BHS|^~\\&\r{HEAD}", "message", MessageProblem.BATCH),
        (f"{HEAD}\rPID|1\r{HEAD}", "segment 3", MessageProblem.SEVERAL),
        (f"{HEAD}\rBHS|^~\\&|x", "segment 2", MessageProblem.BATCH),
        (f"{HEAD}\rNTE|1||\ud800", "message", MessageProblem.SURROGATE),
    ],
)
def test_what_is_not_one_message_is_refused(source: str, where: str, problem: MessageProblem) -> None:
    error = failure(source)
    assert (error.where, error.problem) == (where, problem)


def test_an_empty_header_segment_inside_a_message_is_a_segment() -> None:
    assert [seg.id for seg in parse_message(f"{HEAD}\rMSH|\rPID|1").segments] == ["MSH", "MSH", "PID"]


@pytest.mark.parametrize(
    ("source", "limits", "where", "problem"),
    [
        (ORU, Limits(characters=100), "message", SizeProblem.CHARACTERS),
        (ORU.encode(), Limits(characters=100), "message", SizeProblem.BYTES),
        (ORU, Limits(segments=5), "message", SizeProblem.SEGMENTS),
        (ORU, Limits(separators=50), "message", SizeProblem.SEPARATORS),
        (ORU, Limits(repetitions=1), "segment 2", SizeProblem.REPETITIONS),
        (HEAD + "\rPID|||" + "~" * 20_000, Limits(), "segment 2", SizeProblem.REPETITIONS),
        (HEAD + "|" * 600_000, Limits(), "message", SizeProblem.SEPARATORS),
        (HEAD + "\rPID|||" + "&" * 600_000, Limits(), "message", SizeProblem.SEPARATORS),
        (HEAD + "\rPID" * 20_000, Limits(), "message", SizeProblem.SEGMENTS),
    ],
)
def test_a_limit_is_named_with_the_place(source: str | bytes, limits: Limits, where: str, problem: SizeProblem) -> None:
    error = failure(source, limits)
    assert (type(error), error.where, error.problem) == (TooLarge, where, problem)


def test_a_field_of_ten_million_characters_is_read() -> None:
    message = parse_message(f"{HEAD}\rOBX|1|ED|||^^^^{'A' * 10_000_000}")
    assert len(message.all("OBX")[0].value(5, component=5)) == 10_000_000


def test_nothing_of_a_message_shows_in_its_representation() -> None:
    message = parse_message(ORU)
    assert repr(message) == "Message(6 segments)"
    assert repr(message.segments[1]) == "Segment('PID', ordinal=2)"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("", "utf-8"),
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso8859_15"),
        ("GB 18030-2000", "gb18030"),
        ("KS X 1001", "euc_kr"),
        ("ASCII~ISO IR87", "iso2022_jp_2"),
        ("~ISO IR87", "iso2022_jp_2"),
        ("ISO IR87", "iso2022_jp_2"),
        ("UNICODE", "utf-8"),
        ("8859/16", "iso8859_16"),
        ("BIG-5", "big5"),
        ("WINDOWS-1252", "cp1252"),
    ],
)
def test_bytes_are_read_by_msh_18(charset: str, codec: str) -> None:
    name = {"gb18030": "李明", "euc_kr": "김철수", "iso2022_jp_2": "山田", "big5": "王小明"}.get(codec, "MÜLLER")
    data = f"{HEAD}||||||{charset}\rPID|||1||{name}^X".encode(codec)
    message = parse_message(data)
    assert message.all("PID")[0].value(5) == name
    assert message.notes == ()


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (f"{HEAD}||||||8859/99\rPID|||||MÜLLER".encode(), Remark.CHARSET_UNKNOWN),
        (f"{HEAD}||||||ASCII\rPID|||||MÜLLER".encode(), Remark.CHARSET_WRONG),
        (f"{HEAD}||||||UNICODE UTF-8\rPID|||||MÜLLER".encode("latin-1"), Remark.CHARSET_WRONG),
        (f"{HEAD}\rPID|||||MÜLLER".encode("latin-1"), Remark.CHARSET_GUESSED),
    ],
)
def test_wrong_character_sets_are_tolerated_with_a_note(data: bytes, remark: Remark) -> None:
    message = parse_message(data)
    assert message.all("PID")[0].value(5) == "MÜLLER"
    assert [note.remark for note in message.notes] == [remark]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_and_marked_bytes_are_read(codec: str) -> None:
    assert parse_message(f"{HEAD}\rPID|||||MÜLLER".encode(codec)).all("PID")[0].value(5) == "MÜLLER"


@pytest.mark.parametrize(
    ("charset", "written", "name"),
    [
        ("8859/1~ISO IR87", b"M\xdcLLER^\x1b$B;3ED\x1b(B", "MÜLLER^山田"),
        ("ISO IR14~ISO IR87", b"\xd4\xcf\xc0\xde^\x1b$B;3ED\x1b(J", "ﾔﾏﾀﾞ^山田"),
        ("ASCII~ISO IR87~ISO IR159", b"A^\x1b$(DH/\x1b(B^\x1b$B;3\x1b(B", "A^溳^山"),
        ("ASCII~KS X 1001", b"A^\x1b$)C\xb1\xe8\xc3\xb6\xbc\xf6", "A^김철수"),
        ("8859/1~8859/5", b"\xdc^\x1b-L\xd4\x1b-A\xdc", "Ü^дÜ"),
    ],
)
def test_several_character_sets_are_switched_by_escape_sequences(charset: str, written: bytes, name: str) -> None:
    message = parse_message(f"{HEAD}||||||{charset}\rPID|||||".encode() + written + b"\rNTE|1||M\xdc\r"[:7])
    assert message.notes == ()
    first = message.all("PID")[0].field(5)[0]
    assert "^".join(map(str, first)) == name


def test_a_line_begins_in_the_first_character_set_again() -> None:
    data = f"{HEAD}||||||8859/1~ISO IR87\rPID|||||".encode() + b"\x1b$B;3ED\rNTE|1||M\xdcLLER"
    message = parse_message(data)
    assert [message.all("PID")[0].value(5), message.all("NTE")[0].value(3)] == ["山田", "MÜLLER"]


@pytest.mark.parametrize("charset", ["8859/1~ISO IR87", "ASCII~ISO IR87", "ISO IR87"])
@pytest.mark.parametrize("written", [b"\x1b$B;", b"\x1b(Zx", b"\x1b$B\xff\xff", b"\x1b"])
def test_broken_switches_are_tolerated(charset: str, written: bytes) -> None:
    message = parse_message(f"{HEAD}||||||{charset}\rPID|||||A^".encode() + written)
    assert message.all("PID")[0].value(5) == "A"
    assert {note.remark for note in message.notes} <= {Remark.CHARSET_WRONG}


@pytest.mark.parametrize("charset", ["UNICODE UTF-16", "UNICODE UTF-32"])
def test_a_wide_set_is_not_believed_of_bytes_that_write_msh_as_ascii_does(charset: str) -> None:
    message = parse_message(f"{HEAD}||||||{charset}\rPID|||||MÜLLER".encode())
    assert message.all("PID")[0].value(5) == "MÜLLER"
    assert [note.remark for note in message.notes] == [Remark.CHARSET_WRONG]
