"""What this plugin offers the host: its table of contents."""

from __future__ import annotations

from pydantic import BaseModel

from trivium.api import Folders, PluginInfo, PromptSpec, ResourceSpec, ToolSpec, Workers, hookimpl
from trivium_dicom.files.desk import Desk
from trivium_dicom.prompts import all_prompts
from trivium_dicom.resources import all_resources
from trivium_dicom.settings import DicomSettings
from trivium_dicom.tools.compare_dicom_files import compare_dicom_files
from trivium_dicom.tools.decode_private_tags import decode_private_tags
from trivium_dicom.tools.deidentify_dicom import deidentify_dicom, deidentify_gates, exports_of
from trivium_dicom.tools.explain_dicom_iod import explain_dicom_iod
from trivium_dicom.tools.explain_dicom_tag import explain_dicom_tag
from trivium_dicom.tools.extract_encapsulated_document import extract_encapsulated_document
from trivium_dicom.tools.lookup_dicom_tag import lookup_dicom_tag
from trivium_dicom.tools.lookup_dicom_uid import lookup_dicom_uid
from trivium_dicom.tools.plot_dicom_waveform import plot_dicom_waveform
from trivium_dicom.tools.read_dicom_file import read_dicom_file
from trivium_dicom.tools.read_structured_report import read_structured_report
from trivium_dicom.tools.render_dicom_image import render_dicom_image
from trivium_dicom.tools.summarize_dicom_folder import summarize_dicom_folder
from trivium_dicom.tools.validate_dicom_file import validate_dicom_file


@hookimpl
def trivium_plugin() -> PluginInfo:
    return PluginInfo(
        name="dicom", summary="DICOM: tags, UIDs, IODs, private elements; files read, checked, shown, de-identified"
    )


@hookimpl
def trivium_settings() -> type[BaseModel]:
    return DicomSettings


@hookimpl
def trivium_tools(settings: DicomSettings) -> list[ToolSpec]:
    limits = settings.limits()
    desk = Desk(Folders(settings.folders), limits, Workers(memory=limits.memory))
    return [
        lookup_dicom_tag,
        explain_dicom_tag,
        lookup_dicom_uid,
        explain_dicom_iod,
        decode_private_tags.given(desk=desk),
        read_dicom_file.given(desk=desk),
        summarize_dicom_folder.given(desk=desk, max_files=settings.max_files),
        validate_dicom_file.given(desk=desk),
        compare_dicom_files.given(desk=desk),
        read_structured_report.given(desk=desk),
        extract_encapsulated_document.given(desk=desk),
        render_dicom_image.given(desk=desk),
        plot_dicom_waveform.given(desk=desk),
        deidentify_dicom.given(desk=desk, exports=exports_of(settings)).guarded(deidentify_gates(settings)),
    ]


@hookimpl
def trivium_resources() -> list[ResourceSpec]:
    return all_resources()


@hookimpl
def trivium_prompts() -> list[PromptSpec]:
    return all_prompts()
