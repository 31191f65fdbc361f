"""pacs_echo and pacs_query against the embedded archive."""

from __future__ import annotations

import logging
import warnings

import pytest

from tests.pacs.kit import FakeCall, failure, tools_for
from tests.pacs.scripted import ScriptedArchive
from trivium.api import BadInput
from trivium_pacs.embedded import DEMO_STUDIES, EmbeddedArchive
from trivium_pacs.net.archive import character_set_for
from trivium_pacs.rows import OddValue
from trivium_pacs.services import VERIFICATION
from trivium_pacs.tools.echo import Services
from trivium_pacs.tools.query import QueryNote

CHEST, _, KNEE, ABDOMEN, _ = DEMO_STUDIES
PENDING = 0xFF00


def test_an_echo_names_the_archives_software_and_services(archive: EmbeddedArchive) -> None:
    result = tools_for(archive)["pacs_echo"]()
    assert result.services == Services(verification=True, study_root_find=True, study_root_move=True)
    assert (result.calling_ae_title, result.called_ae_title) == ("TRIVIUM", "TRIVIUM_DEMO")
    assert result.implementation_version_name.startswith("PYNETDICOM_")
    assert result.implementation_class_uid.startswith("1.2.826.0.1.3680043.9.3811.")
    assert result.round_trip_ms > 0


def test_an_archive_that_only_echoes_is_told_apart_and_a_query_says_what_is_missing() -> None:
    with ScriptedArchive(sop_classes=[VERIFICATION]) as archive:
        tools = tools_for(archive)
        assert tools["pacs_echo"]().services == Services(
            verification=True, study_root_find=False, study_root_move=False
        )
        code, sentence = failure(lambda: tools["pacs_query"](call=FakeCall()))
    assert code == "peer_rejected"
    assert "no presentation context accepted" in sentence


def test_without_keys_every_study_comes_newest_first(archive: EmbeddedArchive, call: FakeCall) -> None:
    result = tools_for(archive)["pacs_query"](call=call)
    newest = sorted(DEMO_STUDIES, key=lambda study: study.date, reverse=True)
    assert [row.StudyInstanceUID for row in result.studies] == [study.uid for study in newest]
    assert (result.count, result.more, result.notes) == (5, False, ())


def test_a_study_comes_with_every_value_in_its_character_set(archive: EmbeddedArchive, call: FakeCall) -> None:
    (row,) = tools_for(archive)["pacs_query"](call=call, accession_number=ABDOMEN.accession).studies
    assert row.model_dump() == {
        "StudyInstanceUID": str(ABDOMEN.uid),
        "StudyDate": "20250514",
        "StudyTime": "174500",
        "StudyDescription": "TC ABDOMEN Y RADIOGRAFÍA",
        "AccessionNumber": "TRI25-0140",
        "ModalitiesInStudy": ("CR", "CT"),
        "NumberOfStudyRelatedSeries": 2,
        "NumberOfStudyRelatedInstances": 5,
        "PatientName": "GARCÍA^LUCÍA",
        "PatientID": "TRI-0003",
        "PatientBirthDate": "19910625",
        "PatientSex": "F",
        "odd_values": (),
    }


@pytest.mark.parametrize(
    ("keys", "accessions"),
    [
        ({"patient_id": "TRI-0001"}, ["TRI25-0101", "TRI24-0877"]),
        ({"patient_name": "O'BRIEN*"}, ["TRI25-0101", "TRI24-0877"]),
        ({"patient_name": "müller^j?rg"}, ["TRI25-0055"]),
        ({"patient_name": "GARCÍA*"}, ["TRI25-0140"]),
        ({"study_date": "20250411"}, ["TRI25-0101"]),
        ({"study_date": "20250228-20250411"}, ["TRI25-0101", "TRI25-0055"]),
        ({"study_date": "-20240101"}, ["TRI23-0001"]),
        ({"modality": "CR"}, ["TRI25-0140", "TRI24-0877"]),
        ({"modality": "ct", "patient_id": "TRI-0001"}, ["TRI25-0101"]),
        ({"study_description": "*CHEST*"}, ["TRI25-0101", "TRI24-0877"]),
        ({"study_instance_uid": str(KNEE.uid)}, ["TRI25-0055"]),
        ({"patient_id": "NOBODY"}, []),
    ],
)
def test_keys_are_matched(
    archive: EmbeddedArchive, call: FakeCall, keys: dict[str, str], accessions: list[str]
) -> None:
    result = tools_for(archive)["pacs_query"](call=call, **keys)
    assert [row.AccessionNumber for row in result.studies] == accessions
    assert result.more is False


def test_the_series_of_a_study_come_in_order(archive: EmbeddedArchive, call: FakeCall) -> None:
    result = tools_for(archive)["pacs_query"](call=call, query_level="SERIES", study_instance_uid=str(KNEE.uid))
    rows = [(r.SeriesNumber, r.SeriesDescription, r.NumberOfSeriesRelatedInstances) for r in result.series]
    assert rows == [(1, "PD FS SAG", 3), (2, "T1 TSE KOR", 2)]
    assert {row.StudyInstanceUID for row in result.series} == {str(KNEE.uid)}
    assert (result.studies, result.count) == ((), 2)


def test_series_are_not_listed_without_a_study(archive: EmbeddedArchive, call: FakeCall) -> None:
    with pytest.raises(BadInput, match="study_instance_uid is needed"):
        tools_for(archive)["pacs_query"](call=call, query_level="SERIES")


