"""The hooks of this plugin: its table of contents."""

from __future__ import annotations

from typing import Any

from trivium.api import Command, HookSpec, PluginInfo, RefusalCode, Safety, ToolSpec, hookimpl
from trivium_pacs.demo import demo
from trivium_pacs.hooks import pacs_study_counterparts
from trivium_pacs.net.archive import Archive
from trivium_pacs.settings import PacsSettings
from trivium_pacs.tools.echo import pacs_echo
from trivium_pacs.tools.query import pacs_query
from trivium_pacs.tools.retrieve import pacs_retrieve


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(name="pacs", summary="Talks to DICOM archives: echo, query, and retrieve behind every gate")


@hookimpl
def trivium_settings() -> type[PacsSettings]:
    return PacsSettings


@hookimpl
def trivium_tools(settings: PacsSettings) -> list[ToolSpec]:
    archive = Archive(settings)
    return [
        pacs_echo.given(archive=archive),
        pacs_query.given(archive=archive),
        pacs_retrieve.given(archive=archive).guarded(retrieve_gates(settings)),
    ]


@hookimpl
def trivium_hooks() -> list[HookSpec[..., Any]]:
    return [pacs_study_counterparts]


@hookimpl
def trivium_commands() -> list[Command]:
    return [Command("demo", demo)]


def retrieve_gates(settings: PacsSettings) -> Safety:
    """What the host holds a retrieve against, beside the license and a person's approval."""
    return Safety(
        enabled=settings.allow_retrieve,
        switch="TRIVIUM_PACS__ALLOW_RETRIEVE=true",
        switch_code=RefusalCode.RETRIEVE_DISABLED,
        destination="destination_ae_title",
        destinations=frozenset(settings.allowed_destinations),
        destinations_setting="TRIVIUM_PACS__ALLOWED_DESTINATIONS",
        limits={"instances": settings.max_instances},
        limits_setting="TRIVIUM_PACS__MAX_INSTANCES",
    )
