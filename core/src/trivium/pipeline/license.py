"""The license gate: a tool that needs entitlements, by itself or by the policy, runs only under a license with them."""

from __future__ import annotations

from typing import Final

from anyio import to_thread

from trivium.api import RefusalCode, Refused
from trivium.licensing import License, LicenseDesk, LicenseFault, LicenseState
from trivium.pipeline.call import AdmittedCall

_CODES: Final = {
    LicenseState.MISSING: RefusalCode.LICENSE_REQUIRED,
    LicenseState.INVALID: RefusalCode.LICENSE_INVALID,
    LicenseState.EXPIRED: RefusalCode.LICENSE_EXPIRED,
}


async def check_license(call: AdmittedCall, demands: frozenset[str], desk: LicenseDesk) -> License | None:
    """The license under which this call runs, or None when it needs none.

    `demands` are the entitlements that the policy adds to the tool's own. Raises `Refused`; whatever goes wrong in here
    is a no.
    """
    required = call.spec.requires | demands
    if not required:
        return None
    wanted = ", ".join(sorted(required))
    try:
        license_ = await to_thread.run_sync(desk.current)  # reads files and, the first time, imports a library
    except LicenseFault as fault:
        raise Refused(
            _CODES[fault.state], f"{call.spec.name} needs a license with {wanted}: {fault}; see `trivium license`"
        ) from None
    except Exception as error:
        raise Refused(
            RefusalCode.GATE_FAILED, f"the license could not be checked ({type(error).__name__}), which counts as no"
        ) from None
    if missing := required - license_.entitlements:
        raise Refused(
            RefusalCode.ENTITLEMENT_MISSING,
            f"the license lacks {', '.join(sorted(missing))}, which {call.spec.name} needs; its issuer can add it",
        )
    return license_
