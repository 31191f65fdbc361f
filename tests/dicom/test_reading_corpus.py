"""Every file of the public corpora: read, and element for element what pydicom and DCMTK have there."""

from __future__ import annotations

import re
import subprocess
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from tests.conftest import leave_out

from trivium.api import ToolFailure
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem, Oddity
from trivium_dicom.files.reading import Reading, read

pytestmark = pytest.mark.corpus

UNREADABLE = {"3eb05a6a53_no_meta.dcm": FileProblem.NOT_DICOM}
"""Its first byte is missing; no other program reads it."""
ODD = {
    "051f76f222_MR_truncated.dcm": [Oddity.TRUNCATED],
    "0d34e0a42e_winter.dcm": [Oddity.REPEATED],
    "1a6fe1ff62_ExplVR_LitEndNoMeta.dcm": [Oddity.NO_PREAMBLE, Oddity.NO_META],
    "755a4e08b0_rtstruct.dcm": [Oddity.NO_PREAMBLE, Oddity.NO_META],
    "8e65fb72c3_rtplan_truncated.dcm": [Oddity.TRUNCATED],
    "a0891f1641_ExplVR_BigEndNoMeta.dcm": [Oddity.NO_PREAMBLE, Oddity.NO_META],
    "e2713a7acd_meta_missing_tsyntax.dcm": [Oddity.NO_TRANSFER_SYNTAX],
    "f4337b8b4f_SC_rgb_jpeg.dcm": [Oddity.OTHER_SYNTAX],
    "f71f58b066_badVR.dcm": [Oddity.UNREADABLE_VALUE],
}
UNKNOWN_SEQUENCES = {"07f642d25b_priv_SQ.dcm", "6a8049c04e_rtdose_rle.dcm", "b36d8db0ce_rtdose_rle_1frame.dcm"}
CUT = {"8e65fb72c3_rtplan_truncated.dcm": {"(300a,00b0)[1]/(300a,0111)[1]/(300a,012c)"}}
"""An element in the middle of which a file ends: pydicom keeps what is left of it."""


def files(corpora: Path) -> list[Path]:
    found = sorted(path for path in (corpora / "dicom").glob("*/*") if path.is_file())
    assert len(found) == 135
    return found


def paths(dataset: Dataset, above: str = "") -> Iterator[tuple[str, Any]]:
    for element in dataset:
        path = f"{above}({element.tag.group:04x},{element.tag.element:04x})"
        yield path, element
        if element.VR == "SQ":
            for number, item in enumerate(element.value, 1):
                yield from paths(item, f"{path}[{number}]/")


def test_every_file_is_read_and_what_is_odd_is_noted(corpora: Path, say: Callable[[str], None]) -> None:
    odd: dict[str, list[Oddity]] = {}
    unreadable: dict[str, object] = {}
    start, size = time.perf_counter(), 0
    for path in files(corpora):
        content = path.read_bytes()
        size += len(content)
        try:
            notes = read(content, Limits()).notes
        except ToolFailure as error:
            unreadable[path.name] = error.problem
        else:
            if notes:
                odd[path.name] = [note.oddity for note in notes]
    say(f"dicom reader: {size >> 20} MiB, 135 corpus files in {time.perf_counter() - start:.1f} s")
    assert (unreadable, odd) == (UNREADABLE, ODD)


def test_elements_and_values_are_those_that_pydicom_reads(corpora: Path, say: Callable[[str], None]) -> None:
    compared = 0
    for path in files(corpora):
        if path.name in UNREADABLE:
            continue
        ours = read(path.read_bytes(), Limits())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = pydicom.dcmread(path, force=True)
            compared += _compare(path.name, ours, theirs)
    say(f"dicom reader: {compared} elements as pydicom reads them")
    assert compared > 14_000


def _compare(name: str, ours: Reading, theirs: Dataset) -> int:
    here, there = dict(paths(ours.dataset)), dict(paths(theirs))
    sequences = {one for one in here if there.get(one) is not None and (here[one].VR, there[one].VR) == ("SQ", "UN")}
    extra = {one for one in here.keys() - there.keys() if any(one.startswith(above) for above in sequences)}
    assert (name, here.keys() - extra) == (name, there.keys() - CUT.get(name, set()))
    for path in here.keys() - extra - sequences:
        assert (name, path, str(here[path].VR)) == (name, path, str(there[path].VR))
        if here[path].VR != "SQ":
            assert (name, path, _plain(here[path].value)) == (name, path, _plain(there[path].value))
    return len(here)


def _plain(value: object) -> object:
    return value if isinstance(value, bytes) else str(value)


def test_dcmdump_lists_the_same_elements(corpora: Path, say: Callable[[str], None]) -> None:
    """Save in sequences of unknown representation, which DCMTK leaves as bytes."""
    differing: set[str] = set()
    same = 0
    for path in files(corpora)[:111]:
        try:
            run = subprocess.run(["dcmdump", "-q", "+L", str(path)], capture_output=True, timeout=60, check=False)
        except FileNotFoundError:
            leave_out("dcmdump is not installed (Debian package dcmtk)")
        if run.returncode or path.name in UNREADABLE or path.name in ODD:
            continue
        theirs = re.findall(r"^ *\((\w{4},\w{4})\)", run.stdout.decode("latin-1"), re.MULTILINE)
        reading = read(path.read_bytes(), Limits())
        found = [
            path.rpartition("/")[2][1:-1]
            for one in (reading.dataset.file_meta, reading.dataset)
            for path, _ in paths(one)
        ]
        if Counter(found) == Counter(tag for tag in theirs if not tag.startswith("fffe")):
            same += 1
        else:
            differing.add(path.name)
    say(f"dicom reader: the same elements as dcmdump in {same} files")
    assert (same > 90, differing) == (True, UNKNOWN_SEQUENCES)
