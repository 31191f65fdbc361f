"""Failures are one tree, with a code for programs and a sentence that only a closed list and numbers can fill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.widgets import WidgetProblem
from trivium.api import BadInput, PeerFailure, PeerTimeout, Problem, RefusalCode, Refused, ToolFailure, TriviumError
from trivium.api import errors as errors_module
from trivium.pipeline.call import UnknownPrompt, UnknownResource, UnknownTool
from trivium.pipeline.run import TimedOut

CODES = {
    "ToolFailure": "tool_failed",
    "BadInput": "bad_input",
    "NotFound": "not_found",
    "TooLarge": "too_large",
    "PeerFailure": "peer_failure",
    "PeerUnavailable": "peer_unavailable",
    "PeerTimeout": "peer_timeout",
    "PeerRejected": "peer_rejected",
    "PeerFailed": "peer_failed",
    "UnknownTool": "unknown_tool",
    "UnknownResource": "unknown_resource",
    "UnknownPrompt": "unknown_prompt",
    "TimedOut": "timeout",
}
"""The codes a client can meet, beside those of refusals."""


def below(error: type[TriviumError]) -> Iterator[type[TriviumError]]:
    for child in error.__subclasses__():
        if child.__module__.startswith("trivium."):
            yield child
            yield from below(child)


def test_every_failure_has_a_code_of_its_own() -> None:
    assert {error.__name__: error.code for error in below(TriviumError) if error is not Refused} == CODES
    assert len({*CODES.values(), *RefusalCode}) == len(CODES) + len(RefusalCode)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = errors_module.__doc__ or ""
    declared = [error for error in below(TriviumError) if error.__module__ == "trivium.api.errors"]
    assert len(declared) == 10
    for error in declared:
        assert f"── {error.__name__} " in drawn


def test_a_failure_reads_as_one_sentence() -> None:
    error = BadInput(where="code", problem=WidgetProblem.TOO_LONG, limit=8)
    assert str(error) == "code is longer than 8 characters"
    assert (error.where, error.problem, error.code) == ("code", WidgetProblem.TOO_LONG, "bad_input")


def test_a_failure_of_a_peer_can_be_caught_as_one() -> None:
    with pytest.raises(PeerFailure):
        raise PeerTimeout(where="archive", problem=WidgetProblem.UNKNOWN)


def test_a_text_cannot_stand_where_a_number_belongs() -> None:
    with pytest.raises(TypeError) as caught:
        BadInput(where="code", problem=WidgetProblem.TOO_LONG, limit="O'BRIEN")  # type: ignore[arg-type]  # the point
    assert "BRIEN" not in str(caught.value)


def test_free_text_is_no_problem() -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        ToolFailure(where="code", problem="O'BRIEN is not known")  # type: ignore[arg-type]  # that is the point
    assert "BRIEN" not in str(caught.value)


def test_a_failure_takes_nothing_by_position() -> None:
    with pytest.raises(TypeError):
        ToolFailure("O'BRIEN")  # type: ignore[call-arg]  # that is the point


def test_a_problem_is_a_member_of_a_closed_list() -> None:
    with pytest.raises(ValueError, match="is not a valid WidgetProblem"):
        WidgetProblem("is made up")
    assert issubclass(WidgetProblem, Problem)


def test_a_refusal_carries_one_of_the_closed_codes_and_a_sentence() -> None:
    error = Refused(RefusalCode.SWITCHED_OFF, "it is off")
    assert (error.reason, str(error)) == (RefusalCode.SWITCHED_OFF, "it is off")


def test_refusal_codes_are_these() -> None:
    assert {code.value for code in RefusalCode} == {
        "license_required",
        "license_invalid",
        "license_expired",
        "entitlement_missing",
        "switched_off",
        "retrieve_disabled",
        "destination_not_allowed",
        "archive_not_allowed",
        "quiet_hours",
        "policy_unreadable",
        "limit_exceeded",
        "vetoed",
        "approval_required",
        "approval_declined",
        "audit_unavailable",
        "gate_failed",
    }


def test_the_host_adds_failures_of_its_own() -> None:
    assert issubclass(TimedOut, ToolFailure)
    for unknown in (UnknownTool, UnknownResource, UnknownPrompt):
        assert issubclass(unknown, TriviumError)
        assert not issubclass(unknown, ToolFailure)
