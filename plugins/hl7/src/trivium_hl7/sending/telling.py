"""Puts what was sent and heard into results, and what would be sent into facts for the person who approves."""

from __future__ import annotations

from itertools import islice
from typing import Final

from trivium.api import Fact, Kind, Preflight
from trivium_hl7 import dictionary, structures
from trivium_hl7.elements import Element, describe, positions
from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Message, Segment
from trivium_hl7.sending.answers import Answer
from trivium_hl7.sending.codes import Outcome
from trivium_hl7.sending.explaining import BY_ERROR, MEANINGS, NEXT, asked_for
from trivium_hl7.sending.faults import Fault, faults
from trivium_hl7.sending.hearing import Hearing
from trivium_hl7.sending.outgoing import Outgoing
from trivium_hl7.sending.results import Acknowledgment, AnswerValue, NamedError, Place, SentMessage
from trivium_hl7.settings import Endpoint

_MOST_ERRORS: Final = 50
_MOST_PLACES: Final = 20
_LONGEST: Final = 1_000
_MERGES: Final = 3
"""How many of the numbers that a merge gives up the approving person reads."""


def preflight(outgoing: Outgoing, endpoint: Endpoint) -> Preflight:
    """What a person reads beside the name of the endpoint and the counts."""
    message = outgoing.message
    pid = message.first("PID")
    facts = [
        Fact(label="To", value=f"{endpoint.host}:{endpoint.port}, {'TLS' if endpoint.tls else 'not encrypted'}"),
        *_header_facts(message),
        Fact(label="Control id", value=outgoing.control_id, kind=Kind.ORDER),
        Fact(label="Patient", value=_name(pid), kind=Kind.NAME),
        Fact(label="Patient ID", value=_number(pid, 3), kind=Kind.PATIENT_ID),
        *(
            Fact(label="Merged away", value=_number(mrg, 1), kind=Kind.PATIENT_ID)
            for mrg in message.all("MRG")[:_MERGES]
        ),
    ]
    patients = len(message.all("PID"))
    if patients > 1:
        facts.append(Fact(label="Patients", value=str(patients)))
    counts = {"messages": 1, "segments": len(message.segments), "bytes": len(outgoing.payload)}
    return Preflight(counts=counts, facts=tuple(fact for fact in facts if fact.value))


def _header_facts(message: Message) -> list[Fact]:
    """Type with its event in words, version, and whether it goes into production."""
    event = structures.events().get(message.header.value(9, component=2), "")
    processing = dictionary.table("0103")
    mode = processing.codes.get(message.header.value(11), "") if processing else ""
    shown = _type(message)
    return [
        Fact(label="Message", value=shown[0], kind=shown[1]),
        Fact(label="Event", value=event),
        Fact(label="Version", value=dictionary.nearest_version(message.version) or ""),
        Fact(label="Processing", value=mode),
    ]


def sent(
    outgoing: Outgoing,
    name: str,
    endpoint: Endpoint,
    *,
    hearing: Hearing | None = None,
    connect_ms: float | None = None,
    limit: int = 0,
) -> SentMessage:
    """The result; without a hearing, of a rehearsal."""
    outcome = hearing.outcome if hearing else Outcome.PLANNED
    type_text, type_phi = _type(outgoing.message)
    return SentMessage(
        outcome=outcome,
        accepted=outcome in (Outcome.ACCEPTED, Outcome.STORED),
        next_step=NEXT[outcome],
        endpoint=name,
        secured=endpoint.tls,
        message_type=type_text,
        message_type_phi=type_phi,
        control_id=outgoing.control_id,
        patient=_number(outgoing.message.first("PID"), 3) or None,
        segments=len(outgoing.message.segments),
        bytes=len(outgoing.payload),
        encoding=outgoing.encoding,
        asked_for=asked_for(outgoing.expected),
        acknowledgments=tuple(_acknowledgment(one, outgoing.message, limit) for one in hearing.answers)
        if hearing
        else (),
        connect_ms=None if connect_ms is None else round(connect_ms, 1),
        notes=outgoing.notes + (hearing.notes if hearing else ()),
    )


def _acknowledgment(answer: Answer, message: Message, limit: int) -> Acknowledgment:
    named = list(islice(faults(answer, message), _MOST_ERRORS + 1))
    found = (position for position in positions(answer.message) if not _told(position.path))
    shown = [_value(describe(position, answer.version)) for position in islice(found, limit)]
    return Acknowledgment(
        code=answer.code,
        meaning=MEANINGS[answer.code],
        round_trip_ms=round(answer.milliseconds, 1),
        errors=tuple(_error(fault, message) for fault in named[:_MOST_ERRORS]),
        more_errors=len(named) > _MOST_ERRORS,
        values=tuple(shown),
        values_left_out=sum(1 for _ in found) or None,
        notes=tuple(map(str, answer.message.notes)),
    )


def _told(path: Path) -> bool:
    """Whether a place of an answer is in the result already, or says nothing of the message."""
    field = path.field or 0
    return path.segment == "MSH" or (path.segment == "MSA" and field < 3) or (path.segment == "ERR" and field < 9)


def _error(fault: Fault, message: Message) -> NamedError:
    version = dictionary.version_for(message.version)
    code = fault.code.value.strip() if fault.code else ""
    return NamedError(
        places=tuple(Place(path=str(path), name=_place_name(path, version)) for path in fault.places[:_MOST_PLACES]),
        code=_value(fault.code) if fault.code else None,
        severity=_value(fault.severity) if fault.severity else None,
        application_code=_value(fault.application_code) if fault.application_code else None,
        texts=tuple(map(_value, fault.texts)),
        what_to_do=BY_ERROR.get(code),
    )


def _value(element: Element) -> AnswerValue:
    length = len(element.value)
    return AnswerValue(
        path=element.path,
        name=element.name,
        value=element.value[:_LONGEST],
        phi=element.phi,
        meaning=element.meaning or None,
        full_length=length if length > _LONGEST else None,
    )


def _place_name(path: Path, version: str) -> str:
    """Names of segment, field and component."""
    names = [dictionary.segment_name(path.segment) or ""]
    field = dictionary.field(path.segment, path.field, version) if path.field else None
    if field:
        part = dictionary.component(field.type, path.component, version) if path.component else None
        names += [field.name, part.name if part else ""]
    return " / ".join(filter(None, names))


def _type(message: Message) -> tuple[str, Kind | None]:
    """MSH-9 as it is written, and the kind of patient data that it would be: none where its parts are codes."""
    parts = [describe(one, dictionary.FALLBACK_VERSION) for one in positions(message, [Path("MSH", 1, 9)])]
    kinds = [part.phi for part in parts if part.phi]
    return message.header.fields[9][:_LONGEST], kinds[0] if kinds else None


def _name(seg: Segment | None) -> str:
    parts = [seg.value(5, component=number) for number in (1, 2)] if seg else []
    return "^".join(parts).strip("^")


def _number(seg: Segment | None, field: int) -> str:
    value = seg.value(field) if seg else ""
    return "" if value == NULL else value
