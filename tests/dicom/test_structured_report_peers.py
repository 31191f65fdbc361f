"""Reports of the corpus as dcmtk reads them: the same items at the same positions. And both tools in a real worker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import leave_out
from tests.dicom.test_encapsulated import file_of, pdf

from trivium.api import Folders, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.reports.reading import Asked, read_report
from trivium_dicom.tools.extract_encapsulated_document import extract_encapsulated_document
from trivium_dicom.tools.read_structured_report import read_structured_report

_LINE = re.compile(r"(?P<position>[\d.]+) +<(?:(?P<relationship>[a-z ]+) )?(?P<kind>[A-Z0-9]+|[\d.]+)[:>]")


@pytest.fixture
def dsrdump() -> str:
    folders = [one for one in os.environ["PATH"].split(os.pathsep) if not Path(one).is_relative_to(sys.prefix)]
    found = shutil.which("dsrdump", path=os.pathsep.join(folders))
    return found or leave_out("dsrdump is not installed (Debian package dcmtk)")


def reports(corpora: Path) -> list[Path]:
    found = sorted(path for path in (corpora / "dicom").rglob("*") if re.search(r"test-SR|reportsi", path.name))
    assert len(found) == 3
    return found


def as_dcmtk(program: str, path: Path) -> dict[str, tuple[str, str]]:
    """Position to relationship and value type (or the position that is referred to)."""
    run = subprocess.run([program, "+Pn", "-Ei", str(path)], capture_output=True, check=False, timeout=30)
    lines = filter(None, map(_LINE.match, run.stdout.decode("latin-1").splitlines()))
    return {one["position"]: ((one["relationship"] or "").upper(), one["kind"]) for one in lines}


@pytest.mark.peers
@pytest.mark.corpus
def test_a_report_has_the_items_that_dcmtk_finds(corpora: Path, dsrdump: str) -> None:
    compared = 0
    for path in reports(corpora):
        expected = as_dcmtk(dsrdump, path)
        rows = read_report(path.read_bytes(), Limits(), Asked(form="rows", limit=1000)).rows or ()
        ours = {one.position: (one.relationship or "", one.type or one.target or "") for one in rows}
        compared += len(expected)
        assert {position: ours.get(position) for position in expected} == expected
    assert compared >= 29


@pytest.mark.corpus
def test_each_report_of_the_corpus_is_read_without_a_fault(corpora: Path) -> None:
    assert [
        (found.items, found.faults)
        for found in (read_report(path.read_bytes(), Limits(), Asked()) for path in reports(corpora))
    ] == [(9, ()), (9, ()), (29, ())]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    workers = Workers(memory=3 << 30)
    yield Desk(Folders([tmp_path]), Limits(), workers)
    workers.close()


@pytest.mark.corpus
def test_a_report_comes_out_of_a_worker_as_it_went_in(corpora: Path, desk: Desk) -> None:
    path = reports(corpora)[-1]
    copy = desk.folders.create("report.dcm", path.read_bytes(), where="path")
    found = read_structured_report.given(desk=desk)(path=str(copy))
    assert found == read_report(path.read_bytes(), Limits(), Asked())


def test_a_document_comes_out_of_a_worker_and_leaves_nothing_on_disk(desk: Desk, tmp_path: Path) -> None:
    desk.folders.create("letter.dcm", file_of(pdf("Jane Doe")), where="path")
    found = extract_encapsulated_document.given(desk=desk)(path="letter.dcm")
    assert [part.text for one in found.parts if one.text for part in one.text.parts] == ["Jane Doe"]
    assert [one.name for one in tmp_path.iterdir()] == ["letter.dcm"]
