"""What the final status of a DIMSE operation says, and what to do next.

Codes: PS3.4 C.4.1.1.4 (C-FIND), PS3.4 C.4.2.1.5 (C-MOVE), PS3.7 annex C (any service). The sentences are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trivium.api import Problem
from trivium_pacs.problems import RejectProblem

SUCCESS: Final = 0x0000
CANCELLED: Final = 0xFE00
PENDING: Final = frozenset({0xFF00, 0xFF01})
KEYS_IGNORED: Final = 0xFF01
"""A match, with the warning that one or more optional keys were not used for matching."""
FIND_LIMIT: Final = 0xB001
"""The archive stopped at a limit of its own."""
MOVE_FAILURES: Final = 0xB000


class StatusProblem(Problem):
    """Sentences on a final status. All take `status`."""

    NO_SUCH_ATTRIBUTE = "answered status {status:04X}: no such attribute"
    INVALID_VALUE = "answered status {status:04X}: invalid attribute value; simplify the keys"
    PROCESSING = "answered status {status:04X}: processing failure; its own log says why"
    NO_SUCH_INSTANCE = "answered status {status:04X}: no such SOP instance"
    INVALID_ARGUMENT = "answered status {status:04X}: invalid argument value"
    NO_SUCH_CLASS = "answered status {status:04X}: no such SOP class; see pacs_echo for what it accepts"
    MISSING_VALUE = "answered status {status:04X}: an attribute or its value is missing"
    CLASS_NOT_SUPPORTED = (
        "refused with status {status:04X}: SOP class not supported; see pacs_echo for what it accepts, and ask its "
        "administrator to allow Study Root Query/Retrieve"
    )
    NOT_AUTHORIZED = (
        "refused with status {status:04X}: not authorized; ask its administrator to allow this for our AE title"
    )
    DUPLICATE_INVOCATION = "answered status {status:04X}: duplicate invocation; try again"
    UNRECOGNIZED = "answered status {status:04X}: unrecognized operation; see pacs_echo for what it accepts"
    MISTYPED = "answered status {status:04X}: mistyped argument"
    RESOURCES = "answered status {status:04X}: resource limitation; try again later or ask for less"
    OUT_OF_RESOURCES = (
        "refused with status {status:04X}: out of resources; ask for less (more keys, shorter dates) or try again later"
    )
    CANNOT_COUNT = (
        "refused with status {status:04X}: out of resources, it cannot count what matches; try again later, or "
        "retrieve one series at a time"
    )
    CANNOT_SEND = (
        "refused with status {status:04X}: out of resources, it cannot perform the transfers; try again later, and ask "
        "its administrator whether the destination accepts associations from the archive and has room"
    )
    DESTINATION_UNKNOWN = (
        "refused with status {status:04X}: it does not know the move destination; ask its administrator to register "
        "the AE title, host and port of the destination, and make sure that something listens there"
    )
    IDENTIFIER = (
        "refused with status {status:04X}: the identifier does not match the SOP class; it does not take these keys "
        "at this level"
    )
    FRAMES = "answered status {status:04X}: the frames asked for cannot be made"
    UNABLE = "answered status {status:04X}: unable to process; its own log says why"
    UNABLE_TO_MOVE = (
        "answered status {status:04X}: unable to process; often it does not know the destination or cannot reach it: "
        "ask its administrator to register the AE title, host and port of the destination, and make sure that "
        "something listens there"
    )
    SOME_FAILED = "ended with status {status:04X}: the transfers are over, one or more failed or gave a warning"
    STOPPED = "ended with status {status:04X}: it was told to stop and did"
    STOPPED_ITSELF = "ended with status {status:04X}: it stopped by itself before the end"
    DONE = "ended with status {status:04X}: success"
    NOTHING_SENT = "ended with status {status:04X} but sent nothing; check that the study is online"
    ALL_FAILED = (
        "ended with status {status:04X}: none of the instances could be sent, {failed} failed; ask its administrator "
        "whether the destination listens, accepts associations from the archive and takes these SOP classes"
    )
    LIMIT_REACHED = "ended with status {status:04X}: it stopped at a limit of its own"
    WARNING = "ended with status {status:04X}, a warning that DICOM does not define here"
    UNKNOWN = "answered status {status:04X}, which DICOM does not define here; its own log says why"


@dataclass(frozen=True, slots=True)
class StatusRange:
    """All codes from `first` to `last` mean the same."""

    first: int
    last: int
    problem: StatusProblem


def _one(code: int, problem: StatusProblem) -> StatusRange:
    return StatusRange(code, code, problem)


GENERAL: Final = (
    _one(0x0000, StatusProblem.DONE),
    _one(0x0105, StatusProblem.NO_SUCH_ATTRIBUTE),
    _one(0x0106, StatusProblem.INVALID_VALUE),
    _one(0x0110, StatusProblem.PROCESSING),
    _one(0x0112, StatusProblem.NO_SUCH_INSTANCE),
    StatusRange(0x0114, 0x0115, StatusProblem.INVALID_ARGUMENT),
    StatusRange(0x0118, 0x0119, StatusProblem.NO_SUCH_CLASS),
    StatusRange(0x0120, 0x0121, StatusProblem.MISSING_VALUE),
    _one(0x0122, StatusProblem.CLASS_NOT_SUPPORTED),
    _one(0x0124, StatusProblem.NOT_AUTHORIZED),
    _one(0x0210, StatusProblem.DUPLICATE_INVOCATION),
    _one(0x0211, StatusProblem.UNRECOGNIZED),
    _one(0x0212, StatusProblem.MISTYPED),
    _one(0x0213, StatusProblem.RESOURCES),
    _one(CANCELLED, StatusProblem.STOPPED),
)
"""PS3.7 annex C."""

FIND: Final = (
    StatusRange(0xA700, 0xA7FF, StatusProblem.OUT_OF_RESOURCES),
    StatusRange(0xA900, 0xA9FF, StatusProblem.IDENTIFIER),
    _one(FIND_LIMIT, StatusProblem.LIMIT_REACHED),
    StatusRange(0xC000, 0xCFFF, StatusProblem.UNABLE),
    *GENERAL,
)
"""PS3.4 C.4.1.1.4."""

MOVE: Final = (
    _one(0xA701, StatusProblem.CANNOT_COUNT),
    StatusRange(0xA702, 0xA7FF, StatusProblem.CANNOT_SEND),
    _one(0xA801, StatusProblem.DESTINATION_UNKNOWN),
    StatusRange(0xA900, 0xA9FF, StatusProblem.IDENTIFIER),
    StatusRange(0xAA00, 0xAA04, StatusProblem.FRAMES),
    _one(MOVE_FAILURES, StatusProblem.SOME_FAILED),
    StatusRange(0xC000, 0xCFFF, StatusProblem.UNABLE_TO_MOVE),
    *GENERAL,
)
"""PS3.4 C.4.2.1.5."""


def _among(table: tuple[StatusRange, ...], status: int) -> StatusProblem:
    for row in table:
        if row.first <= status <= row.last:
            return row.problem
    return StatusProblem.WARNING if is_warning(status) else StatusProblem.UNKNOWN


def find_problem(status: int) -> StatusProblem:
    return _among(FIND, status)


def move_problem(status: int) -> StatusProblem:
    return _among(MOVE, status)


def general_problem(status: int) -> StatusProblem:
    return _among(GENERAL, status)


def is_warning(status: int) -> bool:
    """PS3.7 C.4: 0001, Bxxx, 0107 and 0116."""
    return status in (0x0001, 0x0107, 0x0116) or 0xB000 <= status <= 0xBFFF


REJECTIONS: Final[Mapping[tuple[int, int], RejectProblem]] = {
    (1, 1): RejectProblem.USER_NO_REASON,
    (1, 2): RejectProblem.APPLICATION_CONTEXT,
    (1, 3): RejectProblem.CALLING_TITLE,
    (1, 7): RejectProblem.CALLED_TITLE,
    (2, 1): RejectProblem.ACSE_NO_REASON,
    (2, 2): RejectProblem.PROTOCOL_VERSION,
    (3, 1): RejectProblem.CONGESTION,
    (3, 2): RejectProblem.LOCAL_LIMIT,
}
"""By source and reason (PS3.8 9.3.4, table 9-21)."""
