"""Four FHIR validators of others are silent on what studies become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir.imaging.room_making import bundle, convert, convert_in_a_worker, put
from tests.fhir.imaging.test_imaging_study import FACTS, ROWS
from tests.fhir.judges.asking import Judges


@pytest.mark.parametrize("kind", ["transaction", "collection"])
def test_a_study_with_everything_is_valid(tmp_path: Path, validators: Judges, kind: str) -> None:
    put(tmp_path, "a.dcm", **FACTS)
    settings = {"dicomweb": {"main": "https://pacs.example.org/dicom-web"}}
    whole = bundle(convert(tmp_path, settings=settings, endpoint="main", bundle_type=kind))
    assert validators.against(whole) == {}


def test_a_study_with_next_to_nothing_is_valid(tmp_path: Path, validators: Judges) -> None:
    bare = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "SOPInstanceUID": "1.2.5"}
    whole = bundle(convert(tmp_path, query_results=json.dumps([bare])))
    assert validators.against(whole) == {}


def test_query_results_are_valid(tmp_path: Path, validators: Judges) -> None:
    assert validators.against(bundle(convert(tmp_path, query_results=json.dumps(ROWS)))) == {}


@pytest.mark.corpus
def test_the_corpus_is_valid(corpora: Path, validators: Judges, say: Any) -> None:
    made = convert_in_a_worker(corpora / "dicom", limit=50, instance_limit=5000)
    asked = [bundle(made), *(entry["resource"] for entry in bundle(made)["entry"])]
    assert [against for one in asked if (against := validators.against(one))] == []
    say(f"four validators are silent on {len(asked) - 1} resources made of the DICOM corpus")
