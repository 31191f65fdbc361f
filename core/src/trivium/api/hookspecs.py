"""The hooks, few and typed. A plugin implements those it needs::

    from trivium.api import PluginInfo, ToolSpec, hookimpl

    @hookimpl
    def trivium_plugin() -> PluginInfo:
        return PluginInfo(name="widgets", summary="Looks up widgets")

    @hookimpl
    def trivium_tools() -> list[ToolSpec]:
        return [lookup_widget]

An implementation may leave out parameters it does not need. Each plugin is asked alone, so one that raises takes no
other down; what a raising hook means is said at each hook.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pluggy
from pydantic import BaseModel

from trivium.api.hook import HookSpec, Plugins
from trivium.api.plugin import AfterCall, CallView, Command, PluginInfo, PublicKey
from trivium.api.prompt import PromptSpec
from trivium.api.resource import ResourceSpec
from trivium.api.tool import ToolSpec

PROJECT: Final = "trivium"

hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def trivium_plugin() -> PluginInfo:
    """Say who you are. Required. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_settings() -> type[BaseModel]:
    """Return the model of your settings section; the host fills it. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_tools(settings: Any, plugins: Plugins) -> Sequence[ToolSpec]:
    """Return your tools. `settings` is your filled section, `plugins` asks the others what your own hooks are for.

    No network here. Raising: the plugin is left out.
    """
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_resources(settings: Any) -> Sequence[ResourceSpec]:
    """Return your resources. `settings` is your filled section. No network here. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_prompts(settings: Any) -> Sequence[PromptSpec]:
    """Return your prompts. `settings` is your filled section. No network here. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_hooks() -> Sequence[HookSpec[..., Any]]:
    """Return the hooks that other plugins can answer; their names begin with yours. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_license_keys() -> Sequence[PublicKey]:
    """Return the keys whose holders may issue licenses for this build. Raising: the plugin is left out."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_commands() -> Sequence[Command]:
    """Return commands to add to the `trivium` program. Raising: the plugin adds none."""
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_veto(call: CallView) -> str | None:
    """Say no to a call: return a `Problem` (shown to the caller) or any other text (not shown), or None for no opinion.

    An intervention: it can only tighten, and raising is a no. Asked before every run, so answer quickly.
    """
    raise AssertionError("a specification is never called")


@hookspec(firstresult=True)
def trivium_after_call(event: AfterCall) -> None:
    """See that a call has ended. A notification: raising is logged and ignored."""
    raise AssertionError("a specification is never called")
