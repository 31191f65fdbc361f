"""The safety gate of tools that move or change things: switch, destination, and how much, found out before it moves."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from trivium.api import Preflight, RefusalCode, Refused, Safety, ToolFailure
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.run import Workers


async def check_safety(call: AdmittedCall, workers: Workers) -> Preflight | None:
    """What the call would move, or None when it moves nothing.

    Raises `Refused`, and the `ToolFailure` of the tool's own preflight; any other exception in here is a no.
    """
    if not call.spec.effect.effectful:
        return None
    safety = call.spec.safety
    if safety is None:
        raise Refused(RefusalCode.GATE_FAILED, f"{call.spec.name} has an effect but declares no safety rules")
    _check_switch(call, safety)
    _check_destination(call, safety)
    plan = await _preflight(call, workers)
    _check_limits(plan.counts, safety)
    return plan


def _check_switch(call: AdmittedCall, safety: Safety) -> None:
    if safety.enabled is not True:
        raise Refused(
            safety.switch_code, f"{call.spec.name} is switched off; whoever runs this host can set {safety.switch}"
        )


def _check_destination(call: AdmittedCall, safety: Safety) -> None:
    if safety.destination is None:
        return
    if call.destination not in safety.destinations:
        allowed = ", ".join(sorted(safety.destinations)) or "none"
        raise Refused(
            RefusalCode.DESTINATION_NOT_ALLOWED,
            f"{safety.destination} is not on the list of allowed destinations ({allowed}); "
            f"whoever runs this host can add it to {safety.destinations_setting}",
        )


async def _preflight(call: AdmittedCall, workers: Workers) -> Preflight:
    function = call.spec.preflight
    if function is None:
        return Preflight(counts={})
    offered = {**call.spec.supplied, **call.values}
    wanted = {name: offered[name] for name in inspect.signature(function).parameters}
    try:
        plan = await workers.call(function, wanted, plugin=call.plugin, timeout=60.0)
    except ToolFailure:
        raise
    except Exception as error:
        raise Refused(
            RefusalCode.GATE_FAILED, f"it could not be found out what would move ({type(error).__name__})"
        ) from None
    if not isinstance(plan, Preflight):
        raise Refused(RefusalCode.GATE_FAILED, "it could not be found out what would move")
    return plan


def _check_limits(counts: Mapping[str, int], safety: Safety) -> None:
    for name, most in safety.limits.items():
        count = counts.get(name)
        if count is None:
            raise Refused(RefusalCode.LIMIT_EXCEEDED, f"the number of {name} is unknown, which counts as too many")
        if count > most:
            raise Refused(
                RefusalCode.LIMIT_EXCEEDED,
                f"{count} {name} would move and the limit is {most} ({safety.limits_setting}); ask for less",
            )
