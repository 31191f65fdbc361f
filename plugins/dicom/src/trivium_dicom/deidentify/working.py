"""The work on one file: bytes in, a report and new bytes out. Runs in a worker process; nothing is written here."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from trivium.api import BadInput, Problem
from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.concerns import Concern
from trivium_dicom.deidentify.tally import Done
from trivium_dicom.files.limits import Limits

if TYPE_CHECKING:
    from collections import Counter

    from pydicom.dataset import Dataset

    from trivium_dicom.files.reading import Reading

_DIRECTORY: Final = "1.2.840.10008.1.3.10"


class WorkProblem(Problem):
    BROKEN = "is cut or spoiled: what cannot be read whole is not de-identified"
    DIRECTORY = "is a DICOMDIR, which lists what other files hold: make a new one of the results"
    NO_CLASS = "has no SOP class, so nobody knows what its attributes are for"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done to every file of a call."""

    options: frozenset[Option]
    secret: bytes = field(repr=False)
    content: bool = True
    """Whether the new bytes are wanted, beside the report."""


class Line(BaseModel):
    """How often one thing was done to one attribute."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    done: Done
    name: str
    beyond: bool
    times: int


class Made(BaseModel):
    """A de-identified file, and what was done."""

    model_config = ConfigDict(frozen=True, defer_build=True, ser_json_bytes="base64", val_json_bytes="base64")

    study: str
    series: str
    instance: str
    patient: str
    """The pseudonym; empty where nothing tells whose the file is."""
    lines: tuple[Line, ...]
    concerns: tuple[Concern, ...]
    size: int
    content: bytes


class Whose(BaseModel):
    """What a file tells before anything is done, for the person who approves."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    patient: str
    study: str
    size: int


def deidentify(content: bytes, limits: Limits, plan: Plan) -> Made:
    """A file without what identifies somebody.

    Raises `BadInput` and `TooLarge` of the reading, and `BadInput` with `WorkProblem` or `StampProblem`.
    """
    from pydicom.config import disable_value_validation

    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")  # libraries quote values in theirs
        return _deidentified(content, limits, plan)


def whose(content: bytes, limits: Limits, size: int) -> Whose:
    """The patient's number and the study of a file, of which `content` may be the beginning."""
    from trivium_dicom.deidentify.identity import text_at
    from trivium_dicom.files.reading import read

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = read(content, limits, size=size, pixels=False).dataset
        return Whose(
            patient=text_at(dataset, "PatientID").strip(), study=text_at(dataset, "StudyInstanceUID"), size=size
        )


def _deidentified(content: bytes, limits: Limits, plan: Plan) -> Made:
    from trivium_dicom.deidentify import concerns, stamping
    from trivium_dicom.deidentify.identity import patient_of, pseudonym
    from trivium_dicom.deidentify.keyed import Keyed
    from trivium_dicom.deidentify.needs import Needs
    from trivium_dicom.deidentify.walk import Walk
    from trivium_dicom.files.reading import read

    reading = read(content, limits)
    sop_class = _sop_class(reading)
    dataset, keyed = reading.dataset, Keyed(plan.secret)
    needs = Needs(dataset, sop_class)
    patient = patient_of(dataset, keyed)
    named = _text(dataset.file_meta, "MediaStorageSOPInstanceUID") or sha256(content).hexdigest()
    seen, earlier = concerns.before(dataset), stamping.Earlier.of(dataset)
    tally = Walk(dataset, plan.options, keyed, needs).run()
    stamping.stamp(dataset, plan.options, earlier)
    seen |= concerns.after(dataset, sop_class, plan.options, known=needs.known)
    seen |= concerns.of_tally(tally)
    instance = _uid_at(dataset, "SOPInstanceUID") or keyed.uid(named)
    meta_class = _uid_at(dataset, "SOPClassUID") or sop_class
    new = stamping.file_bytes(dataset, stamping.syntax_of(dataset, reading.transfer_syntax), meta_class, instance)
    return Made(
        study=_uid_at(dataset, "StudyInstanceUID") or keyed.uid("no study"),
        series=_uid_at(dataset, "SeriesInstanceUID") or keyed.uid("no series"),
        instance=instance,
        patient=pseudonym(keyed, patient) if patient else "",
        lines=(*_lines(tally.table, beyond=False), *_lines(tally.beyond, beyond=True)),
        concerns=tuple(one for one in Concern if one in seen),
        size=len(new),
        content=new if plan.content else b"",
    )


def _sop_class(reading: Reading) -> str:
    """The SOP class of a file that can be worked on. Raises `BadInput`."""
    if not reading.whole:
        raise BadInput(where="path", problem=WorkProblem.BROKEN)
    found = _text(reading.dataset, "SOPClassUID") or _text(reading.dataset.file_meta, "MediaStorageSOPClassUID")
    if found == _DIRECTORY or "DirectoryRecordSequence" in reading.dataset:
        raise BadInput(where="path", problem=WorkProblem.DIRECTORY)
    if not found:
        raise BadInput(where="path", problem=WorkProblem.NO_CLASS)
    return found


def _uid_at(dataset: Dataset, keyword: str) -> str:
    """The one UID of an attribute, which names a folder or file; empty for anything else."""
    from trivium_dicom.deidentify.vouching import is_uid

    found = _text(dataset, keyword)
    return found if is_uid(found) else ""


def _text(dataset: Dataset | None, keyword: str) -> str:
    from trivium_dicom.deidentify.identity import text_at

    return text_at(dataset, keyword).strip(" \0") if dataset else ""


def _lines(counts: Counter[tuple[Done, str]], *, beyond: bool) -> list[Line]:
    return [Line(done=done, name=name, beyond=beyond, times=times) for (done, name), times in sorted(counts.items())]
