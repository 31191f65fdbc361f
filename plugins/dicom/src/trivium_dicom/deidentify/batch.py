"""De-identifies file after file: each is read and changed in a worker process, and written by the host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trivium.api import BadInput, Call, Fact, FolderProblem, Folders, Kind, NotFound, Preflight, ToolFailure
from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.account import Account
from trivium_dicom.deidentify.choices import in_words
from trivium_dicom.deidentify.exports import ExportProblem, Exports
from trivium_dicom.deidentify.results import Deidentification
from trivium_dicom.deidentify.seals import HEAD, fingerprint, seal_of
from trivium_dicom.deidentify.working import Made, Plan, deidentify, whose
from trivium_dicom.files.desk import Desk

_PATIENTS_SHOWN: Final = 5


def plan_of(desk: Desk, exports: Exports, path: str, project: str, options: frozenset[Option]) -> Preflight:
    """What would be done, for limits and the approving person: how many files, whose, of which studies.

    The files are sealed: an approval is for these, and `run` refuses any that has changed since. Raises what `Exports`
    raises.
    """
    secret = exports.secret(project)
    sources = exports.sources(desk.folders, path)
    counted = _Counted()
    for source in sources.files:
        with suppress(ToolFailure):
            head, size = desk.folders.head(source, where="path", most=HEAD)
            counted.seals[source] = seal_of(head, size)
            counted.size += size
            found = desk.workers.run(whose, head, desk.limits, size, where="path", seconds=desk.limits.seconds)
            counted.patients[found.patient] += 1
            counted.studies.add(found.study)
    exports.seals.keep((path, project, options), counted.seals)
    facts = _facts(counted, len(sources.files), options, secret)
    return Preflight(counts={"files": len(sources.files), "bytes": counted.size}, facts=facts)


@dataclass(slots=True)
class _Counted:
    patients: Counter[str] = field(default_factory=Counter)
    studies: set[str] = field(default_factory=set)
    size: int = 0
    seals: dict[Path, bytes] = field(default_factory=dict)


def _facts(counted: _Counted, files: int, options: frozenset[Option], secret: bytes) -> tuple[Fact, ...]:
    shown = [one for one, _ in counted.patients.most_common() if one][:_PATIENTS_SHOWN]
    facts = [
        Fact(label="Patients", value=str(len(counted.patients))),
        *(Fact(label="Patient ID", value=one, kind=Kind.PATIENT_ID) for one in shown),
        Fact(label="Studies", value=str(len(counted.studies))),
        Fact(label="Profile (PS3.15)", value="; ".join(in_words(options))),
        Fact(label="Not done", value="pixel data is not looked at: names and faces in pictures stay"),
        Fact(label="Fingerprint of the files", value=fingerprint(counted.seals, secret)),
    ]
    if unreadable := files - counted.patients.total():
        facts.append(Fact(label="Files that cannot be read", value=str(unreadable)))
    return tuple(facts)


def run(
    desk: Desk,
    exports: Exports,
    call: Call,
    path: str,
    project: str,
    options: frozenset[Option],
    *,
    dry_run: bool,
    limit: int,
) -> Deidentification:
    """Work on every file; one that cannot be done is told and the others go on.

    Raises what `Exports` raises.
    """
    plan = Plan(options, exports.secret(project), content=not dry_run)
    sources, output = exports.sources(desk.folders, path), exports.output()
    seals = None if dry_run else exports.seals.take((path, project, options))
    account = Account(options, len(sources.files), sources.left_out, dry_run, limit)
    taken: set[str] = set()
    for number, source in enumerate(sources.files):
        if call.cancelled():
            break
        call.progress(number, len(sources.files))
        try:
            made = _made(desk, source, plan, seals)
            _put(output, "/".join((project, made.study, made.series, f"{made.instance}.dcm")), made, taken, dry_run)
        except ToolFailure as error:
            account.refuse(source, error)
            continue
        account.add(made, project)
    return account.told()


def _made(desk: Desk, source: Path, plan: Plan, seals: Mapping[Path, bytes] | None) -> Made:
    content = desk.folders.read(source, where="path", most=desk.limits.file_bytes)
    if seals is not None and seals.get(source) != seal_of(content[:HEAD], len(content)):
        raise BadInput(where="path", problem=ExportProblem.CHANGED)
    return desk.workers.run(deidentify, content, desk.limits, plan, where="path", seconds=desk.limits.seconds)


def _put(output: Folders, place: str, made: Made, taken: set[str], dry_run: bool) -> None:
    """Write it, or see whether it could be written."""
    if place in taken:
        raise BadInput(where="the result", problem=ExportProblem.TAKEN)
    if not dry_run:
        output.create(place, made.content, where="the result")
    elif _stands(output, place):
        raise BadInput(where="the result", problem=FolderProblem.EXISTS)
    taken.add(place)


def _stands(output: Folders, place: str) -> bool:
    try:
        output.head(place, where="the result", most=0)
    except NotFound:
        return False
    return True
