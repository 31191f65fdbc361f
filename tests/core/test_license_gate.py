"""The gate on the road of a call: what a tool or the policy demands, the license must carry."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.core.bench import MOVE, Bench
from tests.core.tokens import judged, signed
from trivium.api import RefusalCode, Refused
from trivium.licensing import License, LicenseFault, LicenseState
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.license import check_license

pytestmark = pytest.mark.anyio

NOTHING: frozenset[str] = frozenset()
LICENSE = judged(signed({"entitlements": ["widgets.move", "premium"]}))


@dataclass
class Desk:
    """In the place of the real one: answers, or raises."""

    answer: License | Exception
    asked: int = 0

    def current(self) -> License:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def check(call: AdmittedCall, demands: frozenset[str], desk: Desk) -> License | None:
    return await check_license(call, demands, desk)  # type: ignore[arg-type]


async def refusal(call: AdmittedCall, demands: frozenset[str], desk: Desk) -> tuple[RefusalCode, str]:
    with pytest.raises(Refused) as caught:
        await check(call, demands, desk)
    return caught.value.reason, str(caught.value)


def admitted(bench: Bench, name: str, **arguments: str) -> AdmittedCall:
    served = bench.host().tools[name]
    return AdmittedCall(served.spec, served.plugin, "test", served.spec.input.model_validate(arguments))


@pytest.fixture
def moving(bench: Bench) -> AdmittedCall:
    return admitted(bench, "move_widget", **MOVE)


@pytest.fixture
def looking(bench: Bench) -> AdmittedCall:
    return admitted(bench, "lookup_widget", code="W-1")


async def test_a_call_that_needs_nothing_does_not_ask_for_the_license(looking: AdmittedCall) -> None:
    desk = Desk(RuntimeError())
    assert await check(looking, NOTHING, desk) is None
    assert desk.asked == 0


async def test_a_call_runs_under_a_license_that_carries_what_it_needs(moving: AdmittedCall) -> None:
    assert await check(moving, NOTHING, Desk(LICENSE)) is LICENSE


async def test_the_policy_can_demand_more_of_any_tool(moving: AdmittedCall, looking: AdmittedCall) -> None:
    premium = frozenset({"premium"})
    assert await check(looking, premium, Desk(LICENSE)) is LICENSE
    assert await check(moving, premium, Desk(LICENSE)) is LICENSE
    plain = judged(signed())
    lacking = (
        RefusalCode.ENTITLEMENT_MISSING,
        "the license lacks premium, which move_widget needs; its issuer can add it",
    )
    assert await refusal(moving, premium, Desk(plain)) == lacking


async def test_the_policy_cannot_take_away_what_a_tool_demands(moving: AdmittedCall) -> None:
    other = judged(signed({"entitlements": ["premium"]}))
    assert await refusal(moving, frozenset({"premium"}), Desk(other)) == (
        RefusalCode.ENTITLEMENT_MISSING,
        "the license lacks widgets.move, which move_widget needs; its issuer can add it",
    )


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (LicenseState.MISSING, RefusalCode.LICENSE_REQUIRED),
        (LicenseState.INVALID, RefusalCode.LICENSE_INVALID),
        (LicenseState.EXPIRED, RefusalCode.LICENSE_EXPIRED),
    ],
)
async def test_a_fault_is_said_with_everything_that_is_needed(
    moving: AdmittedCall, state: LicenseState, code: RefusalCode
) -> None:
    said = await refusal(moving, frozenset({"premium"}), Desk(LicenseFault(state, "the reason")))
    assert said == (code, "move_widget needs a license with premium, widgets.move: the reason; see `trivium license`")


async def test_whatever_goes_wrong_is_a_no(moving: AdmittedCall) -> None:
    assert await refusal(moving, NOTHING, Desk(RuntimeError("Ward 7"))) == (
        RefusalCode.GATE_FAILED,
        "the license could not be checked (RuntimeError), which counts as no",
    )
