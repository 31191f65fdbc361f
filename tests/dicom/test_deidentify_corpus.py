"""Every readable file of the public corpora, looked over by a checker that is written from the table itself."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import warnings
from collections import Counter
from pathlib import Path

import pydicom
import pytest
from tests.conftest import Say, leave_out
from tests.dicom.deidentification_checker import COLUMNS, findings

from trivium.api import ToolFailure
from trivium_dicom.deidentify.choices import Choice
from trivium_dicom.deidentify.working import Plan, deidentify
from trivium_dicom.files.limits import Limits

pytestmark = pytest.mark.corpus
SECRET = b"a secret of the test"
CLEANING = ("retain_modified_dates", "clean_descriptors", "clean_structured_content", "clean_graphics")
RETAINING = tuple(one for one in COLUMNS if one not in CLEANING)
SETS, NAMES = [(), CLEANING, RETAINING], ["basic", "cleaning", "retaining"]
Done = list[tuple[Path, bytes, bytes]]


def _all(corpora: Path, options: tuple[str, ...] = ()) -> tuple[Done, Counter[str]]:
    plan = Plan(frozenset(Choice(one).option for one in options), SECRET)
    done, refused = [], Counter[str]()
    for path in sorted((corpora / "dicom").rglob("*")):
        if path.is_file() and path.suffix != ".json":
            original = path.read_bytes()
            try:
                done.append((path, original, deidentify(original, Limits(), plan).content))
            except ToolFailure as error:
                refused[error.problem.name] += 1
    return done, refused


@pytest.mark.parametrize("options", SETS, ids=NAMES)
def test_the_checker_finds_nothing(corpora: Path, options: tuple[str, ...], say: Say) -> None:
    done, refused = _all(corpora, options)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {path.name: bad for path, a, b in done if (bad := findings(a, b, frozenset(options)))}

    say(
        f"de-identification, corpus, {len(options)} options: {len(done)} files, "
        f"{len(found)} with findings, refused {dict(refused)}"
    )
    assert found == {}
    assert len(done) > 120


def test_the_checker_bites_on_files_as_they_are(corpora: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = [path.name for path, original, _ in _all(corpora)[0] if not findings(original, original, frozenset())]

    assert clean == []


def test_pixels_stay_as_they_are(corpora: Path) -> None:
    done, _ = _all(corpora)
    changed, compared = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, original, result in done:
            a, b = (pydicom.dcmread(io.BytesIO(one), force=True) for one in (original, result))
            told = a.file_meta.get("TransferSyntaxUID")
            if told and told != b.file_meta.TransferSyntaxUID:
                changed.append(path.name)
            if "PixelData" in a:
                compared += 1
                if a.PixelData != b.PixelData:
                    changed.append(path.name)
    assert changed == []
    assert compared > 80


def test_a_second_run_changes_nothing(corpora: Path) -> None:
    for options in ((), ("retain_modified_dates", "clean_structured_content")):
        plan = Plan(frozenset(Choice(one).option for one in options), SECRET)
        done, _ = _all(corpora, options)
        assert [path.name for path, _, one in done if deidentify(one, Limits(), plan).content != one] == []


@pytest.mark.parametrize("options", SETS, ids=NAMES)
def test_no_file_has_more_errors_than_before(corpora: Path, tmp_path: Path, options: tuple[str, ...], say: Say) -> None:
    if shutil.which("dciodvfy") is None:
        leave_out("dciodvfy is not installed (Debian package dicom3tools)")
    before = after = 0
    grown = []
    for path, _, result in _all(corpora, options)[0]:
        new = tmp_path / "new.dcm"
        new.write_bytes(result)
        one, other = _errors(path), _errors(new)
        before, after = before + one, after + other
        if other > one:
            grown.append(path.name)
    say(
        f"de-identification, corpus, {len(options)} options, dciodvfy errors: {before} before, {after} after, "
        f"{len(grown)} files with more"
    )
    assert grown == []


def _errors(path: Path) -> int:
    ran = subprocess.run(["dciodvfy", str(path)], capture_output=True, timeout=60, check=False)
    return len(re.findall(rb"^Error", ran.stderr + ran.stdout, re.MULTILINE))
