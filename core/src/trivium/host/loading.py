"""Start-up, plugin by plugin: which are still in, and what is to be said of the others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel

from trivium.host.discover import Candidate
from trivium.host.loader import Contribution, LeftOut, Plugin, collect, load
from trivium.host.report import PluginReport, Status
from trivium.pipeline import ServedTool
from trivium.settings import CoreSettings, Sources, nearest

log = logging.getLogger("trivium.host")


class CannotStart(Exception):
    """The host refuses to run, for a reason its operator has to see."""


class Loading:
    """The state of start-up: which plugins are still in, and what is to be said of the others."""

    def __init__(self, settings: CoreSettings, candidates: Sequence[Candidate]) -> None:
        self._settings = settings
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

    def check_selections(self, contributions: Mapping[str, Contribution]) -> None:
        """Refuse names that select nothing: a misspelt one in a list of what is disabled would leave it served.

        While a plugin is not loaded its tools are unknown, and then any name of a tool may be right.
        """
        plugins, tools = self._settings.plugins, self._settings.tools
        _check_known("plugins.enabled", plugins.enabled or (), self.sections)
        _check_known("plugins.disabled", plugins.disabled, self.sections)
        if len(contributions) == len(self.sections):
            offered = {spec.name for contribution in contributions.values() for spec in contribution.tools}
            _check_known("tools.enabled", tools.enabled or (), offered)
            _check_known("tools.disabled", tools.disabled, offered)

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


def _check_known(setting: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise CannotStart(f"{setting} names {name}, which is not there{nearest(name, known)}")


def _deselected(name: str, settings: CoreSettings) -> str:
    if name in settings.plugins.disabled:
        return "disabled by plugins.disabled"
    if settings.plugins.enabled is not None and name not in settings.plugins.enabled:
        return "not in plugins.enabled"
    return ""
