"""Where in a message a segment is being written."""

from __future__ import annotations

from dataclasses import dataclass

from trivium_hl7 import dictionary
from trivium_hl7.samples.case import Case, Order, Result
from trivium_hl7.samples.people import Patient

RESULTS = frozenset({"ORU", "OUL", "OPU", "ORF", "ROR", "VXU", "VXR", "RSP", "MDM", "DOC"})
"""Messages that report what was done."""
REPLIES = frozenset(
    {"ORR", "ORG", "ORI", "ORL", "ORN", "ORS", "ORD", "ORP", "ORB", "ORX", "ORA", "OPR"}
    | {"RRE", "RRD", "RRG", "RRA", "RRO", "SRR", "RRI", "RPA", "RPI", "RPL", "RPR"}
)
"""Messages that answer an order or a request."""


@dataclass(frozen=True, slots=True)
class Place:
    """A segment's surroundings."""

    case: Case
    version: str
    structure: str
    """As MSH-9.3 names it."""
    segments: frozenset[str]
    """Every segment id that the structure knows."""
    ordinal: int
    """What the segment's set id says."""
    order: Order
    result: Result | None
    patient: Patient

    @property
    def code(self) -> str:
        return self.case.code

    @property
    def event(self) -> str:
        return self.case.event

    @property
    def reports(self) -> bool:
        return self.code in RESULTS

    @property
    def replies(self) -> bool:
        return self.code in REPLIES or "MSA" in self.segments

    def since(self, version: str) -> bool:
        return dictionary.is_since(self.version, version)

    @property
    def coded_type(self) -> str:
        """What a coded observation is called in OBX-2."""
        return "CWE" if self.since("2.7") else "CE"
