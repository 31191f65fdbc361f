"""The host: settings, plugins, what they offer, and the one way to call it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from trivium.api import Command, PromptSpec, ResourceSpec, ToolSpec
from trivium.host.answering import connect
from trivium.host.completing import NOTHING, Completions, complete
from trivium.host.discover import Candidate, installed_plugins
from trivium.host.house import build_house
from trivium.host.loader import Plugin, commands_of
from trivium.host.loading import CannotStart, Loading
from trivium.host.offers import Served
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
    resources: Mapping[str, ResourceSpec]
    """Served, by name."""
    prompts: Mapping[str, PromptSpec]
    """Served."""
    known: Mapping[str, ServedTool]
    """The tools, and those behind resources and prompts; also those that are withheld."""
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
        served, withheld = settle({name: c.offers for name, c in contributions.items()}, settings.tools)
        known = {spec.name: Served(spec, name).tool for name, c in contributions.items() for spec in c.offers}
        if len(contributions) == len(loading.sections):  # else a rule may be for a tool of a plugin that is not loaded
            check_policy(house.policy, known)
        return cls(
            settings=settings,
            tools={name: one.tool for name, one in served.items() if isinstance(one.offer, ToolSpec)},
            resources={name: one.offer for name, one in served.items() if isinstance(one.offer, ResourceSpec)},
            prompts={name: one.offer for name, one in served.items() if isinstance(one.offer, PromptSpec)},
            known=known,
            reports=loading.finished(served, withheld, connect(contributions)),
            house=house,
            plugins=tuple(loading.plugins.values()),
        )

    async def call(self, name: str, arguments: Any, *, caller: str, person: Person, progress: ProgressSink) -> Outcome:
        """Run a tool by the one road there is; what it raises is said at `trivium.pipeline.execute`."""
        return await execute_and_tell(Request(name, arguments, caller, self.tools), self.house, person, progress)

    async def read(self, uri: str, *, caller: str, person: Person) -> Outcome:
        """The text of a resource, as the result `{"text": ...}`; by the same road."""
        if found := self.resource_at(uri):
            request = Request(found[0].name, found[1], caller, self._behind(self.resources), "resource")
        else:
            request = Request(uri, {}, caller, {}, "resource")
        return await execute_and_tell(request, self.house, person, _nobody_told)

    def resource_at(self, uri: str) -> tuple[ResourceSpec, dict[str, str]] | None:
        """What answers to a URI, and with which arguments: a fixed one before templates, else the first that fits."""
        for spec in sorted(self.resources.values(), key=lambda spec: not spec.fixed):
            if (arguments := spec.template.match(uri)) is not None:
                return spec, arguments
        return None

    async def get_prompt(self, name: str, arguments: Any, *, caller: str, person: Person) -> Outcome:
        """The text of a prompt, as the result `{"text": ...}`; by the same road."""
        request = Request(name, arguments, caller, self._behind(self.prompts), "prompt")
        return await execute_and_tell(request, self.house, person, _nobody_told)

    async def complete(self, spec: ResourceSpec | PromptSpec, argument: str, typed: str, chosen: Any) -> Completions:
        """What an argument can be. Nothing of a resource or prompt that the policy has switched off."""
        if spec.name not in self.listed([spec.name]):
            return NOTHING
        return await complete(spec, self.known[spec.name].plugin, argument, typed, chosen, self.house.workers)

    def _behind(self, names: Iterable[str]) -> dict[str, ServedTool]:
        return {name: self.known[name] for name in names}

    def listed(self, names: Iterable[str] | None = None) -> list[str]:
        """What clients are shown of these names, or of the tools: served, and not switched off by the policy now."""
        policy = Standing.of(self.house.policy).policy  # what a fault refuses says so when it is called
        return [
            name
            for name in (self.tools if names is None else names)
            if policy.rules(name, self.known[name].spec.effect).enabled
        ]

    def serving(self) -> Service:
        """What runs beside the calls while a transport serves this host."""
        return Service(self.settings, self.house.audit.trail, self.reports)

    def commands(self) -> list[Command]:
        """What plugins add to the `trivium` program."""
        return [command for plugin in self.plugins for command in commands_of(plugin)]


async def _nobody_told(done: float, total: float | None) -> None:
    """Texts are too quick for progress."""


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
