"""Who answers whose hook, found out once when all plugins are loaded; and what is to be said of the others."""

from __future__ import annotations

import inspect
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from trivium.api import HookSpec
from trivium.api.hook import SETTINGS
from trivium.host.asking import Answerer
from trivium.host.loader import Contribution
from trivium.settings import nearest

log = logging.getLogger("trivium.host")


@dataclass
class Hookup:
    """What became of the hooks that a plugin has to do with, by their names."""

    own: list[str] = field(default_factory=list)
    """Declared by it, for others to answer."""
    withheld: dict[str, str] = field(default_factory=dict)
    """Declared by it, which nobody is asked, and why."""
    answers: list[str] = field(default_factory=list)
    idle: dict[str, str] = field(default_factory=dict)
    """Implemented by it without being asked, and why."""


def connect(contributions: Mapping[str, Contribution]) -> dict[str, Hookup]:
    """Give each plugin that has hooks those who answer. A hook that two plugins claim is answered by nobody."""
    hookups = {plugin: Hookup() for plugin in contributions}
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for plugin, contribution in contributions.items():
        for hook in contribution.hooks:
            owners[hook.name].append(plugin)
    for plugin, contribution in contributions.items():
        for hook in contribution.hooks:
            if len(owners[hook.name]) > 1:
                hookups[plugin].withheld[hook.name] = _claimed(owners[hook.name])
                contribution.plugins.connect(hook, ())
            else:
                hookups[plugin].own.append(hook.name)
                contribution.plugins.connect(hook, _answerers(hook, contributions, hookups))
    for plugin, contribution in contributions.items():
        _note_idle(contribution, owners, hookups[plugin])
    return hookups


def _answerers(
    hook: HookSpec[..., Any], contributions: Mapping[str, Contribution], hookups: Mapping[str, Hookup]
) -> list[Answerer]:
    found = []
    for plugin, contribution in contributions.items():
        if (function := contribution.implementations.get(hook.name)) is None:
            continue
        if reason := _misfit(function, hook):
            log.warning("plugin %s does not answer %s: %s", plugin, hook.name, reason)
            hookups[plugin].idle[hook.name] = reason
        else:
            hookups[plugin].answers.append(hook.name)
            found.append(_answerer(plugin, function, hook, contribution.settings))
    return found


def _note_idle(contribution: Contribution, owners: Mapping[str, list[str]], hookup: Hookup) -> None:
    """A hook whose plugin is not there is no fault; one that is misspelt looks the same, hence the hint."""
    for name in contribution.implementations:
        if name in owners and len(owners[name]) > 1:
            hookup.idle[name] = _claimed(owners[name])
        elif name not in owners:
            hookup.idle[name] = f"no loaded plugin has it{nearest(name, owners)}"


def _claimed(owners: list[str]) -> str:
    return f"claimed by {' and '.join(owners)}"


def _answerer(plugin: str, function: Callable[..., Any], hook: HookSpec[..., Any], settings: Any) -> Answerer:
    wanted = inspect.signature(function).parameters.keys()
    bound = partial(function, settings=settings) if SETTINGS in wanted else function
    return Answerer.of(plugin, bound, hook.parameters & wanted)


def _misfit(function: Callable[..., Any], hook: HookSpec[..., Any]) -> str:
    """Why a function cannot answer a hook; empty if it can. It may leave out parameters that it does not need."""
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return "it is not a plain function"
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return "its parameters cannot be told"
    for one in parameters:
        if one.kind is one.POSITIONAL_ONLY:
            return f"its parameter {one.name} has no name to be given by"
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) or one.name in (*hook.parameters, SETTINGS):
            continue
        if one.default is one.empty:
            return f"its parameter {one.name} is not one of the hook's"
    return ""
