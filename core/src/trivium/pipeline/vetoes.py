"""Any plugin may say no. It can only tighten, and an exception is a no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from trivium.api import CallView, Problem, RefusalCode, Refused
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.run import THREADS_PER_PLUGIN, Workers

TIMEOUT: Final = 5.0
"""Seconds that a plugin has to decide."""


@dataclass(frozen=True, slots=True)
class Veto:
    plugin: str
    ask: Callable[[CallView], str | None]


class AllStuck(Exception):
    """Every thread of the veto is with a call that was given up on: there is nobody to ask, and no use in waiting."""


async def ask_vetoes(call: AdmittedCall, vetoes: Sequence[Veto], workers: Workers) -> None:
    """Raises `Refused` with the plugin's name; its words are shown only when they are a `Problem`."""
    for veto in vetoes:
        try:
            reason = await _ask(veto, call, workers)
        except Exception as error:
            raise Refused(
                RefusalCode.VETOED, f"plugin {veto.plugin} failed to decide ({type(error).__name__}): that is a no"
            ) from None
        if reason is not None:
            words = f": {reason.value}" if isinstance(reason, Problem) else ""
            raise Refused(RefusalCode.VETOED, f"plugin {veto.plugin} said no{words}")


async def _ask(veto: Veto, call: AdmittedCall, workers: Workers) -> str | None:
    room = f"{veto.plugin} (veto)"
    if workers.stuck(room) >= THREADS_PER_PLUGIN:
        raise AllStuck
    reason: str | None = await workers.call(veto.ask, {"call": call.view}, plugin=room, timeout=TIMEOUT)
    return reason
