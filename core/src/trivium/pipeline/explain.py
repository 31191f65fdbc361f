"""Says in words which gates stand between a call and its run, and which are open now.

Uses the same rules that decide about calls, and decides nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from trivium.api import Refused, Safety, ToolSpec
from trivium.licensing import LicenseDesk, LicenseFault
from trivium.pipeline.limits import limits_of
from trivium.pipeline.safety import destinations_of
from trivium.pipeline.standing import Standing, approval_level
from trivium.pipeline.usage import Usage, UsageFault
from trivium.pipeline.vetoes import Veto
from trivium.policy import ApprovalLevel, PolicyDesk, Quota, Rules
from trivium.policy.rules import ARCHIVES, DESTINATIONS, ENABLED

_APPROVAL: Final = {
    ApprovalLevel.NONE: "nobody is asked",
    ApprovalLevel.ASK: "a person at the client, or at this host, approves each run",
    ApprovalLevel.OUTSIDE: "somebody outside the client, who is not the caller, approves each run",
}
_MODES: Final = {
    "redact": "patient numbers become stand-ins and other patient data is withheld",
    "tokens": "patient data becomes stand-ins and free text is withheld",
    "open": "patient data is shown",
}


@dataclass(frozen=True, slots=True)
class Gate:
    name: str
    stands: str
    """What it asks of a call, in words."""
    open: bool | None
    """Now; None where it depends on the call."""
    how: str = ""
    """What would change it."""


class Parts(Protocol):
    """What of the house decides about calls."""

    @property
    def policy(self) -> PolicyDesk: ...

    @property
    def licenses(self) -> LicenseDesk: ...

    @property
    def vetoes(self) -> Sequence[Veto]: ...

    @property
    def usage(self) -> Usage: ...


def explain(spec: ToolSpec, caller: str, parts: Parts, *, mode: str, audit_file: Path) -> list[Gate]:
    """The gates of a tool, in the order in which a call meets them. `mode` is that of patient data."""
    standing = Standing.of(parts.policy)
    try:
        rules, unreadable = standing.rules(spec), []
    except Refused as refusal:
        rules, unreadable = Rules(), [Gate("policy file", str(refusal), open=False, how="see `trivium policy check`")]
    license_gate, license_limits = _license(spec, rules, parts.licenses)
    return [
        _audit(spec, standing, audit_file),
        *unreadable,
        license_gate,
        *_switches(spec, rules),
        *_places(spec, rules),
        *_limits(spec, rules, license_limits, parts.usage),
        *_vetoes(parts.vetoes),
        _approval(spec, rules),
        _redaction(spec, caller, standing, mode),
    ]


def _audit(spec: ToolSpec, standing: Standing, file: Path) -> Gate:
    required = standing.audit_required(spec.effect)
    stands = "each call is recorded before it runs" + (", and refused when it cannot be" if required else "")
    # The file, or the folder that it, or the folder above it, would be made in.
    nearest = next(place for place in (file, *file.absolute().parents) if place.exists())
    writable = os.access(nearest, os.W_OK) and not (nearest == file and file.is_dir())
    return Gate("audit", stands, open=writable or not required, how="" if writable else f"make {file} writable")


def _license(spec: ToolSpec, rules: Rules, desk: LicenseDesk) -> tuple[Gate, Mapping[str, int]]:
    """And the limits of the license under which the tool would run."""
    required = spec.requires | rules.demands
    if not required:
        return Gate("license", "none is needed", open=True), {}
    needed = f"one with {', '.join(sorted(required))} is needed"
    try:
        license_ = desk.current()
    except LicenseFault as fault:
        return Gate("license", f"{needed}: {fault}", open=False, how="see `trivium license`"), {}
    except Exception as error:  # the gate itself takes it for a no
        return Gate("license", f"{needed}, and it cannot be checked ({type(error).__name__})", open=False), {}
    if missing := required - license_.entitlements:
        lacks = f"{needed}; the present one lacks {', '.join(sorted(missing))}"
        return Gate("license", lacks, open=False, how="its issuer can add it"), {}
    stands = f"{needed}; the present one carries it until {license_.expires:%Y-%m-%d}"
    return Gate("license", stands, open=True, how=license_.notice or ""), license_.limits


def _switches(spec: ToolSpec, rules: Rules) -> Iterator[Gate]:
    if spec.safety is not None:
        on = spec.safety.enabled is True
        stands = f"the plugin's switch is {'on' if on else 'off'}"
        yield Gate("switch", stands, open=on, how="" if on else f"set {spec.safety.switch}")
    if rules.enabled:
        yield Gate("policy", "the policy has it on", open=True)
    else:
        place = rules.place(ENABLED)
        yield Gate("policy", f"it is switched off by {place}", open=False, how=f"change {place}")
    if rules.quiet_hours:
        stands = f"it does not run during {', '.join(rules.quiet_hours)}"
        yield Gate("quiet hours", stands, open=rules.quiet is None, how=rules.quiet or "")


def _places(spec: ToolSpec, rules: Rules) -> Iterator[Gate]:
    if rules.archives is not None and (spec.effect.remote or spec.archive):
        stands = f"it reads from {_list(rules.archives, 'archive')}"
        yield Gate("archives", stands, open=_some(rules.archives), how=f"add others to {rules.place(ARCHIVES)}")
    safety = spec.safety
    if safety is not None and safety.destination is not None:
        allowed = destinations_of(safety, rules)
        yield Gate(
            "destinations", f"things go to {_list(allowed, 'destination')}", _some(allowed), _more_places(safety, rules)
        )
    elif rules.destinations is not None and spec.effect.effectful:
        stands = f"{rules.place(DESTINATIONS)} lists destinations, and it does not say where things go"
        yield Gate("destinations", stands, open=False, how=f"change {rules.place(DESTINATIONS)}")


def _more_places(safety: Safety, rules: Rules) -> str:
    policy = "" if rules.destinations is None else f" and to {rules.place(DESTINATIONS)}"
    return f"add others to {safety.destinations_setting}{policy}"


def _limits(spec: ToolSpec, rules: Rules, license_limits: Mapping[str, int], usage: Usage) -> Iterator[Gate]:
    if limits := limits_of(spec, rules, license_limits):
        stands = ", ".join(f"{limit.most} {limit.count} ({limit.where})" for limit in limits)
        yield Gate("limits per call", f"at most {stands}", open=None)
    if not rules.per_hour:
        return
    try:
        left = usage.left(rules.per_hour)
    except UsageFault as fault:
        stands = f"the account of this hour's limits cannot be used ({fault})"
        yield Gate("limits per hour", stands, open=False, how=f"mend or remove {usage.path}")
        return
    stands = ", ".join(f"{_quota(quota)}, {left[quota]} left now" for quota in rules.per_hour)
    used_up = any(left[quota] == 0 for quota in rules.per_hour)
    yield Gate("limits per hour", f"at most {stands}", open=False if used_up else None, how="wait" if used_up else "")


def _quota(quota: Quota) -> str:
    shared = " together with other tools of its effect" if quota.scope == "effect" else ""
    return f"{quota.most} {quota.count}{shared} ({quota.where})"


def _vetoes(vetoes: Sequence[Veto]) -> Iterator[Gate]:
    if vetoes:
        names = ", ".join(veto.plugin for veto in vetoes)
        yield Gate("vetoes", f"these plugins are asked and can say no: {names}", open=None)


def _approval(spec: ToolSpec, rules: Rules) -> Gate:
    level = approval_level(spec, rules)
    if level is ApprovalLevel.NONE:
        return Gate("approval", _APPROVAL[level], open=True)
    rehearsal = f"; a rehearsal ({spec.rehearsal}) needs none" if spec.rehearsal else ""
    return Gate("approval", _APPROVAL[level] + rehearsal, open=None, how="see `trivium approvals`")


def _redaction(spec: ToolSpec, caller: str, standing: Standing, mode: str) -> Gate:
    """It stops no call; it says what comes back."""
    kinds = sorted(standing.opened(caller, spec.name))
    shown = f"; {caller} is shown {', '.join(kinds)}" if kinds else ""
    return Gate("patient data", f"{_MODES[mode]}{shown}", open=True)


def _list(names: frozenset[str], what: str) -> str:
    return f"{', '.join(sorted(names))} only" if names else f"no {what}: none is on the list"


def _some(names: frozenset[str]) -> bool | None:
    return None if names else False
