"""What `trivium license` says about a license, and about the keys that could have signed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import typer

from trivium.cli.common import fail, show_json
from trivium.licensing import KeyFault, License, LicenseDesk, LicenseFault


def say_fault(fault: LicenseFault, desk: LicenseDesk, json: bool) -> NoReturn:
    """Why a license does not count, and exit code 1."""
    if json:
        show_json({"state": fault.state.value, "reason": str(fault), "unusable_keys": _unusable(desk)})
        raise typer.Exit(1)
    _warn_of_keys(desk)
    fail(str(fault))


def say(license_: License, desk: LicenseDesk, json: bool) -> None:
    """What a license that counts says."""
    facts = _facts(license_)
    if json:
        show_json({**facts, "unusable_keys": _unusable(desk)})
        return
    _warn_of_keys(desk)
    for name, value in facts.items():
        if value is not None:
            typer.echo(f"{name.replace('_', ' ')}: {_plain(value)}")


def _warn_of_keys(desk: LicenseDesk) -> None:
    for reason in _unusable(desk):
        typer.echo(f"trivium: a trusted key cannot be used: {reason}", err=True)


def _unusable(desk: LicenseDesk) -> list[str]:
    try:
        return [str(key) for key in desk.keys().values() if isinstance(key, KeyFault)]
    except LicenseFault as fault:
        return [str(fault)]


def _facts(license_: License) -> dict[str, Any]:
    ends = license_.expires
    if license_.notice and license_.grace_ends:
        ends = license_.grace_ends
    return {
        "state": "grace" if license_.notice else "valid",
        "id": license_.id,
        "holder": license_.holder,
        "issuer": license_.issuer,
        "key_id": license_.key_id,
        "site": license_.site,
        "entitlements": sorted(license_.entitlements),
        "limits": dict(license_.limits),
        "issued": license_.issued.isoformat(),
        "not_before": license_.not_before.isoformat(),
        "expires": license_.expires.isoformat(),
        "grace_ends": license_.grace_ends and license_.grace_ends.isoformat(),
        "days_left": max(0, (ends - datetime.now(UTC)) // timedelta(days=1)),
        "notice": license_.notice,
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={number}" for name, number in value.items()) or "none"
    return ", ".join(value) if isinstance(value, list) else str(value)
