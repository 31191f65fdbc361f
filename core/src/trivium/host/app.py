"""The host: settings, plugins, tools, and the one way to call them."""

from __future__ import annotations

import logging
import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from trivium.api import Command, PublicKey
from trivium.host.discover import Candidate, installed_plugins
from trivium.host.loader import Contribution, LeftOut, Plugin, collect, commands_of, load
from trivium.host.registry import settle
from trivium.host.report import PluginReport, Status
from trivium.licensing import LicenseDesk
from trivium.pipeline import (
    AuditLog,
    House,
    Ledger,
    Person,
    ProgressSink,
    Redactor,
    Request,
    ServedTool,
    Veto,
    Workers,
    execute_and_tell,
)
from trivium.settings import CoreSettings, Sources, UnknownSetting, check_names, check_own_names, fill
from trivium.settings.compose import BadSettings

log = logging.getLogger("trivium.host")


class CannotStart(Exception):  # the sentence is the message
    """The host refuses to run, for a reason its operator has to see."""


@dataclass(frozen=True)
class Host:
    """Everything that runs between a transport and the plugins. Build as many as you like."""

    settings: CoreSettings
    tools: Mapping[str, ServedTool]
    reports: Sequence[PluginReport]
    house: House
    plugins: Sequence[Plugin]

    @classmethod
    def start(cls, environ: Mapping[str, str] | None = None, plugins: Sequence[Candidate] | None = None) -> Host:
        """Load the plugins and build the house. Raises `CannotStart`."""
        try:
            sources = Sources.of(os.environ if environ is None else environ)
            check_own_names(sources.environ, CoreSettings)
            settings = core_settings(sources)
            loading = _Loading(settings, installed_plugins() if plugins is None else plugins)
            check_names(sources.environ, sources.file, CoreSettings, loading.sections)
        except (BadSettings, UnknownSetting) as error:
            raise CannotStart(str(error)) from None
        contributions = loading.collect(sources)
        if absent := [name for name in settings.plugins.required if name not in contributions]:
            raise CannotStart(f"plugins.required names {', '.join(absent)}, which is not loaded; see `trivium plugins`")
        tools, withheld = settle({name: c.tools for name, c in contributions.items()}, settings.tools)
        return cls(
            settings=settings,
            tools=tools,
            reports=loading.finished(tools, withheld),
            house=_build_house(settings, contributions),
            plugins=tuple(loading.plugins.values()),
        )

    async def call(
        self, name: str, arguments: Any, *, caller: str, person: Person, progress: ProgressSink
    ) -> dict[str, Any]:
        """Run a tool by the one road there is; what it raises is said at `trivium.pipeline.execute`."""
        return await execute_and_tell(Request(name, arguments, caller, self.tools), self.house, person, progress)

    def commands(self) -> list[Command]:
        """What plugins add to the `trivium` program."""
        return [command for plugin in self.plugins for command in commands_of(plugin)]


def core_settings(sources: Sources) -> CoreSettings:
    """The host's own section. Raises `CannotStart`."""
    try:
        return fill(CoreSettings, sources, section=None)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        words = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise CannotStart(f"settings: {words}") from None


class _Loading:
    """The state of start-up: which plugins are still in, and what is to be said of the others."""

    def __init__(self, settings: CoreSettings, candidates: Sequence[Candidate]) -> None:
        self.reports: dict[tuple[str, str], PluginReport] = {}
        self.plugins: dict[str, Plugin] = {}
        self.sections: dict[str, type[BaseModel] | None] = {}
        names = Counter(candidate.name for candidate in candidates)
        for candidate in candidates:
            self.sections[candidate.name] = None
            if names[candidate.name] > 1:
                owners = " and ".join(c.distribution for c in candidates if c.name == candidate.name)
                self._note(candidate, Status.LEFT_OUT, f"its name is claimed by {owners}")
            elif reason := _deselected(candidate.name, settings):
                self._note(candidate, Status.DISABLED, reason)
            else:
                self._load(candidate)

    def _load(self, candidate: Candidate) -> None:
        try:
            plugin = load(candidate)
        except LeftOut as fault:
            self._note(candidate, Status.LEFT_OUT, str(fault))
            return
        self.plugins[candidate.name] = plugin
        self.sections[candidate.name] = plugin.settings_model or BaseModel
        self._note(candidate, Status.LOADED, "", plugin.info.summary)

    def collect(self, sources: Sources) -> dict[str, Contribution]:
        """What each plugin contributes, in loading order; one that cannot is left out from here on."""
        contributions: dict[str, Contribution] = {}
        for name, plugin in list(self.plugins.items()):
            try:
                contributions[name] = collect(plugin, sources)
            except LeftOut as fault:
                del self.plugins[name]
                self._note(plugin.candidate, Status.LEFT_OUT, str(fault), plugin.info.summary)
        return contributions

    def finished(
        self, tools: Mapping[str, ServedTool], withheld: Mapping[str, dict[str, str]]
    ) -> tuple[PluginReport, ...]:
        return tuple(
            replace(
                report,
                tools=tuple(name for name, tool in tools.items() if tool.plugin == report.name),
                withheld=withheld.get(report.name, {}),
            )
            if report.status is Status.LOADED
            else report
            for report in self.reports.values()
        )

    def _note(self, candidate: Candidate, status: Status, reason: str, summary: str = "") -> None:
        if status is Status.LEFT_OUT:
            log.warning("plugin %s is left out: %s", candidate.name, reason)
        self.reports[candidate.name, candidate.distribution] = PluginReport(
            candidate.name, status, candidate.distribution, candidate.version, summary, reason
        )


def _deselected(name: str, settings: CoreSettings) -> str:
    if name in settings.plugins.disabled:
        return "disabled by plugins.disabled"
    if settings.plugins.enabled is not None and name not in settings.plugins.enabled:
        return "not in plugins.enabled"
    return ""


def _build_house(settings: CoreSettings, contributions: Mapping[str, Contribution]) -> House:
    keys: dict[str, PublicKey] = {}
    for contribution in contributions.values():
        keys.update(contribution.license_keys)
    return House(
        audit=AuditLog(settings.audit_file, _secret(settings.home / "secret.key")),
        licenses=LicenseDesk(settings.license_file, settings.license_keys, keys),
        vetoes=[Veto(name, c.veto) for name, c in contributions.items() if c.veto],
        ledger=open_ledger(settings),
        redactor=Redactor(settings.phi.redact),
        workers=Workers(),
        observers={name: c.observer for name, c in contributions.items() if c.observer},
    )


def open_ledger(settings: CoreSettings) -> Ledger:
    return Ledger(settings.approvals_file, seconds=settings.approvals.minutes * 60)


def _secret(path: Path) -> bytes:
    """The key behind the audit trail's tokens, made once. Without a usable home it lives as long as the process."""
    try:
        if not path.exists():
            _make_secret(path)
        return path.read_bytes()
    except OSError as error:
        log.warning("the home folder cannot be used (%s): audit tokens will not outlive this run", type(error).__name__)
        return secrets.token_bytes(32)


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
