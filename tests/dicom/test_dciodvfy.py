"""The validator beside another one, dciodvfy of 2022: what each finds missing, and why they differ where they do."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from pydicom.dataset import Dataset
from tests.conftest import Say, leave_out
from tests.dicom import making
from tests.dicom.dciodvfy import Verdict, share, verdict

from trivium.api import ToolFailure
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import read
from trivium_dicom.iods import iod, iod_ids
from trivium_dicom.validation.checking import Report, validate
from trivium_dicom.validation.work import report_of

pytestmark = pytest.mark.corpus

ENOUGH: Final = 98.0


class Known(NamedTuple):
    """A difference that is argued."""

    ours: bool
    """We report it and dciodvfy does not; else the other way around."""
    path: str
    iods: frozenset[str]
    """Empty: any."""
    reason: str


def _known(side: str, paths: str, iods: str, reason: str) -> Iterator[Known]:
    for path in paths.split():
        yield Known(side == "ours", path, frozenset(iods.split()), reason)


KNOWN: Final = (
    *_known(
        "theirs",
        "(0020,0052) (0020,1040)",
        "rt-structure-set",
        "Frame of Reference is a user option of a structure set (PS3.3 A.19.3): without anything of it the module is "
        "not judged, while dciodvfy has it as mandatory",
    ),
    *_known(
        "theirs",
        "(5200,9230)",
        "",
        "Per-Frame Functional Groups Sequence became 1C (PS3.3 C.7.6.16): all groups may be shared",
    ),
)
"""Of missing attributes of types 1 and 2."""

CONDITIONAL: Final[Mapping[str, str]] = {
    "(0020,0060)": "PS3.3 C.7.3.1 asks whether the body part is one of a pair: dciodvfy takes it to be so where none "
    "is given, and for WHOLE BODY, which it does not know; we decide it by (0018,0015) alone",
    "(0028,1201)": "a Color Palette may have segmented data alone (PS3.3 C.7.9), which dciodvfy of 2022 does not know",
    "(0028,1202)": "as (0028,1201)",
    "(0028,1203)": "as (0028,1201)",
}
"""Paths that dciodvfy alone reports as conditional, with the reason."""


@dataclass
class Comparison:
    """Missing attributes over many files."""

    files: int = 0
    theirs: int = 0
    ours: int = 0
    theirs_found: int = 0
    ours_found: int = 0
    argued: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)

    def add(self, there: Verdict, report: Report) -> None:
        """An attribute that one side calls required and the other conditional is found by both."""
        here = _paths(report, "attribute.missing", "meta.missing")
        conditional = _paths(report, "attribute.conditional_missing")
        name = report.iod.id if report.iod else ""
        self.files += 1
        self.theirs += len(there.required)
        self.ours += len(here)
        missed = there.required - here - conditional
        more = here - there.required - there.conditional
        self.theirs_found += len(there.required) - len(missed)
        self.ours_found += len(here) - len(more)
        for path in missed:
            self._difference(False, path, name)
        for path in more:
            self._difference(True, path, name)

    def _difference(self, ours: bool, path: str, name: str) -> None:
        side = "only here" if ours else "only dciodvfy"
        for one in KNOWN:
            if one.ours == ours and one.path == path and (not one.iods or name in one.iods):
                self.argued[f"{side}: {path}: {one.reason}"] += 1
                return
        self.open[f"{side}: {path} in {name}"] += 1

    def say(self, say: Say, title: str) -> None:
        say(
            f"{title}: {self.files} files; of {self.theirs} missing attributes (types 1 and 2) that dciodvfy reports "
            f"we report {share(self.theirs_found, self.theirs):.2f} %; of our {self.ours} it reports "
            f"{share(self.ours_found, self.ours):.2f} %; differences argued: {self.argued.total()}, "
            f"open: {self.open.total()}"
        )
        for line, count in self.argued.most_common():
            say(f"  {count} x {line}")

    @property
    def theirs_settled(self) -> float:
        """Share of dciodvfy's findings that we report, or that are argued."""
        argued = sum(count for line, count in self.argued.items() if line.startswith("only dciodvfy"))
        return share(self.theirs_found + argued, self.theirs)

    @property
    def ours_settled(self) -> float:
        argued = sum(count for line, count in self.argued.items() if line.startswith("only here"))
        return share(self.ours_found + argued, self.ours)


