"""A whole channel: its XML, and in words what it does and what is left to do in Mirth."""

from __future__ import annotations

import json
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Final

from trivium_hl7.mirth import model, words
from trivium_hl7.mirth.destinations import converts, destination_connector
from trivium_hl7.mirth.fields import RECORD, Entry
from trivium_hl7.mirth.request import LONGEST_NAME, Destination, Format, Request, Source, check
from trivium_hl7.mirth.sources import source_connector
from trivium_hl7.mirth.text import clean, one_line
from trivium_hl7.mirth.use_case import filter_of, outbound_of

LONGEST_DESCRIPTION: Final = 2_000
_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:trivium:mirth-channel")
_DICOM_ATTACHMENTS: Final = "com.mirth.connect.server.attachments.dicom.DICOMAttachmentHandlerProvider"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    xml: str
    does: tuple[str, ...]
    before_deployment: tuple[str, ...]
    notes: tuple[str, ...]
    mapped: tuple[Entry, ...]
    """What the reading step takes out of each message; empty where messages pass as they are."""


def make_channel(request: Request) -> Channel:
    """The channel that `request` asks for; the same request gives the same bytes. Raises `BadInput`."""
    check(request)
    accepted = filter_of(request)
    builds = converts(request) and request.destination_format is Format.HL7V2
    outbound = outbound_of(request) if builds else None
    root = model.frame()
    described = {
        "id": _id(request),
        "name": _name(request),
        "description": clean(request.use_case, LONGEST_DESCRIPTION),
        "properties/initialState": "STOPPED",
    }
    model.fill(root, described)
    _put(root, source_connector(request, accepted, reads=converts(request)))
    model.at(root, "destinationConnectors").append(destination_connector(request, outbound))
    if request.source is Source.DICOM:
        _keep_pixel_data_apart(root)
    return Channel(
        id=described["id"],
        name=described["name"],
        xml=model.written(root),
        does=words.does(request, accepted, outbound),
        before_deployment=words.before_deployment(request),
        notes=words.notes(request, accepted),
        mapped=_mapped(request),
    )


def _id(request: Request) -> str:
    return str(uuid.uuid5(_IDS, json.dumps(request.as_json(), sort_keys=True)))


def _name(request: Request) -> str:
    """Letters, digits, blanks, hyphens and underscores, as Mirth's editor asks of a channel's name."""
    wanted = request.channel_name or f"{request.source} to {request.destination} {_id(request)[:8]}"
    kept = "".join(c if c.isascii() and (c.isalnum() or c in " -_") else " " for c in wanted[: 4 * LONGEST_NAME])
    return one_line(kept, LONGEST_NAME).replace("…", "") or f"Channel {_id(request)[:8]}"


def _put(root: ET.Element, element: ET.Element) -> None:
    """Put an element where the frame keeps its place."""
    root[list(root).index(model.at(root, element.tag))] = element


def _keep_pixel_data_apart(root: ET.Element) -> None:
    """Store images as attachments, as Mirth's editor does for every channel that reads DICOM."""
    attachments = model.at(root, "properties/attachmentProperties")
    model.fill(attachments, {"type": "DICOM"})
    class_name = ET.Element("className")
    class_name.text = _DICOM_ATTACHMENTS
    attachments.insert(0, class_name)


def _mapped(request: Request) -> tuple[Entry, ...]:
    if not converts(request):
        return ()
    if request.source_format is Format.DICOM:
        return tuple(entry for entry in RECORD if entry.dicom)
    if request.destination is Destination.FHIR and request.source_format is not Format.HL7V2:
        return tuple(entry for entry in RECORD if entry.fhir)
    return RECORD
