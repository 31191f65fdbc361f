"""The tool build_hl7_ack."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hl7.messages import ORU
from tests.hl7.test_batch import BATCH

from trivium.api import BadInput, Kind, PluginInfo, TooLarge, ToolSpec, hookimpl
from trivium.testing import connect, memory_host
from trivium_hl7 import dictionary
from trivium_hl7.acknowledging import AckNote, Reason
from trivium_hl7.problems import AckProblem, MessageProblem
from trivium_hl7.reader import Limits, parse_message
from trivium_hl7.tools.build_ack import AckError, AckField, BuiltAck, build_hl7_ack
from trivium_hl7.tools.results import BatchPlace

TOOL = build_hl7_ack.given(limits=Limits())
SENT = "20260102030406+0100"


def build(message: str = ORU, /, **arguments: object) -> BuiltAck:
    given = {"message": message, "sent": SENT, "control_id": "ACK1", **arguments}
    result = TOOL(**TOOL.input.model_validate(given).__dict__)
    assert isinstance(result, BuiltAck)
    return result


def lines(result: BuiltAck) -> list[str]:
    text = "".join(part.text for part in result.acknowledgment.parts)
    assert text.endswith("\r")
    return text.split("\r")[:-1]


def header(version: str, *, event: str = "A01", more: str = "") -> str:
    return f"MSH|^~\\&|LAB1|NORTH|EHR|SOUTH|20260102||ADT^{event}|C1|T|{version}{more}\rEVN|{event}"


def test_sender_and_receiver_are_turned_round_and_the_number_is_echoed() -> None:
    assert lines(build()) == [
        f"MSH|^~\\&|EHR|SOUTH CLINIC|LAB1|NORTH CLINIC|{SENT}||ACK^R01^ACK|ACK1|P|2.5.1",
        "MSA|AA|MSG0001",
    ]


@pytest.mark.parametrize(("number", "place", "echoed"), [(None, 1, "C1"), (1, 1, "C1"), (2, 2, "C2")])
def test_one_message_of_a_batch_is_acknowledged(number: int | None, place: int, echoed: str) -> None:
    result = build(BATCH, message_number=number)
    assert result.batch == BatchPlace(message_number=place, message_count=2)
    assert lines(result)[1] == f"MSA|AA|{echoed}"


def test_a_message_that_the_batch_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        build(BATCH, message_number=3)
    assert str(caught.value) == str(BadInput(where="message_number", problem=MessageProblem.NO_SUCH_NUMBER, found=2))


@pytest.mark.parametrize("version", ["2.5", "2.5.1", "2.6"])
def test_a_severity_that_the_version_does_not_have_is_refused(version: str) -> None:
    fatal = [{"code": "207"}, {"code": "207", "severity": "F"}]
    with pytest.raises(BadInput) as caught:
        build(header(version), code="AR", errors=fatal)
    assert str(caught.value) == str(BadInput(where="errors, entry 2, severity", problem=AckProblem.SEVERITY_UNKNOWN))


@pytest.mark.parametrize(("version", "written"), [("2.7", "F"), ("2.9.1", "F"), ("2.4", None)])
def test_a_fatal_error_is_said_where_the_version_has_a_word_for_it(version: str, written: str | None) -> None:
    error = lines(build(header(version), code="AR", errors=[{"code": "207", "severity": "F"}]))[2].split("|")
    assert error[4:5] == ([written] if written else [])
    fatal = dictionary.code("0516", "F")
    assert fatal is not None
    assert fatal.versions[0] == "2.7"


@pytest.mark.parametrize(
    ("version", "type_"),
    [
        ("2.1", "ACK^A01"),
        ("2.2", "ACK^A01"),
        ("2.3", "ACK^A01"),
        ("2.3.1", "ACK^A01^ACK"),
        ("2.4", "ACK^A01^ACK"),
        ("2.9.1", "ACK^A01^ACK"),
    ],
)
def test_the_type_has_the_form_of_the_version(version: str, type_: str) -> None:
    assert lines(build(header(version)))[0] == f"MSH|^~\\&|EHR|SOUTH|LAB1|NORTH|{SENT}||{type_}|ACK1|T|{version}"


def test_separators_character_set_and_processing_id_are_those_of_the_message() -> None:
    message = "MSH#!~%*#LAB1##EHR##2026##ADT!A01#C%F%1#T!A#2.5!DEU######8859/1"
    assert lines(build(message)) == [
        f"MSH#!~%*#EHR##LAB1##{SENT}##ACK!A01!ACK#ACK1#T!A#2.5!DEU######8859/1",
        "MSA#AA#C%F%1",
    ]


def test_errors_become_segments_from_version_2_5_on() -> None:
    errors = [
        AckError(code="101", location="PID-3", text="no number | at all"),
        AckError(code="103", location="OBX[2]-5[3].1.2", severity="W"),
        AckError(code="207", severity="I", text="database"),
    ]
    assert lines(build(code="AE", errors=errors))[1:] == [
        "MSA|AE|MSG0001",
        r"ERR||PID^1^3|101^Required field missing^HL70357|E||||no number \F\ at all",
        "ERR||OBX^2^5^3^1^2|103^Table value not found^HL70357|W",
        "ERR|||207^Application error^HL70357|I||||database",
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (
            "2.4",
            [
                "MSA|AR|C1|no number|||101^Required field missing^HL70357",
                "ERR|PID^1^3^101&Required field missing&HL70357~^^^207&Application error&HL70357",
            ],
        ),
        (
            "2.1",
            ["MSA|AR|C1|no number", "ERR|PID^1^3^101&Required field missing&HL70357~^^^207&Application error&HL70357"],
        ),
    ],
)
def test_before_2_5_errors_stand_in_one_field_and_the_first_in_msa(version: str, expected: list[str]) -> None:
    errors = [AckError(code="101", location="PID-3", text="no number"), AckError(code="207")]
    assert lines(build(header(version), code="AR", errors=errors))[1:] == expected


def test_words_without_an_error_have_a_place_in_every_version() -> None:
    assert lines(build(header("2.3"), text="done"))[1:] == ["MSA|AA|C1|done"]
    assert lines(build(header("2.5"), text="done"))[1:] == [
        "MSA|AA|C1",
        "ERR|||0^Message accepted^HL70357|I||||done",
    ]
    assert lines(build(header("2.4"), code="AE", text="full"))[1:] == ["MSA|AE|C1|full"]
    assert lines(build(header("2.8"), code="AE", text="full"))[1:] == [
        "MSA|AE|C1",
        "ERR|||207^Application error^HL70357|E||||full",
    ]


@pytest.mark.parametrize(
    ("asks", "code", "mode", "asked", "note"),
    [
        ("", "AA", "original", True, AckNote.ORIGINAL),
        ("", "CA", "original", False, AckNote.NOT_ORIGINAL),
        ("|||AL|NE", "CA", "enhanced", True, AckNote.ENHANCED),
        ("|||AL|NE", "AA", "enhanced", False, AckNote.NOT_ASKED),
        ("|||ER|AL", "CA", "enhanced", False, AckNote.NOT_ASKED),
        ("|||ER|AL", "CE", "enhanced", True, AckNote.ENHANCED),
        ("|||SU|SU", "CR", "enhanced", False, AckNote.NOT_ASKED),
        ("|||SU|SU", "AA", "enhanced", True, AckNote.ENHANCED),
        ("||||XX", "AE", "enhanced", True, AckNote.UNKNOWN_CONDITION),
        ("||||AL", "CA", "enhanced", False, AckNote.NOT_ASKED),
    ],
)
def test_what_the_sender_asked_for_is_considered(asks: str, code: str, mode: str, asked: bool, note: AckNote) -> None:
    result = build(header("2.5", more=asks), code=code)
    assert (result.mode, result.asked) == (mode, asked)
    assert note in result.notes


def test_an_order_is_answered_by_more_than_an_acknowledgment() -> None:
    result = build("MSH|^~\\&|A|B|C|D|2026||OMI^O23^OMI_O23|C1|P|2.5")
    assert result.application_answers == ("ORI^O24",)
    assert AckNote.OTHER_ANSWER in result.notes


@pytest.mark.parametrize(
    ("message", "note"),
    [
        ("MSH|^~\\&|A|B|C|D|2026||ACK^A01^ACK|C1|P|2.5\rMSA|AA|X", AckNote.ACK_OF_ACK),
        ("MSH|^~\\&|A|B|C|D|2026||ADT^A01||P|2.5", AckNote.NO_CONTROL_ID),
        ("MSH|^~\\&|A|B|C|D|2026||ADT^A01|C1|P", AckNote.NO_VERSION),
    ],
)
def test_what_is_odd_is_said(message: str, note: AckNote) -> None:
    assert note in build(message).notes


def test_a_failure_without_a_reason_is_said() -> None:
    assert AckNote.NO_REASON in build(code="AE").notes
    assert AckNote.NO_REASON not in build(code="AE", text="full").notes


def test_each_field_has_its_reason() -> None:
    fields = {field.path: field for field in build(code="AE", errors=[AckError(code="101", location="PID-3")]).fields}
    assert fields["MSH-4.1"] == AckField(
        path="MSH-4.1",
        name="Sending Facility / Namespace ID",
        value="SOUTH CLINIC",
        phi=Kind.NAME,
        why=Reason.RECEIVER,
    )
    assert (fields["MSA-2"].value, fields["MSA-2"].phi, fields["MSA-2"].why) == ("MSG0001", Kind.ORDER, Reason.ECHO)
    assert (fields["ERR-3.1"].meaning, fields["ERR-3.1"].why) == ("Required field missing", Reason.ERROR_CODE)
    assert (fields["ERR-2.3"].value, fields["ERR-2.3"].phi) == ("3", None)


def test_values_of_the_message_are_marked_and_the_rest_is_public() -> None:
    result = build(code="AE", text="full", errors=[AckError(code="207", text="our words")])
    assert [(part.text, part.phi) for part in result.acknowledgment.parts if part.phi] == [
        ("SOUTH CLINIC", Kind.NAME),
        ("NORTH CLINIC", Kind.NAME),
        ("MSG0001", Kind.ORDER),
    ]


def test_the_same_arguments_give_the_same_text_and_number() -> None:
    first, second = (lines(build(control_id=None)) for _ in range(2))
    assert first == second
    assert lines(build(control_id=None, code="AE"))[0] != first[0]
    assert len(parse_message("\r".join(first)).header.value(10)) == 20


@pytest.mark.parametrize(
    ("arguments", "where", "problem"),
    [
        ({"sent": "yesterday"}, "sent", AckProblem.NOT_A_TIME),
        ({"sent": "20260230"}, "sent", AckProblem.NOT_A_TIME),
        ({"sent": "20260102030405.x"}, "sent", AckProblem.NOT_A_TIME),
        ({"sent": "20260102+01"}, "sent", AckProblem.NOT_A_TIME),
        ({"sent": "2026|0102"}, "sent", AckProblem.NOT_A_TIME),
        ({"control_id": "x" * 21}, "control_id", AckProblem.TOO_LONG),
        ({"code": "AE", "errors": [AckError(code="9")]}, "errors, entry 1, code", AckProblem.CODE_UNKNOWN),
        (
            {"code": "AE", "errors": [AckError(code="101"), AckError(code="101", location="SECRET")]},
            "errors, entry 2, location",
            AckProblem.NOT_A_LOCATION,
        ),
        ({"errors": [AckError(code="101")]}, "errors, entry 1,", AckProblem.ERROR_OF_SUCCESS),
    ],
)
def test_what_cannot_be_written_is_refused(arguments: dict[str, object], where: str, problem: AckProblem) -> None:
    with pytest.raises(BadInput) as caught:
        build(**arguments)
    assert (caught.value.where, caught.value.problem) == (where, problem)


def test_a_separator_in_a_text_is_refused_where_nothing_escapes_it() -> None:
    with pytest.raises(BadInput) as caught:
        build("MSH|^~|A|B|C|D|2026||ADT^A01|C1|P|2.5", code="AE", errors=[AckError(code="207", text="a|b")])
    assert caught.value.problem is AckProblem.NO_ESCAPE


@pytest.mark.parametrize("number", [4, 9, 10, 18])
def test_a_header_too_long_to_be_repeated_is_refused(number: int) -> None:
    fields = ["MSH", "^~\\&", "A", "B", "C", "D", "2026", "", "ADT^A01", "1", "P", "2.5", *[""] * 6]
    fields[number - 1] = "x" * 1001
    with pytest.raises(TooLarge) as caught:
        build("|".join(fields))
    assert (caught.value.where, caught.value.problem) == (f"MSH-{number}", AckProblem.TOO_LONG)


class Acks:
    """A plugin with this tool alone."""

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(name="acks", summary="Acknowledgments")

    @hookimpl
    def trivium_tools(self) -> list[ToolSpec]:
        return [TOOL]


@pytest.mark.anyio
async def test_a_client_gets_the_text_with_names_withheld(tmp_path: Path) -> None:
    host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, acks=Acks())
    arguments = {"message": ORU, "sent": SENT, "control_id": "ACK1", "code": "AE", "errors": [{"code": "207"}]}
    async with connect(host) as client:
        result = await client.call_tool("build_hl7_ack", arguments)
    assert result.structured_content is not None
    assert result.structured_content["acknowledgment"].split("\r") == [
        f"MSH|^~\\&|EHR|[withheld: name]|LAB1|[withheld: name]|{SENT}||ACK^R01^ACK|ACK1|P|2.5.1",
        "MSA|AE|MSG0001",
        "ERR|||207^Application error^HL70357|E",
        "",
    ]
