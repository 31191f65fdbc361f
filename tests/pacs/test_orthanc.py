"""The tools against Orthanc, with DCMTK's storescp as the destination."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.pacs.kit import FakeCall, failure, tools_for
from tests.pacs.peers import HOST, Peer, free_port, orthanc_archive, storescp_destination
from trivium_pacs.account import Note, Outcome
from trivium_pacs.embedded import DEMO_STUDIES, Person, Series, Study
from trivium_pacs.tools.echo import Services

pytestmark = pytest.mark.peers

CHEST, _, KNEE, _, _ = DEMO_STUDIES
LONG = Study(
    Person("ZZTEST^LONG", "TRI-0009", "20000101", "O"), "20220101", "0800", "LONG", "L-1", (Series("CT", "X", 20),)
)
"""Only here to be cancelled half-way: storescp would write over files of a study that was sent before."""


class Site(NamedTuple):
    orthanc: Peer
    storescp: Peer


@pytest.fixture(scope="module")
def site(orthanc_program: str, storescp_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    with storescp_destination(storescp_program, folder / "received") as storescp:
        destinations = {storescp.ae_title: (HOST, storescp.port), "DEAF": (HOST, free_port())}
        with orthanc_archive(
            orthanc_program, folder / "orthanc", destinations=destinations, studies=(*DEMO_STUDIES, LONG)
        ) as orthanc:
            yield Site(orthanc, storescp)


def test_orthanc_answers_an_echo(site: Site) -> None:
    result = tools_for(site.orthanc)["pacs_echo"]()
    assert result.services == Services(verification=True, study_root_find=True, study_root_move=True)
    assert result.implementation_class_uid is not None


def test_orthanc_finds_what_the_embedded_archive_finds(site: Site, call: FakeCall) -> None:
    result = tools_for(site.orthanc)["pacs_query"](call=call)
    found = {row.AccessionNumber: row for row in result.studies}
    assert set(found) == {study.accession for study in (*DEMO_STUDIES, LONG)}
    for study in DEMO_STUDIES:
        row = found[study.accession]
        assert (row.PatientName, row.PatientID) == (study.person.name, study.person.id)
        assert (row.StudyDate, row.StudyDescription) == (study.date, study.description)
        assert row.ModalitiesInStudy == tuple(sorted({series.modality for series in study.series}))
        assert row.NumberOfStudyRelatedInstances == study.count
    assert (result.more, result.notes) == (False, ())


@pytest.mark.parametrize(
    ("keys", "accessions"),
    [
        ({"patient_name": "O'BRIEN*"}, ["TRI25-0101", "TRI24-0877"]),
        ({"patient_name": "MÜLLER*"}, ["TRI25-0055"]),
        ({"study_date": "20250228-20250411"}, ["TRI25-0101", "TRI25-0055"]),
        ({"modality": "CR"}, ["TRI25-0140", "TRI24-0877"]),
        ({"study_description": "*CHEST*"}, ["TRI25-0101", "TRI24-0877"]),
        ({"patient_id": "NOBODY"}, []),
    ],
)
def test_orthanc_matches_the_keys(site: Site, call: FakeCall, keys: dict[str, str], accessions: list[str]) -> None:
    result = tools_for(site.orthanc)["pacs_query"](call=call, **keys)
    assert [row.AccessionNumber for row in result.studies] == accessions


def test_orthanc_lists_the_series_of_a_study(site: Site, call: FakeCall) -> None:
    result = tools_for(site.orthanc)["pacs_query"](call=call, query_level="SERIES", study_instance_uid=str(KNEE.uid))
    rows = [(r.Modality, r.SeriesDescription, r.NumberOfSeriesRelatedInstances) for r in result.series]
    assert rows == [("MR", "PD FS SAG", 3), ("MR", "T1 TSE KOR", 2)]


def test_more_matches_than_the_limit_are_said_to_exist(site: Site, call: FakeCall) -> None:
    result = tools_for(site.orthanc)["pacs_query"](call=call, limit=2)
    assert (result.count, result.more) == (2, True)


def test_twenty_instances_arrive_at_storescp(site: Site, call: FakeCall) -> None:
    tools = tools_for(site.orthanc)
    before = len(site.storescp.files)
    result = tools["pacs_retrieve"](
        call=call, study_instance_uid=str(CHEST.uid), destination_ae_title=site.storescp.ae_title
    )
    assert (result.outcome, result.complete, result.completed, result.failed) == (Outcome.COMPLETE, True, 20, 0)
    assert len(site.storescp.files) - before == 20


@pytest.mark.parametrize("title", ["NOWHERE", "DEAF"], ids=["unknown", "not listening"])
def test_a_destination_that_orthanc_cannot_serve_is_a_failure_with_the_next_step(
    site: Site, call: FakeCall, title: str
) -> None:
    """Orthanc 1.10 answers C000 in both cases, where DICOM has A801 for an unknown destination."""
    tools = tools_for(site.orthanc)
    code, sentence = failure(
        lambda: tools["pacs_retrieve"](call=call, study_instance_uid=str(KNEE.uid), destination_ae_title=title)
    )
    assert code == "peer_rejected"
    assert sentence.startswith(("the archive answered status C000", "the archive refused with status A801"))
    assert "register the AE title, host and port of the destination" in sentence
    assert "something listens there" in sentence


def test_a_cancelled_retrieve_from_orthanc_gives_an_account_that_adds_up(site: Site) -> None:
    before = len(site.storescp.files)
    result = tools_for(site.orthanc)["pacs_retrieve"](
        call=FakeCall(cancel_at=2), study_instance_uid=str(LONG.uid), destination_ae_title=site.storescp.ae_title
    )
    assert (result.outcome, result.complete, result.status) == (Outcome.CANCELLED, False, "FE00")
    assert result.completed + result.warning + result.failed + result.remaining == 20
    assert len(site.storescp.files) - before == result.completed
    assert result.notes == (Note.CALLER_STOPPED,)


def test_orthanc_rejects_a_wrong_ae_title(site: Site) -> None:
    code, sentence = failure(tools_for(site.orthanc, ae_title="WRONG")["pacs_echo"])
    assert (code, "called AE title not recognized" in sentence) == ("peer_rejected", True)
