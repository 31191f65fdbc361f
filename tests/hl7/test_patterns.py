"""The tool explain_integration_pattern, and the patterns as data."""

from __future__ import annotations

import re

import pytest

from trivium.api import PUBLIC, BadInput, Effect, hookimpl
from trivium.api.plugin import PluginInfo
from trivium.api.tool import ToolSpec
from trivium.testing import connect, memory_host
from trivium_hl7.dictionary import load
from trivium_hl7.patterns.catalog import Pattern, Step, find, patterns
from trivium_hl7.patterns.explanation import ExplainedPattern
from trivium_hl7.reader import parse_message
from trivium_hl7.structures import events, structure_of
from trivium_hl7.tools.explain_pattern import explain_integration_pattern

EVERY = pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.names[0])
SOURCE = re.compile(r"HL7 (v2\.|table|message)|IHE (RAD|ITI)|DICOM PS3|dcm4chee-arc-light HL7|CDC implementation guide")


def ask(pattern_name: str, **more: object) -> ExplainedPattern:
    answer = explain_integration_pattern(pattern_name=pattern_name, **more)
    assert isinstance(answer, ExplainedPattern)
    return answer


def messages(pattern: Pattern) -> list[Step]:
    return [step for step in pattern.steps if step.message]


def test_the_tool_is_local_and_public() -> None:
    assert explain_integration_pattern.effect is Effect.LOCAL
    assert explain_integration_pattern.mark == PUBLIC
    assert explain_integration_pattern.missing == frozenset()


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("adt feed", "adt feed"),
        ("Order to Result", "order to result"),
        ("radiology workflow", "radiology workflow"),
        ("scheduled workflow (IHE SWF.b)", "radiology workflow"),
        ("SWF.b", "radiology workflow"),
        ("lab interface", "lab interface"),
        ("report distribution", "report distribution"),
        ("patient merge", "patient merge"),
        ("PIR", "patient merge"),
        ("charge posting", "charge posting"),
        ("image sharing (XDS-I)", "image sharing"),
        ("XDS-I.b", "image sharing"),
        ("PIX/PDQ", "pix/pdq"),
        ("pix", "pix/pdq"),
        ("immunisation", "vaccination"),
        ("how do I merge two patients", "patient merge"),
    ],
)
def test_a_pattern_is_found_by_what_people_call_it(asked: str, name: str) -> None:
    assert ask(asked, diagram=False).name == name


@pytest.mark.parametrize("asked", ["", "   ", "zebra", "\U0001f9ec", "\ud800", "'; drop table --"])
def test_a_name_that_fits_nothing_gives_the_list(asked: str) -> None:
    answer = ask(asked)
    assert not answer.found
    assert [known.name for known in answer.patterns] == [pattern.names[0] for pattern in patterns()]
    assert answer.diagram is None


def test_words_that_fit_two_patterns_alike_choose_neither() -> None:
    answer = ask("workflow")
    assert not answer.found
    assert [known.name for known in answer.patterns] == ["lab interface", "radiology workflow"]


def test_an_endless_name_is_refused() -> None:
    with pytest.raises(BadInput, match="pattern_name is longer than 100 characters"):
        ask("x" * 101)


@EVERY
def test_every_message_has_a_structure_and_a_known_event_in_its_version(pattern: Pattern) -> None:
    assert messages(pattern)
    for step in messages(pattern):
        assert structure_of(step.code, step.event, step.version) is not None, step.message
        assert step.event in events(), step.message


@EVERY
def test_every_transaction_has_a_name_and_fits_its_message_and_actors(pattern: Pattern) -> None:
    known = load("ihe")["transactions"]
    ihe = {actor.id: actor.ihe for actor in pattern.actors}
    for step in pattern.steps:
        if not step.transaction:
            continue
        entry = known.get(step.transaction)
        assert (entry or {}).get("name") or pattern.transactions[step.transaction]
        if entry is None:
            continue
        listed = {message for message, _, _ in entry.get("messages", ())}
        assert not step.message or step.message in listed, (step.transaction, step.message)
        if entry["from"] and ihe[step.sender] and ihe[step.receiver]:
            assert set(entry["from"]) & set(ihe[step.sender]), (step.transaction, step.sender)
            assert set(entry["to"]) & set(ihe[step.receiver]), (step.transaction, step.receiver)