@pytest.fixture(scope="module")
def dciodvfy() -> str:
    found = shutil.which("dciodvfy")
    if found is None:
        leave_out("dciodvfy is not installed (Debian package dicom3tools)")
    return found


def _paths(report: Report, *rules: str) -> frozenset[str]:
    return frozenset(one.path for one in report.findings if one.rule.id in rules)


def _both(dciodvfy: str, corpora: Path) -> Iterator[tuple[Verdict, Report]]:
    """Of every file that both can read, of an object that both know."""
    for file in sorted((corpora / "dicom").glob("*/*")):
        content = file.read_bytes()
        try:
            reading = read(content, Limits())
        except ToolFailure:
            continue
        report = report_of(reading, content, Limits())
        there = verdict(dciodvfy, file)
        if there.judged and report.iod is not None:
            yield there, report


def test_dciodvfy_and_we_find_the_same_attributes_missing_in_the_corpus(dciodvfy: str, corpora: Path, say: Say) -> None:
    found = Comparison()
    conditional, ours, common = Counter[str](), Counter[str](), 0
    for there, report in _both(dciodvfy, corpora):
        found.add(there, report)
        here = _paths(report, "attribute.conditional_missing", "attribute.missing")
        common += len(there.conditional & here)
        conditional.update(there.conditional - here)
        ours.update(_paths(report, "attribute.conditional_missing") - there.conditional - there.required)
    found.say(say, "dciodvfy, corpus")
    total = common + conditional.total()
    say(
        f"  conditional (1C, 2C): of {total} that dciodvfy reports we report {share(common, total):.2f} %; ours alone: "
        f"{ours.total()}; the others, argued in the test: {dict(conditional)}"
    )
    assert found.files > 100
    assert not found.open
    assert found.theirs_settled >= ENOUGH
    assert found.ours_settled >= ENOUGH
    assert conditional.keys() <= CONDITIONAL.keys()
    assert not ours


def test_an_object_with_nothing_in_it_lacks_the_same_for_every_class_that_both_know(
    dciodvfy: str, tmp_path: Path, say: Say
) -> None:
    found = Comparison()
    for sop_class in (uid for name in iod_ids() if (known := iod(name)) for uid in known.sop_classes):
        bare = Dataset()
        bare.SOPClassUID, bare.SOPInstanceUID = sop_class, "2.25.7000.9"
        file = tmp_path / "bare.dcm"
        file.write_bytes(making.as_bytes(bare))
        there = verdict(dciodvfy, file)
        if there.judged:
            found.add(there, validate(bare))
    found.say(say, "dciodvfy, objects with nothing in them")
    assert found.files > 100
    assert found.theirs_settled >= ENOUGH
    assert found.ours_settled >= ENOUGH


@pytest.mark.parametrize("make", [making.ct, making.mr, making.sc])
def test_clean_synthetic_files_have_no_errors_here_or_there(
    dciodvfy: str, tmp_path: Path, make: Callable[..., Dataset]
) -> None:
    file = tmp_path / "clean.dcm"
    content = making.as_bytes(make())
    file.write_bytes(content)
    report = report_of(read(content, Limits()), content, Limits())
    assert [(one.rule.id, one.path) for one in report.findings if one.rule.severity == "error"] == []
    assert verdict(dciodvfy, file).errors == ()


@pytest.mark.parametrize("make", [making.ct, making.mr, making.sc])
def test_each_required_attribute_taken_away_is_missed_by_both(
    dciodvfy: str, tmp_path: Path, make: Callable[..., Dataset]
) -> None:
    whole = make()
    file = tmp_path / "without.dcm"
    found = Comparison()
    for element in list(whole):
        if element.keyword in ("SOPClassUID", "SOPInstanceUID"):
            continue
        without = make(**{element.keyword: None})
        file.write_bytes(making.as_bytes(without))
        found.add(verdict(dciodvfy, file), validate(without))
    assert found.theirs > 15
    assert not found.open
