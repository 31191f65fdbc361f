"""Texts put together from parts, pictures, texts with lines, and stand-ins inside a message that comes back."""

from __future__ import annotations

import base64
import re
import struct
import types
from pathlib import Path
from typing import Annotated, Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from pydantic import BaseModel, Field

from trivium.api import (
    BLOCK,
    EMBEDDED,
    PUBLIC,
    BadInput,
    Composed,
    Effect,
    Image,
    Kind,
    Part,
    Phi,
    PluginInfo,
    ToolSpec,
    hookimpl,
    tool,
)
from trivium.host.checks import UnfitTool, check_tool
from trivium.host.schemas import schema_of
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.put_back import put_back, refuse_shifted_dates
from trivium.pipeline.question import question_text
from trivium.pipeline.redact import Mode, Redactor
from trivium.privacy import DateMode, StandIns
from trivium.testing import connect, error_code, memory_host
from trivium.transports.results import as_text, success

KEY = bytes(32)
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 40, 30)


class Answer(BaseModel):
    text: Composed
    picture: Annotated[Image | None, PUBLIC] = None
    file: Annotated[str, PUBLIC, BLOCK] = ""


ANSWER = Answer(
    text=Composed(
        parts=(
            Part(text="PID|||"),
            Part(text="4711", phi=Kind.PATIENT_ID),
            Part(text="||"),
            Part(text="DOE^JOHN", phi=Kind.NAME),
            Part(text="\rNTE|||"),
            Part(text="He said [withheld]\u200b", phi=Kind.TEXT),
        )
    ),
    picture=Image(png=PNG),
    file="<a>\n  <b/>\n</a>\n",
)


def shown(mode: Mode) -> dict[str, Any]:
    content = Redactor(mode, stand_ins=StandIns(KEY)).render(ANSWER).content
    jsonschema.validate(content, schema_of(Answer))
    return content


def test_each_part_of_a_text_is_withheld_or_replaced_by_itself() -> None:
    patient, name = StandIns(KEY).of(Kind.PATIENT_ID, "4711"), StandIns(KEY).of(Kind.NAME, "DOE^JOHN")
    assert shown("redact")["text"] == f"PID|||{patient}||[withheld: name]\rNTE|||[withheld: text]"
    assert shown("tokens")["text"] == f"PID|||{patient}||{name}\rNTE|||[withheld: text]"
    assert shown("open")["text"] == "PID|||4711||DOE^JOHN\rNTE|||He said [withheld]"


def test_record_text_inside_a_text_is_told_with_a_notice_beside_it() -> None:
    assert Redactor("open").render(ANSWER).record_text is True
    assert Redactor("redact").render(ANSWER).record_text is False


def test_a_picture_is_content_of_its_own_and_its_size_stands_in_the_result() -> None:
    rendered = Redactor().render(ANSWER)
    assert rendered.content["picture"] == {"mime_type": "image/png", "width": 40, "height": 30, "bytes": 24}
    result = success(rendered.content, ["notice"], rendered.images)
    assert [part.type for part in result.content] == ["text", "image", "text"]
    assert base64.b64decode(result.content[1].data) == PNG  # type: ignore[union-attr]  # the picture


class Scan(BaseModel):
    picture: Annotated[Image, Phi(Kind.IMAGE)]
    file: Annotated[str, Phi(Kind.FILE)]


def test_a_picture_of_a_patient_is_shown_only_where_it_is_opened() -> None:
    scan, redactor = Scan(picture=Image(png=PNG), file="doe/1.dcm"), Redactor(stand_ins=StandIns(KEY))
    rendered, opened = redactor.render(scan), redactor.render(scan, opened=frozenset({Kind.IMAGE}))
    size = {"mime_type": "image/png", "width": 40, "height": 30, "bytes": 24}
    assert not rendered.images
    assert not rendered.shown
    assert rendered.content["picture"] == {**size, "withheld": "[withheld: image]"}
    assert opened.images == (PNG,)
    assert opened.shown == frozenset({Kind.IMAGE})
    assert opened.content["picture"] == size
    assert Redactor("tokens").render(scan).images == ()
    assert Redactor("open").render(scan).images == (PNG,)
    for content in (rendered.content, opened.content):
        jsonschema.validate(content, schema_of(Scan))


def test_a_path_is_a_stand_in_that_is_put_back() -> None:
    stand_ins = StandIns(KEY)
    shown = Redactor(stand_ins=stand_ins).render(Scan(picture=Image(png=PNG), file="doe/1.dcm")).content["file"]
    assert re.fullmatch(r"file(-[A-Z2-9]{4}){3}", shown)
    assert stand_ins.resolve(shown, Kind.FILE) == "doe/1.dcm"


def test_texts_with_lines_are_shown_as_lines_that_cannot_pass_for_facts() -> None:
    content = {**shown("open"), "picture": None}
    assert as_text(content).split("\n") == [
        "text:",
        "  PID|||4711||DOE^JOHN",
        "  NTE|||He said [withheld]",
        "file:",
        "  <a>",
        "    <b/>",
        "  </a>",
    ]


class Named(BaseModel):
    picture: Annotated[Image, Phi(Kind.NAME)]


