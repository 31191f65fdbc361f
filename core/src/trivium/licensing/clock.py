"""The time that licenses are judged by: never earlier than a time that this host has seen before.

Who turns the clock back to a day on which a license was good gains nothing: the highest time seen is kept in a file.
Whoever may change that file may also change this program, so it stops mistakes and idle hands, no more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from trivium.files import read_small, replace_file
from trivium.licensing.document import LicenseFault, LicenseState
from trivium.licensing.moments import DAY, LAST, parsed, utc, written

TOLERANCE: Final = 2 * DAY
"""Seconds that the clock may go back: time zones, daylight saving, a battery that was changed."""
_STEP: Final = 60
"""Seconds that the mark moves at a time, so that few calls write."""
_LONGEST: Final = 64
"""Bytes of a mark."""


class Clock:
    """`file` holds the mark, a line such as `2026-11-23T08:00:00Z`; `floor` is the newest time known from elsewhere."""

    def __init__(self, file: Path, floor: Callable[[], float], now: Callable[[], float] = time.time) -> None:
        self.file = file
        self._floor = floor
        self._now = now
        self._lock = Lock()

    def moment(self) -> float:
        """The time to judge by, in seconds since 1970. Raises `LicenseFault`."""
        with self._lock:
            now = _seconds(self._now, "the clock of this machine shows no time")
            floor = _seconds(self._floor, "the time of the newest audit record cannot be told")
            mark = self._mark()
            if now < max(mark, floor) - TOLERANCE:
                raise self._turned_back(mark, floor)
            if now >= mark + _STEP:
                self._move(now)
        return max(now, mark, floor)

    def _mark(self) -> float:
        """0 when there is none yet."""
        try:
            content = read_small(self.file, _LONGEST).decode("ascii")
            if not content.endswith("\n"):  # the half of a line
                raise ValueError("no line")
            mark = parsed(content[:-1]).timestamp()
            utc(mark)
            return mark
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise _fault(
                f"{self.file.name} cannot be read ({type(error).__name__}); let this account read it"
            ) from None
        except ValueError:
            raise _fault(
                f"{self.file.name}, line 1: is not a time; if the clock of this machine is right, remove the file"
            ) from None

    def _move(self, now: float) -> None:
        try:
            replace_file(self.file, f"{written(utc(now))}\n".encode("ascii"), 0o600)
        except OSError as error:
            reason = type(error).__name__
            raise _fault(
                f"{self.file.name} cannot be written ({reason}); let this account write to its folder"
            ) from None

    def _turned_back(self, mark: float, floor: float) -> LicenseFault:
        where, remedy = self.file.name, f"remove the file {self.file.name}"
        if floor > mark:
            where, remedy = "the audit trail", "begin a new audit trail"
        return _fault(
            f"the clock of this machine has been turned back: {where} knows of {utc(max(mark, floor)):%Y-%m-%d}; "
            f"set the clock right, or {remedy} if that day is wrong"
        )


def _seconds(source: Callable[[], float], otherwise: str) -> float:
    """Raises `LicenseFault`: whatever goes wrong with a clock, it does not make a license good."""
    try:
        seconds = source()
        if 0 <= seconds <= LAST:
            return seconds
    except Exception as error:
        raise _fault(f"{otherwise} ({type(error).__name__})") from None
    raise _fault(otherwise)


def _fault(reason: str) -> LicenseFault:
    return LicenseFault(LicenseState.INVALID, reason)
