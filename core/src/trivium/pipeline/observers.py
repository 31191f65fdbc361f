"""Any plugin may take notice of a call that has ended. Whatever an observer does, the call is not the worse for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from trivium.api import AfterCall
from trivium.pipeline.run import Overrun, Workers

log = logging.getLogger("trivium.pipeline")

TIMEOUT: Final = 5.0
"""Seconds that an observer has; the caller waits for it."""

Observers = Mapping[str, Callable[[AfterCall], None]]
"""By the plugin's name."""


async def tell_observers(event: AfterCall, observers: Observers, workers: Workers) -> None:
    """Tell each, one after the other. One that has taken too long is told of no other call until it has come back."""
    for plugin, observer in observers.items():
        room = f"{plugin} (observer)"
        if workers.stuck(room):
            continue
        try:
            await workers.call(observer, {"event": event}, plugin=room, timeout=TIMEOUT)
        except Overrun:
            log.warning(
                "plugin %s takes longer than %g seconds to take notice of a call: until it has, it is told of no other",
                plugin,
                TIMEOUT,
            )
        except Exception as error:
            log.warning("plugin %s failed to take notice of a call (%s)", plugin, type(error).__name__)
