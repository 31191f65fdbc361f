"""What this plugin offers the host: its table of contents."""

from __future__ import annotations

from pydantic import BaseModel

from trivium.api import Folders, PluginInfo, PromptSpec, ResourceSpec, ToolSpec, hookimpl
from trivium_hl7.net.outbox import Outbox
from trivium_hl7.prompts import all_prompts
from trivium_hl7.resources import all_resources
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.tools.build_ack import build_hl7_ack
from trivium_hl7.tools.compare_messages import compare_hl7_messages
from trivium_hl7.tools.explain_field import explain_hl7_field
from trivium_hl7.tools.explain_message_type import explain_hl7_message_type
from trivium_hl7.tools.explain_pattern import explain_integration_pattern
from trivium_hl7.tools.explain_segment import explain_hl7_segment
from trivium_hl7.tools.generate_mirth_channel import generate_mirth_channel
from trivium_hl7.tools.generate_sample import generate_sample_message
from trivium_hl7.tools.lookup_table import lookup_hl7_table
from trivium_hl7.tools.map_dicom_to_hl7 import map_dicom_to_hl7
from trivium_hl7.tools.map_hl7_to_dicom import map_hl7_to_dicom
from trivium_hl7.tools.parse_message import parse_hl7_message
from trivium_hl7.tools.profile_messages import profile_hl7_messages
from trivium_hl7.tools.send_message import send_gates, send_hl7_message
from trivium_hl7.tools.validate_message import validate_hl7_message
from trivium_hl7.validation.profiles import Profiles


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(
        name="hl7", summary="HL7 v2: read, explain, validate, generate, compare, acknowledge, send; Mirth channels"
    )


@hookimpl
def trivium_settings() -> type[BaseModel]:
    return Hl7Settings


@hookimpl
def trivium_tools(settings: Hl7Settings) -> list[ToolSpec]:
    limits = settings.limits()
    return [
        parse_hl7_message.given(limits=limits),
        explain_hl7_segment,
        explain_hl7_field,
        lookup_hl7_table,
        explain_hl7_message_type,
        validate_hl7_message.given(limits=limits, profiles=Profiles(settings.profiles)),
        generate_sample_message,
        compare_hl7_messages.given(limits=limits),
        profile_hl7_messages.given(limits=limits, folders=Folders(settings.folders), max_files=settings.max_files),
        build_hl7_ack.given(limits=limits),
        send_hl7_message.given(outbox=Outbox(settings.endpoints, limits)).guarded(send_gates(settings)),
        map_dicom_to_hl7,
        map_hl7_to_dicom,
        explain_integration_pattern,
        generate_mirth_channel,
    ]


@hookimpl
def trivium_resources() -> list[ResourceSpec]:
    return all_resources()


@hookimpl
def trivium_prompts() -> list[PromptSpec]:
    return all_prompts()
