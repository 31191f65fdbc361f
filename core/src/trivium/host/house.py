"""Furnishes the house that calls run through, from settings and what plugins contribute."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from trivium.api import PublicKey
from trivium.audit import Trail, open_trail
from trivium.host.loader import Contribution
from trivium.host.secret import read_secret
from trivium.licensing import LicenseDesk
from trivium.pipeline import AuditLog, House, Ledger, Redactor, Usage, Veto, Workers
from trivium.policy import PolicyDesk
from trivium.privacy import Dates, StandIns
from trivium.settings import CoreSettings

log = logging.getLogger("trivium.host")


def build_house(settings: CoreSettings, contributions: Mapping[str, Contribution]) -> House:
    secret = read_secret(settings.home / "secret.key")
    key, trail, stand_ins = secret.key, open_trail(settings, secret.key, fault=secret.fault), StandIns(secret.key)
    ledger = open_ledger(settings)
    ledger.on_decision = lambda *decision: trail.append(decided(*decision), flush=True)
    return House(
        audit=AuditLog(trail, stand_ins),
        licenses=LicenseDesk(
            settings.license_file,
            settings.license_keys,
            _build_keys(contributions),
            revoked=settings.place(settings.license.revoked, "revoked.txt"),
            clock=settings.home / "clock",
            site=settings.license.site,
            floor=trail.newest_time,
        ),
        policy=open_policy(settings),
        usage=Usage(settings.home / "usage.sqlite3"),
        vetoes=[Veto(name, c.veto) for name, c in contributions.items() if c.veto],
        ledger=ledger,
        redactor=Redactor(settings.phi.mode, Dates(settings.phi.dates, key), stand_ins),
        workers=Workers(),
        state_key=stand_ins.seal("request state"),
        observers={name: c.observer for name, c in contributions.items() if c.observer},
    )


def _build_keys(contributions: Mapping[str, Contribution]) -> dict[str, PublicKey]:
    """The build's own license keys. An id that two plugins claim is trusted for neither."""
    owners = Counter(kid for contribution in contributions.values() for kid in contribution.license_keys)
    for kid in (kid for kid, count in owners.items() if count > 1):
        log.warning("the license key %s is claimed by more than one plugin and is not trusted", kid)
    return {
        kid: key
        for contribution in contributions.values()
        for kid, key in contribution.license_keys.items()
        if owners[kid] == 1
    }


def open_audit(settings: CoreSettings) -> Trail:
    """The trail of a home, for whoever needs no house around it."""
    secret = read_secret(settings.home / "secret.key")
    return open_trail(settings, secret.key, fault=secret.fault)


def open_policy(settings: CoreSettings) -> PolicyDesk:
    given = settings.policy
    return PolicyDesk(settings.policy_file, given.edition, read_only=given.read_only, required=given.file is not None)


def open_ledger(settings: CoreSettings) -> Ledger:
    return Ledger(settings.approvals_file, seconds=settings.approvals.minutes * 60)


def decided(code: str, tool: str, approve: bool, by: str) -> dict[str, Any]:
    """The record of a person's answer."""
    return {"event": "decided", "approval": code, "tool": tool, "approve": approve, "by": by}
