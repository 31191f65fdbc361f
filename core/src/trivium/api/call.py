"""What a running tool may ask of the host."""

from __future__ import annotations

from typing import Protocol


class Call(Protocol):
    """The call a tool is serving. A parameter annotated `Call` receives it.

    Both methods may be called from a worker thread.
    """

    def progress(self, done: int, total: int | None = None) -> None:
        """Report how much is done. Numbers only: text could carry patient data."""

    def cancelled(self) -> bool:
        """True once the caller has gone or time is up. A blocking tool looks at it between steps and stops its peer."""
