"""Audit messages as FHIR R4 AuditEvent, after the patterns of IHE BALP.

As there, a query's client is the source and its server the destination, the person is the information recipient, the
query is base64 in an entity of role 24, a patient is an entity of role 1, and what leaves is a disclosure. No BALP
profile is claimed in `meta.profile`: its events are RESTful interactions between two network addresses, and the
trail knows archives and destinations by name only. The type is the event of DICOM PS3.15.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from trivium.audit import message as m
from trivium.audit.message import AuditMessage, Code, Participant, timestamp

_SYSTEMS: Final = {"DCM": "http://dicom.nema.org/resources/ontology/DCM"}
_THO: Final = "http://terminology.hl7.org/CodeSystem/"
_DISCLOSURE: Final = {
    "system": f"{_THO}iso-21089-lifecycle",
    "code": "disclose",
    "display": "Disclose Record Lifecycle Event",
}
_RECIPIENT: Final = {
    "system": f"{_THO}v3-ParticipationType",
    "code": "IRCP",
    "display": "information recipient",
}
_APPLICATION_SERVER: Final = {"system": f"{_THO}security-source-type", "code": "4", "display": "Application Server"}


def ndjson(messages: Iterable[AuditMessage], source: str) -> Iterator[str]:
    """One AuditEvent a line."""
    for message in messages:
        yield _json(audit_event(message, source)) + "\n"


def bundle(messages: Iterable[AuditMessage], source: str) -> Iterator[str]:
    """A Bundle of type collection, an entry a line. Until its last piece has been taken it is no whole document."""
    yield '{"resourceType":"Bundle","type":"collection"'
    before = ',"entry":[\n'
    for message in messages:
        entry = {"fullUrl": f"urn:uuid:{message.id}", "resource": audit_event(message, source)}
        yield before + _json(entry)
        before = ",\n"
    yield "\n]}\n" if before == ",\n" else "}\n"


def audit_event(message: AuditMessage, source: str) -> dict[str, Any]:
    """`source` is the name of this host."""
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": message.id,
        "type": _coding(message.event),
        "subtype": _subtypes(message),
        "action": message.action,
        "recorded": timestamp(message.time),
        "outcome": str(message.outcome),
        "outcomeDesc": message.reason,
        "agent": [_agent(participant, source) for participant in message.participants],
        "source": {"site": source, "observer": _who(source), "type": [_APPLICATION_SERVER]},
        "entity": [*_entities(message, source)],
    }
    return {name: value for name, value in event.items() if value not in (None, [])}


def _subtypes(message: AuditMessage) -> list[dict[str, str]]:
    if message.event is m.EXPORT:
        return [_DISCLOSURE]
    return [_coding(message.type)] if message.type else []


def _agent(participant: Participant, source: str) -> dict[str, Any]:
    """This host's process is the same agent as the observer; which run of it, is its other id."""
    agent: dict[str, Any] = {"requestor": participant.requestor}
    if participant.role:
        agent["type"] = {"coding": [_coding(participant.role)]}
    elif participant.requestor:
        agent["type"] = {"coding": [_RECIPIENT]}
    agent["who"] = _who(source if participant.process else participant.user)
    if participant.process:
        agent["altId"] = participant.user
    if participant.name:
        agent["name"] = participant.name
    if participant.role == m.DESTINATION_MEDIA:
        agent["media"] = _coding(m.MEDIA_URI)
    if participant.process or participant.node:
        agent["network"] = {"address": participant.node or source, "type": "1"}
    return agent


def _who(name: str) -> dict[str, Any]:
    return {"identifier": {"value": name}}


def _entities(message: AuditMessage, source: str) -> Iterator[dict[str, Any]]:
    if message.patient:
        yield {"what": {"type": "Patient", **_who(message.patient)}, **_kind("1", "Person", "1", "Patient")}
    for uid in message.studies:
        identifier = {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}
        what = {"type": "ImagingStudy", "identifier": identifier}
        yield {"what": what, **_kind("2", "System Object", "3", "Report")}
    if message.query is not None:
        query = base64.b64encode(message.query.encode()).decode()
        yield {**_kind("2", "System Object", "24", "Query"), "query": query}
    if message.subject is not None:
        name = "Security Audit Log" if message.event is m.AUDIT_LOG_USED else message.subject
        yield {**_kind("2", "System Object", "13", "Security Resource"), "name": name}
    if message.call or message.tool:
        yield _call(message)


def _call(message: AuditMessage) -> dict[str, Any]:
    """The call that the event belongs to, as a job, with what was counted."""
    job: dict[str, Any] = _kind("4", "Other", "20", "Job")
    if message.call:
        job["what"] = _who(message.call)
    if message.tool:
        job["name"] = message.tool
    counts = {**({} if message.instances is None else {"instances": message.instances}), **message.counts}
    if counts:
        job["detail"] = [{"type": name, "valueString": str(count)} for name, count in counts.items()]
    return job


def _kind(type_code: str, type_text: str, role_code: str, role_text: str) -> dict[str, Any]:
    return {
        "type": {"system": f"{_THO}audit-entity-type", "code": type_code, "display": type_text},
        "role": {"system": f"{_THO}object-role", "code": role_code, "display": role_text},
    }


def _coding(code: Code) -> dict[str, str]:
    return {"system": _SYSTEMS[code.system], "code": code.value, "display": code.meaning}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
