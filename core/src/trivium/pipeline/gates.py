"""The gates that need no person: license, policy, vetoes. They are passed before anybody is asked, and again after.

A person may think for minutes, in which a license is revoked, a policy tightened, a study grows. A yes is to what was
asked, and to a house that would still allow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium.api import Kind, Preflight
from trivium.licensing import License
from trivium.pipeline.audit import Entry
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.license import check_license
from trivium.pipeline.safety import check_safety
from trivium.pipeline.standing import Standing, approval_level
from trivium.pipeline.vetoes import ask_vetoes
from trivium.policy import ApprovalLevel, Rules
from trivium.privacy import StandIns

if TYPE_CHECKING:
    from trivium.pipeline.execute import House

MOST_PATIENTS: Final = 50
"""Stand-ins of patients that the record of one call names."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the gates have found."""

    rules: Rules
    license: License | None
    plan: Preflight | None
    """What would move; None for a call that moves nothing."""
    level: ApprovalLevel


async def pass_gates(call: AdmittedCall, house: House, entry: Entry) -> Passed:
    """Raises `Refused`, and the `ToolFailure` of the tool's own preflight."""
    rules = Standing.of(house.policy).rules(call.spec)
    license_ = await check_license(call, rules.demands, house.licenses)
    limits = license_.limits if license_ else {}
    plan = await check_safety(call, rules, limits, house.usage, house.workers)
    if plan is not None:  # the destination has been found on the list
        patients = patients_in(plan, house.redactor.stand_ins)
        entry.note(destination=call.destination, planned=plan.counts, patients=patients or None)
    await ask_vetoes(call, house.vetoes, house.workers)
    return Passed(rules, license_, plan, approval_level(call.spec, rules))


def patients_in(plan: Preflight, stand_ins: StandIns) -> list[str]:
    """Whose data would move, as the trail names patients: each once, and no more than it names."""
    numbers = (fact.value for fact in plan.facts if fact.kind is Kind.PATIENT_ID and fact.value.strip())
    return bounded(list(dict.fromkeys(stand_ins.of(Kind.PATIENT_ID, number) for number in numbers)))


def bounded(patients: Sequence[str]) -> list[str]:
    return list(patients[:MOST_PATIENTS])
