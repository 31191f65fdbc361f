"""What this plugin offers the host."""

from __future__ import annotations

from pydantic import BaseModel

from trivium.api import PluginInfo, ToolSpec, hookimpl
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.tools.parse_message import parse_hl7_message


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(name="hl7", summary="What an HL7 v2 message means")


@hookimpl
def trivium_settings() -> type[BaseModel]:
    return Hl7Settings


@hookimpl
def trivium_tools(settings: Hl7Settings) -> list[ToolSpec]:
    return [parse_hl7_message.given(limits=settings.limits())]
