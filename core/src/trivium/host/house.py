"""Furnishes the house that calls run through, from settings and what plugins contribute."""

from __future__ import annotations

import logging
import os
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from trivium.api import PublicKey
from trivium.audit import Trail, open_trail
from trivium.host.loader import Contribution
from trivium.licensing import LicenseDesk
from trivium.pipeline import AuditLog, House, Ledger, Redactor, Usage, Veto, Workers
from trivium.policy import PolicyDesk
from trivium.privacy import Dates, StandIns
from trivium.settings import CoreSettings

log = logging.getLogger("trivium.host")


def build_house(settings: CoreSettings, contributions: Mapping[str, Contribution]) -> House:
    key = _secret(settings.home / "secret.key")
    trail, stand_ins = open_trail(settings, key), StandIns(key)
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
    return open_trail(settings, _secret(settings.home / "secret.key"))


def open_policy(settings: CoreSettings) -> PolicyDesk:
    given = settings.policy
    return PolicyDesk(settings.policy_file, given.edition, read_only=given.read_only, required=given.file is not None)


def open_ledger(settings: CoreSettings) -> Ledger:
    return Ledger(settings.approvals_file, seconds=settings.approvals.minutes * 60)


def decided(code: str, tool: str, approve: bool, by: str) -> dict[str, Any]:
    """The record of a person's answer."""
    return {"event": "decided", "approval": code, "tool": tool, "approve": approve, "by": by}


def _secret(path: Path) -> bytes:
    """The key behind the audit trail's tokens, made once. Without a usable home it lives as long as the process."""
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        log.warning("the home folder cannot be used (%s): audit tokens will not outlive this run", type(error).__name__)
        return secrets.token_bytes(32)
    if len(secret) < 32:
        log.warning("secret.key is too short to be one: audit tokens will not outlive this run")
        return secrets.token_bytes(32)
    return secret


def _make_secret(path: Path) -> None:
    """The file appears whole or not at all, whoever else is starting."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    try:
        fresh.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
