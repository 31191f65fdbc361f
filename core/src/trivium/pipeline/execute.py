"""One road for every call. Nothing can register a tool that goes round it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio

from trivium.api import AfterCall, Kind
from trivium.licensing import LicenseDesk
from trivium.pipeline.approve import Person, ask_person
from trivium.pipeline.audit import AuditLog, outcome_of
from trivium.pipeline.call import Request, admit
from trivium.pipeline.gates import bounded, pass_gates
from trivium.pipeline.ledger import Ledger
from trivium.pipeline.limits import charge_call, settle_call
from trivium.pipeline.marks import result_mark
from trivium.pipeline.observers import Observers, tell_observers
from trivium.pipeline.redact import Redactor, counts_of
from trivium.pipeline.run import ProgressSink, Workers, run
from trivium.pipeline.standing import Standing
from trivium.pipeline.usage import Usage
from trivium.pipeline.vetoes import Veto
from trivium.policy import PolicyDesk


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
    observers: Observers
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
    images: tuple[bytes, ...] = ()
    """Pictures (PNG) that belong to the result."""
    told: dict[str, Any] | None = None
    """The result as observers are told it, whatever the caller is shown."""


async def execute(request: Request, house: House, person: Person, sink: ProgressSink) -> Outcome:
    """The redacted result of a call.

    Raises `Refused`, `ToolFailure` or `UnknownTool`, and `AnswerNeeded` when the call has to come again.
    """
    standing = Standing.of(house.policy)
    opening = opened_by(standing, request, house)
    required = bool(opening) or standing.audit_required(request.effect)
    async with house.audit.entry(request, required=required, opening=sorted(opening) or None) as entry:
        call = admit(request, house.redactor)
        passed = await pass_gates(call, house, entry)
        again = partial(pass_gates, call, house, entry)
        approval, passed = await ask_person(call, passed, house.ledger, person, house.redactor, again)
        entry.note(license=passed.license and passed.license.id, approval=approval, rehearsal=call.rehearsal or None)
        charge = await charge_call(call, passed.plan, passed.rules, house.usage)
        if passed.plan is not None and not call.rehearsal:
            await entry.begin(**entry.facts)
        mark = result_mark(call.spec)
        result = await run(call, house.workers, sink, lambda late: entry.note(result=counts_of(late, mark)))
        entry.note(result=counts_of(result, mark))
        await settle_call(charge, call, result, house.usage)
        if opening:  # what was closed while it ran is closed
            opening &= opened_by(Standing.of(house.policy), request, house)
        shown = house.redactor.render(result, mark, declared=call.spec.output, opened=opening, echo=call.echo)
        entry.note(patients=bounded(shown.patients) or None, shown=sorted(shown.shown) or None)
        notice = passed.license.notice if passed.license else None
        closed = house.redactor.closed()
        told = closed.render(result, mark, declared=call.spec.output, echo=call.echo) if house.observers else None
        notices = (notice,) if notice else ()
        return Outcome(shown.content, notices, shown.record_text, shown.images, told.content if told else None)


def opened_by(standing: Standing, request: Request, house: House) -> frozenset[Kind]:
    """The kinds of patient data that this caller is shown of this tool."""
    return house.redactor.opened(standing.opened(request.caller, request.name))


async def execute_and_tell(request: Request, house: House, person: Person, sink: ProgressSink) -> Outcome:
    """`execute`, after which every observer is told. An observer that raises is logged and ignored."""
    started, outcome, result = time.monotonic(), "ok", None
    try:
        done = await execute(request, house, person, sink)
        result = done.told
        return done
    except BaseException as error:
        outcome = outcome_of(error)
        raise
    finally:
        if house.observers and (served := request.served):
            seconds = time.monotonic() - started
            with anyio.CancelScope(shield=True):
                event = AfterCall(served.spec.name, served.plugin, request.caller, outcome, seconds, result)
                await tell_observers(event, house.observers, house.workers)
