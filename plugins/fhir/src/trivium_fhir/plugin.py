"""What this plugin offers the host: its table of contents."""

from __future__ import annotations

from pydantic import BaseModel

from trivium.api import Folders, PluginInfo, PromptSpec, ResourceSpec, ToolSpec, Workers, hookimpl
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits as FileLimits
from trivium_fhir.counterparts import pacs_study_counterparts as pacs_study_counterparts  # answers a hook of PACS
from trivium_fhir.imaging.room import Room
from trivium_fhir.maps.site import Site
from trivium_fhir.prompts import all_prompts
from trivium_fhir.resources import all_resources
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.settings import FhirSettings
from trivium_fhir.tools.convert_dicom_to_imaging_study import convert_dicom_to_imaging_study
from trivium_fhir.tools.convert_fhir_to_hl7 import convert_fhir_to_hl7
from trivium_fhir.tools.convert_hl7_to_fhir import convert_hl7_to_fhir
from trivium_fhir.tools.convert_order_to_worklist import convert_order_to_worklist
from trivium_fhir.tools.convert_study_to_order import convert_study_to_order
from trivium_fhir.tools.evaluate_fhirpath import evaluate_fhirpath
from trivium_fhir.tools.explain_fhir_element import explain_fhir_element
from trivium_fhir.tools.explain_fhir_resource import explain_fhir_resource
from trivium_fhir.tools.fhir_capabilities import fhir_capabilities
from trivium_fhir.tools.fhir_read import fhir_read
from trivium_fhir.tools.fhir_search import fhir_search
from trivium_fhir.tools.fhir_write_bundle import fhir_write_bundle, write_gates
from trivium_fhir.tools.lookup_fhir_code import lookup_fhir_code
from trivium_fhir.tools.map_fhir_to_hl7 import map_fhir_to_hl7
from trivium_fhir.tools.map_hl7_to_fhir import map_hl7_to_fhir
from trivium_fhir.tools.validate_fhir_resource import validate_fhir_resource
from trivium_hl7.reader import Limits as MessageLimits


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(
        name="fhir", summary="FHIR R4: converts HL7 v2 and DICOM, accounts for every value, validates, explains, serves"
    )


@hookimpl
def trivium_settings() -> type[BaseModel]:
    return FhirSettings


@hookimpl
def trivium_tools(settings: FhirSettings) -> list[ToolSpec]:
    room, servers = _room(settings), Servers(settings.endpoints)
    return [
        convert_hl7_to_fhir.given(limits=MessageLimits(), site=Site(settings.time_zone, settings.maps)),
        convert_fhir_to_hl7,
        map_hl7_to_fhir,
        map_fhir_to_hl7,
        convert_dicom_to_imaging_study.given(room=room),
        convert_order_to_worklist,
        convert_study_to_order.given(room=room),
        validate_fhir_resource.given(workers=room.desk.workers),
        evaluate_fhirpath.given(workers=room.desk.workers),
        explain_fhir_element,
        explain_fhir_resource,
        lookup_fhir_code,
        fhir_read.given(servers=servers),
        fhir_search.given(servers=servers),
        fhir_capabilities.given(servers=servers),
        fhir_write_bundle.given(servers=servers).guarded(write_gates(servers, allowed=settings.allow_write)),
    ]


def _room(settings: FhirSettings) -> Room:
    limits = FileLimits()
    desk = Desk(Folders(settings.folders), limits, Workers(memory=limits.memory))
    return Room(desk, settings.max_files, settings.time_zone, settings.dicomweb)


@hookimpl
def trivium_resources() -> list[ResourceSpec]:
    return all_resources()


@hookimpl
def trivium_prompts() -> list[PromptSpec]:
    return all_prompts()