def test_a_key_of_studies_is_refused_for_series(archive: EmbeddedArchive, call: FakeCall) -> None:
    with pytest.raises(BadInput, match="patient_name is a key of studies"):
        tools_for(archive)["pacs_query"](
            call=call, query_level="SERIES", study_instance_uid="1.2.3", patient_name="DOE*"
        )


def test_at_the_limit_the_archive_is_told_to_stop_and_the_result_says_that_there_is_more(call: FakeCall) -> None:
    with EmbeddedArchive(pace=0.05) as archive:
        result = tools_for(archive)["pacs_query"](call=call, limit=2)
        assert (result.count, result.more, result.notes) == (2, True, (QueryNote.MORE,))
        assert archive.cancels == 1


def test_as_many_matches_as_the_limit_are_all_there_are(archive: EmbeddedArchive, call: FakeCall) -> None:
    result = tools_for(archive)["pacs_query"](call=call, limit=5)
    assert (result.count, result.more) == (5, False)


def test_the_operators_limit_is_the_lower_one(archive: EmbeddedArchive, call: FakeCall) -> None:
    result = tools_for(archive, max_results=3)["pacs_query"](call=call, limit=50)
    assert (result.count, result.more) == (3, True)


def test_an_archive_that_ignores_the_cancel_is_hung_up_on_and_what_came_is_given(scripted: ScriptedArchive) -> None:
    rows = [(PENDING, {"PatientID": b"X"})] * 40
    with scripted.playing(finds=rows, pace=0.1) as archive:
        result = tools_for(archive, timeout=0.5)["pacs_query"](call=FakeCall(), limit=1)
    assert (result.count, result.more) == (1, True)


def test_a_query_whose_caller_left_is_cancelled_at_the_archive() -> None:
    with EmbeddedArchive(pace=0.3) as archive:
        code, sentence = failure(lambda: tools_for(archive)["pacs_query"](call=FakeCall(cancel_at_look=3)))
        assert archive.cancels == 1
    assert (code, "told to stop" in sentence) == ("peer_failed", True)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0xA700, "out of resources"),
        (0xA900, "does not match the SOP class"),
        (0xC001, "unable to process"),
        (0x0122, "SOP class not supported"),
        (0xFE00, "stopped by itself"),
    ],
)
def test_a_query_that_ends_in_a_failure_is_a_failure_whatever_came_before(
    scripted: ScriptedArchive, status: int, words: str
) -> None:
    with scripted.playing(finds=[(PENDING, {"PatientID": b"X"}), (status, None)]) as archive:
        code, sentence = failure(lambda: tools_for(archive)["pacs_query"](call=FakeCall()))
    assert code in ("peer_rejected", "peer_failed")
    assert words in sentence
    assert f"{status:04X}" in sentence


def test_no_match_is_an_answer_and_not_an_error(scripted: ScriptedArchive) -> None:
    with scripted.playing(finds=[]) as archive:
        result = tools_for(archive)["pacs_query"](call=FakeCall())
    assert (result.count, result.more, result.notes) == (0, False, ())


def test_a_limit_of_the_archives_own_is_more(scripted: ScriptedArchive) -> None:
    with scripted.playing(finds=[(PENDING, {"PatientID": b"X"}), (0xB001, None)]) as archive:
        result = tools_for(archive)["pacs_query"](call=FakeCall())
    assert (result.count, result.more) == (1, True)


def test_ignored_keys_are_noted(scripted: ScriptedArchive) -> None:
    with scripted.playing(finds=[(0xFF01, {"PatientID": b"X"})]) as archive:
        result = tools_for(archive)["pacs_query"](call=FakeCall(), study_description="*KNEE*")
    assert (result.count, result.notes) == (1, (QueryNote.KEYS_IGNORED,))


def test_hostile_values_reach_neither_open_fields_nor_log_nor_warnings(
    scripted: ScriptedArchive, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    canary = b"ZORBLAX^QUENTIN"
    hostile = {
        "SpecificCharacterSet": canary,
        "ModalitiesInStudy": canary,
        "StudyInstanceUID": canary,
        "StudyDate": canary,
        "NumberOfStudyRelatedInstances": canary,
        "PatientSex": canary,
        "PatientName": b"\x1b$B\x00\xff\xfe",
        "StudyDescription": b"\x07\x1b[2J",
    }
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as caught, scripted.playing(finds=[(PENDING, hostile)]) as archive:
        warnings.simplefilter("always")
        result = tools_for(archive)["pacs_query"](call=FakeCall())
    (row,) = result.studies
    assert {odd.attribute for odd in row.odd_values} == {
        "ModalitiesInStudy",
        "StudyInstanceUID",
        "StudyDate",
        "NumberOfStudyRelatedInstances",
        "PatientSex",
    }
    assert OddValue(attribute="PatientSex", value="ZORBLAX^QUENTIN") in row.odd_values
    assert result.notes == (QueryNote.ODD_VALUES,)
    said = "".join(str(w.message) for w in caught) + caplog.text + "".join(capfd.readouterr())
    assert "ZORBLAX" not in said


@pytest.mark.parametrize(
    ("text", "character_set"), [("SMITH", ""), ("MÜLLER", "ISO_IR 100"), ("山田", "ISO_IR 192"), ("", "")]
)
def test_a_key_outside_ascii_is_sent_with_its_character_set(
    scripted: ScriptedArchive, text: str, character_set: str
) -> None:
    assert character_set_for(text) == character_set
    with scripted.playing(finds=[]) as archive:
        tools_for(archive)["pacs_query"](call=FakeCall(), patient_name=text)
    assert archive.asked[0].get("SpecificCharacterSet", "") == character_set
    assert str(archive.asked[0].PatientName) == text
