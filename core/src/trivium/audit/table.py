"""Audit messages as a table (RFC 4180) for people who work in a spreadsheet: a row for each message.

The columns are stable: new ones are added at the end. A cell that a spreadsheet would run as a formula gets an
apostrophe in front, which spreadsheets do not show.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Final

from trivium.audit import message as m
from trivium.audit.message import AuditMessage, Participant, timestamp

COLUMNS: Final = (
    "time", "event_code", "event", "type_code", "type", "action", "outcome", "reason", "tool", "call", "requestor",
    "source", "destination", "patient", "studies", "instances", "counts", "query", "subject", "host", "process",
    "record", "id",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""How a formula begins, also in the full width in which some locales take them."""


def rows(messages: Iterable[AuditMessage], host: str) -> Iterator[str]:
    """The table line by line, its header first."""
    line = io.StringIO()
    writer = csv.writer(line)
    for cells in _cells(messages, host):
        writer.writerow([_harmless(cell) for cell in cells])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cells(messages: Iterable[AuditMessage], host: str) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for message in messages:
        yield _row(message, host)


def _row(message: AuditMessage, host: str) -> tuple[str, ...]:
    """Cells in the order of `COLUMNS`."""
    process = next((participant for participant in message.participants if participant.process), None)
    return (
        timestamp(message.time),
        message.event.value,
        message.event.meaning,
        message.type.value if message.type else "",
        message.type.meaning if message.type else "",
        message.action,
        str(message.outcome),
        message.reason or "",
        message.tool or "",
        message.call or "",
        _user(message.requestor),
        _user(message.in_role(m.SOURCE)),
        _user(message.in_role(m.DESTINATION) or message.in_role(m.DESTINATION_MEDIA)),
        message.patient or "",
        " ".join(message.studies),
        "" if message.instances is None else str(message.instances),
        json.dumps(message.counts) if message.counts else "",
        message.query or "",
        message.subject or "",
        host,
        _user(process),
        str(message.seq),
        message.id,
    )


def _user(participant: Participant | None) -> str:
    return participant.user if participant else ""


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
