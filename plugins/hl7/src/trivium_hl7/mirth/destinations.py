"""Destination connectors: where messages go, and how they are built from the record where the forms differ."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final

from trivium_hl7.dictionary import table
from trivium_hl7.mirth import model
from trivium_hl7.mirth.databases import DRIVERS, default_url
from trivium_hl7.mirth.fields import OBSERVATIONS, RECORD
from trivium_hl7.mirth.request import Destination, Format, Request, Source
from trivium_hl7.mirth.sources import DATA_TYPES
from trivium_hl7.mirth.steps import javascript_rule, javascript_step, mapper_step, put_in, script
from trivium_hl7.mirth.use_case import Outbound

TRANSPORTS: Final = {
    Destination.HL7V2: "tcp",
    Destination.FHIR: "http",
    Destination.HTTP: "http",
    Destination.DATABASE: "jdbc",
    Destination.FILE: "file",
    Destination.DICOM: "dimse",
    Destination.CHANNEL: "vm",
}
PORTS: Final = {Destination.HL7V2: 6662, Destination.DICOM: 104}
ENCODED: Final = "${message.encodedData}"
WHOLE_OBJECT: Final = "${DICOMMESSAGE}"
"""The DICOM object with the pixel data that Mirth keeps apart, put together again."""
_CONTENT_TYPES: Final = {
    Format.HL7V2: "x-application/hl7-v2+er7",
    Format.DICOM: "application/dicom",
    Format.FHIR: "application/fhir+json",
}
_TABLES: Final = ("0074", "0085", "0119", "0123")
_SUFFIX: Final = {Format.HL7V2: "hl7", Format.DICOM: "dcm"}


def converts(request: Request) -> bool:
    """Whether what goes out has another form than what comes in."""
    return request.destination is Destination.DATABASE or request.source_format is not request.destination_format


def destination_connector(request: Request, outbound: Outbound | None) -> ET.Element:
    """The connector. `outbound` is the message to build, where one is built."""
    connector = model.destination(TRANSPORTS[request.destination])
    properties = model.at(connector, "properties")
    model.fill(properties, _properties(request))
    model.fill(model.at(properties, "destinationConnectorProperties"), _queue(request))
    transformer = model.at(connector, "transformer")
    model.set_data_types(transformer, DATA_TYPES[request.source_format], _outbound_type(request))
    answer = _answer_type(request)
    model.set_data_types(model.at(connector, "responseTransformer"), answer, answer)
    put_in(transformer, _steps(request, outbound))
    if converts(request) and request.destination is Destination.DICOM:
        put_in(model.at(connector, "filter"), [javascript_rule("Accept a record with a PDF", script("has_document"))])
    return connector


def destination_port(request: Request) -> int | None:
    return request.destination_port or PORTS.get(request.destination)


def url(request: Request) -> str:
    default = "http://127.0.0.1:8080/fhir" if request.destination is Destination.FHIR else "http://127.0.0.1:8080/in"
    return request.destination_url or default


def directory(request: Request) -> str:
    return (request.destination_path or "/var/lib/mirth/out").rstrip("/\\") or "/"


def columns() -> tuple[str, ...]:
    return (*(entry.name for entry in RECORD), OBSERVATIONS)


def insert(request: Request) -> str:
    """Mirth makes each placeholder a parameter of a prepared statement: no value is ever part of the SQL text."""
    names = ", ".join(columns())
    values = ", ".join(f"${{{name}}}" for name in columns())
    return f"INSERT INTO {request.destination_table} ({names})\nVALUES ({values})"


def _queue(request: Request) -> dict[str, str]:
    """What was answered before it was delivered has to be kept until it is."""
    polled = request.source in (Source.DATABASE, Source.FILE, Source.DICOM)
    return {
        "queueEnabled": str(polled or request.acknowledges_early).lower(),
        "rotate": "false",
        "threadCount": "1",
        "queueBufferSize": "1000",
        "validateResponse": str(request.destination is Destination.HL7V2).lower(),
    }


def _properties(request: Request) -> dict[str, str]:
    outgoing = request.destination_format
    match request.destination:
        case Destination.HL7V2:
            return {
                "remoteAddress": request.destination_host,
                "remotePort": str(destination_port(request)),
                "responseTimeout": "30000",
                "charsetEncoding": "UTF-8",
                "template": ENCODED,
            }
        case Destination.DICOM:
            return {
                "host": request.destination_host,
                "port": str(destination_port(request)),
                "applicationEntity": request.destination_ae_title,
                "localApplicationEntity": request.source_ae_title,
                "template": ENCODED if converts(request) else WHOLE_OBJECT,
            }
        case Destination.FHIR | Destination.HTTP:
            whole = outgoing is Format.DICOM
            return {
                "host": url(request),
                "content": WHOLE_OBJECT if whole else ENCODED,
                "contentType": _CONTENT_TYPES.get(outgoing, "application/json"),
                "dataTypeBinary": str(whole).lower(),
            }
        case Destination.DATABASE:
            return {
                "driver": DRIVERS[request.dialect],
                "url": request.destination_jdbc_url or default_url(request.dialect),
                "query": insert(request),
            }
        case Destination.FILE:
            whole = outgoing is Format.DICOM
            return {
                "host": directory(request),
                "outputPattern": f"${{message.channelId}}-${{message.messageId}}.{_SUFFIX.get(outgoing, 'json')}",
                "username": "",
                "outputAppend": "false",
                "errorOnExists": "true",
                "temporary": "true",
                "binary": str(whole).lower(),
                "charsetEncoding": "DEFAULT_ENCODING" if whole else "UTF-8",
                "template": WHOLE_OBJECT if whole else ENCODED,
            }
        case Destination.CHANNEL:
            return {"channelId": request.destination_channel_id or "none"}


def _outbound_type(request: Request) -> str:
    """The data type that a step leaves behind. A database writer takes variables, so its message stays what it is."""
    if request.destination is Destination.DATABASE:
        return DATA_TYPES[request.source_format]
    if request.destination is Destination.DICOM and converts(request):
        return "RAW"  # the step hands over the encoded object
    return DATA_TYPES[request.destination_format]


def _answer_type(request: Request) -> str:
    if request.destination is Destination.HL7V2:
        return "HL7V2"
    return "JSON" if request.destination is Destination.FHIR else "RAW"


def _steps(request: Request, outbound: Outbound | None) -> list[ET.Element]:
    take = javascript_step("Take the record", script("take_record"))
    if request.destination is Destination.DATABASE:
        mappers = [mapper_step(entry.name, f"record.{entry.name}") for entry in RECORD]
        return [take, *mappers, mapper_step(OBSERVATIONS, f"JSON.stringify(record.{OBSERVATIONS})")]
    if not converts(request):
        renamed = request.destination_format is Format.HL7V2 and any(_names(request).values())
        rename = script("set_header", hl7Header=_names(request))
        return [javascript_step("Set sender and receiver", rename)] if renamed else []
    match request.destination_format:
        case Format.HL7V2 if outbound:
            header = {
                "code": outbound.code,
                "event": outbound.event,
                "structure": outbound.structure,
                "version": "2.5.1",
                **_names(request),
            }
            code = script("write_hl7", hl7Header=header, hl7Codes=_codes())
            return [take, javascript_step(f"Build {outbound}", code)]
        case Format.FHIR:
            return [take, javascript_step("Build a FHIR transaction", script("write_fhir"))]
        case Format.DICOM:
            return [take, javascript_step("Build an Encapsulated PDF object", script("write_dicom"))]
        case _:
            return [take, javascript_step("Send the record as JSON", script("write_json"))]


def _codes() -> dict[str, str]:
    """Codes of the tables that HL7 keeps and a record can miss."""
    return {number: " ".join(known.codes) for number in _TABLES if (known := table(number))}


def _names(request: Request) -> dict[str, str]:
    return {
        "sending_application": request.sending_application,
        "sending_facility": request.sending_facility,
        "receiving_application": request.receiving_application,
        "receiving_facility": request.receiving_facility,
    }
