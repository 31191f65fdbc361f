"""What `trivium plugins lock` and `verify` look at: what is installed, and what of it may be imported to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trivium.host.definitions import definition_of
from trivium.host.differences import Difference, differences
from trivium.host.discover import Candidate
from trivium.host.distributions import Installed, inspect
from trivium.host.loading import Loading, deselected
from trivium.host.locked import distribution_of
from trivium.host.lockfile import Lock, LockedPlugin
from trivium.host.offers import Offer
from trivium.settings import CoreSettings, Sources


class CannotLock(Exception):
    """An installation that no lock can vouch for. The text has a line for each fault."""


@dataclass(frozen=True)
class Proposal:
    """What a lock would hold."""

    lock: Lock
    left_out: Mapping[str, str]
    """Plugins that are not in it, with the reason."""
    installed: Mapping[str, Installed]
    offers: Mapping[str, Sequence[Offer]]
    """The plugins that are in it, and what they offer."""

    def changes(self, before: Lock) -> list[Difference]:
        """What it takes for good that the lock before it did not."""
        kept = Lock(plugins={name: entry for name, entry in before.plugins.items() if name in self.lock.plugins})
        gone = [Difference(name, "is no longer in the lock") for name in sorted(before.plugins.keys() - kept.plugins)]
        return gone + differences(kept, self.installed, self.offers)


def propose(
    settings: CoreSettings, sources: Sources, candidates: Sequence[Candidate], accepted: Collection[str] = ()
) -> Proposal:
    """Lock the selected plugins as they are installed now.

    `accepted` names tools whose texts give orders to models and are to be locked nevertheless. Plugins are imported,
    but only once the files of all of them are what their RECORD says. Raises `CannotLock`.
    """
    selected = [candidate for candidate in candidates if not deselected(candidate.name, settings)]
    installed = [(candidate.name, _inspected(candidate)) for candidate in selected]
    if faults := [f"{name}: {fault}" for name, one in installed for fault in (one.faults() if one else [_NOWHERE])]:
        raise CannotLock("\n".join(faults))
    selection = settings.plugins.model_copy(update={"locked": False})
    loading = Loading(settings.model_copy(update={"plugins": selection}), candidates)
    loading.collect(sources)
    if unknown := sorted(set(accepted) - {spec.name for specs in loading.offers.values() for spec in specs}):
        raise CannotLock(f"there is no tool {', '.join(unknown)}")
    refused = _refused(loading, settings, accepted)
    there = {name: one for name, one in installed if one is not None and name in loading.offers}
    offers = {name: [spec for spec in loading.offers[name] if spec.name not in refused] for name in there}
    return Proposal(
        lock=Lock(plugins={name: _entry(there[name], offers[name]) for name in there}),
        left_out={report.name: report.reason for report in loading.reports.values() if report.name not in there},
        installed=there,
        offers=offers,
    )


def _refused(loading: Loading, settings: CoreSettings, accepted: Collection[str]) -> set[str]:
    """Tools that are not locked. Raises `CannotLock` when the settings ask for one of them."""
    doubts = {
        tool: f"{plugin}: {tool}: {reason}"
        for plugin, reasons in loading.doubts.items()
        for tool, reason in reasons.items()
        if tool not in accepted
    }
    if wanted := [sentence for tool, sentence in doubts.items() if _is_selected(tool, settings)]:
        raise CannotLock("\n".join([*wanted, "disable such a tool by tools.disabled, or take it as it is by --accept"]))
    return set(doubts)


_NOWHERE: Final = "it is not an installed distribution, which a lock could vouch for"


def compare(settings: CoreSettings, sources: Sources, candidates: Sequence[Candidate], lock: Lock) -> list[Difference]:
    """In what this installation differs from a lock.

    In locked mode an altered plugin is not imported to be asked for its tools; otherwise it is, as every start does.
    """
    loading = Loading(settings, candidates)
    loading.collect(sources)
    there = [c for c in candidates if c.name in lock.plugins or not deselected(c.name, settings)]
    names = Counter(candidate.name for candidate in there)
    claimed = [Difference(name, "its name is claimed by several distributions") for name in names if names[name] > 1]
    offers = {plugin: _concerned(plugin, specs, lock, settings) for plugin, specs in loading.offers.items()}
    return claimed + differences(lock, {candidate.name: _inspected(candidate) for candidate in there}, offers)


def _concerned(plugin: str, specs: Sequence[Offer], lock: Lock, settings: CoreSettings) -> list[Offer]:
    """A tool that is neither locked nor asked for is no difference."""
    entry = lock.plugins.get(plugin)
    return [spec for spec in specs if (entry and spec.name in entry.tools) or _is_selected(spec.name, settings)]


def _is_selected(tool: str, settings: CoreSettings) -> bool:
    chosen = settings.tools
    return tool not in chosen.disabled and (chosen.enabled is None or tool in chosen.enabled)


def _inspected(candidate: Candidate) -> Installed | None:
    distribution = distribution_of(candidate)
    return inspect(distribution) if distribution else None


def _entry(installed: Installed, specs: Sequence[Offer]) -> LockedPlugin:
    return LockedPlugin(
        distribution=installed.name,
        version=installed.version,
        record=installed.record,
        files=dict(installed.listed),
        tools={spec.name: definition_of(spec) for spec in specs},
    )
