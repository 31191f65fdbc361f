"""How `trivium audit show` chooses records and puts each on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from trivium.audit.message import clean
from trivium.audit.record import Record

_HEAD: Final = frozenset({"seq", "time", "call", "event", "prev", "hash", "run"})
"""Shown at the beginning of a line, or of use to a program only."""
_LONGEST: Final = 2_000


def chosen(
    records: Iterable[Mapping[str, Any]], call: str | None, tool: str | None, since: float | None
) -> Iterator[Any]:
    """The records of a call, of a tool, or from a time on. Only the opening of a call says which tool it is of."""
    calls: set[str] = set()
    for record in records:
        fact = Record(record)
        if tool is not None and fact.text("event") == "opened" and fact.text("tool") == tool:
            calls.add(fact.text("call"))
        wanted = (
            (call is None or fact.text("call").startswith(call))
            and (tool is None or fact.text("tool") == tool or fact.text("call") in calls)
            and (since is None or fact.time >= since)
        )
        if fact.text("event") == "closed":
            calls.discard(fact.text("call"))
        if wanted:
            yield record


def line(record: Mapping[str, Any]) -> str:
    """Number, time, call and event, then what this event has to say."""
    fact = Record(record)
    head = f"{fact.seq:>5}  {_when(fact.time)}  {fact.text('call')[:6]:6}  {fact.text('event'):10}"
    return f"{head}  {clean(_said(fact), _LONGEST)}".rstrip()


def _when(time: float) -> str:
    """By the clock on the wall."""
    try:
        return f"{datetime.fromtimestamp(time):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):  # beyond what this system's calendar knows
        return "at no known time   "


def _said(fact: Record) -> str:
    match fact.text("event"):
        case "opened":
            return f"{fact.text('tool')} by {fact.text('caller')}: {_facts(fact.mapping('arguments'))}"
        case "closed":
            return f"{fact.text('outcome')}  {_facts(_others(fact, 'outcome'))}"
        case "decided":
            answer = "approved" if fact.true("approve") else "refused"
            return f"{fact.text('approval')} {answer} by {fact.text('by')} for {fact.text('tool')}"
        case "configured" | "repaired":
            return f"{fact.text('what')}  {_facts(_others(fact, 'what'))}"
        case "read":
            return f"{fact.text('how')} by {fact.text('by')}"
        case _:
            return _facts(_others(fact))


def _others(fact: Record, *said: str) -> dict[str, Any]:
    return {name: value for name, value in fact.body.items() if name not in _HEAD and name not in said}


def _facts(facts: Mapping[str, Any]) -> str:
    """What is nested stands with what is not."""
    return ", ".join(filter(None, (_fact(name, value) for name, value in facts.items())))


def _fact(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return _facts(value)
    return f"{name}={' '.join(map(str, value)) if isinstance(value, list) else value}"