@EVERY
def test_every_step_and_pitfall_is_whole(pattern: Pattern) -> None:
    ids = {actor.id for actor in pattern.actors}
    for step in pattern.steps:
        if step.note:
            assert set(step.over) <= ids
        else:
            assert {step.sender, step.receiver} <= ids
            assert step.what
            assert sum(map(bool, (step.message, step.dicom, step.soap))) == 1
    assert ids == {one for step in pattern.steps for one in (step.sender, step.receiver, *step.over) if one}
    assert not pattern.profile or pattern.profile in load("ihe")["profiles"]
    assert pattern.counterparts
    assert len(pattern.pitfalls) >= 4
    for pitfall in pattern.pitfalls:
        assert SOURCE.match(pitfall.source), pitfall.source
        assert not pitfall.says.endswith(".")


@EVERY
def test_no_two_patterns_share_a_name(pattern: Pattern) -> None:
    for name in pattern.names:
        assert find(name).pattern == pattern


@EVERY
def test_the_answer_has_steps_that_say_what_answers_them(pattern: Pattern) -> None:
    answer = ask(pattern.names[0], diagram=False)
    assert [step.number for step in answer.steps] == list(range(1, len(answer.steps) + 1))
    for step in answer.steps:
        if step.answers is not None:
            asked = answer.steps[step.answers - 1]
            assert (asked.sender, asked.receiver) == (step.receiver, step.sender)
        if step.message:
            assert step.version is not None
    assert {one.id for one in answer.transactions} == {one.transaction for one in answer.steps} - {None}
    assert all(one.name for one in answer.transactions)
    assert answer.diagram is None
    assert answer.samples == ()


@pytest.mark.parametrize(
    ("pattern", "message", "answers"),
    [
        ("radiology workflow", "OMG^O19^OMG_O19", "ORG^O20 or OSU^O52; accept ACK^O19"),
        ("pix/pdq", "QBP^Q23^QBP_Q21", "RSP^K23; accept ACK^Q23"),
        ("vaccination", "QBP^Q11^QBP_Q11", "RSP^K11"),
    ],
)
def test_what_answers_a_step_is_one_line(pattern: str, message: str, answers: str) -> None:
    steps = ask(pattern, diagram=False).steps
    assert {step.acknowledged_by for step in steps if step.message == message} == {answers}


def test_the_merge_names_structure_acknowledgment_and_actors() -> None:
    answer = ask("patient merge", diagram=False)
    merge = next(step for step in answer.steps if step.message == "ADT^A40^ADT_A39")
    assert (merge.sender, merge.receiver, merge.transaction, merge.version) == ("HIS", "OF", "RAD-12", "2.5.1")
    assert merge.acknowledged_by == "ACK^A40"
    assert answer.profile == "Patient Information Reconciliation (PIR)"
    assert answer.actors[0].ihe == ("ADT Patient Registration",)


@EVERY
def test_the_samples_are_messages_of_the_steps(pattern: Pattern) -> None:
    answer = ask(pattern.names[0], diagram=False, samples=True)
    assert answer.samples_left_out is None
    kinds = {(step.message, step.version, step.scenario) for step in messages(pattern)}
    assert len(answer.samples) == len(kinds)
    assert sum(len(sample.text) for sample in answer.samples) <= 24_000
    for sample in answer.samples:
        step = answer.steps[sample.step - 1]
        header = parse_message(sample.text).header
        assert sample.message == step.message
        assert step.message is not None
        assert step.message.startswith(f"{header.value(9)}^{header.value(9, component=2)}^")
        assert header.value(12) == step.version
        assert header.value(11) == "T"
    assert len({parse_message(sample.text).header.value(10) for sample in answer.samples}) == len(answer.samples)


def test_one_step_s_sample_is_given_alone() -> None:
    answer = ask("patient merge", diagram=False, sample_step=4)
    assert [(sample.step, sample.message) for sample in answer.samples] == [(4, "ADT^A40^ADT_A39")]


@pytest.mark.parametrize("number", [3, 99])
def test_a_step_without_an_hl7_message_has_no_sample(number: int) -> None:
    with pytest.raises(BadInput, match="is not the number of a step with an HL7 v2 message; there are 6 steps"):
        ask("patient merge", sample_step=number)


class Patterns:
    """A plugin with this tool alone."""

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(name="patterns", summary="Integration patterns")

    @hookimpl
    def trivium_tools(self) -> list[ToolSpec]:
        return [explain_integration_pattern]


@pytest.mark.anyio
async def test_a_client_gets_the_picture_as_image_content(tmp_path: object) -> None:
    host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, patterns=Patterns())
    async with connect(host) as client:
        result = await client.call_tool("explain_integration_pattern", {"pattern_name": "vaccination"})
    assert [content.type for content in result.content] == ["text", "image"]
    assert result.structured_content is not None
    assert result.structured_content["diagram"]["mime_type"] == "image/png"
    assert result.structured_content["mermaid"].startswith("sequenceDiagram\n")
