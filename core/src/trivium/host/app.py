"""The host: settings, plugins, tools, and the one way to call them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from trivium.api import Command
from trivium.host.discover import Candidate, installed_plugins
from trivium.host.house import build_house
from trivium.host.loader import Plugin, commands_of
from trivium.host.loading import CannotStart, Loading
from trivium.host.registry import settle
from trivium.host.report import PluginReport
from trivium.host.service import Service
from trivium.pipeline import House, Outcome, Person, ProgressSink, Request, ServedTool, execute_and_tell
from trivium.pipeline.standing import Standing
from trivium.policy import PolicyDesk, PolicyFault
from trivium.settings import (
    BadSettings,
    CoreSettings,
    Sources,
    UnknownSetting,
    check_names,
    check_own_names,
    faults_of,
    fill,
)

log = logging.getLogger("trivium.host")


@dataclass(frozen=True)
class Host:
    """Everything that runs between a transport and the plugins. Build as many as you like."""

    settings: CoreSettings
    tools: Mapping[str, ServedTool]
    """Served."""
    known: Mapping[str, ServedTool]
    """Those that are withheld as well."""
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
            loading = Loading(settings, installed_plugins() if plugins is None else plugins)
            check_names(sources.environ, sources.file, CoreSettings, loading.sections)
        except (BadSettings, UnknownSetting) as error:
            raise CannotStart(str(error)) from None
        contributions = loading.collect(sources)
        loading.check_selections(contributions)
        if absent := [name for name in settings.plugins.required if name not in contributions]:
            raise CannotStart(f"plugins.required names {', '.join(absent)}, which is not loaded; see `trivium plugins`")
        house = build_house(settings, contributions)
        tools, withheld = settle({name: c.tools for name, c in contributions.items()}, settings.tools)
        known = {spec.name: ServedTool(spec, name) for name, c in contributions.items() for spec in c.tools}
        if len(contributions) == len(loading.sections):  # else a rule may be for a tool of a plugin that is not loaded
            check_policy(house.policy, known)
        return cls(
            settings=settings,
            tools=tools,
            known=known,
            reports=loading.finished(tools, withheld),
            house=house,
            plugins=tuple(loading.plugins.values()),
        )

    async def call(self, name: str, arguments: Any, *, caller: str, person: Person, progress: ProgressSink) -> Outcome:
        """Run a tool by the one road there is; what it raises is said at `trivium.pipeline.execute`."""
        return await execute_and_tell(Request(name, arguments, caller, self.tools), self.house, person, progress)

    def listed(self) -> list[str]:
        """The tools that clients are shown: served, and not switched off by the policy as it stands."""
        policy = Standing.of(self.house.policy).policy  # what a fault refuses says so when it is called
        return [name for name, tool in self.tools.items() if policy.rules(name, tool.spec.effect).enabled]

    def serving(self) -> Service:
        """What runs beside the calls while a transport serves this host."""
        return Service(self.settings, self.house.audit.trail, self.reports)

    def commands(self) -> list[Command]:
        """What plugins add to the `trivium` program."""
        return [command for plugin in self.plugins for command in commands_of(plugin)]


def check_policy(desk: PolicyDesk, known: Mapping[str, ServedTool]) -> None:
    """A rule that can have no effect stops the start: a misspelt one leaves open what it was to close.

    A policy that cannot be read does not: it refuses what it may forbid, call by call, and the rest goes on. Raises
    `CannotStart`.
    """
    try:
        problems = desk.current().problems({name: tool.spec for name, tool in known.items()})
    except PolicyFault as fault:
        log.error("the safety policy cannot be used: %s", fault)
        return
    if problems:
        raise CannotStart("; ".join(problems))


def core_settings(sources: Sources) -> CoreSettings:
    """The host's own section. Raises `CannotStart`."""
    try:
        return fill(CoreSettings, sources, section=None)
    except ValidationError as error:
        raise CannotStart(f"settings: {faults_of(error)}") from None
