"""What a channel shall do, as its caller says it, checked before anything is built."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from trivium.api import BadInput
from trivium_hl7.mirth.problems import ChannelProblem

MOST_EVENTS: Final = 40
LONGEST_NAME: Final = 40
"""What Mirth takes as a channel's name, and as MSH-3 to MSH-6 here."""


class Source(StrEnum):
    HL7V2 = "HL7v2"
    DICOM = "DICOM"
    FHIR = "FHIR"
    HTTP = "HTTP"
    DATABASE = "Database"
    FILE = "File"


class Destination(StrEnum):
    HL7V2 = "HL7v2"
    FHIR = "FHIR"
    HTTP = "HTTP"
    DATABASE = "Database"
    FILE = "File"
    DICOM = "DICOM"
    CHANNEL = "Channel"


class Payload(StrEnum):
    """What HTTP requests and files hold."""

    AUTO = "auto"
    HL7V2 = "hl7v2"
    JSON = "json"
    """The record of `fields.py`, with its names."""


class Format(StrEnum):
    """What a source hands over or a destination takes."""

    HL7V2 = "HL7 v2"
    DICOM = "DICOM"
    FHIR = "FHIR"
    RECORD = "JSON"
    ROW = "database row"


class Acknowledge(StrEnum):
    RECEIVED = "received"
    DELIVERED = "delivered"


class Dialect(StrEnum):
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLSERVER = "sqlserver"
    ORACLE = "oracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    source: Source
    destination: Destination
    use_case: str
    channel_name: str | None = None
    listen_host: str = "127.0.0.1"
    listen_port: int | None = None
    source_ae_title: str = "MIRTH"
    source_path: str | None = None
    source_jdbc_url: str | None = None
    source_table: str = "outbox"
    destination_host: str = "127.0.0.1"
    destination_port: int | None = None
    destination_ae_title: str = "ARCHIVE"
    destination_url: str | None = None
    destination_path: str | None = None
    destination_jdbc_url: str | None = None
    destination_table: str = "inbox"
    destination_channel_id: str | None = None
    dialect: Dialect = Dialect.POSTGRESQL
    source_payload: Payload = Payload.AUTO
    destination_payload: Payload = Payload.AUTO
    events: tuple[str, ...] = ()
    outbound_message: str | None = None
    acknowledge: Acknowledge = Acknowledge.RECEIVED
    filtered_reply: str = "AA"
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def acknowledges(self) -> bool:
        """Whether the sender gets an HL7 v2 acknowledgment."""
        return self.source_format is Format.HL7V2 and self.source is not Source.FILE

    @property
    def acknowledges_early(self) -> bool:
        """Whether it gets that before the destination has the message."""
        return self.acknowledges and self.acknowledge is Acknowledge.RECEIVED

    @property
    def source_format(self) -> Format:
        match self.source:
            case Source.HL7V2:
                return Format.HL7V2
            case Source.DICOM:
                return Format.DICOM
            case Source.FHIR:
                return Format.FHIR
            case Source.DATABASE:
                return Format.ROW
            case Source.FILE:
                return Format.RECORD if self.source_payload is Payload.JSON else Format.HL7V2
            case Source.HTTP:
                return Format.HL7V2 if self.source_payload is Payload.HL7V2 else Format.RECORD

    @property
    def destination_format(self) -> Format:
        """A file holds by default what came in; a database row becomes JSON; another channel gets what came in."""
        incoming = self.source_format
        match self.destination:
            case Destination.HL7V2:
                return Format.HL7V2
            case Destination.FHIR:
                return Format.FHIR
            case Destination.DICOM:
                return Format.DICOM
            case Destination.DATABASE:
                return Format.ROW
            case Destination.CHANNEL:
                return incoming
            case Destination.HTTP | Destination.FILE:
                if self.destination_payload is not Payload.AUTO:
                    return Format.HL7V2 if self.destination_payload is Payload.HL7V2 else Format.RECORD
                if self.destination is Destination.HTTP or incoming is Format.ROW:
                    return Format.RECORD
                return incoming


_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?|::1|::")
_AE_TITLE: Final = re.compile(r"(?! )[A-Za-z0-9 ._-]{1,16}(?<! )")
_TABLE: Final = re.compile(r"(?:[A-Za-z_]\w{0,62}\.)?[A-Za-z_]\w{0,62}", re.ASCII)
_PATH: Final = re.compile("[^$\x00-\x1f\x7f\ud800-\udfff]{1,1024}")
_URL: Final = re.compile("https?://[^/?#@$\x00-\x20\x7f\ud800-\udfff]+(?:[/?#][^@$\x00-\x20\x7f\ud800-\udfff]*)?")
_JDBC: Final = re.compile("jdbc:[^$\x00-\x20\x7f\ud800-\udfff]{1,1020}")
_SECRET: Final = re.compile(r"passw|pwd|secret|token|api.?key|://[^/?]*@|thin:[^@]+@", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EVENT: Final = re.compile(r"(?:[A-Z]{3}\^)?[A-Z][0-9A-Z]{2}")


def check(request: Request) -> None:
    """Refuse what would make a channel that does something else than it says. Raises `BadInput`."""
    _check(_HOST, ChannelProblem.NOT_A_HOST, request, "listen_host", "destination_host")
    _check(_AE_TITLE, ChannelProblem.NOT_AN_AE_TITLE, request, "source_ae_title", "destination_ae_title")
    _check(_TABLE, ChannelProblem.NOT_A_TABLE, request, "source_table", "destination_table")
    _check(_PATH, ChannelProblem.NOT_A_PATH, request, "source_path", "destination_path")
    _check(
        _no_secret, ChannelProblem.CREDENTIALS, request, "destination_url", "source_jdbc_url", "destination_jdbc_url"
    )
    _check(_URL, ChannelProblem.NOT_A_URL, request, "destination_url")
    _check(_JDBC, ChannelProblem.NOT_A_JDBC_URL, request, "source_jdbc_url", "destination_jdbc_url")
    _check(_UUID, ChannelProblem.NOT_A_CHANNEL_ID, request, "destination_channel_id")
    _check_events(request.events)
    _check_payloads(request)


def _check(
    fits: re.Pattern[str] | Callable[[str], bool], problem: ChannelProblem, request: Request, *names: str
) -> None:
    for name in names:
        value = getattr(request, name)
        if value is None:
            continue
        if not (fits.fullmatch(value) if isinstance(fits, re.Pattern) else fits(value)):
            raise BadInput(where=name, problem=problem)


def _no_secret(value: str) -> bool:
    return _SECRET.search(value) is None


def _check_events(events: tuple[str, ...]) -> None:
    if len(events) > MOST_EVENTS:
        raise BadInput(where="events", problem=ChannelProblem.TOO_MANY, limit=MOST_EVENTS)
    for number, event in enumerate(events, 1):
        if not _EVENT.fullmatch(event):
            raise BadInput(where=f"events, entry {number},", problem=ChannelProblem.NOT_AN_EVENT)


def _check_payloads(request: Request) -> None:
    if request.source_payload is not Payload.AUTO and request.source not in (Source.HTTP, Source.FILE):
        raise BadInput(where="source_payload", problem=ChannelProblem.FORMAT_UNFIT)
    if request.destination_payload is not Payload.AUTO and request.destination not in (
        Destination.HTTP,
        Destination.FILE,
    ):
        raise BadInput(where="destination_payload", problem=ChannelProblem.FORMAT_UNFIT)
