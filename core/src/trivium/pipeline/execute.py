"""One road for every call. Nothing can register a tool that goes round it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import anyio

from trivium.api import PUBLIC, AfterCall, Effect, Kind, Preflight
from trivium.licensing import LicenseDesk
from trivium.pipeline.approve import Person, ask_person
from trivium.pipeline.audit import AuditLog, outcome_of
from trivium.pipeline.call import Request, admit
from trivium.pipeline.ledger import Ledger
from trivium.pipeline.license import check_license
from trivium.pipeline.limits import charge_call, settle_call
from trivium.pipeline.redact import Redactor, counts_of
from trivium.pipeline.run import ProgressSink, Workers, run
from trivium.pipeline.safety import check_safety
from trivium.pipeline.standing import Standing, approval_level
from trivium.pipeline.usage import Usage
from trivium.pipeline.vetoes import Veto, ask_vetoes
from trivium.policy import PolicyDesk
from trivium.privacy import StandIns

log = logging.getLogger("trivium.pipeline")

MOST_PATIENTS: Final = 50
"""Stand-ins of patients that the record of one call names."""


@dataclass(frozen=True)
class House:
    """What the stages of the road need."""

    audit: AuditLog
    licenses: LicenseDesk
    policy: PolicyDesk
    usage: Usage
    vetoes: Sequence[Veto]
    ledger: Ledger
    redactor: Redactor
    workers: Workers
    observers: Mapping[str, Callable[[AfterCall], None]]
    state_key: str = field(repr=False)
    """Seals what travels through a client from one round of a call to the next. Every process of the house has it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a caller gets."""

    result: dict[str, Any]
    notices: tuple[str, ...] = ()
    """Sentences of the host beside the result."""
    record_text: bool = False
    """Whether free text of a record stands in the result."""


async def execute(request: Request, house: House, person: Person, sink: ProgressSink) -> Outcome:
    """The redacted result of a call.

    Raises `Refused`, `ToolFailure` or `UnknownTool`, and `AnswerNeeded` when the call has to come again.
    """
    standing = Standing.of(house.policy)
    required = standing.audit_required(request.effect)
    async with house.audit.entry(request, required=required) as entry:
        call = admit(request, house.redactor)
        rules = standing.rules(call.spec)
        license_ = await check_license(call, rules.demands, house.licenses)
        limits = license_.limits if license_ else {}
        plan = await check_safety(call, rules, limits, house.usage, house.workers)
        if plan is not None:  # the destination has been found on the list
            patients = patients_in(plan, house.redactor.stand_ins)
            entry.note(destination=call.destination, planned=plan.counts, patients=patients or None)
        await ask_vetoes(call, house.vetoes, house.workers)
        level = approval_level(call.spec, rules)
        approval = await ask_person(call, plan, level, house.ledger, person, house.redactor)
        entry.note(license=license_ and license_.id, approval=approval, rehearsal=call.rehearsal or None)
        charge = await charge_call(call, plan, rules, house.usage)
        if plan is not None and not call.rehearsal:
            await entry.begin(**entry.facts)
        # What a tool makes of the caller's own input and of its knowledge is public where it does not say otherwise.
        mark = call.spec.mark or (PUBLIC if call.spec.effect is Effect.LOCAL else None)
        result = await run(call, house.workers, sink, lambda late: entry.note(result=counts_of(late, mark)))
        await settle_call(charge, call, result, house.usage)
        entry.note(result=counts_of(result, mark))
        opened = standing.opened(call.caller, call.spec.name)
        shown = house.redactor.render(result, mark, declared=call.spec.output, opened=opened)
        entry.note(patients=shown.patients[:MOST_PATIENTS] or None, shown=sorted(shown.shown) or None)
        notice = license_.notice if license_ else None
        return Outcome(shown.content, (notice,) if notice else (), shown.record_text)


def patients_in(plan: Preflight, stand_ins: StandIns) -> list[str]:
    """Whose data would move, as the trail names patients."""
    numbers = (fact.value for fact in plan.facts if fact.kind is Kind.PATIENT_ID and fact.value.strip())
    return [stand_ins.of(Kind.PATIENT_ID, number) for number in numbers]


async def execute_and_tell(request: Request, house: House, person: Person, sink: ProgressSink) -> Outcome:
    """`execute`, after which every observer is told. An observer that raises is logged and ignored."""
    started, outcome, result = time.monotonic(), "ok", None
    try:
        done = await execute(request, house, person, sink)
        result = done.result
        return done
    except BaseException as error:
        outcome = outcome_of(error)
        raise
    finally:
        if house.observers and (served := request.served):
            seconds = time.monotonic() - started
            with anyio.CancelScope(shield=True):
                await _tell(house, AfterCall(served.spec.name, served.plugin, request.caller, outcome, seconds, result))


async def _tell(house: House, event: AfterCall) -> None:
    for plugin, observer in house.observers.items():
        try:
            await house.workers.call(observer, {"event": event}, plugin=f"{plugin} (observer)", timeout=5.0)
        except Exception as error:
            log.warning("plugin %s failed to take notice of a call (%s)", plugin, type(error).__name__)
