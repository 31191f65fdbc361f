"""What became of a call, as drafts of audit messages (DICOM PS3.15 A.5.3.3 to A.5.3.7, A.5.3.10 and A.5.3.11)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from trivium.api import Effect, RefusalCode
from trivium.audit import message as m
from trivium.audit.message import AuditMessage, Code, Participant, clean
from trivium.audit.record import MOST, Record

_QUERY: Final = 8_000
"""Characters of a query. A message then stays below the 32,768 octets that every receiver takes (PS3.15 A.6)."""
_STUDIES: Final = 30
"""Studies of one message, for the same reason."""
_UID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")

_REFUSED: Final = frozenset(code.value for code in RefusalCode)
_MINOR: Final = frozenset({"bad_input", "not_found", "too_large"})
_UNDONE: Final = ("failed", "remaining")
_SENT: Final = ("completed", "warning", "sent", "moved", "instances")
"""How tools name the instances that arrived."""


@dataclass(frozen=True, slots=True)
class CallSoFar:
    """What is known of a call before it closes."""

    id: str
    run: str
    tool: str
    plugin: str | None
    effect: Effect | None
    caller: str
    arguments: Mapping[str, Any]
    begun: bool = False
    destination: str | None = None
    patients: tuple[str, ...] = ()
    records: tuple[Mapping[str, Any], ...] = ()
    """What all this is from."""


def opened(record: Record) -> CallSoFar:
    effect = record.text("effect")
    return CallSoFar(
        id=record.text("call"),
        run=record.text("run"),
        tool=record.text("tool"),
        plugin=record.text("plugin") or None,
        effect=Effect(effect) if effect in {known.value for known in Effect} else None,
        caller=record.text("caller"),
        arguments=record.mapping("arguments"),
        records=(record.body,),
    )


def begins(call: CallSoFar, record: Record) -> Iterator[AuditMessage]:
    """The messages that a transfer now begins, one for each patient."""
    if call.effect is Effect.MOVES_IMAGES:
        planned = record.counts("planned")
        draft = _left(call, record, m.BEGIN_TRANSFERRING, "E", m.SUCCESS, planned, planned.get("instances"))
        yield from _for_each_patient(draft, call.patients)


def closes(call: CallSoFar, record: Record) -> Iterator[AuditMessage]:
    """The messages of a call that is over. One that waits for an answer has done nothing and comes again."""
    outcome = record.text("outcome")
    if not call.begun and outcome in _REFUSED:
        yield alert(
            record, m.RESTRICTED_FUNCTION, m.MINOR, call.caller, run=call.run,
            subject=f"tools/{call.tool}", reason=outcome, tool=call.tool, call=call.id,
        )  # fmt: skip
        return
    if not call.begun and (outcome == "asked" or call.effect in (None, Effect.LOCAL)):
        return
    patients = record.texts("patients") or call.patients
    call = replace(call, destination=call.destination or record.text("destination") or None)
    for deed in _deeds(call, record, outcome):
        yield from _for_each_patient(deed, patients)
    if record.texts("shown") and call.effect in (Effect.READS_REMOTE, Effect.READS_FILES):
        yield from _for_each_patient(_shown(call, record), patients)


def alert(record: Record, kind: Code, outcome: int, who: str, *, run: str = "", **others: Any) -> AuditMessage:
    """A security alert about what `who` did, reported by this host."""
    people = (host_process(run), requestor(who))
    return draft(record, m.SECURITY_ALERT, "E", outcome, people, type=kind, **others)


def draft(
    record: Record, event: Code, action: str, outcome: int, people: tuple[Participant, ...], **others: Any
) -> AuditMessage:
    return AuditMessage(event, action, outcome, record.time, people, record.seq, id="", **others)


def requestor(name: str, role: Code | None = None) -> Participant:
    return Participant(name or "unknown", role, requestor=True)


def host_process(run: str, role: Code | None = None) -> Participant:
    return Participant(run or "trivium", role, name="trivium", process=True)


def _deeds(call: CallSoFar, record: Record, outcome: str) -> Iterator[AuditMessage]:
    """What was done, in one message, or in two where only a part of it was (PS3.15 A.5.2)."""
    ran = call.begun or (outcome == "ok" and not record.true("rehearsal"))
    if call.effect in (Effect.WRITES_FILES, Effect.WRITES_REMOTE) and ran:
        yield from _accounted(call, record, outcome, m.EXPORT)
    elif call.effect is Effect.MOVES_IMAGES and ran:
        yield from _accounted(call, record, outcome, m.INSTANCES_TRANSFERRED)
    elif call.effect in (Effect.READS_FILES, Effect.WRITES_FILES):
        people = (requestor(call.caller), host_process(call.run))
        yield _of_call(call, record, m.INSTANCES_ACCESSED, "R", people, _indicator(outcome), outcome)
    else:  # a call that moves or changes, and did not begin, has only asked what there is
        yield _asked(call, record, outcome)


def _asked(call: CallSoFar, record: Record, outcome: str) -> AuditMessage:
    """A query. That there was no match is an answer."""
    people = (
        host_process(call.run, m.SOURCE),
        Participant(_responder(call), m.DESTINATION),
        requestor(call.caller),
    )
    indicator = m.SUCCESS if outcome == "not_found" else _indicator(outcome)
    query = _of_call(call, record, m.QUERY, "E", people, indicator, outcome)
    return replace(query, query=_query(call), studies=())


def _accounted(call: CallSoFar, record: Record, outcome: str, event: Code) -> Iterator[AuditMessage]:
    counts = record.counts("result")
    undone = {name: counts[name] for name in _UNDONE if counts.get(name, 0) > 0}
    incomplete = outcome == "ok" and (bool(undone) or record.mapping("result").get("complete") is False)
    done = {name: count for name, count in counts.items() if name not in undone}
    sent = [done[name] for name in _SENT if name in done]
    arrived = sum(sent) if sent else None
    if not incomplete or arrived:
        indicator = m.SUCCESS if incomplete else _indicator(outcome)
        yield _left(call, record, event, "R", indicator, done, arrived, outcome)
    if incomplete:
        yield _left(call, record, event, "R", m.MINOR, undone, sum(undone.values()) or None, "incomplete")


def _left(
    call: CallSoFar, record: Record, event: Code, action: str, indicator: int, counts: Mapping[str, int],
    instances: int | None, outcome: str = "ok",
) -> AuditMessage:  # fmt: skip
    """What left one system for another."""
    people = _exporting(call) if event is m.EXPORT else _transferring(call)
    deed = _of_call(call, record, event, action, people, indicator, outcome)
    return replace(deed, counts=counts, instances=instances)


def _transferring(call: CallSoFar) -> tuple[Participant, ...]:
    return (
        Participant(_responder(call), m.SOURCE),
        Participant(call.destination or "unknown", m.DESTINATION),
        host_process(call.run),
        requestor(call.caller),
    )


def _exporting(call: CallSoFar) -> tuple[Participant, ...]:
    """Person and process export; what they export goes to another system, or into a file of this one."""
    place = call.destination or "unknown"
    remote = call.effect is Effect.WRITES_REMOTE
    receiver = (Participant(place, m.DESTINATION),) if remote else ()
    media = Participant(place, m.DESTINATION_MEDIA, node=place if remote else None)
    return (*receiver, host_process(call.run, m.SOURCE), requestor(call.caller, m.SOURCE), media)


def _shown(call: CallSoFar, record: Record) -> AuditMessage:
    """Patient data was shown as it is, to a caller for whom that kind has been opened."""
    people = (
        requestor(call.caller, m.DESTINATION),
        host_process(call.run, m.SOURCE),
        Participant(call.caller or "unknown", m.DESTINATION_MEDIA),
    )
    return _of_call(call, record, m.EXPORT, "R", people, m.SUCCESS, "ok")


def _of_call(
    call: CallSoFar, record: Record, event: Code, action: str, people: tuple[Participant, ...], indicator: int,
    outcome: str,
) -> AuditMessage:  # fmt: skip
    return draft(
        record, event, action, indicator, people,
        reason=None if outcome == "ok" else outcome or "unknown",
        tool=call.tool or None, call=call.id or None, studies=_studies(call), counts=record.counts("result"),
    )  # fmt: skip


def _for_each_patient(message: AuditMessage, patients: tuple[str, ...]) -> Iterator[AuditMessage]:
    """A message names one patient at most (PS3.15 A.5.2)."""
    if not patients:
        yield message
    for patient in patients:
        yield replace(message, patient=patient)


def _indicator(outcome: str) -> int:
    """EventOutcomeIndicator; the host's own death is the major failure."""
    if outcome == "ok":
        return m.SUCCESS
    if outcome == "interrupted":
        return m.MAJOR
    return m.MINOR if outcome in _MINOR else m.SERIOUS


def _responder(call: CallSoFar) -> str:
    """The system that was asked: an archive by its name, else what the plugin reaches."""
    archive = call.arguments.get("archive")
    if isinstance(archive, str) and archive and not archive.startswith("token:"):
        return clean(archive)
    return f"plugin:{call.plugin}" if call.plugin else "unknown"


def _studies(call: CallSoFar) -> tuple[str, ...]:
    """Study Instance UIDs among the arguments. Other UIDs name series, instances or kinds of object."""
    found: list[Any] = []
    for name, value in call.arguments.items():
        if "study" in name.lower() and "uid" in name.lower():
            found += value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(uid for uid in found if isinstance(uid, str) and _is_uid(uid)))[:_STUDIES]


def _is_uid(text: str) -> bool:
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def _query(call: CallSoFar) -> str:
    """The arguments as they are recorded; only their names where they are too many for one message."""
    text = json.dumps(call.arguments, sort_keys=True, separators=(",", ":"))
    if len(text) <= _QUERY:
        return text
    names = sorted(clean(name, 64) for name in call.arguments)[:MOST]
    return json.dumps({"(too long)": names}, separators=(",", ":"))
