"""The DICOM plugin: what it offers to the host."""

from __future__ import annotations

from trivium.api import PluginInfo, ToolSpec, hookimpl
from trivium_dicom.tools.lookup_dicom_tag import lookup_dicom_tag


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(name="dicom", summary="Says what a DICOM tag means")


@hookimpl
def trivium_tools() -> list[ToolSpec]:
    return [lookup_dicom_tag]
