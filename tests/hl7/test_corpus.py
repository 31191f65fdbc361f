"""Public messages: all are read, nothing is lost, and HAPI 2.3 finds the same values."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Say
from tests.hl7.messages import parse

from trivium.api import Folders, ToolFailure
from trivium_hl7.acknowledging import acknowledge
from trivium_hl7.batch import read_batch
from trivium_hl7.charsets import codec_of
from trivium_hl7.comparing import differences
from trivium_hl7.problems import Remark
from trivium_hl7.reader import Limits, Message, Segment, parse_message, subcomponents
from trivium_hl7.tools.profile_messages import profile_hl7_messages
from trivium_hl7.validation.site_profile import read_profile

pytestmark = pytest.mark.corpus

Tree = list[Any]

HAPI_READS_ESCAPES_OTHERWISE = {
    ("crs4__hl7apy/2d5e5bc4c852", "MSH", 8): r"keeps \H\ and \N\ as they stand",
    ("CDCgov__data-exchange-hl7/b4f0e40b7cbd", "OBR", 2): "drops the escape characters of an unknown sequence",
    ("CDCgov__data-exchange-hl7/b24e64162577", "OBR", 2): "drops the escape characters of an unknown sequence",
    ("HL7__v2-to-fhir/73384bb484ba", "OBX", 5): "drops the escape character of an unknown sequence",
    ("Efferent-Health__HL7-V2/f1337c644f6f", "NTE", 3): r"keeps \.br\, \H\, \N\ and \X..\ as they stand",
    ("Efferent-Health__HL7-V2/8b40e8965994", "ZZ1", 9): "drops an escape character that begins no sequence",
    ("Efferent-Health__HL7-V2/cd11afdbd190", "PID", 26): r"keeps \X..\ as it stands",
    ("Efferent-Health__HL7-V2/e67bc3089a9f", "OBX", 5): "drops an escape character that begins no sequence",
    ("Efferent-Health__HL7-V2/eaf96f8d7d53", "GT1", 5): r"keeps \X..\ as it stands",
    ("Efferent-Health__HL7-V2/842b013aaede", "PID", 11): r"keeps \X..\ as it stands",
}
"""Fields where HAPI treats an escape sequence otherwise."""
HAPI_LOSES = {
    ("microsoft__FHIR-Converter/6fd5afd6c546", "OBR", 15): "drops sub-components of a primitive component",
    ("microsoft__FHIR-Converter/6fd5afd6c546", "OBR", 27): "drops sub-components of a primitive component",
    ("OpenIntegrationEngine__engine/75a0fdf25282", "OBX", 2): "drops sub-components of a primitive component",
}
"""Fields of which HAPI's tree has only a part."""


