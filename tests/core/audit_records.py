"""Records of an invented trail, as the host would have written them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from trivium.audit.chain import START, line_after, record_of

RUN: Final = "00aa11bb22cc33dd"
NOON: Final = 1_774_958_400.0
"""2026-03-31T12:00:00Z."""
STUDY: Final = "1.2.826.0.1.3680043.8.498.1"
PATIENTS: Final = ["patient-K7QD-M2XW-9PBT", "patient-3FHC-QV8Z-A6JN"]
STARTED: Final = {"event": "started", "run": RUN, "version": "0.1.0", "plugins": {"pacs": "trivium-pacs 0.1.0"}}


def opened(call: str, tool: str, effect: str | None, plugin: str | None = "pacs", **arguments: Any) -> dict[str, Any]:
    return {
        "event": "opened",
        "call": call,
        "run": RUN,
        "tool": tool,
        "plugin": plugin,
        "effect": effect,
        "caller": "stdio:alice",
        "arguments": arguments,
    }


def begun(call: str, **facts: Any) -> dict[str, Any]:
    plan = {"destination": "WS1", "planned": {"series": 2, "instances": 20}, "license": "L-1", "approval": "K7QD-M2XW"}
    return {"event": "begun", "call": call, **plan, "patients": PATIENTS[:1], **facts}


def closed(call: str, outcome: str = "ok", **facts: Any) -> dict[str, Any]:
    return {"event": "closed", "call": call, "outcome": outcome, "seconds": 1.5, **facts}


def move(call: str, outcome: str = "ok", **facts: Any) -> list[dict[str, Any]]:
    """A transfer from its opening to its end."""
    asked = opened(
        call, "pacs_retrieve", "moves_images", study_instance_uid=STUDY, destination_ae_title="token:" + "0" * 16
    )
    return [asked, begun(call), closed(call, outcome, **facts)]


EVERYTHING: Final[list[dict[str, Any]]] = [
    STARTED,
    opened("c0" * 8, "lookup_dicom_tag", "local", "dicom", tag="token:" + "1" * 16),
    closed("c0" * 8, result={"matches": 1}),
    opened("c1" * 8, "pacs_query", "reads_remote", patient_id=PATIENTS[0], level="STUDY"),
    closed("c1" * 8, result={"rows": 2}, patients=PATIENTS),
    opened("c2" * 8, "read_report", "reads_files", "files", study_instance_uid=STUDY),
    closed("c2" * 8, patients=PATIENTS[:1], shown=["name"]),
    *move("c3" * 8, result={"completed": 20, "failed": 0, "complete": True}),
    *move("c4" * 8, result={"completed": 15, "failed": 5, "complete": False}),
    *move("c5" * 8, "interrupted", recovered=True),
    opened("c6" * 8, "pacs_retrieve", "moves_images", study_instance_uid=STUDY),
    closed("c6" * 8, "license_expired"),
    opened("c7" * 8, "pacs_retrieve", "moves_images", study_instance_uid=STUDY, dry_run=True),
    closed("c7" * 8, rehearsal=True, planned={"instances": 20}, result={"completed": 0}),
    opened("c8" * 8, "write_report", "writes_files", "files", study_instance_uid=STUDY),
    begun("c8" * 8, destination="reports"),
    closed("c8" * 8, result={"written": 1}),
    opened("c9" * 8, "store_instances", "writes_remote", study_instance_uid=STUDY),
    begun("c9" * 8, destination="ARCHIVE2"),
    closed("c9" * 8, "peer_failed"),
    {"event": "decided", "approval": "K7QD-M2XW", "approve": True, "by": "console:bob", "tool": "pacs_retrieve"},
    {"event": "decided", "approval": "AAAA-BBBB", "approve": False, "by": "page:eve", "tool": "pacs_retrieve"},
    {"event": "configured", "what": "license issued", "by": "console:bob"},
    {"event": "configured", "what": "plugins locked", "by": "console:bob"},
    {"event": "repaired", "what": "torn line", "file": "audit.jsonl.torn-7", "bytes": 12},
    {"event": "repaired", "what": "records missing", "first": 8, "last": 9},
    {"event": "read", "by": "console:bob", "how": "show"},
    {"event": "stopped", "run": RUN, "version": "0.1.0", "plugins": {}},
]
"""One of each kind, in an order that could be."""

HOSTILE: Final = "=<x> & \"'\n\r\t\x00\x1b[31m]]>\u202e\u200b\ud800\uffff é漢"
"""What no record should hold, and no reader may stumble over."""


def hostile(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same record with that text wherever there is text, but for what decides which kind of record it is."""
    kept = ("event", "effect", "outcome", "approve", "what", "call", "completed", "complete", "failed")

    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {name if name in kept else name + HOSTILE: spoil(each) for name, each in value.items()}
        if isinstance(value, list):
            return [spoil(each) for each in value]
        return value + HOSTILE if isinstance(value, str) else value

    return {name: value if name in kept else spoil(value) for name, value in record.items()}


def chained(*bodies: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records as a trail holds them, a second apart."""
    return list(_chained(bodies))


def _chained(bodies: tuple[Mapping[str, Any], ...]) -> Iterator[dict[str, Any]]:
    link = START
    for number, body in enumerate(bodies):
        line, link = line_after(link, body, NOON + number)
        record = record_of(line)
        assert record is not None
        yield record


def trail_text(*bodies: Mapping[str, Any]) -> bytes:
    link, text = START, b""
    for number, body in enumerate(bodies):
        line, link = line_after(link, body, NOON + number)
        text += line
    return text
