"""Locked mode: what is not as it was written down is not imported, and no tool is served under another definition."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.metadata import Distribution
from pathlib import Path

from trivium.host.definitions import canonical, definition_of
from trivium.host.discover import Candidate
from trivium.host.distributions import Installed, inspect
from trivium.host.guard import Guard
from trivium.host.lockfile import Lock, LockedPlugin, LockFault, read_lock
from trivium.host.offers import Offer


class Locked:
    """What a lock file lets in. A lock that cannot be read lets in nothing."""

    def __init__(self, file: Path, candidates: Sequence[Candidate], selected: Collection[str]) -> None:
        """Looks at the candidates that are selected, and at those that are locked, and keeps the others of these out.

        `selected` names the plugins that the settings ask for.
        """
        self._fault = ""
        self._lock = Lock(plugins={})
        try:
            self._lock = read_lock(file)
        except LockFault as fault:
            self._fault = str(fault)
            return
        self._reasons: dict[tuple[str, str], str] = {}
        trusted: list[Installed] = []
        refused: list[tuple[Installed, str]] = []
        for candidate in candidates:
            entry = self._lock.plugins.get(candidate.name)
            if entry is None and candidate.name not in selected:
                continue
            installed, reason = _judged(candidate, entry)
            self._reasons[candidate.name, candidate.distribution] = reason
            if installed and reason:
                refused.append((installed, f"plugin {candidate.name} is not what the lock has: {reason}"))
            elif installed:
                trusted.append(installed)
        Guard(trusted, refused).install()

    def refusal(self, candidate: Candidate) -> str:
        """Why a candidate is not to be imported; empty if it may be."""
        return self._fault or self._reasons[candidate.name, candidate.distribution]

    def doubts(self, plugin: str, specs: Sequence[Offer]) -> dict[str, str]:
        """The offers of a plugin that are not to be served, with the reason."""
        tools = self._lock.plugins[plugin].tools
        return {
            spec.name: "its definition is not the locked one" if spec.name in tools else "it is not in the lock"
            for spec in specs
            if spec.name not in tools or canonical(tools[spec.name]) != canonical(definition_of(spec))
        }


def distribution_of(candidate: Candidate) -> Distribution | None:
    return candidate.entry_point.dist if candidate.entry_point else None


def _judged(candidate: Candidate, entry: LockedPlugin | None) -> tuple[Installed | None, str]:
    """A candidate as it is installed, and why it is refused; whatever goes wrong in finding out is a reason too."""
    installed = None
    try:
        distribution = distribution_of(candidate)
        installed = inspect(distribution) if distribution else None
        return installed, _reason(entry, installed)
    except Exception as error:
        return installed, f"it cannot be checked ({type(error).__name__})"


def _reason(entry: LockedPlugin | None, installed: Installed | None) -> str:
    """In the words of an operator who has not changed anything and wonders."""
    if installed is None:
        return "it is not an installed distribution, which a lock could vouch for"
    if entry is None:
        return "it is not in the lock"
    if installed.name != entry.distribution:
        return f"it comes from {installed.name}, and the lock has {entry.distribution}"
    if installed.version != entry.version:
        return f"it is version {installed.version}, and the lock has {entry.version}"
    if faults := installed.faults():
        return _some(faults)
    if installed.record != entry.record:
        return "its RECORD is not the locked one"
    return ""


def _some(faults: Sequence[str]) -> str:
    more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
    return "; ".join(faults[:3]) + more
