"""A workbench for the host's own tests: a home folder, an issuer of licenses, and small plugins made on the spot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.core.widgets import Widgets
from trivium.api import PluginInfo, PublicKey, ToolSpec, hookimpl
from trivium.host import Host, PluginReport
from trivium.licensing import issue
from trivium.testing import memory_host

KEY_ID = "site-1"
MOVE = {"code": "W-1", "destination": "WS1"}


def public_key(key: Ed25519PrivateKey, key_id: str = KEY_ID) -> PublicKey:
    return PublicKey(key_id, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@dataclass
class Clock:
    """The time is what a test says. Seconds since 1970."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Nobody:
    """The person at a client that cannot ask."""

    can_be_asked = False

    async def answer(self, question: object) -> Any:
        raise AssertionError("nobody can be asked")


async def no_progress(done: float, total: float | None) -> None:
    """Where progress goes when no test looks at it."""


@dataclass
class Bench:
    """Everything that lets `move_widget` run but the person's approval; a test takes away what it is about."""

    home: Path
    widgets: Widgets = field(default_factory=Widgets)
    environ: dict[str, str] = field(default_factory=dict)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.environ = {"TRIVIUM_HOME": str(self.home), "TRIVIUM_WIDGETS__ALLOW_MOVE": "true", **self.environ}
        (self.home / "keys").mkdir(parents=True)
        (self.home / "keys" / f"{KEY_ID}.pem").write_bytes(public_key(self.key).pem)
        self.license("widgets.move")

    def license(
        self, *entitlements: str, days: int = 30, now: float | None = None, key: Ed25519PrivateKey | None = None
    ) -> None:
        """Put a license into its place."""
        token = issue(
            key or self.key,
            key_id=KEY_ID,
            issuer="site",
            holder="Ward 7",
            entitlements=entitlements,
            days=days,
            now=now,
        )
        self.license_file.write_text(token)

    @property
    def license_file(self) -> Path:
        return self.home / "license.jwt"

    @property
    def audit_file(self) -> Path:
        return self.home / "audit.jsonl"

    def host(self, **others: Any) -> Host:
        return memory_host(self.environ, widgets=self.widgets, **others)

    def only(self, **plugins: Any) -> Host:
        """A host at the same home with just these plugins."""
        return memory_host({"TRIVIUM_HOME": str(self.home)}, **plugins)

    def audit(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit_file.read_text().splitlines()]

    def outcomes(self) -> list[str]:
        """How the recorded calls ended, oldest first."""
        return [record["outcome"] for record in self.audit() if record["event"] == "closed"]

    @property
    def sent(self) -> list[str]:
        return self.widgets.shop.sent


class Plugin:
    """A plugin with just these tools."""

    def __init__(self, name: str, *tools: ToolSpec) -> None:
        self._name = name
        self._tools = tools

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(self._name, "Made for a test")

    @hookimpl
    def trivium_tools(self) -> Sequence[ToolSpec]:
        return self._tools


async def call(host: Host, name: str, arguments: Any = None, *, caller: str = "test") -> dict[str, Any]:
    """A call by the host's own door, without a person."""
    outcome = await host.call(name, arguments, caller=caller, person=Nobody(), progress=no_progress)
    return outcome.result


def report_of(host: Host, name: str) -> PluginReport:
    (report,) = [report for report in host.reports if report.name == name]
    return report
