"""What a channel does, what has to be set in Mirth before it runs, and what is worth knowing: sentences of ours."""

from __future__ import annotations

from typing import Final

from trivium_hl7.mirth import destinations, sources
from trivium_hl7.mirth.fields import OBSERVATIONS, RECORD
from trivium_hl7.mirth.request import Acknowledge, Destination, Format, Request, Source
from trivium_hl7.mirth.use_case import Filter, Outbound

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - named to warn of it
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def does(request: Request, accepted: Filter, outbound: Outbound | None) -> tuple[str, ...]:
    """Step by step, in the order in which the engine runs it."""
    steps = [_receives(request), *_source_filters(accepted)]
    if destinations.converts(request):
        if request.source_format is Format.HL7V2:
            steps.append("source filter: no merges; a message with MRG names two patients, the record holds one")
        steps.append(
            f"source transformer: reads the {request.source_format} into one flat record ({len(RECORD)} values and "
            f"the list of {OBSERVATIONS}), kept in the channel map for every destination"
        )
    steps += _builds(request, outbound)
    return (*steps, _sends(request), _answers(request))


def before_deployment(request: Request) -> tuple[str, ...]:
    """What is left to set, and where."""
    left = ["set the channel's initial state to started when it has been tested: it is imported stopped"]
    if request.source is Source.DATABASE:
        left.append("Source: set the user name and the password of the database")
        left.append(
            f"the table {request.source_table} needs the columns id, sent_at (null until sent), {OBSERVATIONS} and "
            "those of the record"
        )
    if request.destination is Destination.DATABASE:
        left.append("Destination: set the user name and the password of the database")
        left.append(f"create the table {request.destination_table}: {', '.join(destinations.columns())} (text columns)")
    if request.source is Source.FILE:
        folder = sources.directory(request)
        left.append(f"create {folder}, {folder}/done and {folder}/failed, writable for Mirth")
    if request.destination is Destination.FILE:
        left.append(f"create {destinations.directory(request)}, writable for Mirth")
    if request.destination is Destination.CHANNEL and request.destination_channel_id is None:
        left.append("Destination: choose the channel to write to; none is set")
    if request.destination in (Destination.FHIR, Destination.HTTP):
        left.append("Destination: set the authentication that the server asks for, if any")
    if request.source in (Source.FHIR, Source.HTTP):
        left.append("Source: set an HTTP authentication; as generated anybody who reaches the port may send")
    if request.source is Source.HL7V2:
        left.append("Source: MLLP has no identities; let the firewall admit the sender alone, or use TLS")
    return tuple(left)


def notes(request: Request, accepted: Filter) -> tuple[str, ...]:
    return (*_network(request), *_meaning(request, accepted), *_limits(request))


def _receives(request: Request) -> str:
    place = f"{request.listen_host}:{sources.listen_port(request)}"
    match request.source:
        case Source.HL7V2:
            return f"source: listens for HL7 v2 over MLLP on {place}"
        case Source.DICOM:
            return f"source: takes DICOM objects by C-STORE as {request.source_ae_title} on {place}"
        case Source.FHIR | Source.HTTP:
            return f"source: takes {request.source_format} over HTTP on {place}{sources.context_path(request)}"
        case Source.DATABASE:
            return (
                f"source: every 5 seconds selects the rows of {request.source_table} that were not sent yet, and marks "
                "each when it was taken"
            )
        case Source.FILE:
            return f"source: every 5 seconds takes the {request.source_format} files in {sources.directory(request)}"


def _source_filters(accepted: Filter) -> list[str]:
    said = []
    if accepted.codes:
        said.append(f"source filter: only messages whose MSH-9.1 is {' or '.join(accepted.codes)}")
    if accepted.events:
        said.append(f"source filter: only messages whose MSH-9.2 is {' or '.join(accepted.events)}")
    return said


def _builds(request: Request, outbound: Outbound | None) -> list[str]:
    where = "destination transformer"
    if request.destination is Destination.DATABASE:
        return [f"{where}: maps each value of the record to a variable, one for each column"]
    if not destinations.converts(request):
        return [f"{where}: passes what came in on as it is"]
    match request.destination_format:
        case Format.HL7V2:
            return [f"{where}: builds {outbound} with every value escaped"]
        case Format.FHIR:
            return [
                f"{where}: builds a transaction Bundle: Patient (updated by its identifier), and ServiceRequest, "
                "DiagnosticReport with Observations, or ImagingStudy, whichever the record speaks of"
            ]
        case Format.DICOM:
            return [
                "destination filter: only records with a PDF (in HL7 v2 an OBX of type ED, Base64)",
                f"{where}: puts the PDF into an Encapsulated PDF object (DICOM PS3.3 A.45.1)",
            ]
        case _:
            return [f"{where}: hands the record over as JSON"]


