"""Looks up while a library blocks: pynetdicom's response generators give no chance to notice that a caller has left."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

EVERY: Final = 0.2
"""Seconds between two looks."""

STOP_SECONDS: Final = 6.0
"""How long an archive has to confirm a C-CANCEL. The host waits 10 seconds for the account of a stopped call."""


class StopNotConfirmed(Exception):
    """The archive went on after a C-CANCEL, or fell silent."""


def watched(items: Iterator[T], look: Callable[[], None]) -> Iterator[T]:
    """The same items, taken from `items` in a helper thread; `look` is called before each one and while none comes.

    Whatever `items` or `look` raise is raised here. A consumer that stops early has to make `items` end by itself
    (abort the association): the helper thread waits for nothing else.
    """
    arrived: queue.SimpleQueue[tuple[T] | BaseException | None] = queue.SimpleQueue()

    def take() -> None:
        try:
            for item in items:
                arrived.put((item,))
        except BaseException as error:  # raised again in the consumer's thread
            arrived.put(error)
        else:
            arrived.put(None)

    threading.Thread(target=take, daemon=True, name="dimse responses").start()
    while True:
        look()
        try:
            news = arrived.get(timeout=EVERY)
        except queue.Empty:
            continue
        if news is None:
            return
        if isinstance(news, BaseException):
            raise news
        yield news[0]
