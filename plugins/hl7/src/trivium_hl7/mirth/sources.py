"""Source connectors: where messages come from, who is answered, and how they are read into the record."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any, Final

from trivium_hl7.mirth import model
from trivium_hl7.mirth.databases import DRIVERS, default_url
from trivium_hl7.mirth.fields import OBSERVATIONS, RECORD
from trivium_hl7.mirth.request import Acknowledge, Format, Request, Source
from trivium_hl7.mirth.steps import equals_rule, javascript_rule, javascript_step, put_in, script
from trivium_hl7.mirth.use_case import Filter

TRANSPORTS: Final = {
    Source.HL7V2: "tcp",
    Source.DICOM: "dimse",
    Source.FHIR: "http",
    Source.HTTP: "http",
    Source.DATABASE: "jdbc",
    Source.FILE: "file",
}
PORTS: Final = {Source.HL7V2: 6661, Source.DICOM: 11112, Source.FHIR: 8082, Source.HTTP: 8081}
DATA_TYPES: Final = {
    Format.HL7V2: "HL7V2",
    Format.DICOM: "DICOM",
    Format.FHIR: "JSON",
    Format.RECORD: "JSON",
    Format.ROW: "XML",
}
ANSWERS: Final = {
    Acknowledge.RECEIVED: "Auto-generate (After source transformer)",
    Acknowledge.DELIVERED: "Auto-generate (Destinations completed)",
}
_READERS: Final = {
    Format.HL7V2: ("read_hl7",),
    Format.DICOM: ("read_dicom",),
    Format.FHIR: ("read_fhir",),
    Format.RECORD: ("times", "read_json"),
    Format.ROW: ("times", "read_row"),
}
_SUFFIX: Final = {Format.HL7V2: "hl7", Format.RECORD: "json"}


def source_connector(request: Request, accepted: Filter, *, reads: bool) -> ET.Element:
    """The connector; with the reading step where the destination needs the record."""
    connector = model.source(TRANSPORTS[request.source])
    properties = model.at(connector, "properties")
    model.fill(properties, _properties(request))
    answered = {"responseVariable": _answer(request), "firstResponse": "true", "queueBufferSize": "1000"}
    model.fill(model.at(properties, "sourceConnectorProperties"), answered)
    data_type = DATA_TYPES[request.source_format]
    transformer = model.at(connector, "transformer")
    model.set_data_types(transformer, data_type, data_type)
    if request.source_format is Format.HL7V2:
        _fill_acknowledgment(transformer, request)
    put_in(model.at(connector, "filter"), _rules(request, accepted, reads=reads))
    if reads:
        put_in(transformer, [javascript_step(f"Read the {request.source_format} into the record", _reader(request))])
    return connector


def listen_port(request: Request) -> int | None:
    return request.listen_port or PORTS.get(request.source)


def directory(request: Request) -> str:
    return (request.source_path or "/var/lib/mirth/in").rstrip("/\\") or "/"


def context_path(request: Request) -> str:
    return "/" + (request.source_path or ("fhir" if request.source is Source.FHIR else "in")).strip("/")


def select(request: Request) -> str:
    columns = ", ".join(["id", *(entry.name for entry in RECORD), OBSERVATIONS])
    return f"SELECT {columns}\nFROM {request.source_table}\nWHERE sent_at IS NULL\nORDER BY id"


def update(request: Request) -> str:
    return f"UPDATE {request.source_table} SET sent_at = CURRENT_TIMESTAMP WHERE id = ${{id}}"  # noqa: S608 - checked name


def _answer(request: Request) -> str:
    if request.acknowledges:
        return ANSWERS[request.acknowledge]
    if request.source in (Source.FHIR, Source.HTTP):
        return ANSWERS[Acknowledge.DELIVERED]  # JSON has no acknowledgment of its own: the HTTP status says it
    return "None"


def _properties(request: Request) -> dict[str, str]:
    listens = {
        "listenerConnectorProperties/host": request.listen_host,
        "listenerConnectorProperties/port": str(listen_port(request)),
    }
    match request.source:
        case Source.HL7V2:
            return {**listens, "charsetEncoding": "UTF-8"}
        case Source.DICOM:
            return {**listens, "applicationEntity": request.source_ae_title}
        case Source.FHIR | Source.HTTP:
            kind = {Format.HL7V2: "x-application/hl7-v2+er7", Format.FHIR: "application/fhir+json"}
            return {
                **listens,
                "contextPath": context_path(request),
                "responseContentType": kind.get(request.source_format, "application/json"),
            }
        case Source.DATABASE:
            return {
                "driver": DRIVERS[request.dialect],
                "url": request.source_jdbc_url or default_url(request.dialect),
                "select": select(request),
                "update": update(request),
                "updateMode": "3",
                "encoding": "UTF-8",
            }
        case Source.FILE:
            return {
                "host": directory(request),
                "username": "",
                "fileFilter": f"*.{_SUFFIX[request.source_format]}",
                "afterProcessingAction": "MOVE",
                "moveToDirectory": f"{directory(request)}/done",
                "errorReadingAction": "MOVE",
                "errorResponseAction": "MOVE",
                "errorMoveToDirectory": f"{directory(request)}/failed",
                "sourceConnectorProperties/processBatch": str(request.source_format is Format.HL7V2).lower(),
                "charsetEncoding": "UTF-8",
            }


def _fill_acknowledgment(transformer: ET.Element, request: Request) -> None:
    """What a message that the filter leaves out is answered with: Mirth's own default is AR, `Message Rejected.`"""
    if request.filtered_reply == "AA":
        generation = model.at(transformer, "inboundProperties/responseGenerationProperties")
        model.fill(generation, {"rejectedACKCode": "AA", "rejectedACKMessage": "Not used here."})


def _rules(request: Request, accepted: Filter, *, reads: bool) -> list[ET.Element]:
    rules = []
    for label, component, values in (("message code", 1, accepted.codes), ("event", 2, accepted.events)):
        if values:
            field = f"msg['MSH']['MSH.9']['MSH.9.{component}'].toString()"
            rules.append(equals_rule(f"Accept {label} {', '.join(values)}", field, values))
    if reads and request.source_format is Format.HL7V2:
        rules.append(javascript_rule("Leave merges out", script("has_no_merge")))
    return rules


def _reader(request: Request) -> str:
    names = [entry.name for entry in RECORD]
    settings: dict[str, Any]
    match request.source_format:
        case Format.HL7V2:
            settings = {"hl7Fields": {entry.name: [list(place) for place in entry.hl7] for entry in RECORD}}
        case Format.DICOM:
            settings = {
                "recordNames": names,
                "dicomFields": {entry.name: entry.dicom for entry in RECORD if entry.dicom},
            }
        case _:
            settings = {"recordNames": names}
    return script(*_READERS[request.source_format], **settings)
