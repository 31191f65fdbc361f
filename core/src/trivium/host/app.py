"""The host: settings, plugins, tools, and the one way to call them."""

from __future__ import annotations

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
from trivium.pipeline import House, Person, ProgressSink, Request, ServedTool, execute_and_tell
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
            loading = Loading(settings, installed_plugins() if plugins is None else plugins)
            check_names(sources.environ, sources.file, CoreSettings, loading.sections)
        except (BadSettings, UnknownSetting) as error:
            raise CannotStart(str(error)) from None
        contributions = loading.collect(sources)
        loading.check_selections(contributions)
        if absent := [name for name in settings.plugins.required if name not in contributions]:
            raise CannotStart(f"plugins.required names {', '.join(absent)}, which is not loaded; see `trivium plugins`")
        tools, withheld = settle({name: c.tools for name, c in contributions.items()}, settings.tools)
        return cls(
            settings=settings,
            tools=tools,
            reports=loading.finished(tools, withheld),
            house=build_house(settings, contributions),
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
        raise CannotStart(f"settings: {faults_of(error)}") from None