@pytest.fixture(scope="module")
def expected(corpora: Path) -> dict[str, dict[str, Any]]:
    """HAPI's parse by file, as `corpora/README.md` describes it."""
    with gzip.open(corpora / "hl7" / "hapi_2.3_parse.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["file"]: row for row in rows}


@pytest.fixture(scope="module")
def described(corpora: Path) -> list[dict[str, Any]]:
    """What the collection says of each message."""
    rows: list[dict[str, Any]] = json.loads((corpora / "hl7" / "provenance.json").read_text(encoding="utf-8"))
    return rows


@pytest.fixture(scope="module")
def messages(corpora: Path) -> dict[str, Message]:
    folder = corpora / "hl7"
    files = sorted((folder / "open").glob("*/*.hl7"))
    return {file.relative_to(folder).as_posix(): parse_message(file.read_bytes()) for file in files}


def test_every_message_is_read(messages: dict[str, Message]) -> None:
    assert len(messages) == 888


def test_every_message_is_written_back_as_it_was(corpora: Path, messages: dict[str, Message], say: Say) -> None:
    for file, message in messages.items():
        text = (corpora / "hl7" / file).read_bytes().decode()
        assert message.encode() == re.sub("\r+", "\r", text.rstrip("\r")) + "\r", file
    say(f"HL7 corpus: {len(messages)} messages read and written back equal")


def test_every_message_in_its_declared_character_set_is_written_back_byte_by_byte(
    corpora: Path, messages: dict[str, Message]
) -> None:
    codecs = Counter[str]()
    for file in messages:
        text = re.sub("\r+", "\r", (corpora / "hl7" / file).read_bytes().decode().rstrip("\r")) + "\r"
        codec = codec_of([seg for seg in messages[file].header.value(18).split("~") if seg] or ["UTF-8"]) or "utf-8"
        try:
            data = text.encode(codec)
        except UnicodeEncodeError:
            continue
        assert parse_message(data).encode().encode(codec) == data, file
        codecs[codec] += 1
    assert codecs.total() > 880
    assert codecs.keys() == {"utf-8", "ascii", "iso8859_1"}


def test_all_messages_in_one_file_are_found_again(corpora: Path, messages: dict[str, Message]) -> None:
    sources = [(corpora / "hl7" / file).read_bytes() for file in messages]
    for between in (b"\r", b"\x1c\r\x0b"):
        batch = read_batch(between.join(sources), Limits())
        assert [entry.read(Limits()).encode() for entry in batch.messages] == [
            "".join(f"{seg.encode()}\r" for seg in message.segments if not _closes(seg))
            for message in messages.values()
        ]
        assert [str(note) for note in batch.notes if note.remark is not Remark.NO_HEADER_BEFORE] == []


def _closes(seg: Segment) -> bool:
    """A trailer with a count, left over from a batch of which only one message was kept."""
    return seg.id in ("BTS", "FTS") and seg.value(1) != ""


def test_every_acknowledgment_names_its_message_as_hapi_does(
    corpora: Path, messages: dict[str, Message], expected: dict[str, dict[str, Any]]
) -> None:
    compared = 0
    for file, message in messages.items():
        ack = acknowledge(message, "AA", sent="20260102", control_id="1").message
        header = ack.header
        assert (header.value(9), header.value(10), header.value(11)) == ("ACK", "1", message.header.value(11))
        assert [header.value(n) for n in (3, 4, 5, 6)] == [message.header.value(n) for n in (5, 6, 3, 4)]
        if "ack_msa" in expected[file]:
            assert [seg.text for seg in ack.all("MSA")] == expected[file]["ack_msa"], file
            compared += 1
    assert compared == 837


def test_a_message_differs_from_itself_in_nothing_and_from_its_copy_in_what_was_changed(
    messages: dict[str, Message],
) -> None:
    for file, message in messages.items():
        assert list(differences(message, parse_message(message.encode()))) == [], file
        copy = parse_message(f"{message.encode()}ZZ9{message.separators.field}added")
        found = [(one.change, one.sides[1].segment.id if one.sides[1] else "") for one in differences(message, copy)]
        assert found == [("segment_only_right", "ZZ9")], file


def test_a_profile_of_the_collection_counts_what_is_in_it(
    corpora: Path, described: list[dict[str, Any]], messages: dict[str, Message]
) -> None:
    tool = profile_hl7_messages.given(limits=Limits(), folders=Folders([corpora / "hl7"]), max_files=2000)
    result = tool(folder="open", limit=500, draft_site_profile=True)
    rows = [row for row in described if row["split"] == "open"]
    assert (result.messages, result.files, result.unreadable) == (888, 888, ())
    assert result.versions["2.5.1"] == sum(row["version"] == "2.5.1" for row in rows)
    have = {one.id: one.messages for one in result.segments}
    for name in ("PID", "OBX", "PV1"):
        assert have[name] == sum(message.first(name) is not None for message in messages.values())
    read_profile(result.site_profile)
    odd = tool(folder="odd")
    assert (odd.messages, odd.files, sum(one.count for one in odd.unreadable)) == (94, 130, 36)


def test_every_message_type_is_right(messages: dict[str, Message], described: list[dict[str, Any]], say: Say) -> None:
    rows = [row for row in described if row["split"] == "open"]
    read = {file: tuple(m.header.value(9, component=c) for c in (1, 2, 3)) for file, m in messages.items()}
    assert read == {row["file"]: (row["type"], row["event"], row["structure"]) for row in rows}
    say(f"HL7 corpus: type, event and structure right in {len(rows)} of {len(messages)} messages")


def test_every_value_is_the_one_that_hapi_finds(
    messages: dict[str, Message], described: list[dict[str, Any]], expected: dict[str, dict[str, Any]], say: Say
) -> None:
    typed = [row["file"] for row in described if row["split"] == "open" and row["hapi"] == "typed"]
    differences, compared, excepted = [], Counter[str](), set()
    for file in typed:
        message = messages[file]
        if any(note.remark is Remark.DOUBLED_ESCAPE for note in message.notes):
            compared["doubled escape"] += 1  # HAPI takes the second backslash as sub-component separator, to the letter
            continue
        compared["messages"] += 1
        for seg, theirs in _pairs(message, expected[file]["segments"]):
            for number in range(1, max(len(seg.fields), 1 + max(map(int, theirs), default=0))):
                compared["fields"] += 1
                place = (file.removeprefix("open/").removesuffix(".hl7"), seg.id, number)
                if _same(_mine(seg, number), _trimmed([_theirs(one) for one in theirs.get(str(number), [])])):
                    continue
                if place in HAPI_READS_ESCAPES_OTHERWISE or place in HAPI_LOSES:
                    excepted.add(place)
                else:
                    differences.append(place)
    assert differences == []
    assert excepted == {*HAPI_READS_ESCAPES_OTHERWISE, *HAPI_LOSES}
    assert compared["messages"] + compared["doubled escape"] == 806
    assert compared["doubled escape"] <= 18
    assert compared["fields"] > 250_000
    say(
        f"HL7 corpus: values against HAPI's trees: {dict(compared)}, {len(excepted)} fields argued, no other difference"
    )


def _pairs(message: Message, theirs: list[dict[str, Any]]) -> list[tuple[Segment, dict[str, Any]]]:
    """The same segments of both, by id and order: HAPI moves some, calls CON CON_, and leaves out empty ones."""
    mine = sorted((seg for seg in message.segments if any(seg.fields[1:])), key=lambda seg: seg.id)
    rows = sorted((row for row in theirs if row["f"]), key=lambda row: row["name"])
    assert [seg.id for seg in mine] == [row["name"].rstrip("_") for row in rows]
    return [(seg, row["f"]) for seg, row in zip(mine, rows, strict=True)]


def _mine(seg: Segment, number: int) -> Tree:
    field = seg.field(number)
    return _trimmed([_trimmed([_trimmed(map(seg.decoded, subcomponents(c))) for c in one]) for one in field])


def _theirs(one: Any) -> Tree:
    if isinstance(one, str):
        return _trimmed([_trimmed([one])])
    return _trimmed([[] if c is None else _trimmed([c] if isinstance(c, str) else c) for c in one or []])


def _trimmed(parts: Any) -> Tree:
    """Without what is empty at the end."""
    found = ["" if part is None else part for part in parts]
    while found and found[-1] in ("", []):
        found.pop()
    return found


def _same(mine: Tree, theirs: Tree) -> bool:
    """Equal; or equal in the values and their order where HAPI meets more parts than the data type has.

    Its tree lists such extra parts without the gaps between them, and one level deeper.
    """
    return mine == theirs or _values(mine) == _values(theirs)


def _values(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree] if tree else []
    return [value for part in tree for value in _values(part)]


def test_odd_inputs_are_refused_with_a_place_or_tolerated(corpora: Path, say: Say) -> None:
    files = sorted((corpora / "hl7" / "odd").glob("*/*.hl7"))
    outcomes = Counter[str]()
    places = set()
    for file in files:
        data = file.read_bytes()
        try:
            message = parse_message(data)
        except ToolFailure as failure:
            outcomes["refused"] += 1
            places.add(failure.where)
        else:
            outcomes["read"] += 1
            assert message.encode() == data.decode().rstrip("\r") + "\r", file
            parse(data.decode())
    assert outcomes == {"read": 94, "refused": 36}
    say(f"HL7 odd inputs: {dict(outcomes)}, no crash")
    assert places == {"segment 1"}


def test_the_tool_answers_for_every_kind_of_message(messages: dict[str, Message], corpora: Path) -> None:
    by_type = {message.header.fields[9]: file for file, message in messages.items()}
    assert len(by_type) > 100
    for file in by_type.values():
        result = parse((corpora / "hl7" / file).read_bytes().decode(), limit=100)
        assert result.total > 0
        assert result.header.message_type is not None
        assert result.header.message_type.phi is None
