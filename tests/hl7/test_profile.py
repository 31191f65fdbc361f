"""The tool profile_hl7_messages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from trivium.api import BadInput, Effect, Folders, Kind, TooLarge
from trivium.api.phi import Phi
from trivium_hl7.problems import ProfileProblem, ReferenceProblem
from trivium_hl7.profiling import form_of, spread
from trivium_hl7.reader import Limits
from trivium_hl7.tools.profile_messages import profile_hl7_messages
from trivium_hl7.tools.profile_results import FieldProfile, MessagesProfile, SegmentProfile, Unread
from trivium_hl7.validation.site_profile import read_profile


def message(number: int, *lines: str, event: str = "A01", version: str = "2.5") -> str:
    return "\r".join([f"MSH|^~\\&|LAB1||||2026010203||ADT^{event}|C{number}|P|{version}||||||8859/1", *lines, ""])


FIRST = message(1, "PID|1||4711^^^N^MR~42^^^N^PI||DOE^JANE||19700203|F", "ZPI|Rose|1", "ZPI|Iris")
SECOND = message(2, 'PID|1||4712^^^N^MR||""||197002|X', "OBX|1|CE|1^a^LN||N^Normal^HL70078", event="A08")
THIRD = message(3, "PID|1||4713||ROE||1970|19700203", "OBX|1|ZZ|1||x", "OBX|2|NM|1||5", version="2.3")
ALL = FIRST + SECOND + THIRD


def profile(
    source: str | None = ALL, roots: tuple[Path, ...] = (), max_files: int = 100, **more: object
) -> MessagesProfile:
    tool = profile_hl7_messages.given(limits=Limits(), folders=Folders(roots), max_files=max_files)
    result = tool(**tool.input(messages=source, **more).__dict__)
    assert isinstance(result, MessagesProfile)
    return result


def fields(result: MessagesProfile) -> dict[str, FieldProfile]:
    return {one.path: one for one in result.fields}


def test_types_versions_senders_and_character_sets_are_counted() -> None:
    result = profile()
    assert (result.messages, result.files, result.left_out, result.not_read) == (3, None, None, False)
    assert result.types == {"ADT^A01": 2, "ADT^A08": 1}
    assert result.versions == {"2.5": 2, "2.3": 1}
    assert (result.senders, result.charsets, result.separators) == ({"LAB1": 3}, {"8859/1": 3}, {"|^~\\&": 3})
    assert result.definitions == "2.5"


def test_segments_are_counted_by_message() -> None:
    assert profile().segments == (
        SegmentProfile(id="MSH", name="Message Header", messages=3, total=3, most=1),
        SegmentProfile(id="PID", name="Patient Identification", messages=3, total=3, most=1),
        SegmentProfile(id="ZPI", name="", messages=1, total=2, most=2),
        SegmentProfile(id="OBX", name="Observation/Result", messages=2, total=3, most=2),
    )


def test_a_field_has_its_use_repetitions_lengths_components_and_codes() -> None:
    found = fields(profile())
    assert found["PID-3"] == FieldProfile(
        path="PID-3",
        name="Patient Identifier List",
        type="CX",
        valued=3,
        percent=100.0,
        repetitions=(1, 1, 2),
        lengths=(4, 9, 11),
        components={"1": 3, "4": 3, "5": 3},
        codes={"4:N": 3, "5:MR": 2, "5:PI": 1},
    )
    assert found["PID-5"].nulls == 1
    assert found["PID-7"].forms == {"YYYYMMDD": 1, "YYYYMM": 1, "YYYY": 1}
    assert (found["OBX-5"].types, found["OBX-5"].percent) == ({"CE": 1, "other": 1, "NM": 1}, 100.0)


def test_a_date_in_the_place_of_a_code_is_counted_and_not_shown() -> None:
    sex = fields(profile())["PID-8"]
    assert sex.codes == {"F": 1, "X": 1}
    assert sex.codes_not_shown == 1


def test_codes_that_the_table_lacks_are_named() -> None:
    found = fields(profile(message(1, "PV1|1|I") + message(2, "PV1|1|X"), segments=["PV1-2"]))["PV1-2"]
    assert (found.codes, found.not_in_table) == ({"I": 1, "X": 1}, ("X",))


def test_names_numbers_and_z_values_are_never_shown() -> None:
    text = profile(limit=500, draft_site_profile=True).model_dump_json()
    assert [value for value in ("4711", "JANE", "DOE", "ROE", "19700203", "Rose", "Iris") if value in text] == []


def test_one_type_can_be_chosen() -> None:
    result = profile(message_type="adt^a08")
    assert (result.messages, result.left_out, result.types) == (1, 2, {"ADT^A08": 1})
    with pytest.raises(BadInput) as caught:
        profile(message_type="a message")
    assert caught.value.problem is ProfileProblem.NOT_A_TYPE


def test_no_more_than_the_most_are_counted_and_that_is_said() -> None:
    assert (profile(most=2).messages, profile(most=2).not_read, profile(most=3).not_read) == (2, True, False)


def test_fields_can_be_chosen_and_paged() -> None:
    whole = profile(segments=["PID", "OBX-5"])
    assert [one.path for one in whole.fields] == ["PID-1", "PID-3", "PID-5", "PID-7", "PID-8", "OBX-5"]
    collected: list[FieldProfile] = []
    offset: int | None = 0
    while offset is not None:
        page = profile(segments=["PID", "OBX-5"], limit=4, offset=offset)
        collected += page.fields
        offset = page.next_offset
    assert tuple(collected) == whole.fields
    with pytest.raises(BadInput) as caught:
        profile(segments=["SECRET"])
    assert caught.value.problem is ReferenceProblem.NOT_A_PATH


def test_codes_beyond_the_limit_are_counted() -> None:
    source = "".join(message(n, f"PV1|1|I||||||||||||||||c{n}") for n in range(30))
    found = fields(profile(source, segments=["PV1-18"], code_limit=10))["PV1-18"]
    assert (len(found.codes or ()), found.more_codes) == (10, 20)


def test_files_of_a_folder_are_read_and_what_cannot_be_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    (folder / "deeper").mkdir(parents=True)
    (folder / "one.hl7").write_bytes(FIRST.encode())
    (folder / "deeper" / "two.hl7").write_bytes(b"\x0b" + SECOND.encode() + b"\x1c\r\x0b" + THIRD.encode() + b"\x1c\r")
    (folder / "DOE JANE.hl7").write_bytes(b"%PDF-1.4")
    (folder / "broken.hl7").write_bytes(FIRST.encode() + b"MSH|^~\\&|A\rno segment\r")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    result = profile(None, (tmp_path,), folder="incoming")
    assert (result.messages, result.files) == (4, 4)
    assert sorted((one.problem.partition(" does ")[0], one.count, one.examples) for one in result.unreadable) == [
        ("message", 1, ("DOE JANE.hl7",)),
        ("segment 2", 1, ("broken.hl7 message 2",)),
    ]
    assert Unread.model_fields["examples"].metadata == [Phi(Kind.TEXT)]


def test_only_allowed_folders_are_read_and_no_more_files_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.hl7").write_text(FIRST)
    with pytest.raises(BadInput):
        profile(None, (tmp_path / "in",), folder="/etc")
    with pytest.raises(BadInput):
        profile(None, (), folder="in")
    with pytest.raises(TooLarge):
        profile(None, (tmp_path,), 2, folder="in")


def test_either_messages_or_a_folder_is_given() -> None:
    with pytest.raises(BadInput) as caught:
        profile(None)
    assert caught.value.problem is ProfileProblem.NOTHING
    with pytest.raises(BadInput) as caught:
        profile(ALL, folder="in")
    assert caught.value.problem is ProfileProblem.BOTH


def test_the_draft_is_a_site_profile_with_z_segments_and_local_codes() -> None:
    text = profile(message_type="ADT^A01", draft_site_profile=True).site_profile
    assert text is not None
    read = read_profile(text)
    assert read.applies_to == ("ADT^A01",)
    assert [(one.number, one.required, one.repeats, one.max_length) for one in read.segments["ZPI"].fields] == [
        (1, True, False, 4),
        (2, False, False, 1),
    ]
    assert profile().site_profile is None


def test_the_tool_reads_files_and_declares_how_messages_are_counted() -> None:
    assert profile_hl7_messages.effect is Effect.READS_FILES
    assert profile_hl7_messages.rows is not None
    assert (profile_hl7_messages.rows.asked, profile_hl7_messages.rows.found) == ("most", "messages")
    assert profile_hl7_messages.given_parameters == {"limits", "folders", "max_files"}


@pytest.mark.parametrize(
    ("text", "leaf_type", "form"),
    [
        ("2026", "DTM", "YYYY"),
        ("20260102030405.1234-0500", "DTM", "YYYYMMDDHHMMSS.SSSS+ZZZZ"),
        ("0304", "TM", "HHMM"),
        ("2026-01-02", "DT", "other"),
        ("202601021", "DT", "other"),
        ("yesterday", "DT", "other"),
    ],
)
def test_dates_are_counted_by_their_form(text: str, leaf_type: str, form: str) -> None:
    assert form_of(text, leaf_type) == form


def test_a_spread_is_smallest_median_and_largest() -> None:
    assert spread(Counter()) == (0, 0, 0)
    assert spread(Counter([1, 9, 2, 2, 3])) == (1, 2, 9)
