"""pacs_retrieve against the embedded archive and scripted ones."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.pacs.kit import FakeCall, failure, tools_for
from tests.pacs.scripted import ScriptedArchive
from trivium.api import BadInput, Fact, Kind, NotFound, Preflight, TooLarge
from trivium_pacs.account import Note, Outcome, Plan
from trivium_pacs.embedded import DEMO_STUDIES, Destination, EmbeddedArchive

CHEST, _, KNEE, _, _ = DEMO_STUDIES
PENDING = 0xFF00
STUDY = {"StudyInstanceUID": b"1.2.3", "StudyDate": b"20250411", "NumberOfStudyRelatedInstances": b"3"}
SERIES = {"StudyInstanceUID": b"1.2.3", "SeriesInstanceUID": b"1.2.3.1", "Modality": b"CT"}
COUNTED = {**SERIES, "NumberOfSeriesRelatedInstances": b"3"}
FINDS = {"STUDY": [(PENDING, STUDY)], "SERIES": [(PENDING, COUNTED)]}


def retrieve(archive: Any, call: FakeCall | None = None, **arguments: Any) -> Any:
    settings = arguments.pop("settings", {})
    given = {"study_instance_uid": "1.2.3", "destination_ae_title": "WS", **arguments}
    return tools_for(archive, **settings)["pacs_retrieve"](call=call or FakeCall(), **given)


def preflight(archive: Any, *, settings: dict[str, Any] | None = None, **arguments: Any) -> Preflight:
    spec = tools_for(archive, **(settings or {}))["pacs_retrieve"]
    assert spec.preflight is not None
    given = {"study_instance_uid": "1.2.3", "destination_ae_title": "WS", **arguments}
    return spec.preflight(**spec.supplied, **given)


def test_the_person_who_approves_learns_what_would_move(archive: EmbeddedArchive) -> None:
    plan = preflight(archive, study_instance_uid=str(KNEE.uid), destination_ae_title=" WS ")
    assert plan == Preflight(
        counts={"studies": 1, "series": 2, "instances": 5},
        facts=(
            Fact(label="What", value="the whole study"),
            Fact(label="Patient", value=KNEE.person.name, kind=Kind.NAME),
            Fact(label="Patient ID", value=KNEE.person.id, kind=Kind.PATIENT_ID),
            Fact(label="Study date", value="20250228", kind=Kind.DATE),
            Fact(label="Modality", value="MR"),
            Fact(label="Size", value="not known beforehand: a C-FIND does not tell it"),
        ),
    )


def test_one_series_counts_alone(archive: EmbeddedArchive) -> None:
    plan = preflight(archive, study_instance_uid=str(KNEE.uid), series_instance_uid=str(KNEE.series_uid(2)))
    assert plan.counts == {"studies": 1, "series": 1, "instances": 2}
    assert plan.facts[0] == Fact(label="What", value="one series")


def test_a_study_that_the_archive_does_not_have_is_not_found(archive: EmbeddedArchive) -> None:
    with pytest.raises(NotFound, match="study_instance_uid names no study"):
        preflight(archive, study_instance_uid="1.2.3")


def test_a_series_of_another_study_is_not_found(archive: EmbeddedArchive) -> None:
    with pytest.raises(NotFound, match="series_instance_uid names no series"):
        preflight(archive, study_instance_uid=str(KNEE.uid), series_instance_uid=str(CHEST.series_uid(1)))


def test_an_archive_that_answers_with_another_study_has_not_found_it(scripted: ScriptedArchive) -> None:
    with scripted.playing(finds_by_level=FINDS) as archive, pytest.raises(NotFound):
        preflight(archive, study_instance_uid="1.2.4")


@pytest.mark.parametrize("name", ["study_instance_uid", "series_instance_uid", "destination_ae_title"])
def test_a_value_of_the_wrong_form_is_refused_before_anything_is_sent(archive: EmbeddedArchive, name: str) -> None:
    wrong: dict[str, Any] = {name: "not\\right"}
    for act in (preflight, retrieve):
        with pytest.raises(BadInput) as caught:
            act(archive, **wrong)
        assert caught.value.where == name


def test_instances_are_counted_one_by_one_where_the_archive_gives_no_count(scripted: ScriptedArchive) -> None:
    images = [(PENDING, {"SOPInstanceUID": b"1.2.3.1.%d" % n}) for n in range(4)]
    finds = {"STUDY": [(PENDING, STUDY)], "SERIES": [(PENDING, SERIES)], "IMAGE": images}
    with scripted.playing(finds_by_level=finds) as archive:
        assert preflight(archive).counts == {"studies": 1, "series": 1, "instances": 4}


def test_counting_one_by_one_ends_one_beyond_the_limit(scripted: ScriptedArchive) -> None:
    images = [(PENDING, {"SOPInstanceUID": b"1.2.3.1.%d" % n}) for n in range(50)]
    study = {"StudyInstanceUID": b"1.2.3"}
    finds = {"STUDY": [(PENDING, study)], "SERIES": [(PENDING, SERIES)], "IMAGE": images}
    with scripted.playing(finds_by_level=finds) as archive:
        assert preflight(archive, settings={"max_instances": 10}).counts["instances"] == 11


def test_the_larger_of_two_counts_is_held_against_the_limit(scripted: ScriptedArchive) -> None:
    boasting = {**STUDY, "NumberOfStudyRelatedInstances": b"900"}
    finds = {"STUDY": [(PENDING, boasting)], "SERIES": [(PENDING, COUNTED)]}
    with scripted.playing(finds_by_level=finds) as archive:
        assert preflight(archive).counts["instances"] == 900


def test_a_study_of_more_series_than_instances_may_move_is_too_large(scripted: ScriptedArchive) -> None:
    finds = {"STUDY": [(PENDING, STUDY)], "SERIES": [(PENDING, COUNTED)] * 4}
    with scripted.playing(finds_by_level=finds) as archive, pytest.raises(TooLarge, match="more than 3 series"):
        preflight(archive, settings={"max_instances": 3})


def test_a_rehearsal_moves_nothing(archive: EmbeddedArchive, destination: Destination) -> None:
    result = retrieve(
        archive,
        study_instance_uid=str(CHEST.uid),
        destination_ae_title=destination.ae_title,
        dry_run=True,
    )
    assert (result.outcome, result.complete, result.completed) == (Outcome.PLANNED, False, None)
    assert result.plan == Plan(series=1, instances=20, modalities=("CT",), StudyDate="20250411")
    assert destination.files == []


def test_a_study_arrives_whole_with_progress(
    archive: EmbeddedArchive, destination: Destination, call: FakeCall
) -> None:
    result = retrieve(archive, call, study_instance_uid=str(CHEST.uid), destination_ae_title=destination.ae_title)
    assert (result.outcome, result.complete, result.completed, result.failed) == (Outcome.COMPLETE, True, 20, 0)
    assert {path.stem for path in destination.files} == {str(ds.SOPInstanceUID) for ds in CHEST.instances()}
    assert destination.received == 20
    assert call.seen[0] == (0, 20)
    assert {(done, 20) for done in range(1, 21)} <= set(call.seen)


def test_one_series_arrives_alone(archive: EmbeddedArchive, destination: Destination) -> None:
    result = retrieve(
        archive,
        study_instance_uid=str(KNEE.uid),
        series_instance_uid=str(KNEE.series_uid(2)),
        destination_ae_title=destination.ae_title,
    )
    assert (result.complete, result.completed, len(destination.files)) == (True, 2, 2)


def test_what_arrives_is_what_was_sent(archive: EmbeddedArchive, destination: Destination) -> None:
    from pydicom import dcmread

    retrieve(archive, study_instance_uid=str(KNEE.uid), destination_ae_title=destination.ae_title)
    arrived = {ds.SOPInstanceUID: ds for ds in map(dcmread, destination.files)}
    for ds in KNEE.instances():
        copy = arrived[ds.SOPInstanceUID]
        assert (str(copy.PatientName), copy.PixelData) == ("MÜLLER^JÖRG", ds.PixelData)


def test_an_unknown_destination_is_a_failure_that_says_what_to_ask_for(archive: EmbeddedArchive) -> None:
    code, sentence = failure(lambda: retrieve(archive, study_instance_uid=str(KNEE.uid)))
    assert code == "peer_rejected"
    assert "A801" in sentence
    assert "register the AE title, host and port of the destination" in sentence


def test_a_cancelled_retrieve_stops_the_archive_and_gives_its_account(destination: Destination) -> None:
    where = {destination.ae_title: (destination.host, destination.port)}
    with EmbeddedArchive(destinations=where, pace=0.1) as archive:
        result = retrieve(
            archive,
            FakeCall(cancel_at=3),
            study_instance_uid=str(CHEST.uid),
            destination_ae_title=destination.ae_title,
        )
        assert archive.cancels == 1
    assert (result.outcome, result.complete, result.status) == (Outcome.CANCELLED, False, "FE00")
    assert result.completed + result.remaining + result.failed + result.warning == 20
    assert result.completed == len(destination.files) >= 3
    assert result.notes == (Note.CALLER_STOPPED,)


def test_a_stop_is_noticed_while_the_archive_is_silent(
    scripted: ScriptedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trivium_pacs.net.moving.STOP_SECONDS", 0.5)
    moves = [(PENDING, (2, 1, 0, 0), "")]
    with scripted.playing(finds_by_level=FINDS, moves=moves, hangs=True) as archive:
        started = time.monotonic()
        result = retrieve(archive, FakeCall(cancel_at=1), settings={"retrieve_silence": 60, "timeout": 20})
        assert time.monotonic() - started < 15
    assert (result.outcome, result.status, result.completed, result.remaining) == (Outcome.CANCELLED, None, 1, 2)
    assert result.notes == (Note.CALLER_STOPPED, Note.NOT_STOPPED)


def test_an_archive_that_begins_to_move_more_than_may_move_is_stopped(
    scripted: ScriptedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trivium_pacs.net.moving.STOP_SECONDS", 0.5)
    moves = [(PENDING, (500, 1, 0, 0), "")]
    with scripted.playing(finds_by_level=FINDS, moves=moves, hangs=True) as archive:
        result = retrieve(archive, settings={"max_instances": 100})
    assert (result.outcome, result.complete) == (Outcome.CANCELLED, False)
    assert Note.LIMIT_STOPPED in result.notes


def test_failed_instances_are_counted_and_named(scripted: ScriptedArchive) -> None:
    moves = [(PENDING, (2, 1, 0, 0), ""), (0xB000, (None, 1, 2, 0), "1.2.3.1.2\\1.2.3.1.3")]
    with scripted.playing(finds_by_level=FINDS, moves=moves) as archive:
        result = retrieve(archive)
    assert (result.outcome, result.complete, result.completed, result.failed) == (Outcome.PARTIAL, False, 1, 2)
    assert result.failed_sop_instance_uids == ("1.2.3.1.2", "1.2.3.1.3")
    assert (result.status, result.notes) == ("B000", (Note.RETRY,))


def test_a_success_that_sent_too_little_is_not_complete(scripted: ScriptedArchive) -> None:
    moves = [(0x0000, (None, 2, 0, 0), "")]
    with scripted.playing(finds_by_level=FINDS, moves=moves) as archive:
        result = retrieve(archive)
    assert (result.outcome, result.complete, result.notes) == (Outcome.UNCONFIRMED, False, (Note.FEWER,))


def test_a_silent_success_is_not_complete(scripted: ScriptedArchive) -> None:
    moves: list[Any] = [(0x0000, (None, None, None, None), "")]
    with scripted.playing(finds_by_level=FINDS, moves=moves) as archive:
        result = retrieve(archive)
    assert (result.outcome, result.complete, result.notes) == (Outcome.UNCONFIRMED, False, (Note.NO_COUNTS,))


@pytest.mark.parametrize(
    ("status", "counts", "words"),
    [
        (0xA702, (None, 0, 3, 0), "cannot perform the transfers"),
        (0xA900, (None, None, None, None), "does not match the SOP class"),
        (0xC123, (None, None, None, None), "unable to process"),
        (0x0122, (None, None, None, None), "SOP class not supported"),
        (0x0124, (None, None, None, None), "not authorized"),
        (0xB000, (None, 0, 3, 0), "none of the instances could be sent, 3 failed"),
    ],
)
def test_a_retrieve_that_moved_nothing_is_a_failure(
    scripted: ScriptedArchive, status: int, counts: tuple[int | None, ...], words: str
) -> None:
    with scripted.playing(finds_by_level=FINDS, moves=[(status, counts, "")]) as archive:
        code, sentence = failure(lambda: retrieve(archive))
    assert code in ("peer_rejected", "peer_failed")
    assert words in sentence
    assert f"{status:04X}" in sentence
