"""Messages that somebody made to hurt: bounded time, bounded answers, coded errors."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.hl7.messages import ORU, parse

from trivium.api import Folders, ToolFailure
from trivium_hl7.batch import read_batch
from trivium_hl7.reader import Limits
from trivium_hl7.tools.build_ack import build_hl7_ack
from trivium_hl7.tools.compare_messages import compare_hl7_messages
from trivium_hl7.tools.profile_messages import profile_hl7_messages

COMPARE = compare_hl7_messages.given(limits=Limits())
ACK = build_hl7_ack.given(limits=Limits())
PROFILE = profile_hl7_messages.given(limits=Limits(), folders=Folders(()), max_files=1)
HEAD: Final = "MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5"
HOSTILE: Final = {
    "20,000 repetitions": f"{HEAD}\rPID|||" + "~" * 20_000,
    "9,000 repetitions": f"{HEAD}\rPID|||" + "~".join(f"{n}^^^N^MR" for n in range(9_000)),
    "a field of 10 MB": f"{HEAD}\rOBX|1|ED|||" + "A" * 10_000_000,
    "deep sub-components": f"{HEAD}\rPID|||" + "x&" * 60_000,
    "only separators": f"{HEAD}\r" + "PID" + "|^~&" * 10_000,
    "too many separators": f"{HEAD}\rPID" + "|" * 600_000,
    "19,000 segments": f"{HEAD}\r" + "\r".join(f"OBX|{n}|ST|A^b||{n}" for n in range(19_000)),
    "21,000 segments": f"{HEAD}\r" + "PID\r" * 21_000,
    "19,000 kinds of segment": f"{HEAD}\r"
    + "\r".join(
        f"{a}{b}{c}|1"
        for a in "QUVWXYZ"
        for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
        for c in "ABCDEFGHIJ0123456789" * 4
    ),
    "only escapes": f"{HEAD}\rNTE|1||" + "\\E\\" * 50_000,
    "open escapes": f"{HEAD}\rNTE|1||" + "\\X" * 50_000,
    "long spaces": f"{HEAD}\r" + " " * 300_000,
    "frames only": "\x0b\x1c\r" * 50_000,
    "long control id": HEAD.replace("|1|", "|" + "9" * 100_000 + "|"),
    "control id of many parts": HEAD.replace("|1|", "|" + "9^" * 30_000 + "|"),
    "many small messages": f"{HEAD}\r" * 3_000,
    "odd unicode": f"{HEAD}\rPID|||\u202e\u200b\U0001f600\u0000\ufeff\x85\u2028||" + "\u0301" * 5_000,
}
TOOLS: Final[dict[str, Callable[[str], BaseModel]]] = {
    "parse": lambda text: parse(text),
    "compare": lambda text: COMPARE(left=text, right=ORU),
    "compare reversed": lambda text: COMPARE(left=ORU, right=text),
    "ack": lambda text: ACK(message=text, sent="20260102", control_id="1"),
    "profile": lambda text: PROFILE(messages=text),
}


def answered(tool: str, text: str) -> str:
    """What the tool says, or says to be wrong."""
    try:
        return TOOLS[tool](text).model_dump_json()
    except ToolFailure as failure:
        return str(failure)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_hostile_message_costs_a_bounded_time_and_answer(tool: str, name: str) -> None:
    begin = time.process_time()
    assert len(answered(tool, HOSTILE[name])) < 1_000_000
    assert time.process_time() - begin < 10


def test_two_hostile_messages_are_compared_in_bounded_time() -> None:
    begin = time.process_time()
    for name in ("9,000 repetitions", "19,000 segments", "deep sub-components"):
        text = HOSTILE[name]
        COMPARE(left=text, right=text.replace("1", "2").replace("x", "y").replace("ADT^A02", "ADT^A01"))
    assert time.process_time() - begin < 15


ODD = st.text(st.sampled_from("MSHPIDOBXFTZ|^~\\&\r\n\x0b\x1c12.X\"' é\ufeff"), max_size=120)
ANY = st.one_of(st.text(), ODD, ODD.map(f"{HEAD}\r".__add__), ODD.map(r"MSH|^~\&".__add__))


@given(ANY)
@settings(deadline=None)
def test_no_text_makes_a_tool_crash(text: str) -> None:
    for tool in TOOLS:
        assert answered(tool, text)


@given(st.one_of(st.binary(), ANY.map(lambda text: text.encode("utf-8", "surrogatepass"))))
@settings(deadline=None)
def test_no_bytes_make_a_batch_crash(data: bytes) -> None:
    try:
        batch = read_batch(data)
    except ToolFailure:
        return
    for entry in batch.messages:
        with contextlib.suppress(ToolFailure):
            assert entry.read(Limits()).segments[0].id == "MSH"


@given(st.lists(ODD.map(r"MSH|^~\&|".__add__), min_size=1, max_size=4))
@settings(deadline=None)
def test_what_is_read_of_a_batch_is_all_that_was_in_it(texts: list[str]) -> None:
    source = "\r".join(texts)
    batch = read_batch(source)
    kept = "".join(str(entry.source) for entry in batch.messages)
    around = [seg for one in (*batch.files, *batch.batches) for seg in (one.header, one.trailer) if seg]
    if not around:
        framing = dict.fromkeys(map(ord, "\r\n\x0b\x1c \ufeff"))
        assert kept.translate(framing) == source.translate(framing)
