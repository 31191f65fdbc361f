"""Exported messages have the form of DICOM PS3.15 A.5.1 and carry what A.5.3 makes mandatory."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from tests.core.audit_records import EVERYTHING, PATIENTS, RUN, STUDY, chained, closed, hostile, move, opened
from tests.core.bench import MOVE, Bench, call
from trivium.api import Refused
from trivium.audit import message as m
from trivium.audit import read
from trivium.audit.dicom import lines, xml
from trivium.audit.events import messages
from trivium.audit.message import AuditMessage
from trivium.testing import Person, connect

HOST: Final = "trivium.example.org"

# The schema of A.5.1: for each element its attributes (True: required) and its children in their order, with how often
# each may come. "text" is an element without children.
CODED: Final = {"csd-code": True, "codeSystemName": True, "originalText": True, "displayName": False}
ATTRIBUTES: Final[Mapping[str, Mapping[str, bool]]] = {
    "AuditMessage": {},
    "EventIdentification": {"EventActionCode": False, "EventDateTime": True, "EventOutcomeIndicator": True},
    "EventID": CODED,
    "EventTypeCode": CODED,
    "EventOutcomeDescription": {},
    "ActiveParticipant": {
        "UserID": True, "AlternativeUserID": False, "UserName": False, "UserIsRequestor": True,
        "NetworkAccessPointID": False, "NetworkAccessPointTypeCode": False,
    },
    "RoleIDCode": CODED,
    "MediaIdentifier": {},
    "MediaType": CODED,
    "AuditSourceIdentification": {"AuditEnterpriseSiteID": False, "AuditSourceID": True},
    "AuditSourceTypeCode": {name: name == "csd-code" for name in CODED},
    "ParticipantObjectIdentification": {
        "ParticipantObjectID": True, "ParticipantObjectTypeCode": False, "ParticipantObjectTypeCodeRole": False,
        "ParticipantObjectDataLifeCycle": False, "ParticipantObjectSensitivity": False,
    },
    "ParticipantObjectIDTypeCode": CODED,
    "ParticipantObjectName": {},
    "ParticipantObjectQuery": {},
    "ParticipantObjectDetail": {"type": True, "value": True},
    "ParticipantObjectDescription": {},
    "SOPClass": {"UID": False, "NumberOfInstances": True},
}  # fmt: skip
CHILDREN: Final = {
    "AuditMessage": "EventIdentification (ActiveParticipant )+AuditSourceIdentification "
    "(ParticipantObjectIdentification )*",
    "EventIdentification": "EventID (EventTypeCode )*(EventOutcomeDescription )?",
    "ActiveParticipant": "(RoleIDCode )*(MediaIdentifier )?",
    "MediaIdentifier": "MediaType ",
    "AuditSourceIdentification": "(AuditSourceTypeCode )*",
    "ParticipantObjectIdentification": "ParticipantObjectIDTypeCode (ParticipantObjectName |ParticipantObjectQuery )"
    "(ParticipantObjectDetail )*(ParticipantObjectDescription )*",
    "ParticipantObjectDescription": "(SOPClass )*",
}
VALUES: Final = {
    "EventActionCode": "[CRUDE]",
    "EventDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "EventOutcomeIndicator": "0|4|8|12",
    "UserIsRequestor": "true|false",
    "NetworkAccessPointTypeCode": "[1-5]",
    "ParticipantObjectTypeCode": "[1-4]",
    "ParticipantObjectTypeCodeRole": "[1-9]|1[0-9]|2[0-6]",
    "NumberOfInstances": "[0-9]+",
}


@dataclass(frozen=True)
class Asks:
    """What A.5.3 asks of one kind of message. Roles and objects come as often as the pair says."""

    actions: str
    roles: Mapping[str, tuple[int, int]]
    """RoleIDCode, "" for participants that need none."""
    objects: Mapping[tuple[str, str, str], tuple[int, int]]
    """ParticipantObjectTypeCode, ParticipantObjectTypeCodeRole, csd-code of ParticipantObjectIDTypeCode."""
    type: bool = False


MANY: Final = 50
STUDIES: Final = ("2", "3", "110180")
PATIENT: Final = ("1", "1", "2")
ASKS: Final = {
    "110100": Asks("E", {"110150": (1, 1), "110151": (0, MANY)}, {}, type=True),  # A.5.3.1
    "110101": Asks("R", {"": (1, 2)}, {("2", "13", "12"): (1, 1)}),  # A.5.3.2
    "110102": Asks("E", {"110153": (1, 1), "110152": (1, 1), "": (0, MANY)}, {STUDIES: (1, MANY), PATIENT: (1, 1)}),
    "110106": Asks(  # A.5.3.4
        "R", {"110152": (0, MANY), "110153": (1, 2), "110154": (1, 1)}, {STUDIES: (0, MANY), PATIENT: (1, MANY)}
    ),
    "110103": Asks("CRUD", {"": (1, 2)}, {STUDIES: (1, MANY), PATIENT: (1, 1)}),  # A.5.3.6
    "110104": Asks("CRU", {"110153": (1, 1), "110152": (1, 1), "": (0, MANY)}, {STUDIES: (1, MANY), PATIENT: (1, 1)}),
    # A.5.3.10; that of a patient is not asked for, but IHE wants it
    "110112": Asks(
        "E", {"110153": (1, 1), "110152": (1, 1), "": (0, MANY)}, {("2", "3", "10"): (1, 1), PATIENT: (0, 1)}
    ),
    "110113": Asks("E", {"": (1, MANY)}, {("2", "13", "12"): (0, MANY)}, type=True),  # A.5.3.11
}


def said(*bodies: dict[str, Any]) -> list[AuditMessage]:
    return list(messages(chained(*bodies)))


def parsed(message: AuditMessage) -> Element:
    return ElementTree.fromstring(xml(message, HOST))


def assert_schema(element: Element) -> None:
    """The rules of A.5.1 for an element and all below it."""
    allowed = ATTRIBUTES[element.tag]
    assert {name for name, required in allowed.items() if required} <= element.attrib.keys() <= allowed.keys()
    for name, value in element.attrib.items():
        assert value
        assert re.fullmatch(VALUES.get(name, ".+"), value)
    assert re.fullmatch(CHILDREN.get(element.tag, ""), "".join(f"{child.tag} " for child in element)), element.tag
    for child in element:
        assert_schema(child)


def counted(found: Iterator[Any], asked: Mapping[Any, tuple[int, int]]) -> bool:
    seen = list(found)
    return set(seen) <= asked.keys() and all(low <= seen.count(each) <= high for each, (low, high) in asked.items())


def assert_complete(root: Element) -> None:
    """The mandatory parts of A.5.3 for the event that the message is about."""
    event = root[0]
    code = event[0].attrib["csd-code"]
    asks = ASKS[code]
    assert event.attrib["EventActionCode"] in asks.actions
    assert (event.find("EventTypeCode") is not None) is asks.type
    people = root.findall("ActiveParticipant")
    assert counted((role_of(each) for each in people), asks.roles)
    assert [each.attrib["UserIsRequestor"] for each in people].count("true") == (0 if code == "110100" else 1)
    things = root.findall("ParticipantObjectIdentification")
    assert counted((kind_of(each) for each in things), asks.objects)
    for thing in things:
        if code == "110113":
            assert "Alert Description" in details_of(thing)
    for media in (each for each in people if role_of(each) == "110154"):
        assert media.attrib["NetworkAccessPointID"]
        assert media.find("MediaIdentifier/MediaType") is not None


def role_of(participant: Element) -> str:
    role = participant.find("RoleIDCode")
    return "" if role is None else role.attrib["csd-code"]


def kind_of(thing: Element) -> tuple[str, str, str]:
    kind = thing[0].attrib["csd-code"]
    return thing.attrib["ParticipantObjectTypeCode"], thing.attrib["ParticipantObjectTypeCodeRole"], kind


def details_of(thing: Element) -> dict[str, str]:
    details = thing.findall("ParticipantObjectDetail")
    return {each.attrib["type"]: base64.b64decode(each.attrib["value"]).decode() for each in details}


@pytest.mark.parametrize("message", said(*EVERYTHING), ids=lambda message: f"{message.event.value}-{message.seq}")
def test_a_message_has_the_form_and_the_parts_that_the_standard_asks_for(message: AuditMessage) -> None:
    root = parsed(message)
    assert_schema(root)
    assert_complete(root)


@pytest.mark.anyio
async def test_what_a_host_records_of_its_calls_is_exported(bench: Bench) -> None:
    host = bench.host()
    async with connect(host, era="2025-11-25", person=Person()) as client:
        await client.call_tool("list_owners", {"limit": 3})
        await client.call_tool("move_widget", MOVE)
    with pytest.raises(Refused):
        await call(host, "move_widget", MOVE)
    found = list(messages(read(bench.audit_file)))
    assert [message.event for message in found if message.event != m.APPLICATION_ACTIVITY] == [
        m.QUERY,
        m.SECURITY_ALERT,
        m.BEGIN_TRANSFERRING,
        m.INSTANCES_TRANSFERRED,
        m.SECURITY_ALERT,
    ]
    for message in found:
        assert_schema(parsed(message))
        assert_complete(parsed(message))


def test_every_kind_of_message_is_tried() -> None:
    assert {message.event.value for message in said(*EVERYTHING)} == ASKS.keys()


@pytest.mark.parametrize("take_away", ["participants", "type", "subject"])
def test_a_message_without_a_mandatory_part_is_noticed(take_away: str) -> None:
    (alert,) = said({"event": "configured", "what": "license issued", "by": "console:bob"})
    assert_complete(parsed(alert))
    changes: dict[str, Any] = {"participants": (), "type": None, "subject": None}
    poorer = parsed(replace(alert, **{take_away: changes[take_away]}))
    if take_away == "subject":  # an alert may be about nothing in particular
        assert not poorer.findall("ParticipantObjectIdentification")
        return
    with pytest.raises(AssertionError):
        assert_complete(poorer)


def test_the_end_of_a_transfer_to_the_letter() -> None:
    _, ends = said(*move("c3" * 8, result={"completed": 20}))
    assert xml(ends, HOST) == (
        '<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-03-31T12:00:02.000Z" '
        'EventOutcomeIndicator="0"><EventID csd-code="110104" codeSystemName="DCM" '
        'originalText="DICOM Instances Transferred" /></EventIdentification>'
        '<ActiveParticipant UserID="plugin:pacs" UserIsRequestor="false"><RoleIDCode csd-code="110153" '
        'codeSystemName="DCM" originalText="Source Role ID" /></ActiveParticipant>'
        '<ActiveParticipant UserID="WS1" UserIsRequestor="false"><RoleIDCode csd-code="110152" '
        'codeSystemName="DCM" originalText="Destination Role ID" /></ActiveParticipant>'
        f'<ActiveParticipant UserID="{RUN}" UserIsRequestor="false" UserName="trivium" '
        f'NetworkAccessPointID="{HOST}" NetworkAccessPointTypeCode="1" />'
        '<ActiveParticipant UserID="stdio:alice" UserIsRequestor="true" />'
        f'<AuditSourceIdentification AuditSourceID="{HOST}"><AuditSourceTypeCode csd-code="4" />'
        "</AuditSourceIdentification>"
        f'<ParticipantObjectIdentification ParticipantObjectID="{STUDY}" ParticipantObjectTypeCode="2" '
        'ParticipantObjectTypeCodeRole="3"><ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" '
        f'originalText="Study Instance UID" /><ParticipantObjectName>{STUDY}</ParticipantObjectName>'
        '<ParticipantObjectDescription><SOPClass NumberOfInstances="20" /></ParticipantObjectDescription>'
        "</ParticipantObjectIdentification>"
        f'<ParticipantObjectIdentification ParticipantObjectID="{PATIENTS[0]}" ParticipantObjectTypeCode="1" '
        'ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" '
        f'originalText="Patient Number" /><ParticipantObjectName>{PATIENTS[0]}</ParticipantObjectName>'
        '<ParticipantObjectDetail type="tool" value="cGFjc19yZXRyaWV2ZQ==" />'
        '<ParticipantObjectDetail type="call" value="YzNjM2MzYzNjM2MzYzNjMw==" />'
        '<ParticipantObjectDetail type="completed" value="MjA=" />'
        "</ParticipantObjectIdentification></AuditMessage>"
    )


def test_a_query_carries_its_arguments() -> None:
    (query,) = said(opened("c1" * 8, "pacs_query", "reads_remote", level="STUDY"), closed("c1" * 8, "peer_timeout"))
    root = parsed(query)
    asked = root.findtext("ParticipantObjectIdentification/ParticipantObjectQuery")
    assert base64.b64decode(asked or "") == b'{"level":"STUDY"}'
    assert root.findtext("EventIdentification/EventOutcomeDescription") == "peer_timeout"


def test_an_alert_is_reported_by_the_host_and_says_what_it_is_about() -> None:
    (alert,) = said(opened("c1" * 8, "pacs_query", "reads_remote"), closed("c1" * 8, "vetoed"))
    root = parsed(alert)
    people = {each.attrib["UserID"]: each.attrib["UserIsRequestor"] for each in root.findall("ActiveParticipant")}
    assert people == {RUN: "true", "stdio:alice": "false"}
    (subject,) = root.findall("ParticipantObjectIdentification")
    assert subject.attrib["ParticipantObjectID"] == f"trivium://{HOST}/tools/pacs_query"
    assert details_of(subject) == {"Alert Description": "vetoed", "tool": "pacs_query", "call": "c1" * 8}


def test_what_the_trail_does_not_know_is_unknown() -> None:
    (access,) = said(opened("c1" * 8, "read_file", "reads_files"), closed("c1" * 8))
    things = parsed(access).findall("ParticipantObjectIdentification")
    assert [each.attrib["ParticipantObjectID"] for each in things] == ["unknown", "unknown"]


def test_instances_of_several_studies_are_not_counted_for_each() -> None:
    asked = opened(
        "c1" * 8, "pacs_retrieve", "moves_images", study_instance_uids=[STUDY, f"{STUDY}.2", STUDY, "no UID"]
    )
    (ends,) = said(asked, closed("c1" * 8, result={"completed": 20}))
    root = parsed(ends)
    assert [each.attrib["ParticipantObjectID"] for each in root.findall("ParticipantObjectIdentification")] == [
        STUDY, f"{STUDY}.2", "unknown"
    ]  # fmt: skip
    assert root.find(".//SOPClass") is None


def test_a_file_has_one_message_a_line() -> None:
    found = said(*EVERYTHING)
    text = "".join(lines(found, HOST))
    assert [ElementTree.fromstring(line).tag for line in text.splitlines()] == ["AuditMessage"] * len(found)
    assert text.endswith("</AuditMessage>\n")


def test_hostile_records_make_well_formed_messages() -> None:
    found = said(*(hostile(record) for record in EVERYTHING))
    assert len(found) == len(said(*EVERYTHING))
    for message in found:
        text = xml(message, "<host>&\"'")
        assert "\n" not in text
        root = ElementTree.fromstring(text)
        assert_schema(root)
        assert_complete(root)


def test_the_longest_message_stays_below_what_every_receiver_takes() -> None:
    wide = "\u6f22" * 999
    studies = {f"study_uid_{number}": f"1.2.{10**50 + number}" for number in range(200)}
    asked = opened("c1" * 8, wide, "moves_images", **studies)
    end = closed("c1" * 8, patients=[wide], result={f"{number}{wide}": 10**15 for number in range(99)})
    (query,) = said({**asked, "effect": "reads_remote", "arguments": {"key": "\U0001f600" * 600}}, end)
    (transfer,) = said(asked, end)
    assert [query.event, transfer.event] == [m.QUERY, m.INSTANCES_TRANSFERRED]
    assert len(transfer.studies) == 30
    for message in (query, transfer):
        assert len(xml(message, "h" * 255).encode()) < 32_768 - 512
