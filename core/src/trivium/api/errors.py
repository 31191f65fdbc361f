"""Everything that can go wrong, as one tree::

    TriviumError
    ├── Refused                  a gate said no, and says how that can be changed
    └── ToolFailure              the tool tried and could not
        ├── BadInput             the caller's argument is at fault, with its place
        ├── NotFound             the question was understood; there is no such thing
        ├── TooLarge             a limit would be passed
        └── PeerFailure          another system is at fault
            ├── PeerUnavailable  it could not be reached
            ├── PeerTimeout      it did not answer in time
            ├── PeerRejected     it answered with a refusal
            └── PeerFailed       it began and did not finish

An exception's text is patient data until proven otherwise, so none takes free text. A failure is said by a `Problem`,
a member of a closed list of sentences that each plugin declares, a place, and numbers::

    class UidProblem(Problem):
        TOO_LONG = "is longer than {limit} characters"

    raise BadInput(where="study_instance_uid", problem=UidProblem.TOO_LONG, limit=64)
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Problem(StrEnum):
    """A closed list of sentences: subclass it with members. `{name}` in a sentence is filled with a number."""


class RefusalCode(StrEnum):
    """Why a gate said no."""

    LICENSE_REQUIRED = "license_required"
    LICENSE_INVALID = "license_invalid"
    LICENSE_EXPIRED = "license_expired"
    ENTITLEMENT_MISSING = "entitlement_missing"
    SWITCHED_OFF = "switched_off"
    RETRIEVE_DISABLED = "retrieve_disabled"
    DESTINATION_NOT_ALLOWED = "destination_not_allowed"
    ARCHIVE_NOT_ALLOWED = "archive_not_allowed"
    QUIET_HOURS = "quiet_hours"
    POLICY_UNREADABLE = "policy_unreadable"
    LIMIT_EXCEEDED = "limit_exceeded"
    VETOED = "vetoed"
    APPROVAL_REQUIRED = "approval_required"
    APPROVAL_DECLINED = "approval_declined"
    AUDIT_UNAVAILABLE = "audit_unavailable"
    GATE_FAILED = "gate_failed"


class TriviumError(Exception):
    """The root. `code` is stable and meant for programs; `str(error)` is one sentence meant for people and models."""

    code: ClassVar[str] = "trivium_error"


class Refused(TriviumError):
    """A gate said no. Raised by the host only; `code` is one of `RefusalCode`."""

    def __init__(self, reason: RefusalCode, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class ToolFailure(TriviumError):
    """A tool could not do what it was asked.

    `where` is a place: an argument, a field reference, a named system. It is never a value.
    `numbers` fill the problem's sentence; only numbers can, so a value cannot slip in.
    """

    code: ClassVar[str] = "tool_failed"

    def __init__(self, *, where: str, problem: Problem, **numbers: int | float) -> None:
        for name, number in numbers.items():
            if not isinstance(number, int | float):
                raise TypeError(f"{name} of a problem is not a number")
        super().__init__(f"{where} {problem.value.format(**numbers)}")
        self.where = where
        self.problem = problem
        self.numbers = numbers


class BadInput(ToolFailure):
    code: ClassVar[str] = "bad_input"


class NotFound(ToolFailure):
    code: ClassVar[str] = "not_found"


class TooLarge(ToolFailure):
    code: ClassVar[str] = "too_large"


class PeerFailure(ToolFailure):
    code: ClassVar[str] = "peer_failure"


class PeerUnavailable(PeerFailure):
    code: ClassVar[str] = "peer_unavailable"


class PeerTimeout(PeerFailure):
    code: ClassVar[str] = "peer_timeout"


class PeerRejected(PeerFailure):
    code: ClassVar[str] = "peer_rejected"


class PeerFailed(PeerFailure):
    code: ClassVar[str] = "peer_failed"
