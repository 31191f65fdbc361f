"""Judges what a retrieve has done. Pure. A failure can never be read as a success here."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, Kind, PeerFailed, PeerRejected, Phi
from trivium_pacs.moved import Moved, Stop
from trivium_pacs.problems import ARCHIVE
from trivium_pacs.statuses import CANCELLED, MOVE_FAILURES, SUCCESS, StatusProblem, move_problem

MOST_UIDS: Final = 50
"""Failed instances named in one result."""


class Outcome(StrEnum):
    PLANNED = "planned"
    """A rehearsal: nothing was sent."""
    COMPLETE = "complete"
    """Every planned instance was sent, the archive says."""
    PARTIAL = "partial"
    """Some instances were sent, some were not."""
    CANCELLED = "cancelled"
    """Stopped before the end."""
    UNCONFIRMED = "unconfirmed"
    """The archive says success, and its counts do not prove it."""


class Note(StrEnum):
    WARNINGS = "some instances were sent with a warning of the destination (changed or dropped elements)"
    FEWER = "the archive sent fewer instances than it lists for this study or series"
    NO_COUNTS = "the archive gave no counts, so nothing proves what arrived; ask the destination"
    NOT_STOPPED = "the archive did not confirm that it stopped and may have sent more; ask the destination"
    CALLER_STOPPED = "stopped because the caller left or time was up; what was sent stays at the destination"
    LIMIT_STOPPED = "stopped because the archive began to send more instances than one retrieve may move"
    RETRY = "retrieve again to send what is missing; instances that arrived are sent once more"


class Plan(BaseModel):
    """What a retrieve would send, as the archive lists it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    series: Annotated[int, PUBLIC]
    instances: Annotated[int, PUBLIC]
    modalities: Annotated[tuple[str, ...], PUBLIC]
    StudyDate: Annotated[str | None, Phi(Kind.DATE)] = Field(description="YYYYMMDD.")


class Retrieval(BaseModel):
    """What a retrieve has done, or in a rehearsal would do."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    outcome: Annotated[Outcome, PUBLIC]
    complete: Annotated[bool, PUBLIC] = Field(
        description="True only when the archive reports success and its counts show every planned instance as sent."
    )
    plan: Plan = Field(description="What the archive listed before anything was sent.")
    completed: Annotated[int | None, PUBLIC] = Field(None, description="Instances sent. null: not reported.")
    warning: Annotated[int | None, PUBLIC] = Field(None, description="Instances sent with a warning.")
    failed: Annotated[int | None, PUBLIC] = Field(None, description="Instances that could not be sent.")
    remaining: Annotated[int | None, PUBLIC] = Field(None, description="Instances not tried.")
    status: Annotated[str | None, PUBLIC] = Field(None, description="Final DIMSE status in hexadecimal.")
    status_meaning: Annotated[str | None, PUBLIC] = Field(None, description="That status in words.")
    failed_sop_instance_uids: Annotated[tuple[str, ...], Phi(Kind.UID)] = Field(
        (), description=f"Instances that could not be sent, {MOST_UIDS} at most."
    )
    notes: Annotated[tuple[Note, ...], PUBLIC] = ()


def planned(plan: Plan) -> Retrieval:
    return Retrieval(outcome=Outcome.PLANNED, complete=False, plan=plan)


def account(plan: Plan, moved: Moved) -> Retrieval:
    """The account of a retrieve that sent something, or was stopped.

    Raises `PeerRejected` or `PeerFailed` when it ended by itself and nothing was sent.
    """
    if moved.stop is None and moved.sent == 0:
        _raise_for_nothing(moved)
    outcome = _outcome(plan, moved)
    return Retrieval(
        outcome=outcome,
        complete=outcome is Outcome.COMPLETE,
        plan=plan,
        completed=moved.completed,
        warning=moved.warning,
        failed=moved.failed,
        remaining=moved.remaining,
        status=None if moved.status is None else f"{moved.status:04X}",
        status_meaning=_meaning(moved),
        failed_sop_instance_uids=moved.failed_uids[:MOST_UIDS],
        notes=tuple(_notes(plan, moved, outcome)),
    )


def _raise_for_nothing(moved: Moved) -> None:
    status = moved.status or 0
    if moved.failed and status in (SUCCESS, MOVE_FAILURES):
        raise PeerFailed(where=ARCHIVE, problem=StatusProblem.ALL_FAILED, status=status, failed=moved.failed)
    if status == CANCELLED:
        raise PeerFailed(where=ARCHIVE, problem=StatusProblem.STOPPED_ITSELF, status=status)
    if status == MOVE_FAILURES or (status == SUCCESS and moved.completed is not None):
        raise PeerFailed(where=ARCHIVE, problem=StatusProblem.NOTHING_SENT, status=status)
    if status != SUCCESS:
        raise PeerRejected(where=ARCHIVE, problem=move_problem(status), status=status)


def _outcome(plan: Plan, moved: Moved) -> Outcome:
    if moved.status == SUCCESS and moved.completed is None:
        return Outcome.UNCONFIRMED
    whole = moved.sent >= plan.instances and not moved.failed and not moved.remaining
    if whole and moved.status in (SUCCESS, MOVE_FAILURES):  # B000 without failures: warnings only
        return Outcome.COMPLETE
    if moved.stop is not None or moved.status in (None, CANCELLED):
        return Outcome.CANCELLED
    if moved.status == SUCCESS and not moved.failed and not moved.remaining:
        return Outcome.UNCONFIRMED
    return Outcome.PARTIAL


def _meaning(moved: Moved) -> str | None:
    if moved.status is None:
        return None
    problem = move_problem(moved.status)
    if problem is StatusProblem.STOPPED and moved.stop is None:
        problem = StatusProblem.STOPPED_ITSELF
    return f"{ARCHIVE} {problem.value.format(status=moved.status)}"


def _notes(plan: Plan, moved: Moved, outcome: Outcome) -> list[Note]:
    facts = {
        Note.WARNINGS: bool(moved.warning),
        Note.NO_COUNTS: moved.status == SUCCESS and moved.completed is None,
        Note.FEWER: outcome is Outcome.UNCONFIRMED and moved.completed is not None and moved.sent < plan.instances,
        Note.CALLER_STOPPED: moved.stop is Stop.CALLER and outcome is Outcome.CANCELLED,
        Note.LIMIT_STOPPED: moved.stop is Stop.LIMIT,
        Note.NOT_STOPPED: moved.stop is not None and moved.status is None,
        Note.RETRY: outcome is Outcome.PARTIAL,
    }
    return [note for note, holds in facts.items() if holds]