def _sends(request: Request) -> str:
    place = f"{request.destination_host}:{destinations.destination_port(request)}"
    match request.destination:
        case Destination.HL7V2:
            return (
                f"destination: sends over MLLP to {place}, waits for the acknowledgment and checks its MSA-1 and MSA-2"
            )
        case Destination.FHIR | Destination.HTTP:
            return f"destination: posts to {destinations.url(request)}; a status of 400 or more is an error"
        case Destination.DATABASE:
            return f"destination: inserts one row into {request.destination_table}, values as statement parameters"
        case Destination.FILE:
            return f"destination: writes one file for each message into {destinations.directory(request)}"
        case Destination.DICOM:
            return f"destination: sends to {request.destination_ae_title} on {place} by C-STORE"
        case Destination.CHANNEL:
            return "destination: writes to another channel of the same server"


def _answers(request: Request) -> str:
    if request.source is Source.DICOM:
        return "answer: C-STORE success, whatever becomes of the object in the channel: Mirth sends no failure back"
    if request.source in (Source.FILE, Source.DATABASE):
        return "answer: none"
    if request.source_format is not Format.HL7V2:
        return "answer: HTTP 200 when the destination has it, 500 when it failed"
    left_out = f"what the filter leaves out is answered with {request.filtered_reply}"
    if request.acknowledge is Acknowledge.DELIVERED:
        return f"answer: an acknowledgment when the destination has it (AA) or failed (AE); {left_out}"
    return f"answer: an acknowledgment (AA) as soon as the message is stored and filtered; {left_out}"


def _network(request: Request) -> list[str]:
    said = []
    listens = request.source in sources.PORTS
    if listens and request.listen_host in _EVERYWHERE:
        said.append("the source listens on every interface of the machine: name one, or close the port from outside")
    if listens and request.listen_host in _HERE:
        said.append("the source listens on the loopback interface: set listen_host to reach it from other machines")
    port = sources.listen_port(request)
    if listens and port is not None and port < 1024:
        said.append("a port below 1024 needs privileges on most systems")
    if request.destination in (Destination.FHIR, Destination.HTTP) and destinations.url(request).startswith("http:"):
        said.append("patient data goes out over plain http: use https unless the server is on this machine")
    if request.destination is Destination.HL7V2 and request.destination_host not in _HERE:
        said.append("MLLP is not encrypted: use a VPN or Mirth's TLS where the network is not trusted")
    if request.destination is Destination.DICOM and request.destination_host not in _HERE:
        said.append("DICOM goes out without TLS")
    return said


def _meaning(request: Request, accepted: Filter) -> list[str]:
    said = []
    if accepted.from_words:
        said.append("the message filter was read out of the use case's words; give `events` to say it exactly")
    elif request.source_format is Format.HL7V2 and not accepted.codes and not accepted.events:
        said.append("no word of the use case names a kind of message: every message passes the filter")
    if accepted.made and not destinations.converts(request):
        said.append(
            f"the use case has {' and '.join(accepted.made[:3])} go out: this channel passes messages on as they come "
            "in, and makes no HL7 v2 message of another"
        )
    if request.events and request.source_format is not Format.HL7V2:
        said.append("`events` has no meaning for this source: only HL7 v2 messages have a trigger event")
    if accepted.events and request.filtered_reply == "AA":
        said.append(
            "messages that the filter leaves out are accepted (AA) and dropped, so that the sender goes on; HL7 v2.5.1 "
            "chapter 2.9.2 has AR for a message type (MSH-9) that a receiver does not take: filtered_reply = AR"
        )
    if request.acknowledges_early:
        said.append("the sender is answered before delivery, so the destination has a queue that tries again")
    return said


def _limits(request: Request) -> list[str]:
    said = []
    if request.source is Source.HL7V2:
        said.append("bytes are read as UTF-8 whatever MSH-18 says: set the source's encoding to what the sender uses")
    said.append(
        "message storage is Mirth's DEVELOPMENT mode, which keeps all content: set pruning, patient data is in it"
    )
    if not destinations.converts(request):
        return said
    if request.source_format is Format.HL7V2 and request.destination is Destination.DATABASE:
        said.append(
            "one row for each message: its first order (ORC, OBR), and in `observations` every OBX with its order's "
            "number"
        )
    match request.destination_format:
        case Format.FHIR:
            said.append(
                "PUT replaces the Patient as a whole: what else the server holds of the person (address, telecom) is "
                "lost unless this feed is its master"
            )
            said.append("a time without an offset becomes a date: FHIR takes no time without a time zone")
        case Format.HL7V2:
            said.append(
                "a record without patient_id, or with an order control or result status that is no code of HL7 tables "
                "0119, 0123 and 0085, ends in ERROR and is not sent"
            )
            said.append("a built message has MSH-11 P and MSH-18 UNICODE UTF-8; MSH-10 is M and Mirth's message id")
            if request.destination_payload.value == "auto" and request.source_format is Format.DICOM:
                said.append("each DICOM object makes one message: a study of 500 images makes 500")
        case Format.DICOM:
            said.append("Mirth's DICOM Sender stores objects (C-STORE); it cannot serve a modality worklist (C-FIND)")
            if request.source_format is not Format.HL7V2:
                said.append("only a record with a PDF in `document` (Base64) makes an object")
        case _:
            pass
    return said
