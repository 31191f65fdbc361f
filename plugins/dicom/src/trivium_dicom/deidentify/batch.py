"""De-identifies file after file: each is read and changed in a worker process, and written by the host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from trivium.api import Call, Fact, Kind, Preflight, ToolFailure
from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.account import Account
from trivium_dicom.deidentify.choices import in_words
from trivium_dicom.deidentify.exports import Exports
from trivium_dicom.deidentify.results import Deidentification
from trivium_dicom.deidentify.working import Made, Plan, deidentify, whose
from trivium_dicom.files.desk import Desk

_HEAD: Final = 1 << 20
_PATIENTS_SHOWN: Final = 5


def plan_of(desk: Desk, exports: Exports, path: str, project: str, options: frozenset[Option]) -> Preflight:
    """What would be done, for limits and the approving person: how many files, whose, of which studies.

    Raises what `Exports` raises.
    """
    exports.secret(project)
    sources = exports.sources(desk.folders, path)
    patients, studies, size, unreadable = Counter[str](), set[str](), 0, 0
    for source in sources.files:
        try:
            head, whole = desk.folders.head(source, where="path", most=_HEAD)
            size += whole
            found = desk.workers.run(whose, head, desk.limits, whole, where="path", seconds=desk.limits.seconds)
        except ToolFailure:
            unreadable += 1
            continue
        patients[found.patient] += 1
        studies.add(found.study)
    facts = _facts(patients, len(studies), unreadable, options)
    return Preflight(counts={"files": len(sources.files), "bytes": size}, facts=facts)


def _facts(patients: Counter[str], studies: int, unreadable: int, options: frozenset[Option]) -> tuple[Fact, ...]:
    shown = [one for one, _ in patients.most_common() if one][:_PATIENTS_SHOWN]
    facts = [
        Fact(label="Patients", value=str(len(patients))),
        *(Fact(label="Patient ID", value=one, kind=Kind.PATIENT_ID) for one in shown),
        Fact(label="Studies", value=str(studies)),
        Fact(label="Profile (PS3.15)", value="; ".join(in_words(options))),
        Fact(label="Not done", value="pixel data is not looked at: names and faces in pictures stay"),
    ]
    if unreadable:
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
    account = Account(options, len(sources.files), sources.left_out, dry_run, limit)
    for number, source in enumerate(sources.files):
        if call.cancelled():
            break
        call.progress(number, len(sources.files))
        try:
            made = desk.work(deidentify, str(source), plan)
            place = "/".join(_steps(project, made))
            if not dry_run:
                output.create(place, made.content, where="the result")
        except ToolFailure as error:
            account.refuse(source, error)
            continue
        account.add(made, place)
    return account.told()


def _steps(project: str, made: Made) -> Sequence[str]:
    return project, made.study, made.series, f"{made.instance}.dcm"
