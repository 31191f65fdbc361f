"""Start-up, plugin by plugin: which are still in, and what is to be said of the others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel

from trivium.api import PromptSpec, ResourceSpec, ToolSpec
from trivium.host.answering import Hookup
from trivium.host.discover import Candidate
from trivium.host.lint import order_to_models
from trivium.host.loader import Contribution, LeftOut, Plugin, collect, load
from trivium.host.offers import Offer, Served
from trivium.host.report import PluginReport, Status
from trivium.settings import CoreSettings, Sources, nearest

if TYPE_CHECKING:
    from trivium.host.locked import Locked

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
        self.offers: dict[str, Sequence[Offer]] = {}
        """Every tool, resource and prompt of the plugins that are in, also those that are not trusted."""
        self.doubts: dict[str, dict[str, str]] = {}
        """Of these the ones that are not trusted, with the reason."""
        self._locked = _locked_mode(settings, candidates)
        names = Counter(candidate.name for candidate in candidates)
        for candidate in candidates:
            self.sections[candidate.name] = None
            if names[candidate.name] > 1:
                owners = " and ".join(c.distribution for c in candidates if c.name == candidate.name)
                self._note(candidate, Status.LEFT_OUT, f"its name is claimed by {owners}")
            elif reason := deselected(candidate.name, settings):
                self._note(candidate, Status.DISABLED, reason)
            elif self._locked and (reason := self._locked.refusal(candidate)):
                self._note(candidate, Status.LEFT_OUT, reason)
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
        self.offers = {name: contribution.offers for name, contribution in contributions.items()}
        self.doubts = {name: doubts for name in self.offers if (doubts := self._doubts(name))}
        return {name: self._trusted(name, contribution) for name, contribution in contributions.items()}

    def _doubts(self, plugin: str) -> dict[str, str]:
        """In locked mode offers whose definition is not the locked one; else those that give orders to models."""
        specs = self.offers[plugin]
        if self._locked:
            doubts = self._locked.doubts(plugin, specs)
        else:
            others = [spec.name for name, offer in self.offers.items() if name != plugin for spec in offer]
            doubts = {spec.name: order for spec in specs if (order := self._order(plugin, spec, others))}
        for name, reason in doubts.items():
            log.warning("%s of plugin %s is withheld: %s", name, plugin, reason)
        return doubts

    def _order(self, plugin: str, spec: Offer, others: Collection[str]) -> str:
        """An order to models in the texts of an offer, unless somebody has looked at it and locked it."""
        if not (order := order_to_models(spec, others)):
            return ""
        from trivium.host.lockfile import LockFault, read_lock

        try:
            entry = read_lock(self._settings.lock_file).plugins.get(plugin)
        except LockFault:
            return order
        return order_to_models(spec, others, entry.tools.get(spec.name) if entry else None)

    def _trusted(self, name: str, contribution: Contribution) -> Contribution:
        doubts = self.doubts.get(name, {})
        return replace(contribution, offers=tuple(spec for spec in contribution.offers if spec.name not in doubts))

    def check_selections(self, contributions: Mapping[str, Contribution]) -> None:
        """Refuse names that select nothing: a misspelt one in a list of what is disabled would leave it served.

        While a plugin is not loaded its tools are unknown, and then any name of a tool may be right.
        """
        plugins, tools = self._settings.plugins, self._settings.tools
        _check_known("plugins.enabled", plugins.enabled or (), self.sections)
        _check_known("plugins.disabled", plugins.disabled, self.sections)
        if len(contributions) == len(self.sections):
            offered = {spec.name for specs in self.offers.values() for spec in specs}
            _check_known("tools.enabled", tools.enabled or (), offered)
            _check_known("tools.disabled", tools.disabled, offered)

    def finished(
        self, served: Mapping[str, Served], withheld: Mapping[str, dict[str, str]], hookups: Mapping[str, Hookup]
    ) -> tuple[PluginReport, ...]:
        return tuple(
            _with_offers(
                report,
                [one.offer for one in served.values() if one.plugin == report.name],
                self.doubts.get(report.name, {}) | withheld.get(report.name, {}),
                hookups[report.name],
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


def _locked_mode(settings: CoreSettings, candidates: Sequence[Candidate]) -> Locked | None:
    """Imported on demand: without a lock a start pays nothing for it."""
    if not settings.plugins.locked:
        return None
    from trivium.host.locked import Locked

    selected = {candidate.name for candidate in candidates if not deselected(candidate.name, settings)}
    return Locked(settings.lock_file, candidates, selected)


def _with_offers(
    report: PluginReport, served: Sequence[Offer], withheld: dict[str, str], hookup: Hookup
) -> PluginReport:
    return replace(
        report,
        tools=tuple(one.name for one in served if isinstance(one, ToolSpec)),
        resources={one.name: one.uri for one in served if isinstance(one, ResourceSpec)},
        prompts=tuple(one.name for one in served if isinstance(one, PromptSpec)),
        hooks=tuple(hookup.own),
        answers=tuple(hookup.answers),
        withheld=withheld | hookup.withheld,
        idle=hookup.idle,
    )


def _check_known(setting: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise CannotStart(f"{setting} names {name}, which is not there{nearest(name, known)}")


def deselected(name: str, settings: CoreSettings) -> str:
    """Why the settings do not ask for a plugin; empty if they do."""
    if name in settings.plugins.disabled:
        return "disabled by plugins.disabled"
    if settings.plugins.enabled is not None and name not in settings.plugins.enabled:
        return "not in plugins.enabled"
    return ""
