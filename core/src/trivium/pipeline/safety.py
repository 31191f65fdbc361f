"""The safety gate: switches, quiet hours, archives, destinations, and how much, found out before it moves.

What the operator's policy says and what the tool declares both have to allow a call.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from trivium.api import Preflight, RefusalCode, Refused, Safety, ToolFailure
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.limits import check_limits
from trivium.pipeline.run import Workers
from trivium.pipeline.usage import Usage
from trivium.policy import Rules
from trivium.policy.rules import ARCHIVES, DESTINATIONS, ENABLED

DEFAULT_ARCHIVE: Final = "default"
"""How a policy names the archive that a call means when it names none."""


async def check_safety(
    call: AdmittedCall, rules: Rules, license_limits: Mapping[str, int], usage: Usage, workers: Workers
) -> Preflight | None:
    """What the call would move, or None when it moves nothing.

    `license_limits` are those of the license under which the call runs, if any. Raises `Refused`, and the
    `ToolFailure` of the tool's own preflight; any other exception in here is a no.
    """
    spec = call.spec
    if spec.effect.effectful and spec.safety is None:
        raise Refused(RefusalCode.GATE_FAILED, f"{spec.name} has an effect but declares no safety rules")
    _check_switch(call, rules)
    if rules.quiet is not None:
        raise Refused(RefusalCode.QUIET_HOURS, f"{spec.name} does not run now: {rules.quiet}")
    _check_archives(call, rules)
    _check_destination(call, rules)
    plan = await _preflight(call, workers) if spec.effect.effectful else None
    await check_limits(call, plan, rules, license_limits, usage)
    return plan


def _check_switch(call: AdmittedCall, rules: Rules) -> None:
    spec = call.spec
    if rules.enabled is not True:
        raise Refused(
            RefusalCode.SWITCHED_OFF,
            f"{spec.name} is switched off by {rules.place(ENABLED)}; whoever runs this host can change that",
        )
    if spec.safety is not None and spec.safety.enabled is not True:
        raise Refused(
            spec.safety.switch_code,
            f"{spec.name} is switched off; whoever runs this host can set {spec.safety.switch}",
        )


def _check_archives(call: AdmittedCall, rules: Rules) -> None:
    """A tool that reads elsewhere and names no archive means the default one."""
    spec = call.spec
    if rules.archives is None or not (spec.effect.remote or spec.archive):
        return
    if not archives_of(call) <= rules.archives:
        where = spec.archive or "the archive that is meant when none is named"
        allowed = ", ".join(sorted(rules.archives)) or "none"
        raise Refused(
            RefusalCode.ARCHIVE_NOT_ALLOWED,
            f"{where} is not on the list of allowed archives ({allowed}); "
            f"whoever runs this host can add it to {rules.place(ARCHIVES)}",
        )


def archives_of(call: AdmittedCall) -> frozenset[Any]:
    """What a call names to read from."""
    named = call.values.get(call.spec.archive) if call.spec.archive else None
    names = named if isinstance(named, list | tuple | set | frozenset) else [named]
    return frozenset(name or DEFAULT_ARCHIVE for name in names or [None])


def _check_destination(call: AdmittedCall, rules: Rules) -> None:
    spec, safety = call.spec, call.spec.safety
    if safety is None or safety.destination is None:
        if rules.destinations is not None and spec.effect.effectful:
            raise Refused(
                RefusalCode.DESTINATION_NOT_ALLOWED,
                f"{rules.place(DESTINATIONS)} lists destinations, and {spec.name} does not say where things go",
            )
        return
    if call.destination not in destinations_of(safety, rules):
        allowed = ", ".join(sorted(destinations_of(safety, rules))) or "none"
        listed = call.destination in safety.destinations
        raise Refused(
            RefusalCode.DESTINATION_NOT_ALLOWED,
            f"{safety.destination} is not on the list of allowed destinations ({allowed}); whoever runs this host "
            f"can add it to {rules.place(DESTINATIONS) if listed else safety.destinations_setting}",
        )


def destinations_of(safety: Safety, rules: Rules) -> frozenset[str]:
    """Where both the tool's settings and the policy let things go."""
    return safety.destinations if rules.destinations is None else safety.destinations & rules.destinations


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
