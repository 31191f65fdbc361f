"""Any plugin may say no. It can only tighten, and an exception is a no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trivium.api import CallView, Problem, RefusalCode, Refused
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.run import Workers


@dataclass(frozen=True, slots=True)
class Veto:
    plugin: str
    ask: Callable[[CallView], str | None]


async def ask_vetoes(call: AdmittedCall, vetoes: Sequence[Veto], workers: Workers) -> None:
    """Raises `Refused` with the plugin's name; its words are shown only when they are a `Problem`."""
    for veto in vetoes:
        try:
            reason = await workers.call(veto.ask, {"call": call.view}, plugin=f"{veto.plugin} (veto)", timeout=5.0)
        except Exception as error:
            raise Refused(
                RefusalCode.VETOED, f"plugin {veto.plugin} failed to decide ({type(error).__name__}): that is a no"
            ) from None
        if reason is not None:
            words = f": {reason.value}" if isinstance(reason, Problem) else ""
            raise Refused(RefusalCode.VETOED, f"plugin {veto.plugin} said no{words}")
