from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import PeerFailed, PeerFailure, PeerRejected, ToolFailure
from trivium_pacs.account import MOST_UIDS, Note, Outcome, Plan, account, planned
from trivium_pacs.moved import Moved, Stop

PLAN = Plan(series=1, instances=20, modalities=("CT",), StudyDate="20250411")


def judge(**moved: object) -> tuple[Outcome, bool, tuple[Note, ...]]:
    result = account(PLAN, Moved(**moved))  # type: ignore[arg-type]  # a table of cases
    return result.outcome, result.complete, result.notes


def test_success_with_every_planned_instance_is_complete() -> None:
    result = account(PLAN, Moved(status=0, completed=20, failed=0, warning=0, remaining=None))
    assert (result.outcome, result.complete, result.status, result.notes) == (Outcome.COMPLETE, True, "0000", ())
    assert result.status_meaning == "the archive ended with status 0000: success"


@pytest.mark.parametrize(
    ("moved", "outcome", "notes"),
    [
        (Moved(status=0, completed=19, failed=0, warning=0), Outcome.UNCONFIRMED, (Note.FEWER,)),
        (Moved(status=0, completed=19, failed=1, warning=0), Outcome.PARTIAL, (Note.RETRY,)),
        (Moved(status=0, completed=20, failed=0, warning=0, remaining=3), Outcome.PARTIAL, (Note.RETRY,)),
        (Moved(status=0), Outcome.UNCONFIRMED, (Note.NO_COUNTS,)),
        (Moved(status=0xB000, completed=15, failed=5, warning=0), Outcome.PARTIAL, (Note.RETRY,)),
        (Moved(status=0xA702, completed=5, failed=15, warning=0), Outcome.PARTIAL, (Note.RETRY,)),
        (Moved(status=0xC001, completed=5, failed=0, warning=0, remaining=15), Outcome.PARTIAL, (Note.RETRY,)),
        (Moved(status=0xFE00, completed=5, remaining=15), Outcome.CANCELLED, ()),
        (Moved(status=0xFE00, completed=5, remaining=15, stop=Stop.CALLER), Outcome.CANCELLED, (Note.CALLER_STOPPED,)),
        (Moved(status=0xFE00, remaining=20, stop=Stop.CALLER), Outcome.CANCELLED, (Note.CALLER_STOPPED,)),
        (Moved(status=0xFE00, completed=5, remaining=99, stop=Stop.LIMIT), Outcome.CANCELLED, (Note.LIMIT_STOPPED,)),
        (
            Moved(completed=5, remaining=15, stop=Stop.CALLER),
            Outcome.CANCELLED,
            (Note.CALLER_STOPPED, Note.NOT_STOPPED),
        ),
    ],
)
def test_anything_less_is_not_complete_and_says_why(moved: Moved, outcome: Outcome, notes: tuple[Note, ...]) -> None:
    result = account(PLAN, moved)
    assert (result.outcome, result.complete, result.notes) == (outcome, False, notes)


def test_warnings_without_failures_are_complete_and_noted() -> None:
    assert judge(status=0xB000, completed=18, failed=0, warning=2) == (Outcome.COMPLETE, True, (Note.WARNINGS,))


def test_a_stop_that_came_too_late_is_complete() -> None:
    assert judge(status=0, completed=20, failed=0, warning=0, stop=Stop.CALLER) == (Outcome.COMPLETE, True, ())


@pytest.mark.parametrize(
    ("moved", "kind", "words"),
    [
        (Moved(status=0xA801), PeerRejected, "register the AE title"),
        (Moved(status=0xA702, completed=0, failed=20), PeerRejected, "cannot perform the transfers"),
        (Moved(status=0xC000), PeerRejected, "unable to process"),
        (Moved(status=0x0124), PeerRejected, "not authorized"),
        (Moved(status=0xB000, completed=0, failed=20, warning=0), PeerFailed, "20 failed"),
        (Moved(status=0x0000, completed=0, failed=20, warning=0), PeerFailed, "20 failed"),
        (Moved(status=0x0000, completed=0, failed=0, warning=0), PeerFailed, "sent nothing"),
        (Moved(status=0xFE00, completed=0, remaining=20), PeerFailed, "stopped by itself"),
    ],
)
def test_a_move_that_sent_nothing_is_a_failure_with_its_reason(
    moved: Moved, kind: type[PeerFailure], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        account(PLAN, moved)
    assert type(caught.value) is kind


def test_failed_instances_are_named_up_to_a_bound() -> None:
    uids = tuple(f"1.2.{n}" for n in range(200))
    result = account(PLAN, Moved(status=0xB000, completed=1, failed=200, failed_uids=uids))
    assert (result.failed, result.failed_sop_instance_uids) == (200, uids[:MOST_UIDS])


def test_a_rehearsal_is_never_complete() -> None:
    assert (planned(PLAN).outcome, planned(PLAN).complete) == (Outcome.PLANNED, False)


counts = st.none() | st.integers(0, 40)


@given(
    st.sampled_from([None, 0x0000, 0xB000, 0xFE00, 0xA801, 0xA702, 0xC123, 0x0110, 0x1234]),
    counts,
    counts,
    counts,
    counts,
    st.sampled_from([None, Stop.CALLER, Stop.LIMIT]),
)
def test_complete_is_never_said_without_proof(
    status: int | None,
    completed: int | None,
    failed: int | None,
    warning: int | None,
    remaining: int | None,
    stop: Stop | None,
) -> None:
    moved = Moved(status, completed, failed, warning, remaining, (), stop)
    if status is None and stop is None:
        return  # such a move is a lost connection and has no account
    try:
        result = account(PLAN, moved)
    except ToolFailure:
        assert stop is None
        assert moved.sent == 0
        return
    if result.complete:
        assert status in (0x0000, 0xB000)
        assert (completed or 0) + (warning or 0) >= PLAN.instances
        assert not failed
        assert not remaining