class Blocked(BaseModel):
    text: Annotated[str, Phi(Kind.TEXT), BLOCK]


@tool(effect=Effect.READS_FILES)
def named() -> Named:
    """Give a picture of somebody."""
    raise NotImplementedError


@tool(effect=Effect.READS_FILES)
def blocked() -> Blocked:
    """Give a text of somebody."""
    raise NotImplementedError


@tool(effect=Effect.LOCAL)
def numbered(count: Annotated[int, EMBEDDED]) -> Annotated[Blocked, PUBLIC]:
    """Count."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (named, "named: Named.picture is a picture, which is either public or of the kind image"),
        (blocked, "blocked: Blocked.text is a block and not a public text"),
        (numbered, "numbered: its argument count is EMBEDDED and not a plain text, or a list of them"),
    ],
)
def test_marks_that_could_not_be_kept_cost_a_plugin_its_place(spec: ToolSpec, fault: str) -> None:
    with pytest.raises(UnfitTool) as caught:
        check_tool(spec)
    assert str(caught.value) == fault


class Echo(BaseModel):
    length: Annotated[int, PUBLIC]
    number: Annotated[str, Phi(Kind.PATIENT_ID)]


@tool(effect=Effect.LOCAL)
def read_echo(
    message: Annotated[str, EMBEDDED, Field(description="A message.")],
    more: Annotated[list[str] | None, EMBEDDED, Field(description="More of them.")] = None,
) -> Echo:
    """Read the third field of a message."""
    return Echo(length=sum(map(len, [message, *(more or [])])), number=message.split("|")[3])


def echoing() -> types.ModuleType:
    plugin = types.ModuleType("echoing")

    @hookimpl
    def trivium_plugin() -> PluginInfo:
        return PluginInfo(name="echoing", summary="Reads messages")

    @hookimpl
    def trivium_tools() -> list[ToolSpec]:
        return [read_echo]

    vars(plugin).update(trivium_plugin=trivium_plugin, trivium_tools=trivium_tools)
    return plugin


@pytest.mark.anyio
async def test_a_stand_in_inside_a_message_becomes_the_value_again(tmp_path: Path) -> None:
    async with connect(memory_host({"TRIVIUM_HOME": str(tmp_path)}, echoing=echoing())) as client:
        first = await client.call_tool("read_echo", {"message": "PID|||4711|x"})
        number = first.structured_content["number"]
        second = await client.call_tool("read_echo", {"message": f"PID|||{number.lower()}|x", "more": [number, "yz"]})
        unsafe = await client.call_tool("read_echo", {"message": "PID|||A&B|x"})
        again = await client.call_tool("read_echo", {"message": f"PID|||{unsafe.structured_content['number']}|x"})
    assert second.structured_content == {"length": len("PID|||4711|x") + len("4711") + 2, "number": number}
    assert error_code(again) == "bad_input"
    assert again.structured_content["error"]["message"] == (
        "argument message holds a stand-in for a value with characters that would be separators in a message"
    )


class Unmarked(BaseModel):
    text: str


@tool(effect=Effect.LOCAL)
def unmarked_echo(message: Annotated[str, EMBEDDED]) -> Unmarked:
    """Give a message back."""
    raise NotImplementedError


def test_a_local_tool_that_takes_such_a_message_marks_its_result() -> None:
    with pytest.raises(UnfitTool, match=r"Unmarked.text is not marked as public or as patient data"):
        check_tool(unmarked_echo)


@tool(effect=Effect.WRITES_REMOTE)
def post_echo(message: Annotated[str, EMBEDDED]) -> Echo:
    """Send a message."""
    raise NotImplementedError


@pytest.mark.parametrize("dates", ["shift", "year"])
def test_a_message_changes_nothing_while_dates_are_shown_otherwise_than_they_are(dates: DateMode) -> None:
    refuse_shifted_dates(post_echo, {"message": "PID"}, "keep")
    refuse_shifted_dates(read_echo, {"message": "PID"}, dates)
    with pytest.raises(BadInput, match="argument message cannot be used: this host does not show dates as they are"):
        refuse_shifted_dates(post_echo, {"message": "PID"}, dates)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("patient-AB2D-", "holds a stand-in that is cut short: give it whole"),
        ("patient-AAAA-BBBB-CCCC", "holds a stand-in that this host does not know (any more)"),
    ],
)
def test_what_is_no_stand_in_of_this_host_keeps_nobody_from_reading_and_is_not_sent(text: str, fault: str) -> None:
    arguments = {"message": f"PID|||{text}"}
    assert put_back(read_echo, arguments, StandIns(KEY)) == arguments
    with pytest.raises(BadInput, match=f"argument message {re.escape(fault)}"):
        put_back(post_echo, arguments, StandIns(KEY))


def test_a_person_is_asked_with_the_length_of_a_message_and_nothing_of_it() -> None:
    call = AdmittedCall(post_echo, "echoing", "somebody", post_echo.input(message="PID|||4711||DOE"))
    assert question_text(call, None, Redactor()).split("\n") == [
        "Allow post_echo, once?",
        "message: a text of 15 characters",
    ]
