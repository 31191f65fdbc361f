"""What an archive reported of a C-MOVE (PS3.4 C.4.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Stop(Enum):
    """Why we told the archive to stop."""

    CALLER = auto()
    LIMIT = auto()


@dataclass(frozen=True, slots=True)
class Moved:
    """What the archive reported. A count is None when it gave none."""

    status: int | None = None
    """The final status; None only when we gave up waiting for it after a C-CANCEL."""
    completed: int | None = None
    failed: int | None = None
    warning: int | None = None
    remaining: int | None = None
    failed_uids: tuple[str, ...] = ()
    stop: Stop | None = None

    @property
    def sent(self) -> int:
        """Instances that reached the destination."""
        return (self.completed or 0) + (self.warning or 0)

    @property
    def total(self) -> int:
        """All instances that the archive spoke of."""
        return self.sent + (self.failed or 0) + (self.remaining or 0)
