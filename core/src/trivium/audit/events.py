"""From the trail's records to audit messages, after the events of DICOM PS3.15 A.5.3.

A call that reads becomes a message when it closes. A transfer becomes two: Begin Transferring when it begins, and
Instances Transferred when it closes, however it ends. What only computes (`Effect.LOCAL`) touches no patient's record
and has no event: it stands in the trail, and in no export.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from trivium.api import Effect
from trivium.audit import message as m
from trivium.audit.calls import CallSoFar, alert, begins, closes, draft, host_process, opened, requestor
from trivium.audit.message import AuditMessage, Participant
from trivium.audit.record import Record

MOST_OPEN: Final = 10_000
"""Calls remembered as open. Beyond it the oldest is forgotten, which only a trail of crashes could reach."""
_LOST: Final = frozenset({"records missing", "last record differs", "file set aside"})
"""Findings about the trail after which it may not tell everything."""
_SOFTWARE: Final = frozenset({"plugins locked"})
"""Changes of what runs here; all others change who may do what."""


def messages(
    records: Iterable[Mapping[str, Any]], *, since: float | None = None, until: float | None = None
) -> Iterator[AuditMessage]:
    """The messages of a whole trail, or those from `since` and before `until`, in epoch seconds.

    The records come from the trail's beginning also then: a call may have been opened before `since`.
    """
    reader = Reader()
    for record in records:
        for message in reader.take(record):
            if (since is None or message.time >= since) and (until is None or message.time < until):
                yield message


class Reader:
    """Takes records in their order and remembers only the calls that are open."""

    def __init__(self, unfinished: Iterable[Mapping[str, Any]] = ()) -> None:
        """`unfinished` is what another reader had open."""
        self._open: OrderedDict[str, CallSoFar] = OrderedDict()
        for body in unfinished:
            self.take(body)

    def unfinished(self) -> list[Mapping[str, Any]]:
        """The records of the calls that are open."""
        return [body for call in self._open.values() for body in call.records]

    def take(self, body: Mapping[str, Any]) -> list[AuditMessage]:
        """The messages that this record completes; often none."""
        record = Record(body)
        drafts = list(self._drafts(record))
        # The same record always gives the same ids, so a receiver can tell that a message came twice.
        origin = record.text("hash") or str(record.seq)
        return [replace(each, id=m.message_id(origin, number)) for number, each in enumerate(drafts)]

    def _drafts(self, record: Record) -> Iterable[AuditMessage]:
        match record.text("event"):
            case "opened":
                self._remember(opened(record))
            case "begun":
                return begins(self._begun(record), record)
            case "closed":
                call = self._open.pop(record.text("call"), None)
                return closes(call, record) if call else ()
            case "started":
                return (_activity(record, m.APPLICATION_START),)
            case "stopped":
                return (_activity(record, m.APPLICATION_STOP),)
            case "decided":
                return (_decision(record),)
            case "configured":
                return (_change(record),)
            case "repaired":
                return (_repair(record),)
            case "read":
                return (_log_used(record),)
        return ()

    def _remember(self, call: CallSoFar) -> None:
        self._open[call.id] = call
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)

    def _begun(self, record: Record) -> CallSoFar:
        """A call whose opening is not in this trail is taken for a transfer, so that its end is not lost."""
        known = self._open.get(record.text("call"))
        if known is None:
            known = replace(opened(record), effect=Effect.MOVES_IMAGES, records=())
        call = replace(
            known,
            begun=True,
            destination=record.text("destination") or None,
            patients=record.texts("patients"),
            records=(*known.records[:1], record.body),
        )
        self._remember(call)
        return call


def _activity(record: Record, kind: m.Code) -> AuditMessage:
    name = f"trivium {record.text('version')}".strip()
    process = Participant(record.text("run") or "trivium", m.APPLICATION, name=name, process=True)
    return draft(record, m.APPLICATION_ACTIVITY, "E", m.SUCCESS, (process,), type=kind)


def _decision(record: Record) -> AuditMessage:
    approved = record.true("approve")
    return alert(
        record,
        m.AUTHORIZATION_DECISION,
        m.SUCCESS if approved else m.MINOR,
        record.text("by"),
        subject=f"approvals/{record.text('approval')}",
        reason="approved" if approved else "refused",
        tool=record.text("tool") or None,
        call=record.text("call") or None,
    )


def _change(record: Record) -> AuditMessage:
    what = record.text("what")
    kind = m.SOFTWARE_CONFIGURATION if what in _SOFTWARE else m.SECURITY_CONFIGURATION
    return alert(record, kind, m.SUCCESS, record.text("by"), subject="configuration", reason=what or "unknown")


def _repair(record: Record) -> AuditMessage:
    what = record.text("what")
    return draft(
        record,
        m.SECURITY_ALERT,
        "E",
        m.MAJOR if what in _LOST else m.MINOR,
        (host_process(""),),
        type=m.OBJECT_SECURITY,
        subject="audit",
        reason=what or "unknown",
    )


def _log_used(record: Record) -> AuditMessage:
    people = (requestor(record.text("by")), host_process(""))
    return draft(record, m.AUDIT_LOG_USED, "R", m.SUCCESS, people, subject="audit", reason=record.text("how") or None)
