"""In what an installation differs from its lock, in words that an operator can decide by."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from trivium.host.definitions import Definition, canonical, definition_of, sort_of
from trivium.host.distributions import Installed
from trivium.host.hidden import visible
from trivium.host.lockfile import Lock, LockedPlugin
from trivium.host.offers import Offer


@dataclass(frozen=True, slots=True)
class Difference:
    plugin: str
    what: str
    """One sentence."""
    tool: str = ""
    """Or the resource, or the prompt."""
    details: tuple[str, ...] = ()
    """Lines below it: files, paths in a schema, a unified diff. Printable, whatever a plugin has written."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def differences(
    lock: Lock, installed: Mapping[str, Installed | None], offers: Mapping[str, Sequence[Offer]]
) -> list[Difference]:
    """What is new, gone or changed.

    `installed` has every plugin there is, with its distribution if it has one; `offers` the tools, resources and
    prompts of those that could be asked for them.
    """
    found: list[Difference] = []
    for plugin in sorted(lock.plugins.keys() | installed.keys()):
        entry = lock.plugins.get(plugin)
        if plugin not in installed:
            found.append(Difference(plugin, "is in the lock and not installed"))
        elif entry is None:
            found.append(Difference(plugin, f"is installed ({_named(installed[plugin])}) and not in the lock"))
        else:
            found += _of_distribution(plugin, entry, installed[plugin])
            if plugin in offers:
                found += _of_tools(plugin, entry.tools, {spec.name: definition_of(spec) for spec in offers[plugin]})
    return found


def _named(installed: Installed | None) -> str:
    return visible(f"{installed.name} {installed.version}") if installed else "not as a distribution"


def _of_distribution(plugin: str, entry: LockedPlugin, installed: Installed | None) -> Iterator[Difference]:
    if installed is None:
        yield Difference(plugin, "is not an installed distribution, which a lock could vouch for")
        return
    if installed.name != entry.distribution:
        yield Difference(plugin, visible(f"comes from {installed.name}, and the lock has {entry.distribution}"))
    if installed.version != entry.version:
        yield Difference(plugin, visible(f"version: {entry.version} -> {installed.version}"))
    if faults := installed.faults():
        yield Difference(plugin, "its files are not as its RECORD has them", details=tuple(map(visible, faults)))
    if installed.record != entry.record:
        yield Difference(
            plugin, "its RECORD is not the locked one", details=tuple(_files(entry.files, installed.listed))
        )


def _files(locked: Mapping[str, str], listed: Mapping[str, str]) -> Iterator[str]:
    for path in sorted(locked.keys() | listed.keys()):
        if path not in listed:
            yield visible(f"gone: {path}")
        elif path not in locked:
            yield visible(f"new: {path}")
        elif locked[path] != listed[path]:
            yield visible(f"changed: {path}")


def _of_tools(plugin: str, locked: Mapping[str, Definition], offered: Mapping[str, Definition]) -> Iterator[Difference]:
    for name in sorted(locked.keys() | offered.keys()):
        if name not in offered:
            yield Difference(plugin, f"the {sort_of(locked[name])} is gone", name)
        elif name not in locked:
            yield Difference(plugin, f"the {sort_of(offered[name])} is not in the lock", name)
        elif canonical(locked[name]) != canonical(offered[name]):
            yield from (
                Difference(plugin, what, name, tuple(details)) for what, details in _parts(locked[name], offered[name])
            )


_SENTENCES: Final = {
    "description": "its description has changed",
    "input": "what it takes has changed",
    "variables": "what it takes has changed",
    "arguments": "what it takes has changed",
    "output": "what it returns has changed",
}


def _parts(before: Definition, after: Definition) -> Iterator[tuple[str, list[str]]]:
    for part in dict.fromkeys([*before, *after]):
        old, new = before.get(part), after.get(part)
        if canonical({"": old}) == canonical({"": new}):
            continue
        if part == "description":
            yield _SENTENCES[part], _diff(str(old), str(new))
        elif part in _SENTENCES:
            yield _SENTENCES[part], list(_changes(old, new, ""))
        else:
            yield visible(f"{part}: {_short(old)} -> {_short(new)}"), []


def _diff(old: str, new: str) -> list[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "locked", "installed", lineterm="")
    return [visible(line) for line in lines]


def _changes(old: Any, new: Any, place: str) -> Iterator[str]:
    """The places at which two schemas differ, as far down as both have them."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            below = f"{place}.{name}" if place else str(name)
            if name not in new:
                yield visible(f"gone: {below}")
            elif name not in old:
                yield visible(f"new: {below}: {_short(new[name])}")
            else:
                yield from _changes(old[name], new[name], below)
    elif canonical({"": old}) != canonical({"": new}):
        yield visible(f"{place}: {_short(old)} -> {_short(new)}")


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"
