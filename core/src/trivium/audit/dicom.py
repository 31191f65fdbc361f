"""Audit messages as DICOM PS3.15 A.5 asks for them: the XML of A.5.1 with the elements that A.5.3 makes mandatory.

An exported file has one message a line, each a whole XML document without a declaration, as a syslog receiver stores
them. Where a mandatory identifier is not in the trail it is `unknown`: patients stand there by their stand-ins, and
what reaches an archive through a plugin by the plugin's name.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from trivium.audit import message as m
from trivium.audit.message import AuditMessage, Code, Participant, timestamp

UNKNOWN: Final = "unknown"
_APPLICATION_SERVER: Final = "4"
"""AuditSourceTypeCode (A.5.1.2.1)."""
_MACHINE_NAME: Final = "1"
"""NetworkAccessPointTypeCode."""
_PERSON: Final = "1"
_SYSTEM: Final = "2"
"""ParticipantObjectTypeCode."""
_PATIENT: Final = "1"
_REPORT: Final = "3"
_SECURITY_RESOURCE: Final = "13"
"""ParticipantObjectTypeCodeRole (A.5.1.2.2)."""
_PATIENT_NUMBER: Final = Code("2", "Patient Number", "RFC-3881")
_SEARCH_CRITERIA: Final = Code("10", "Search Criteria", "RFC-3881")
_URI: Final = Code("12", "URI", "RFC-3881")
_STUDY_UID: Final = Code("110180", "Study Instance UID")
_OF_ONE_PATIENT: Final = (m.BEGIN_TRANSFERRING, m.INSTANCES_ACCESSED, m.INSTANCES_TRANSFERRED)


def lines(messages: Iterable[AuditMessage], source: str) -> Iterator[str]:
    for message in messages:
        yield xml(message, source) + "\n"


def xml(message: AuditMessage, source: str) -> str:
    """One message on one line. `source` is the name of this host, as AuditSourceID."""
    root = Element("AuditMessage")
    event = SubElement(
        root,
        "EventIdentification",
        EventActionCode=message.action,
        EventDateTime=timestamp(message.time),
        EventOutcomeIndicator=str(message.outcome),
    )
    _coded(event, "EventID", message.event)
    if message.type:
        _coded(event, "EventTypeCode", message.type)
    if message.reason:
        SubElement(event, "EventOutcomeDescription").text = message.reason
    for participant in message.participants:
        _participant(root, message, participant, source)
    origin = SubElement(root, "AuditSourceIdentification", AuditSourceID=source)
    SubElement(origin, "AuditSourceTypeCode", {"csd-code": _APPLICATION_SERVER})
    _objects(root, message, source)
    return tostring(root, encoding="unicode")


def _participant(root: Element, message: AuditMessage, participant: Participant, source: str) -> None:
    element = SubElement(
        root,
        "ActiveParticipant",
        UserID=participant.user,
        UserIsRequestor="true" if _requests(message, participant) else "false",
    )
    if participant.name:
        element.set("UserName", participant.name)
    media = participant.role == m.DESTINATION_MEDIA
    if participant.process or media or participant.node:
        element.set("NetworkAccessPointID", participant.node or source)
        element.set("NetworkAccessPointTypeCode", _MACHINE_NAME)
    if participant.role:
        _coded(element, "RoleIDCode", participant.role)
    if media:
        _coded(SubElement(element, "MediaIdentifier"), "MediaType", m.MEDIA_URI)


def _requests(message: AuditMessage, participant: Participant) -> bool:
    """Who did what an alert is about shall not be its requestor (A.5.3.11): this host reports it."""
    return participant.process if message.event is m.SECURITY_ALERT else participant.requestor


def _objects(root: Element, message: AuditMessage, source: str) -> None:
    if message.event in (*_OF_ONE_PATIENT, m.EXPORT):
        for study in message.studies or ((UNKNOWN,) if message.event in _OF_ONE_PATIENT else ()):
            _study(root, message, study)
        _details(_patient(root, message.patient or UNKNOWN), message)
    elif message.event is m.QUERY:
        asked = _object(root, _SEARCH_CRITERIA, message.tool or UNKNOWN, _SYSTEM, _REPORT)
        _element(asked, "ParticipantObjectQuery", _base64(message.query or ""))
        _details(asked, message)
        if message.patient:
            _patient(root, message.patient)
    elif message.subject is not None:
        thing = _object(root, _URI, f"trivium://{quote(source)}/{quote(message.subject)}", _SYSTEM, _SECURITY_RESOURCE)
        log_used = message.event is m.AUDIT_LOG_USED
        _element(thing, "ParticipantObjectName", "Security Audit Log" if log_used else message.subject)
        if not log_used:
            _detail(thing, "Alert Description", message.reason or UNKNOWN)
        _details(thing, message)


def _study(root: Element, message: AuditMessage, uid: str) -> None:
    study = _object(root, _STUDY_UID, uid, _SYSTEM, _REPORT)
    _element(study, "ParticipantObjectName", uid)
    if message.instances is not None and len(message.studies) <= 1:
        description = SubElement(study, "ParticipantObjectDescription")
        SubElement(description, "SOPClass", NumberOfInstances=str(message.instances))


def _patient(root: Element, stand_in: str) -> Element:
    patient = _object(root, _PATIENT_NUMBER, stand_in, _PERSON, _PATIENT)
    _element(patient, "ParticipantObjectName", stand_in)
    return patient


def _object(root: Element, kind: Code, identifier: str, type_code: str, role: str) -> Element:
    element = SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=identifier,
        ParticipantObjectTypeCode=type_code,
        ParticipantObjectTypeCodeRole=role,
    )
    _coded(element, "ParticipantObjectIDTypeCode", kind)
    return element


def _details(element: Element, message: AuditMessage) -> None:
    """The call that the message is about, its tool, and what was counted."""
    for name, value in (("tool", message.tool), ("call", message.call), *message.counts.items()):
        if value is not None:
            _detail(element, name, str(value))


def _detail(element: Element, name: str, value: str) -> None:
    SubElement(element, "ParticipantObjectDetail", type=name, value=_base64(value))


def _element(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _coded(parent: Element, name: str, code: Code) -> None:
    SubElement(parent, name, {"csd-code": code.value, "codeSystemName": code.system, "originalText": code.meaning})


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
