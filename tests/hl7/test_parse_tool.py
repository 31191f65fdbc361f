"""The tool parse_hl7_message."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from tests.hl7.messages import ORU, parse, places

from trivium.api import BadInput, Effect, Kind, TooLarge
from trivium_hl7.plugin import trivium_plugin, trivium_settings, trivium_tools
from trivium_hl7.problems import ReferenceProblem
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.tools.results import HeaderValue, ValuedPlace


def test_the_header_says_what_the_message_is() -> None:
    result = parse(ORU)
    display = "Unsolicited transmission of an observation message"
    assert result.header.message_type == HeaderValue(value="ORU", meaning=display, phi=None)
    assert result.header.trigger_event == HeaderValue(value="R01", meaning=f"ORU/ACK - {display}", phi=None)
    assert result.header.structure is not None
    assert result.header.structure.value == "ORU_R01"
    assert result.header.control_id == HeaderValue(value="MSG0001", phi=Kind.ORDER)
    assert result.header.sending_application == HeaderValue(value="LAB1", phi=None)
    assert result.header.sending_facility == HeaderValue(value="NORTH CLINIC", phi=Kind.NAME)
    assert result.definitions == "2.5.1"
    assert result.separators == "|^~\\&"
    assert result.segment_counts == {"MSH": 1, "PID": 1, "OBR": 1, "OBX": 2, "ZPI": 1}
    assert result.notes == ()
    assert result.next_offset is None


@pytest.mark.parametrize(
    ("pid", "patient"),
    [
        ("PID|1|OLD|A-7^^^NORTH^MR~B-8^^^SOUTH^MR", "A-7"),
        ("PID|1||A\\T\\7", "A&7"),
        ("PID|1||^^^NORTH", None),
        ('PID|1||""', None),
        ("PV1|1", None),
    ],
)
def test_the_patient_is_the_first_number_of_the_first_pid(pid: str, patient: str | None) -> None:
    message = f"MSH|^~\\&|A|B|C|D|20250411101500||ADT^A01|1|T|2.5.1\r{pid}\rPID|2||Z-9"
    expected = "Z-9" if pid.startswith("PV1") else patient
    assert parse(message).patient == expected
    assert parse(message, segments=["MSH"]).patient == expected


def test_a_place_has_path_name_type_value_and_meaning() -> None:
    found = places(parse(ORU))
    assert found["PID-8"] == ValuedPlace(
        path="PID-8", name="Administrative Sex", type="IS", value="M", phi=None, table="0001", meaning="Male"
    )
    assert found["PID-3[1].4.2"] == ValuedPlace(
        path="PID-3[1].4.2",
        name="Patient Identifier List / Assigning Authority / Universal ID",
        type="ST",
        value="1.2.3.4",
        phi=None,
    )
    assert found["PID-5.1.1"].value == "O'BRIEN"
    assert found["OBX[2]-5"] == ValuedPlace(
        path="OBX[2]-5",
        name="Observation Value",
        type="TX",
        value="Seen with Jane & John\nNext line",
        raw="Seen with Jane \\T\\ John\\.br\\Next line",
        phi=Kind.TEXT,
    )
    assert found["OBX[2]-7"].null
    assert found["ZPI-1[2]"] == ValuedPlace(path="ZPI-1[2]", name="", type="", value="Green", phi=Kind.TEXT)


@pytest.mark.parametrize("version", ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.8"])
def test_a_date_is_a_date_in_every_version(version: str) -> None:
    """Before 2.5 the first component of TS has no type of its own but ST."""
    message = f"MSH|^~\\&|A|B|C|D|20250411101500||ADT^A01|1|T|{version}\rEVN|A01|20250411"
    found = places(parse(message))
    assert [(found[path].type, found[path].phi) for path in ("MSH-7", "EVN-2")] == [("DTM", Kind.DATE)] * 2


def test_a_code_is_explained_by_the_table_that_its_coding_system_names() -> None:
    found = places(
        parse("MSH|^~\\&|A||||||ADT^A01|1|P|2.5.1\rPID||||||||||2106-3^White^HL70005~2106-3^White^CDCREC|||||||||||")
    )
    assert (found["PID-10[1].1"].table, found["PID-10[1].1"].meaning) == ("0005", "White")
    assert (found["PID-10[2].1"].table, found["PID-10[2].1"].meaning) == (None, None)


def test_pages_together_are_the_whole() -> None:
    whole = places(parse(ORU))
    collected: dict[str, ValuedPlace] = {}
    offset: int | None = 0
    while offset is not None:
        page = parse(ORU, limit=7, offset=offset)
        assert (page.total, page.offset, len(places(page)) <= 7) == (len(whole), offset, True)
        collected |= places(page)
        offset = page.next_offset
    assert list(collected.items()) == list(whole.items())


def test_an_offset_past_the_end_gives_an_empty_page() -> None:
    page = parse(ORU, offset=10_000)
    assert (page.segments, page.next_offset, page.total) == ((), None, parse(ORU).total)


def test_places_can_be_chosen() -> None:
    assert list(places(parse(ORU, segments=["OBX[1]-3", "pid-5.1", "ZPI-2"]))) == [
        "PID-5.1.1", "PID-5.1.2", "OBX[1]-3.1", "OBX[1]-3.2", "OBX[1]-3.3", "ZPI-2.1", "ZPI-2.2",
    ]  # fmt: skip


def test_a_choice_that_matches_nothing_is_said() -> None:
    result = parse(ORU, segments=["PID-8", "PV1"])
    assert result.total == 1
    assert result.notes == ("segments, entry 2, matches nothing valued in this message",)


def test_a_choice_that_is_no_place_is_refused_without_its_text() -> None:
    with pytest.raises(BadInput) as caught:
        parse(ORU, segments=["PID", "SECRET"])
    assert caught.value.problem is ReferenceProblem.NOT_A_PATH
    assert str(caught.value).startswith("segments, entry 2, is not a place in a message")
    with pytest.raises(BadInput) as caught:
        parse(ORU, segments=["PID"] * 21)
    assert caught.value.problem is ReferenceProblem.TOO_MANY


def test_a_long_value_is_cut_and_says_so() -> None:
    message = f"{ORU}\rNTE|1||{'x' * 5000}"
    found = places(parse(message, segments=["NTE-3"]))["NTE-3"]
    assert (found.value, found.full_length) == ("x" * 1000, 5000)
    whole = places(parse(message, segments=["NTE-3"], value_limit=5000))["NTE-3"]
    assert (whole.value, whole.full_length) == ("x" * 5000, None)


@pytest.mark.parametrize(
    "line",
    [
        "PID|||" + "~".join(["4711^^^NCL^MR"] * 9000),
        "OBX|1|ED|||" + "A" * 10_000_000,
        "PID|||" + "&".join(["x"] * 90_000),
        "NTE|1||" + "~".join(["y" * 900] * 9000),
        "PID|" + "|" * 400_000,
    ],
    ids=["repetitions", "long value", "sub-components", "long repetitions", "separators"],
)
def test_a_hostile_message_gets_a_bounded_answer(line: str) -> None:
    result = parse(f"{ORU}\r{line}", limit=2000, value_limit=50_000)
    assert len(result.model_dump_json()) < 2_000_000


def test_what_is_cut_of_the_header_or_of_the_written_form_is_said() -> None:
    message = f"MSH|^~\\&|{'A' * 300}||||||ADT^A01|1|P|2.5\rNTE|1||" + "\\.sk1\\" * 200
    result = parse(message)
    assert result.header.sending_application is not None
    assert (len(result.header.sending_application.value), result.header.sending_application.full_length) == (200, 300)
    note = places(result)["NTE-3"]
    assert (note.value, note.full_length) == (" " * 200, None)
    assert (len(note.raw or ""), note.raw_length) == (1000, 1200)


def test_oddities_are_noted_with_their_place() -> None:
    result = parse("\x0bMSH|^~\\&|A||||||ADT^A01|1|P|2.6.1\nNTE|1||see \\Q\\ there\x1c\r")
    assert result.notes == (
        "message stands in MLLP framing bytes, left out",
        "message ends its segments with line feeds; the standard says carriage returns",
        "MSH-12 names a version without definitions of its own; the nearest are used",
        "segment 2 holds escape sequences that are not known, kept as they stand",
    )
    assert result.definitions == "2.6"


def test_a_message_of_no_known_version_is_explained_by_2_5_1() -> None:
    result = parse("MSH|^~\\&|A")
    assert (result.definitions, result.header.version, result.header.message_type) == ("2.5.1", None, None)
    assert result.notes == ("MSH-12 names no known version; definitions are those of 2.5.1",)


def test_the_plugin_offers_the_tool_with_its_limits() -> None:
    assert trivium_plugin().name == "hl7"
    assert trivium_settings() is Hl7Settings
    spec = next(one for one in trivium_tools(Hl7Settings(max_characters=1000)) if one.name == "parse_hl7_message")
    assert (spec.name, spec.effect, spec.approval, spec.missing) == (
        "parse_hl7_message",
        Effect.LOCAL,
        False,
        frozenset(),
    )
    assert set(spec.input.model_fields) == {
        "message", "segments", "limit", "offset", "value_limit", "message_number",
    }  # fmt: skip
    with pytest.raises(TooLarge, match="is longer than 1000 characters"):
        spec(message=ORU + "\rNTE|1||" + "x" * 1000)


def test_misspelt_settings_are_refused() -> None:
    with pytest.raises(ValidationError):
        Hl7Settings.model_validate({"max_character": 1})


def test_the_answer_is_plain_json() -> None:
    assert json.loads(parse(ORU).model_dump_json())["total"] == parse(ORU).total
