"""Furnishes the house that calls run through, from settings and what plugins contribute."""

from __future__ import annotations

import logging
import os
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from trivium.api import PublicKey
from trivium.host.loader import Contribution
from trivium.licensing import LicenseDesk
from trivium.pipeline import AuditLog, House, Ledger, Redactor, Veto, Workers
from trivium.settings import CoreSettings

log = logging.getLogger("trivium.host")


def build_house(settings: CoreSettings, contributions: Mapping[str, Contribution]) -> House:
    return House(
        audit=open_audit(settings),
        licenses=LicenseDesk(settings.license_file, settings.license_keys, _build_keys(contributions)),
        vetoes=[Veto(name, c.veto) for name, c in contributions.items() if c.veto],
        ledger=open_ledger(settings),
        redactor=Redactor(settings.phi.mode != "open"),
        workers=Workers(),
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


def open_audit(settings: CoreSettings) -> AuditLog:
    return AuditLog(settings.audit_file, _secret(settings.home / "secret.key"))


def open_ledger(settings: CoreSettings) -> Ledger:
    return Ledger(settings.approvals_file, seconds=settings.approvals.minutes * 60)


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
