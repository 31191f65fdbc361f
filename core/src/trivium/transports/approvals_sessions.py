"""Who is logged in on the approvals page. Kept in this process alone: a restart logs everybody out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from trivium.access import Entry

LASTS: Final = 30 * 60.0
"""Seconds from the login, or from the last decision. Looking does not prolong it."""
MOST: Final = 1000
FAILURES: Final = 10
"""Wrong secrets from one address within `WINDOW` seconds, after which it has to wait."""
WINDOW: Final = 60.0


@dataclass(slots=True)
class Session:
    entry: Entry
    ends: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Stands in every form of this session: a page elsewhere cannot know it."""
    news: str = ""
    """What the last decision came to, told once."""

    def accepts(self, csrf: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "surrogatepass"))


class Sessions:
    """By the hash of the cookie's value, so that what is kept here opens nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[str, Session] = OrderedDict()

    def begin(self, entry: Entry) -> tuple[str, Session]:
        """A new session and the value of its cookie. The oldest one makes room."""
        cookie = secrets.token_urlsafe(32)
        while len(self._open) >= MOST:
            self._open.popitem(last=False)
        session = self._open[_key(cookie)] = Session(entry, self._clock() + LASTS)
        return cookie, session

    def of(self, cookie: str) -> Session | None:
        session = self._open.get(_key(cookie))
        if session is not None and session.ends <= self._clock():
            self.end(cookie)
            return None
        return session

    def prolong(self, session: Session) -> None:
        session.ends = self._clock() + LASTS

    def end(self, cookie: str) -> None:
        self._open.pop(_key(cookie), None)


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()


class Attempts:
    """Slows down who shows wrong secrets. They are too long to guess; this keeps the noise down."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 when it may now."""
        times = self._failed.get(address)
        if times is None or len(times) < FAILURES:
            return 0.0
        return max(0.0, times[0] + WINDOW - self._clock())

    def failed(self, address: str) -> None:
        self._failed.setdefault(address, deque(maxlen=FAILURES)).append(self._clock())
        self._failed.move_to_end(address)
        while len(self._failed) > MOST:
            self._failed.popitem(last=False)
