"""What may go out, what is to come back, and what an answer means. No network here."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hl7.mllp_peer import ADT, acknowledgment

from trivium.api import BadInput, Kind, PeerFailed, PeerUnavailable, TooLarge, ToolFailure
from trivium.pipeline import Redactor
from trivium_hl7.problems import MessageProblem
from trivium_hl7.reader import Limits, parse_message
from trivium_hl7.sending.answers import Answer, Match, NotAnAnswer, read_answer
from trivium_hl7.sending.codes import Code, Outcome
from trivium_hl7.sending.expecting import Expected, Mode, When, expected
from trivium_hl7.sending.explaining import BY_ERROR, MEANINGS, NEXT, asked_for
from trivium_hl7.sending.faults import Fault, faults
from trivium_hl7.sending.hearing import Hearing
from trivium_hl7.sending.outgoing import Outgoing, prepare
from trivium_hl7.sending.problems import AnswerProblem, OutgoingProblem, SendingNote
from trivium_hl7.sending.telling import sent
from trivium_hl7.settings import Endpoint

RIS = Endpoint(host="ris.example.org", port=2575)


def prepared(text: str, encoding: str = "utf-8", limits: Limits | None = None) -> Outgoing:
    return prepare(text, default_encoding=encoding, limits=limits or Limits(), where="endpoint ris")


def refusal(text: str, encoding: str = "utf-8") -> tuple[str, object]:
    with pytest.raises(ToolFailure) as caught:
        prepared(text, encoding)
    return caught.value.where, caught.value.problem


def with_charset(name: str, family: str) -> str:
    return ADT.replace("|T|2.5.1", f"|T|2.5.1||||||{name}").replace("Testperson", family)


# What goes out.


def test_a_message_goes_out_with_its_own_characters_and_carriage_returns() -> None:
    odd = ADT.replace("Testperson", r"T\T\P \X41\ \.br\ x").replace("\r", "\r\n")
    out = prepared(f"\x0b{odd}\x1c\r")
    assert out.payload == odd.replace("\r\n", "\r").encode() + b"\r"
    assert (out.encoding, out.control_id) == ("utf-8", "CTL-0001")


@pytest.mark.parametrize(
    ("charset", "encoding", "family"),
    [
        ("8859/1", "iso8859_1", "Müller"),
        ("UNICODE UTF-8", "utf-8", "Müller 山田"),
        ("8859/5", "iso8859_5", "Иванов"),
        ("~ISO IR87", "iso2022_jp_2", "山田"),
        ("GB 18030-2000", "gb18030", "王"),
        ("ASCII", "ascii", "Miller"),
    ],
)
def test_the_character_set_of_msh_18_is_written(charset: str, encoding: str, family: str) -> None:
    message = with_charset(charset, family)
    out = prepared(message)
    assert out.payload == f"{message}\r".encode(encoding)
    assert parse_message(out.payload).segments[2].value(5) == family
    assert out.notes == ()


def test_without_msh_18_the_endpoints_set_is_written_and_that_is_noted_beyond_ascii() -> None:
    plain, umlaut = prepared(ADT, "latin-1"), prepared(ADT.replace("Testperson", "Müller"), "latin-1")
    assert (plain.encoding, plain.notes) == ("iso8859-1", ())
    assert b"M\xfcller" in umlaut.payload
    assert umlaut.notes == (SendingNote.ASCII_ASSUMED,)


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (with_charset("8859/1", "山田"), "PID[1]-5", OutgoingProblem.NOT_IN_CHARSET),
        (with_charset("ASCII", "Müller"), "PID[1]-5", OutgoingProblem.NOT_IN_CHARSET),
        (with_charset("KLINGON", "x"), "MSH-18", OutgoingProblem.CHARSET_UNKNOWN),
        (with_charset("UNICODE UTF-16", "x"), "MSH-18", OutgoingProblem.CHARSET_NOT_FRAMED),
        (ADT.replace("Zoe", "Z\x0boe"), "PID[1]-5", OutgoingProblem.FRAMING),
        (ADT.replace("Zoe", "Z\x1coe"), "PID[1]-5", OutgoingProblem.FRAMING),
        (ADT + "\rOBX|1\rOBX|2|TX|a||\x1cb", "OBX[2]-5", OutgoingProblem.FRAMING),
        (ADT.replace("Testperson", "[withheld: name]"), "PID[1]-5", OutgoingProblem.WITHHELD),
        (ADT.replace("Testperson", "[ WITHHELD: Name"), "PID[1]-5", OutgoingProblem.WITHHELD),
        (ADT + "\rNTE|1||[record text: see] above", "NTE[1]-3", OutgoingProblem.WITHHELD),
        (ADT + "\rNTE|1||long ... (4711 characters)", "NTE[1]-3", OutgoingProblem.WITHHELD),
        (ADT.replace("CTL-0001", ""), "MSH-10", OutgoingProblem.NO_CONTROL_ID),
        (ADT.replace("CTL-0001", '""'), "MSH-10", OutgoingProblem.NO_CONTROL_ID),
        (ADT.replace("ADT^A01^ADT_A01", ""), "MSH-9", OutgoingProblem.NO_TYPE),
        ("", "message", MessageProblem.EMPTY),
        ("Please admit Zoe", "message", MessageProblem.NO_HEADER),
        (f"{ADT}\r{ADT}", "segment 5", MessageProblem.SEVERAL),
    ],
)
def test_what_would_break_the_channel_is_refused_with_its_place(text: str, where: str, problem: object) -> None:
    assert refusal(text) == (where, problem)


def test_no_refusal_repeats_a_value() -> None:
    for text in (with_charset("8859/1", "山田"), ADT.replace("Zoe", "Zoe\x0b"), ADT + "\rNTE|1||[withheld: text] Zoe"):
        with pytest.raises(BadInput) as caught:
            prepared(text)
        assert not any(value in str(caught.value) for value in ("Zoe", "山田", "77418899"))


def test_words_that_only_resemble_the_hosts_marks_go_out() -> None:
    text = ADT + "\rNTE|1||Metformin (withheld: renal failure), see record... (2 pages)"
    assert prepared(text).payload.endswith(b"see record... (2 pages)\r")


@pytest.mark.parametrize("encoding", ["klingon", "utf-16", "rot13", "base64", "cp037", "utf-8-sig"])
def test_an_endpoint_with_a_set_that_mllp_cannot_carry_is_a_fault_of_the_settings(encoding: str) -> None:
    with pytest.raises(PeerUnavailable) as caught:
        prepared(ADT, encoding)
    assert (caught.value.where, caught.value.problem) == ("endpoint ris", OutgoingProblem.BAD_ENCODING)


def test_a_character_that_the_endpoints_set_does_not_have_is_refused_with_its_place() -> None:
    assert refusal(ADT.replace("Zoe", "Zoë山"), "latin-1") == ("PID[1]-5", OutgoingProblem.NOT_IN_DEFAULT)


def test_a_message_that_is_too_long_on_the_wire_is_refused() -> None:
    text = ADT + "\rNTE|1||" + "山" * 500
    with pytest.raises(TooLarge, match="longer than 1000 bytes on the wire"):
        prepared(text, limits=Limits(characters=1000))


@pytest.mark.parametrize(
    "tail",
    ["OBX|1|TX|a||" + "x" * 10_000_000, "PID|" + "~" * 9_000, "\r".join(["OBX|1"] * 15_000), "PID|" + "&" * 400_000],
    ids=["a field of 10 MB", "repetitions", "segments", "separators"],
)
def test_large_messages_are_made_ready_in_seconds(tail: str) -> None:
    started = time.perf_counter()
    prepared(f"{ADT}\r{tail}\r")
    with pytest.raises(BadInput):
        prepared(f"{ADT}\r{tail}\rNTE|1||[withheld: text]")
    assert time.perf_counter() - started < 5


# What is to come back.


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", Expected(Mode.ORIGINAL, When.NEVER, When.ALWAYS)),
        ('|||""|""', Expected(Mode.ORIGINAL, When.NEVER, When.ALWAYS)),
        ("|||AL|NE", Expected(Mode.ENHANCED, When.ALWAYS, When.NEVER)),
        ("||||AL", Expected(Mode.ENHANCED, When.NEVER, When.ALWAYS)),
        ("|||er|su", Expected(Mode.ENHANCED, When.ERROR, When.SUCCESS)),
        ("|||XX", Expected(Mode.ENHANCED, When.ALWAYS, When.NEVER, (SendingNote.UNKNOWN_CONDITION,))),
    ],
)
def test_msh_15_and_16_say_which_answers_come(fields: str, wanted: Expected) -> None:
    assert expected(parse_message(ADT.replace("|T|2.5.1", f"|T|2.5.1{fields}"))) == wanted


def test_an_answer_is_required_where_one_always_comes() -> None:
    required = {
        (accept.value, application.value)
        for accept in When
        for application in When
        if Expected(Mode.ENHANCED, accept, application).required
    }
    assert required == {(a, b) for a in When for b in When if "AL" in (a, b)}


def answer(data: bytes, control_id: str = "CTL-0001", encoding: str = "utf-8") -> Answer:
    return read_answer(data, control_id, encoding=encoding, limits=Limits(), milliseconds=1.0)


@pytest.mark.parametrize("code", list(Code))
def test_every_code_of_table_0008_is_read_and_has_words(code: Code) -> None:
    assert answer(acknowledgment(code)).code is code
    assert answer(acknowledgment(f" {code.lower()} ")).code is code
    assert MEANINGS[code]


@pytest.mark.parametrize(
    ("sent_id", "acknowledged", "match"),
    [
        ("CTL-0001", "CTL-0001", Match.SAME),
        ("CTL-0001", " CTL-0001 ", Match.SAME),
        ("CTL-0001", "CTL-0002", Match.OTHER),
        ("CTL-0001", "ctl-0001", Match.OTHER),
        ("A" * 30, "A" * 20, Match.CUT),
        ("A" * 30, "A" * 19, Match.OTHER),
        ("A" * 20, "A" * 19, Match.OTHER),
        ("A&B", r"A\T\B", Match.SAME),
    ],
)
def test_msa_2_is_matched_with_the_control_id(sent_id: str, acknowledged: str, match: Match) -> None:
    assert answer(acknowledgment("AA", to=acknowledged), sent_id).match is match


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", AnswerProblem.UNREADABLE),
        (b"\xff\xfe\x00", AnswerProblem.UNREADABLE),
        (b"MSH|^~\\&|A\rMSA", AnswerProblem.NO_CODE),
        (acknowledgment("AA", to=""), AnswerProblem.NO_CONTROL_ID),
        (acknowledgment("XX"), AnswerProblem.NO_CODE),
        (b"MSH|^~\\&|A\rMSH|^~\\&|B\rMSA|AA|CTL-0001\r", AnswerProblem.UNREADABLE),
    ],
)
def test_what_is_no_acknowledgment_is_said_so(data: bytes, problem: AnswerProblem) -> None:
    with pytest.raises(NotAnAnswer) as caught:
        answer(data)
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("charset", "written", "default", "text", "notes"),
    [
        ("UNICODE UTF-8", "utf-8", "utf-8", "abgelehnt für Größe", ()),
        ("8859/1", "latin-1", "utf-8", "abgelehnt für Größe", ()),
        ("", "utf-8", "latin-1", "abgelehnt für Größe", ()),
        ("", "cp1251", "cp1251", "отказ", ()),
        (
            "UNICODE UTF-8",
            "latin-1",
            "utf-8",
            "abgelehnt für Größe",
            ("MSH-18 names a character set that the bytes do not fit",),
        ),
        ("KLINGON", "utf-8", "utf-8", "отказ", ("MSH-18 names a character set that is not supported",)),
    ],
)
def test_an_answer_in_a_wrong_character_set_is_still_understood_and_that_is_noted(
    charset: str, written: str, default: str, text: str, notes: tuple[str, ...]
) -> None:
    found = answer(acknowledgment("AE", text=text, charset=charset, encoding=written), encoding=default)
    msa = found.message.first("MSA")
    assert msa is not None
    assert (found.code, msa.value(3)) == (Code.AE, text)
    assert tuple(map(str, found.message.notes)) == notes


# The errors in an answer.


def named(data: bytes, message: str = ADT) -> list[Fault]:
    return list(faults(answer(data), parse_message(message)))


def brief(fault: Fault) -> dict[str, Any]:
    """A fault as plain texts."""
    return {
        "places": [str(place) for place in fault.places],
        "code": fault.code and (fault.code.value, fault.code.meaning),
        "texts": [(text.path, text.value) for text in fault.texts],
    }


def test_an_err_segment_from_2_5_on_is_one_error_at_its_places() -> None:
    (fault,) = named(
        acknowledgment(
            "AE",
            "ERR||PID^1^3^1^4^2~OBX^12^5|101^Required field missing^HL70357|E|APP7^No ward^L|par|why|Zoe has no ward",
        )
    )
    assert brief(fault) == {
        "places": ["PID[1]-3[1].4.2", "OBX[12]-5"],
        "code": ("101", "Required field missing"),
        "texts": [
            ("ERR-3.2", "Required field missing"),
            ("ERR-5.2", "No ward"),
            ("ERR-6", "par"),
            ("ERR-7", "why"),
            ("ERR-8", "Zoe has no ward"),
        ],
    }
    assert fault.severity is not None
    assert (fault.severity.value, fault.severity.meaning) == ("E", "Error")
    assert fault.application_code is not None
    assert fault.application_code.value == "APP7"
    assert fault.texts[-1].phi is Kind.TEXT


def test_an_err_segment_before_2_5_has_an_error_in_each_repetition() -> None:
    data = acknowledgment(
        "AE", "ERR|PID^1^5^101&Required field missing&HL70357~PV1^1^2^103&Table value not found", version="2.3.1"
    )
    assert [brief(fault) for fault in named(data)] == [
        {
            "places": ["PID[1]-5"],
            "code": ("101", "Required field missing"),
            "texts": [("ERR-1[1].4.2", "Required field missing")],
        },
        {
            "places": ["PV1[1]-2"],
            "code": ("103", "Table value not found"),
            "texts": [("ERR-1[2].4.2", "Table value not found")],
        },
    ]


def test_without_err_the_condition_in_msa_6_is_the_error() -> None:
    data = rb"MSH|^~\&|RIS||TRI||20260102||ACK|A1|T|2.3" + b"\rMSA|AR|CTL-0001|no|||207^Application internal error\r"
    assert [brief(fault) for fault in named(data)] == [
        {"places": [], "code": ("207", "Application error"), "texts": [("MSA-6.2", "Application internal error")]}
    ]


@pytest.mark.parametrize(
    "location", ["ZOE^1^2", "Field PID-5", "PID^one^two", "^^^", "PID-5.1", "MILLER^1"], ids=lambda text: text
)
def test_a_place_in_another_form_is_no_path_and_is_told_as_text(location: str) -> None:
    (fault,) = named(acknowledgment("AE", f"ERR||{location}|102"))
    assert fault.places == ()
    assert [text.value for text in fault.texts] == [part for part in location.split("^") if part]


def test_a_z_segment_that_was_sent_is_a_place() -> None:
    (fault,) = named(acknowledgment("AE", "ERR||ZPV^1^2|102"), ADT + "\rZPV|1|x")
    assert [str(place) for place in fault.places] == ["ZPV[1]-2"]


@pytest.mark.parametrize(
    "segments",
    [
        ["ERR||PID^1^5|101"] * 15_000,
        ["ERR||" + "~".join(["PID^1^5"] * 9_000) + "|101"],
        ["ERR|" + "~".join(["PID^1^5^101"] * 9_000)],
        ["ERR||" + "&" * 100_000],
        ["ERR||PID^" + "9" * 3_000_000],
    ],
    ids=["segments", "places", "repetitions", "sub-components", "digits"],
)
def test_answers_made_to_hurt_are_told_in_seconds(segments: list[str]) -> None:
    out = prepared(ADT)
    started = time.perf_counter()
    hearing = Hearing(out.expected, lambda data, _: answer(data), "endpoint ris")
    hearing.take(acknowledgment("AE", *segments), 1.0)
    result = sent(out, "ris", RIS, hearing=hearing, limit=100)
    assert time.perf_counter() - started < 5
    assert len(result.acknowledgments[0].errors) <= 50
    assert len(result.model_dump_json()) < 200_000


PIECES = st.text(alphabet='MSHAERPID|^~\\&\x0b\x1c\r\n190CTL- "é山', max_size=40)


@given(st.binary(max_size=80) | st.lists(PIECES, max_size=6).map(lambda lines: acknowledgment("AE", *lines)))
def test_whatever_comes_back_is_told_or_said_to_be_no_acknowledgment(data: bytes) -> None:
    out = prepared(ADT)
    hearing = Hearing(out.expected, lambda found, _: answer(found), "endpoint ris")
    with suppress(PeerFailed):
        hearing.take(data, 1.0)
    Redactor().render(sent(out, "ris", RIS, hearing=hearing, limit=100))


# What it means.


def test_a_result_says_what_became_of_the_message_and_what_to_do() -> None:
    out = prepared(ADT)
    hearing = Hearing(out.expected, lambda data, ms: answer(data), "endpoint ris")
    hearing.take(acknowledgment("AR", "ERR|||203^Unsupported version id^HL70357|E", text="no"), 1.0)
    result = sent(out, "ris", RIS, hearing=hearing, connect_ms=1.26, limit=100)
    (told,) = result.acknowledgments
    assert (result.outcome, result.accepted, result.next_step) == (Outcome.REJECTED, False, NEXT[Outcome.REJECTED])
    assert (result.control_id, result.patient, result.message_type) == ("CTL-0001", "77418899", "ADT^A01^ADT_A01")
    assert (result.connect_ms, told.round_trip_ms, told.meaning) == (1.3, 1.0, MEANINGS[Code.AR])
    assert [(one.places, one.what_to_do) for one in told.errors] == [((), BY_ERROR["203"])]
    assert [(one.path, one.value, one.phi) for one in told.values] == [("MSA-3", "no", Kind.TEXT)]


def test_values_beyond_the_limit_are_counted() -> None:
    out = prepared(ADT)
    hearing = Hearing(out.expected, lambda data, ms: answer(data), "endpoint ris")
    hearing.take(acknowledgment("AA", "QAK|Q1|OK", *[f"PID|{n}||{n}" for n in range(1, 11)]), 1.0)
    (told,) = sent(out, "ris", RIS, hearing=hearing, limit=5).acknowledgments
    assert ([one.path for one in told.values], told.values_left_out) == (
        ["QAK-1", "QAK-2", "PID[1]-1", "PID[1]-3.1", "PID[2]-1"],
        17,
    )


def test_an_answer_of_the_other_mode_counts_and_is_noted() -> None:
    enhanced = prepared(ADT.replace("|T|2.5.1", "|T|2.5.1|||AL|NE"))
    hearing = Hearing(enhanced.expected, lambda data, ms: answer(data), "endpoint ris")
    hearing.take(acknowledgment("AA"), 1.0)
    assert (hearing.done, hearing.outcome, hearing.notes) == (True, Outcome.ACCEPTED, (SendingNote.OTHER_MODE,))


def test_the_mode_is_said_in_words() -> None:
    assert asked_for(Expected(Mode.ORIGINAL, When.NEVER, When.ALWAYS)) == (
        "original mode (MSH-15 and MSH-16 are empty): one answer by the application, AA, AE or AR"
    )
    assert asked_for(Expected(Mode.ENHANCED, When.ALWAYS, When.ERROR)) == (
        "enhanced mode: accept acknowledgment (MSH-15) always, application acknowledgment (MSH-16) on error or "
        "rejection only"
    )


def test_every_code_of_table_0357_that_is_an_error_has_a_next_step() -> None:
    from trivium_hl7 import dictionary

    table = dictionary.table("0357")
    assert table is not None
    codes = {code for code in table.codes if code.isdigit() and code != "0"}
    assert codes - BY_ERROR.keys() == {"199"}
    assert BY_ERROR.keys() <= codes
