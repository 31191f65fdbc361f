"""Loads each plugin in quarantine: alone, in a fixed order, so that a broken one takes no other down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import pluggy
from pydantic import BaseModel, ValidationError

from trivium.api import (
    API_VERSION,
    AfterCall,
    CallView,
    Command,
    HookSpec,
    PluginInfo,
    PromptSpec,
    PublicKey,
    ResourceSpec,
    hookspecs,
)
from trivium.host.asking import AskedPlugins
from trivium.host.checks import UnfitTool, check_text, check_tool
from trivium.host.discover import Candidate
from trivium.host.hidden import hidden_in
from trivium.host.lint import unseen_in
from trivium.host.offers import Offer
from trivium.settings import CoreSettings, Sources, faults_of, fill

T = TypeVar("T")


class LeftOut(Exception):
    """This plugin cannot be used. The text is for the operator."""


@dataclass(frozen=True)
class Plugin:
    """An imported plugin that has said who it is."""

    candidate: Candidate
    info: PluginInfo
    hooks: pluggy.PluginManager
    settings_model: type[BaseModel] | None

    def ask(self, hook: str, **arguments: Any) -> Any:
        """This plugin's answer to a hook, or None when it does not implement it. Raises what the plugin raises."""
        return getattr(self.hooks.hook, hook)(**arguments)

    def answers(self, hook: str) -> bool:
        return bool(getattr(self.hooks.hook, hook).get_hookimpls())

    @property
    def implementations(self) -> dict[str, Callable[..., Any]]:
        """What it implements of hooks that are not the host's, by name."""
        others = {name: caller for name, caller in vars(self.hooks.hook).items() if not caller.has_spec()}
        return {name: impl.function for name, caller in others.items() for impl in caller.get_hookimpls()}


@dataclass(frozen=True)
class Contribution:
    """What a plugin hands to the host."""

    settings: BaseModel | None = None
    offers: Sequence[Offer] = ()
    """Tools, resources, prompts."""
    hooks: Sequence[HookSpec[..., Any]] = ()
    """Its own, for others to answer."""
    plugins: AskedPlugins = field(default_factory=AskedPlugins)
    """What its tools were given to ask them by."""
    implementations: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Of hooks of others, by name."""
    license_keys: Mapping[str, PublicKey] = field(default_factory=dict)
    veto: Callable[[CallView], str | None] | None = None
    observer: Callable[[AfterCall], None] | None = None


def load(candidate: Candidate) -> Plugin:
    """Import a plugin and ask who it is.

    Raises `LeftOut`.
    """
    hooks = pluggy.PluginManager(hookspecs.PROJECT)
    hooks.add_hookspecs(hookspecs)
    try:
        hooks.register(candidate.load(), name=candidate.name)
        hooks.check_pending()
        info = hooks.hook.trivium_plugin()
        model = hooks.hook.trivium_settings()
    except (Exception, SystemExit) as error:
        raise LeftOut(_words(error)) from error
    if not isinstance(info, PluginInfo):
        raise LeftOut("it does not say who it is (trivium_plugin returns a PluginInfo)")
    if info.name != candidate.name:
        raise LeftOut(f"it calls itself {info.name} and is installed as {candidate.name}")
    if info.api_version != API_VERSION:
        raise LeftOut(f"it was written for version {info.api_version} of the contract; this host has {API_VERSION}")
    if hidden := hidden_in(str(info.summary)):
        raise LeftOut(f"its summary has the hidden character {hidden}")
    if candidate.name in CoreSettings.model_fields:
        raise LeftOut("its name is that of one of the host's own settings sections")
    if model is not None and not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise LeftOut("trivium_settings returns a pydantic model")
    return Plugin(candidate, info, hooks, model)


def collect(plugin: Plugin, sources: Sources) -> Contribution:
    """Fill a plugin's settings, then ask for what it contributes and check it.

    Raises `LeftOut`.
    """
    plugins = AskedPlugins()
    try:
        model = plugin.settings_model
        settings = None if model is None else fill(model, sources, section=plugin.info.name)
        offers = _offers(plugin, settings, plugins)
        hooks = _hooks(plugin)
        keys = {key.kid: key for key in plugin.ask("trivium_license_keys") or ()}
        for spec in offers:
            if unseen := unseen_in(spec):
                raise LeftOut(unseen)
    except LeftOut:
        raise
    except ValidationError as error:
        raise LeftOut(f"its settings: {faults_of(error)}") from error
    except (Exception, SystemExit) as error:
        raise LeftOut(_words(error)) from error
    for names in ([spec.name for spec in offers], [hook.name for hook in hooks]):
        if twice := {name for name in names if names.count(name) > 1}:
            raise LeftOut(f"it offers a name twice: {', '.join(sorted(twice))}")
    return Contribution(
        settings=settings,
        offers=offers,
        hooks=hooks,
        plugins=plugins,
        implementations=plugin.implementations,
        license_keys=keys,
        veto=(lambda call: plugin.ask("trivium_veto", call=call)) if plugin.answers("trivium_veto") else None,
        observer=(lambda event: plugin.ask("trivium_after_call", event=event))
        if plugin.answers("trivium_after_call")
        else None,
    )


def _offers(plugin: Plugin, settings: BaseModel | None, plugins: AskedPlugins) -> tuple[Offer, ...]:
    """Tools, then resources, then prompts. Raises `UnfitTool`, and what the plugin raises."""
    tools = tuple(plugin.ask("trivium_tools", settings=settings, plugins=plugins) or ())
    texts: list[ResourceSpec | PromptSpec] = [
        *_all_made("resource", ResourceSpec, plugin.ask("trivium_resources", settings=settings) or ()),
        *_all_made("prompt", PromptSpec, plugin.ask("trivium_prompts", settings=settings) or ()),
    ]
    for tool in tools:
        check_tool(tool)
    for text in texts:
        check_text(text.tool)
    return (*tools, *texts)


def _hooks(plugin: Plugin) -> list[HookSpec[..., Any]]:
    """Raises `LeftOut`, `UnfitTool`, and what the plugin raises."""
    hooks = _all_made("hook", HookSpec, plugin.ask("trivium_hooks") or ())
    for one in hooks:
        if not one.name.startswith(f"{plugin.info.name}_"):
            raise LeftOut(f"its hook {one.name} does not begin with {plugin.info.name}_")
        if one.name.startswith(f"{hookspecs.PROJECT}_"):
            raise LeftOut(f"its hook {one.name} begins as those of the host do")
    return hooks


def _all_made(sort: str, kind: type[T], values: Iterable[object]) -> list[T]:
    made = list(values)
    if not all(isinstance(one, kind) for one in made):
        raise UnfitTool(f"trivium_{sort}s returns values made by @{sort}")
    return cast(list[T], made)


def commands_of(plugin: Plugin) -> Sequence[Command]:
    """The commands a plugin adds; one that raises, or returns what is none, adds none."""
    try:
        commands = tuple(plugin.ask("trivium_commands") or ())
    except (Exception, SystemExit):
        return ()
    return [one for one in commands if isinstance(one, Command) and callable(one.run)]


def _words(error: BaseException) -> str:
    """The kind of an exception and its text, on one line. Nothing of a patient is loaded at this point."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:400]}" if text else type(error).__name__
