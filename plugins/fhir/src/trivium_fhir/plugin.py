"""The FHIR plugin: what it offers to the host."""

from __future__ import annotations

from trivium.api import PluginInfo, ToolSpec, hookimpl
from trivium_fhir.tools.map_hl7_to_fhir import map_hl7_to_fhir


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(name="fhir", summary="Maps HL7 v2 to FHIR R4 by the HL7 V2-to-FHIR guide")


@hookimpl
def trivium_tools() -> list[ToolSpec]:
    return [map_hl7_to_fhir]
