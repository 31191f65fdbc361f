"""Records of the trail become the audit events of DICOM PS3.15 A.5.3."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, cast

import pytest
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from tests.core.audit_records import (
    EVERYTHING,
    NOON,
    PATIENTS,
    RUN,
    STUDY,
    begun,
    chained,
    closed,
    hostile,
    move,
    opened,
)
from trivium.api import Effect, RefusalCode
from trivium.audit import events, message
from trivium.audit.events import Reader, messages
from trivium.audit.message import AuditMessage, Code, Participant

PROCESS = Participant(RUN, name="trivium", process=True)
ALICE = Participant("stdio:alice", requestor=True)
ARCHIVE = "plugin:pacs"
CALL = "c1" * 8


def said(*bodies: dict[str, Any]) -> list[AuditMessage]:
    return list(messages(chained(*bodies)))


def brief(found: list[AuditMessage]) -> list[tuple[str, int, str | None]]:
    return [(each.event.value, each.outcome, each.reason) for each in found]


def in_role(participant: Participant, role: Code) -> Participant:
    return Participant(participant.user, role, participant.requestor, participant.name, participant.process)


# Codes.

DICOM_TERMS: Final = cast("dict[str, dict[str, tuple[str, list[int]]]]", concepts["DCM"])
OWN_CODES: Final = [value for value in vars(message).values() if isinstance(value, Code)]


@pytest.mark.parametrize("code", OWN_CODES, ids=lambda code: code.value)
def test_every_code_means_what_the_standard_says(code: Code) -> None:
    terms = {value: meaning for entry in DICOM_TERMS.values() for value, (meaning, _) in entry.items()}
    assert code == Code(code.value, terms[code.value], "DCM")


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        (400, {each.event for each in said(*EVERYTHING)}),
        (403, {each.type for each in said(*EVERYTHING) if each.type}),
        (402, {p.role for each in said(*EVERYTHING) for p in each.participants if p.role}),
        (405, {message.MEDIA_URI}),
    ],
    ids=["events", "types", "roles", "media"],
)
def test_every_code_is_of_its_context_group(group: int, codes: set[Code]) -> None:
    named = {
        value: name for name, entry in DICOM_TERMS.items() for value in entry if name in cid_concepts[group]["DCM"]
    }
    assert {code.value for code in codes} <= named.keys()


# What happened to a call.


def test_a_query_is_a_message_for_each_patient_that_was_found() -> None:
    asked = opened(CALL, "pacs_query", "reads_remote", patient_id=PATIENTS[0], level="STUDY")
    records = chained(asked, closed(CALL, result={"rows": 2, "more": False}, patients=PATIENTS))
    expected = [
        AuditMessage(
            event=message.QUERY,
            action="E",
            outcome=0,
            time=NOON + 1,
            participants=(
                in_role(PROCESS, message.SOURCE),
                Participant(ARCHIVE, message.DESTINATION),
                ALICE,
            ),
            seq=1,
            id=message.message_id(records[1]["hash"], number),
            tool="pacs_query",
            call=CALL,
            patient=patient,
            query='{"level":"STUDY","patient_id":"patient-K7QD-M2XW-9PBT"}',
            counts={"rows": 2},
        )
        for number, patient in enumerate(PATIENTS)
    ]
    assert list(messages(records)) == expected


def test_a_named_archive_is_the_one_that_answers() -> None:
    for archive, responder in (("north", "north"), ("token:" + "0" * 16, ARCHIVE), ("", ARCHIVE), (7, ARCHIVE)):
        (query,) = said(opened(CALL, "pacs_query", "reads_remote", archive=archive), closed(CALL))
        assert query.in_role(message.DESTINATION) == Participant(responder, message.DESTINATION)


@pytest.mark.parametrize(
    ("outcome", "indicator"),
    [("ok", 0), ("not_found", 0), ("bad_input", 4), ("peer_timeout", 8), ("canceled", 8), ("interrupted", 12), ("", 8)],
)
def test_how_a_query_ended(outcome: str, indicator: int) -> None:
    (query,) = said(opened(CALL, "pacs_query", "reads_remote"), closed(CALL, outcome))
    assert (query.outcome, query.reason) == (indicator, {"ok": None, "": "unknown"}.get(outcome, outcome))


def test_reading_files_is_access_to_instances() -> None:
    (access,) = said(opened(CALL, "read_report", "reads_files", "files", study_uid=STUDY), closed(CALL, "not_found"))
    assert access == AuditMessage(
        event=message.INSTANCES_ACCESSED,
        action="R",
        outcome=4,
        time=NOON + 1,
        participants=(ALICE, PROCESS),
        seq=1,
        id=access.id,
        reason="not_found",
        tool="read_report",
        call=CALL,
        studies=(STUDY,),
    )


def test_what_was_shown_as_it_is_was_exported_to_the_caller() -> None:
    found = said(opened(CALL, "pacs_query", "reads_remote"), closed(CALL, patients=PATIENTS[:1], shown=["name"]))
    assert [each.event for each in found] == [message.QUERY, message.EXPORT]
    assert found[1].participants == (
        in_role(ALICE, message.DESTINATION),
        in_role(PROCESS, message.SOURCE),
        Participant("stdio:alice", message.DESTINATION_MEDIA),
    )
    assert found[1].patient == PATIENTS[0]


def test_a_transfer_begins_and_ends() -> None:
    begins, ends = said(*move(CALL, result={"completed": 18, "warning": 2, "failed": 0, "complete": True}))
    participants = (
        Participant(ARCHIVE, message.SOURCE),
        Participant("WS1", message.DESTINATION),
        PROCESS,
        ALICE,
    )
    assert begins == AuditMessage(
        event=message.BEGIN_TRANSFERRING,
        action="E",
        outcome=0,
        time=NOON + 1,
        participants=participants,
        seq=1,
        id=begins.id,
        tool="pacs_retrieve",
        call=CALL,
        patient=PATIENTS[0],
        studies=(STUDY,),
        instances=20,
        counts={"instances": 20, "series": 2},
    )
    assert ends == AuditMessage(
        event=message.INSTANCES_TRANSFERRED,
        action="R",
        outcome=0,
        time=NOON + 2,
        participants=participants,
        seq=2,
        id=ends.id,
        tool="pacs_retrieve",
        call=CALL,
        patient=PATIENTS[0],
        studies=(STUDY,),
        instances=20,
        counts={"completed": 18, "failed": 0, "warning": 2},
    )


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"completed": 15, "failed": 5}, [(0, None, 15), (4, "incomplete", 5)]),
        ({"completed": 0, "failed": 5, "remaining": 1}, [(4, "incomplete", 6)]),
        ({"completed": 15, "complete": False}, [(0, None, 15), (4, "incomplete", None)]),
        ({}, [(0, None, None)]),
        ({"completed": True, "moved": 3, "size": 1.5}, [(0, None, 3)]),
    ],
)
def test_what_went_and_what_did_not_are_two_messages(
    result: dict[str, Any], expected: list[tuple[int, str | None, int | None]]
) -> None:
    _, *ends = said(*move(CALL, result=result))
    assert [(each.outcome, each.reason, each.instances) for each in ends] == expected
    assert {each.event for each in ends} == {message.INSTANCES_TRANSFERRED}


@pytest.mark.parametrize(
    ("outcome", "indicator"), [("peer_failed", 8), ("canceled", 8), ("interrupted", 12), ("vetoed", 8), ("asked", 8)]
)
def test_a_transfer_that_has_begun_ends_however_it_ends(outcome: str, indicator: int) -> None:
    begins, ends = said(*move(CALL, outcome))
    assert brief([begins, ends]) == [("110102", 0, None), ("110104", indicator, outcome)]


def test_a_transfer_of_an_older_trail_without_its_beginning_ends_too() -> None:
    found = said(
        opened(CALL, "pacs_retrieve", "moves_images"), closed(CALL, destination="WS1", result={"completed": 3})
    )
    assert brief(found) == [("110104", 0, None)]
    assert found[0].in_role(message.DESTINATION) == Participant("WS1", message.DESTINATION)


def test_a_beginning_without_its_opening_still_gets_its_end() -> None:
    begins, ends = said(begun(CALL), closed(CALL, "interrupted"))
    assert brief([begins, ends]) == [("110102", 0, None), ("110104", 12, "interrupted")]
    assert [p.user for p in ends.participants] == ["unknown", "WS1", "trivium", "unknown"]


@pytest.mark.parametrize("facts", [{"rehearsal": True}, {"outcome": "peer_timeout"}])
def test_a_transfer_that_never_began_only_asked(facts: dict[str, Any]) -> None:
    (query,) = said(opened(CALL, "pacs_retrieve", "moves_images", study_instance_uid=STUDY), closed(CALL, **facts))
    assert (query.event, query.query) == (message.QUERY, f'{{"study_instance_uid":"{STUDY}"}}')


@pytest.mark.parametrize(
    ("effect", "receiver", "node"),
    [
        ("writes_files", (), None),
        ("writes_remote", (Participant("WS1", message.DESTINATION),), "WS1"),
    ],
)
def test_what_is_written_is_exported(effect: str, receiver: tuple[Participant, ...], node: str | None) -> None:
    (export,) = said(opened(CALL, "store", effect), begun(CALL), closed(CALL))
    assert (export.event, export.action, export.patient) == (message.EXPORT, "R", PATIENTS[0])
    assert export.participants == (
        *receiver,
        in_role(PROCESS, message.SOURCE),
        in_role(ALICE, message.SOURCE),
        Participant("WS1", message.DESTINATION_MEDIA, node=node),
    )


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("code", list(RefusalCode))
def test_a_refusal_is_an_alert(effect: Effect, code: RefusalCode) -> None:
    (alert,) = said(opened(CALL, "store", effect.value), closed(CALL, code.value))
    assert alert == AuditMessage(
        event=message.SECURITY_ALERT,
        action="E",
        outcome=4,
        time=NOON + 1,
        participants=(PROCESS, ALICE),
        seq=1,
        id=alert.id,
        type=message.RESTRICTED_FUNCTION,
        reason=code.value,
        tool="store",
        call=CALL,
        subject="tools/store",
    )


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [("local", "ok"), ("local", "tool_failed"), (None, "unknown_tool"), ("sings", "ok"), ("moves_images", "asked")],
)
def test_what_touches_no_record_has_no_message(effect: str | None, outcome: str) -> None:
    assert said(opened(CALL, "lookup_dicom_tag", effect), closed(CALL, outcome)) == []


# What happened to the host.


@pytest.mark.parametrize(
    ("record", "kind", "outcome", "reason", "subject"),
    [
        ({"event": "decided", "approval": "K7QD", "approve": True}, "110144", 0, "approved", "approvals/K7QD"),
        ({"event": "decided", "approval": "K7QD", "approve": "yes"}, "110144", 4, "refused", "approvals/K7QD"),
        ({"event": "configured", "what": "license issued"}, "110129", 0, "license issued", "configuration"),
        ({"event": "configured", "what": "plugins locked"}, "110131", 0, "plugins locked", "configuration"),
        ({"event": "repaired", "what": "torn line"}, "110135", 4, "torn line", "audit"),
        ({"event": "repaired", "what": "records missing"}, "110135", 12, "records missing", "audit"),
    ],
)
def test_decisions_changes_and_repairs_are_alerts(
    record: dict[str, Any], kind: str, outcome: int, reason: str, subject: str
) -> None:
    (alert,) = said({**record, "by": "console:bob"})
    assert (alert.event, alert.type and alert.type.value) == (message.SECURITY_ALERT, kind)
    assert (alert.outcome, alert.reason, alert.subject) == (outcome, reason, subject)
    people = [] if record["event"] == "repaired" else [Participant("console:bob", requestor=True)]
    assert alert.participants == (Participant("trivium", name="trivium", process=True), *people)


@pytest.mark.parametrize(("event", "kind"), [("started", "110120"), ("stopped", "110121")])
def test_the_host_starts_and_stops(event: str, kind: str) -> None:
    (activity,) = said({"event": event, "run": RUN, "version": "0.1.0", "plugins": {}})
    assert (activity.event, activity.type and activity.type.value) == (message.APPLICATION_ACTIVITY, kind)
    assert activity.participants == (Participant(RUN, message.APPLICATION, name="trivium 0.1.0", process=True),)


def test_reading_the_trail_is_an_event() -> None:
    (used,) = said({"event": "read", "by": "console:bob", "how": "export"})
    assert (used.event, used.action, used.reason, used.subject) == (message.AUDIT_LOG_USED, "R", "export", "audit")
    assert used.requestor == Participant("console:bob", requestor=True)


# The stream.


def test_every_beginning_has_its_end() -> None:
    found = said(*EVERYTHING, *move("d1" * 8, "canceled"), begun("d2" * 8), closed("d2" * 8, "interrupted"))
    begins = Counter((each.call, each.patient) for each in found if each.event is message.BEGIN_TRANSFERRING)
    ends = {(each.call, each.patient) for each in found if each.event is message.INSTANCES_TRANSFERRED}
    assert sum(begins.values()) == 5
    assert set(begins.values()) == {1}
    assert begins.keys() == ends


def test_calls_that_run_at_the_same_time_are_kept_apart() -> None:
    one, two = move("e1" * 8, "canceled"), move("e2" * 8)
    mixed = said(one[0], two[0], two[1], one[1], two[2], one[2])
    assert [(each.event.value, each.call, each.outcome) for each in mixed] == [
        ("110102", "e2" * 8, 0),
        ("110102", "e1" * 8, 0),
        ("110104", "e2" * 8, 0),
        ("110104", "e1" * 8, 8),
    ]


def test_a_part_of_the_time_tells_as_much_of_a_call_as_the_whole() -> None:
    records = chained(*EVERYTHING)
    whole = list(messages(records))
    for cut in range(len(records) + 1):
        before = list(messages(records, until=NOON + cut))
        after = list(messages(records, since=NOON + cut))
        assert before + after == whole


def test_a_message_has_the_same_id_each_time_and_no_other_has_it() -> None:
    once, again = said(*EVERYTHING), said(*EVERYTHING)
    assert [each.id for each in once] == [each.id for each in again]
    assert len({each.id for each in once}) == len(once)


def test_a_reader_can_hand_over_what_it_has_open() -> None:
    records = chained(*EVERYTHING)
    whole = list(messages(records))
    for cut in range(len(records) + 1):
        first = Reader()
        found = [each for record in records[:cut] for each in first.take(record)]
        second = Reader(first.unfinished())
        found += [each for record in records[cut:] for each in second.take(record)]
        assert found == whole


def test_only_open_calls_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_OPEN", 3)
    reader = Reader()
    for number in range(9):
        reader.take(opened(f"{number:016x}", "pacs_query", "reads_remote"))
    assert [record["call"] for record in reader.unfinished()] == [f"{number:016x}" for number in (6, 7, 8)]
    for number in range(9):
        reader.take(closed(f"{number:016x}"))
    assert reader.unfinished() == []


def test_a_record_of_many_patients_makes_fifty_messages_at_most() -> None:
    many = [f"patient-{number}" for number in range(1000)]
    found = said(opened(CALL, "pacs_query", "reads_remote"), closed(CALL, patients=many))
    assert [each.patient for each in found] == many[:50]


def test_a_query_too_long_for_one_message_names_its_arguments() -> None:
    (query,) = said(opened(CALL, "pacs_query", "reads_remote", b=["x" * 9000], a=1), closed(CALL))
    assert query.query == '{"(too long)":["a","b"]}'


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"event": None},
        {"event": ["opened"]},
        {"event": "sung"},
        {"event": "closed"},
        {"event": "opened", "call": {}, "arguments": [], "effect": 7},
        {"event": "started", "time": "noon", "seq": "x"},
        {"event": "started", "time": float("inf")},
        {"event": "started", "time": -1e30},
        {"event": "begun", "patients": "all", "planned": {"instances": 10**40}},
    ],
)
def test_a_record_that_is_not_as_it_should_be_stops_nothing(record: dict[str, Any]) -> None:
    reader = Reader()
    reader.take(record)
    (used,) = reader.take({"event": "read", "by": "console:bob", "how": "show"})
    assert used.event is message.AUDIT_LOG_USED


def test_hostile_text_is_bounded_and_printable() -> None:
    found = said(*(hostile(record) for record in EVERYTHING))
    assert [each.event for each in found] == [each.event for each in said(*EVERYTHING)]
    for each in found:
        texts = [each.reason, each.tool, each.call, each.patient, each.subject, *each.counts, *each.studies]
        texts += [text for p in each.participants for text in (p.user, p.name, p.node)]
        assert all(text.isprintable() and len(text) <= 300 for text in texts if text is not None)
