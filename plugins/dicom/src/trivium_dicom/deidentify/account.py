"""Adds up what was done to many files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trivium.api import Composed, Kind, Part, ToolFailure
from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.choices import in_words
from trivium_dicom.deidentify.results import Deidentification, NewFile, RefusedFile
from trivium_dicom.deidentify.tally import Done
from trivium_dicom.deidentify.working import Made

_ATTRIBUTES_LISTED: Final = 40
_KEPT: Final = (Done.KEPT, Done.CODE_UNKNOWN)
_NOTE: Final = (
    "Pixel data, sound and shapes were not looked at and not changed: a person must, before these files go anywhere."
)


@dataclass(slots=True)
class Account:
    options: frozenset[Option]
    total: int
    left_out: int
    dry_run: bool
    limit: int
    done: int = 0
    size: int = 0
    patients: set[str] = field(default_factory=set)
    studies: set[str] = field(default_factory=set)
    table: Counter[str] = field(default_factory=Counter)
    beyond: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    concerns: Counter[str] = field(default_factory=Counter)
    files: list[NewFile] = field(default_factory=list)
    refusals: list[tuple[Path, ToolFailure]] = field(default_factory=list)

    def add(self, made: Made, project: str) -> None:
        self.done += 1
        self.size += made.size
        self.patients.add(made.patient or made.study)
        self.studies.add(made.study)
        for line in made.lines:
            (self.beyond if line.beyond else self.table)[f"{line.done} {line.name}"] += line.times
            self.counts[line.done] += line.times
        self.concerns.update(made.concerns)
        if len(self.files) < self.limit:
            changes = sum(line.times for line in made.lines if line.done not in _KEPT)
            names = tuple(concern.name.lower() for concern in made.concerns)
            self.files.append(NewFile(path=_place(made, project), changes=changes, for_a_person=names))

    def refuse(self, path: Path, error: ToolFailure) -> None:
        self.refusals.append((path, error))

    def told(self) -> Deidentification:
        left = sum(max(0, len(one) - _ATTRIBUTES_LISTED) for one in (self.table, self.beyond))
        return Deidentification(
            dry_run=self.dry_run,
            complete=self.done == self.total,
            profile=in_words(self.options),
            total=self.total,
            done=self.done,
            refused=len(self.refusals),
            left_out=self.left_out or None,
            bytes=self.size,
            patients=len(self.patients),
            studies=len(self.studies),
            counts=dict(self.counts),
            by_table=dict(self.table.most_common(_ATTRIBUTES_LISTED)),
            beyond_table=dict(self.beyond.most_common(_ATTRIBUTES_LISTED)),
            more_attributes=left or None,
            for_a_person=dict(self.concerns.most_common()),
            files=tuple(self.files),
            more_files=max(0, self.done - len(self.files)) or None,
            refusals=tuple(_refusal(*one) for one in self.refusals[: self.limit]),
            more_refusals=max(0, len(self.refusals) - self.limit) or None,
            note=_NOTE,
        )


def _place(made: Made, project: str) -> Composed:
    """Each of its UIDs for itself, as an option keeps those of the file."""
    uids = (Part(text=one, phi=Kind.UID) for one in (made.study, made.series, made.instance))
    between = (f"{project}/", "/", "/")
    steps = (part for text, uid in zip(between, uids, strict=True) for part in (Part(text=text), uid))
    return Composed(parts=(*steps, Part(text=".dcm")))


def _refusal(path: Path, error: ToolFailure) -> RefusedFile:
    return RefusedFile(path=str(path), code=error.code, problem=str(error))
