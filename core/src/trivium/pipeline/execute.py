"""One road for every call. Nothing can register a tool that goes round it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from trivium.api import PUBLIC, AfterCall, Effect
from trivium.licensing import LicenseDesk
from trivium.pipeline.approve import Person, ask_person
from trivium.pipeline.audit import AuditLog, outcome_of
from trivium.pipeline.call import Request, admit
from trivium.pipeline.ledger import Ledger
from trivium.pipeline.license import check_license
from trivium.pipeline.redact import Redactor, counts_of
from trivium.pipeline.run import ProgressSink, Workers, run
from trivium.pipeline.safety import check_safety
from trivium.pipeline.vetoes import Veto, ask_vetoes

log = logging.getLogger("trivium.pipeline")


@dataclass(frozen=True)
class House:
    """What the stages of the road need."""

    audit: AuditLog
    licenses: LicenseDesk
    vetoes: Sequence[Veto]
    ledger: Ledger
    redactor: Redactor
    workers: Workers
    observers: Mapping[str, Callable[[AfterCall], None]]


async def execute(request: Request, house: House, person: Person, sink: ProgressSink) -> dict[str, Any]:
    """The redacted result of a call.

    Raises `Refused`, `ToolFailure` or `UnknownTool`, and `AnswerNeeded` when the call has to come again.
    """
    async with house.audit.entry(request) as entry:
        call = admit(request)
        license_ = await check_license(call, house.licenses)
        plan = await check_safety(call, house.workers)
        if plan is not None:  # the destination has been found on the list
            entry.note(destination=call.destination, planned=plan.counts)
        await ask_vetoes(call, house.vetoes, house.workers)
        approval = await ask_person(call, plan, house.ledger, person, house.redactor)
        entry.note(license=license_ and license_.id, approval=approval, rehearsal=call.rehearsal or None)
        # What a tool makes of the caller's own input and of its knowledge is public where it does not say otherwise.
        mark = call.spec.mark or (PUBLIC if call.spec.effect is Effect.LOCAL else None)
        result = await run(call, house.workers, sink, lambda late: entry.note(result=counts_of(late, mark)))
        entry.note(result=counts_of(result, mark))
        return house.redactor.render(result, mark, declared=call.spec.output)


async def execute_and_tell(request: Request, house: House, person: Person, sink: ProgressSink) -> dict[str, Any]:
    """`execute`, after which every observer is told. An observer that raises is logged and ignored."""
    started, outcome, result = time.monotonic(), "ok", None
    try:
        result = await execute(request, house, person, sink)
        return result
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
