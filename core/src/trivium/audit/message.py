"""What one audit message says, before it takes the form of DICOM PS3.15 A.5, FHIR AuditEvent or a row of a table."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

_MESSAGES: Final = uuid.UUID("5f1d2b1e-0f0b-5c58-9a0e-6d3c6c0d1f0a")
"""The name space of message ids."""
LONGEST: Final = 256
"""Characters of a name or an identifier."""


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    meaning: str
    system: str = "DCM"


# PS3.16 CID 400: what happened.
APPLICATION_ACTIVITY: Final = Code("110100", "Application Activity")
AUDIT_LOG_USED: Final = Code("110101", "Audit Log Used")
BEGIN_TRANSFERRING: Final = Code("110102", "Begin Transferring DICOM Instances")
INSTANCES_ACCESSED: Final = Code("110103", "DICOM Instances Accessed")
INSTANCES_TRANSFERRED: Final = Code("110104", "DICOM Instances Transferred")
EXPORT: Final = Code("110106", "Export")
QUERY: Final = Code("110112", "Query")
SECURITY_ALERT: Final = Code("110113", "Security Alert")

# PS3.16 CID 401: of which type.
APPLICATION_START: Final = Code("110120", "Application Start")
APPLICATION_STOP: Final = Code("110121", "Application Stop")
SECURITY_CONFIGURATION: Final = Code("110129", "Security Configuration")
SOFTWARE_CONFIGURATION: Final = Code("110131", "Software Configuration")
RESTRICTED_FUNCTION: Final = Code("110132", "Use of Restricted Function")
OBJECT_SECURITY: Final = Code("110135", "Object Security Attributes Changed")
AUTHORIZATION_DECISION: Final = Code("110144", "Authorization Decision")

# PS3.16 CID 402: in which role somebody took part.
APPLICATION: Final = Code("110150", "Application")
DESTINATION: Final = Code("110152", "Destination Role ID")
SOURCE: Final = Code("110153", "Source Role ID")
DESTINATION_MEDIA: Final = Code("110154", "Destination Media")

# PS3.16 CID 405: onto what something was exported.
MEDIA_URI: Final = Code("110037", "URI")

SUCCESS: Final = 0
MINOR: Final = 4
SERIOUS: Final = 8
MAJOR: Final = 12
"""EventOutcomeIndicator: the reporting application itself was gone."""


@dataclass(frozen=True, slots=True)
class Participant:
    user: str
    role: Code | None = None
    requestor: bool = False
    name: str | None = None
    process: bool = False
    """This host's own process, not a person or another system."""
    node: str | None = None
    """Name of the machine, where it is another than this host's."""


@dataclass(frozen=True, slots=True)
class AuditMessage:
    event: Code
    action: str
    """C, R, U, D or E, as EventActionCode has them."""
    outcome: int
    time: float
    """Epoch seconds of the record that this message was made of."""
    participants: tuple[Participant, ...]
    seq: int
    """The number of that record."""
    id: str
    """The same whenever the same record is exported."""
    type: Code | None = None
    reason: str | None = None
    """Why it failed or was refused, as a code."""
    tool: str | None = None
    call: str | None = None
    patient: str | None = None
    """A stand-in, never a patient's number."""
    studies: tuple[str, ...] = ()
    instances: int | None = None
    query: str | None = None
    """The arguments as JSON. What could identify somebody is a token there."""
    subject: str | None = None
    """What an alert is about, or which log was read: a path below this host."""
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def requestor(self) -> Participant | None:
        return next((participant for participant in self.participants if participant.requestor), None)

    def in_role(self, role: Code) -> Participant | None:
        return next((participant for participant in self.participants if participant.role == role), None)


def message_id(record_hash: str, number: int) -> str:
    return str(uuid.uuid5(_MESSAGES, f"{record_hash}/{number}"))


def timestamp(time: float) -> str:
    """UTC with milliseconds, as PS3.15 A.5.2.5, FHIR `instant` and RFC 5424 all take it."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clean(value: Any, longest: int = LONGEST) -> str:
    """Text that XML, JSON and one line of a table can hold: bounded, what is not printable replaced."""
    text = str(value)[:longest]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text.strip()
