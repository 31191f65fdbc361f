"""How much a call may move or read: at once, by whoever sets the smallest limit, and within an hour.

A count that nobody knows counts as too many. A tool without an effect moves nothing, so only what it reads is bounded,
and one whose whole result is public reads no record.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from anyio import to_thread
from pydantic import BaseModel

from trivium.api import Effect, Preflight, Public, RefusalCode, Refused, ToolSpec
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.usage import Usage, UsageFault
from trivium.policy import Quota, Rules
from trivium.policy.rules import ROWS, per_call

log = logging.getLogger("trivium.pipeline")


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of a count that one call may take, and where that is set."""

    count: str
    most: int
    where: str


def counts_of_call(call: AdmittedCall, plan: Preflight | None) -> dict[str, int]:
    """What a call would move and read, as far as that is known before it runs."""
    spec = call.spec
    counts: dict[str, Any] = {}
    if spec.rows is not None:
        counts[ROWS] = call.values.get(spec.rows.asked)
    elif spec.effect is Effect.LOCAL or isinstance(spec.mark, Public):
        counts[ROWS] = 0
    if plan is not None:
        counts |= plan.counts
    return {name: count for name, count in counts.items() if _is_count(count)}


def limits_of(spec: ToolSpec, rules: Rules, license_limits: Mapping[str, int]) -> list[Limit]:
    """The smallest limit of each count: the tool's own, the policy's, the license's."""
    safety = spec.safety
    limits = [Limit(count, most, safety.limits_setting) for count, most in safety.limits.items()] if safety else []
    limits += [Limit(count, most, rules.place(per_call(count))) for count, most in rules.per_call.items()]
    limits += [Limit(count, most, "the license") for count, most in license_limits.items()]
    smallest: dict[str, Limit] = {}
    for limit in limits:
        if _bounds(spec, limit.count) and (limit.count not in smallest or limit.most < smallest[limit.count].most):
            smallest[limit.count] = limit
    return list(smallest.values())


def quotas_of(spec: ToolSpec, rules: Rules) -> tuple[Quota, ...]:
    """Those of the hour that bound this tool."""
    return tuple(quota for quota in rules.per_hour if _bounds(spec, quota.count))


def _bounds(spec: ToolSpec, count: str) -> bool:
    return spec.effect.effectful or count == ROWS


async def check_limits(
    call: AdmittedCall, plan: Preflight | None, rules: Rules, license_limits: Mapping[str, int], usage: Usage
) -> None:
    """Raises `Refused`. Looks at what is left of the hour and takes nothing of it, as a person may still say no."""
    counts = counts_of_call(call, plan)
    for limit in limits_of(call.spec, rules, license_limits):
        if _known(counts, limit.count, limit.where) > limit.most:
            raise Refused(
                RefusalCode.LIMIT_EXCEEDED,
                f"{_would(counts, limit.count)} and the limit is {limit.most} ({limit.where}); ask for less",
            )
    if quotas := quotas_of(call.spec, rules):
        left = await _left(usage, quotas)
        for quota in quotas:
            if _known(counts, quota.count, quota.where) > left[quota]:
                raise _used_up(counts, quota, left[quota])


async def charge_call(call: AdmittedCall, plan: Preflight | None, rules: Rules, usage: Usage) -> int | None:
    """Take from the hour what this call is about to move or read, once it is approved; the charge, to settle it by.

    None where there is nothing to account for: a rehearsal, or a call without effect that no quota bounds. Raises
    `Refused` when others have taken it meanwhile, and when the account cannot be used.
    """
    quotas = quotas_of(call.spec, rules)
    if call.rehearsal or not (call.spec.effect.effectful or quotas):
        return None
    counts = counts_of_call(call, plan)
    try:
        charge = await to_thread.run_sync(lambda: usage.charge(call.spec.name, call.spec.effect, counts, quotas))
    except UsageFault as fault:
        raise _no_account(fault) from None
    if charge is None:
        left = await _left(usage, quotas)
        short = [quota for quota in quotas if counts.get(quota.count, 0) > left[quota]] or quotas
        raise _used_up(counts, short[0], left[short[0]])
    return charge


async def settle_call(charge: int | None, call: AdmittedCall, result: BaseModel, usage: Usage) -> None:
    """Put the rows that came in the place of those that were asked for.

    The call has run, so a fault is no reason to lose its result: the charge then stays as high as it was.
    """
    if charge is None or call.spec.rows is None:
        return
    found = getattr(result, call.spec.rows.found, None)
    if not _is_count(found):
        return
    try:
        await to_thread.run_sync(lambda: usage.settle(charge, {ROWS: found}))
    except UsageFault as fault:
        log.warning("the account of what was read this hour cannot be written (%s)", fault)


async def _left(usage: Usage, quotas: tuple[Quota, ...]) -> dict[Quota, int]:
    try:
        return await to_thread.run_sync(lambda: usage.left(quotas))
    except UsageFault as fault:
        raise _no_account(fault) from None


def _no_account(fault: UsageFault) -> Refused:
    return Refused(
        RefusalCode.GATE_FAILED, f"the account of this hour's limits cannot be used ({fault}): nothing was done"
    )


def _used_up(counts: Mapping[str, int], quota: Quota, left: int) -> Refused:
    return Refused(
        RefusalCode.LIMIT_EXCEEDED,
        f"{_would(counts, quota.count)} and {left} of the {quota.most} in an hour are left ({quota.where}); "
        "ask for less, or later",
    )


def _known(counts: Mapping[str, int], name: str, where: str) -> int:
    if name not in counts:
        raise Refused(
            RefusalCode.LIMIT_EXCEEDED, f"the number of {name} is unknown, which counts as too many ({where})"
        )
    return counts[name]


def _would(counts: Mapping[str, int], name: str) -> str:
    return f"{counts.get(name)} {name} {'are asked for' if name == ROWS else 'would move'}"


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
