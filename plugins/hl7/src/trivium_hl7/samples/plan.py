"""Which parts of a structure that need not be there a sample has, and how often."""

from __future__ import annotations

import re
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.samples.case import Case
from trivium_hl7.samples.place import RESULTS
from trivium_hl7.structures import Node

_ORDERS: Final = frozenset(
    {"ORM", "OMG", "OMI", "OML", "OMN", "OMS", "OMD", "OMB", "OMQ", "OPL"}
    | {"ORR", "ORG", "ORI", "ORL", "ORN", "ORS", "ORD", "ORB", "ORX", "OPR"}
    | {"ORU", "OUL", "OPU", "OSU", "ORF"}
)
_DETAIL: Final = {
    "OMP": {"RXO", "RXR"}, "ORP": {"RXO", "RXR"}, "RDE": {"RXE", "RXR"}, "RRE": {"RXE", "RXR"},
    "RDS": {"RXD", "RXR"}, "RRD": {"RXD"}, "RGV": {"RXG", "RXR"}, "RRG": {"RXG"}, "RAS": {"RXA", "RXR"},
    "RRA": {"RXA"}, "RDO": {"RXO", "RXR"}, "RRO": {"RXO", "RXR"},
}  # fmt: skip
_INSURED_EVENTS: Final = frozenset({"A01", "A04", "A05", "A28"})
_ELSEWHERE: Final = re.compile(r"PRIOR|PREVIOUS|HISTORY")
"""Groups that tell of something else than the story."""
_OTHER_OBSERVATIONS: Final = re.compile(
    r"^(SPECIMEN|CONTAINER|PATIENT|PACKAGE|DONOR|VISIT|INSURANCE|PROCEDURE)|^(PATIENT|PERSON|SPECIMEN|CONTAINER)_|DOCUMENT"
)
STAND_INS: Final = {"MFN": "OM1"}
"""For a place where any segment may stand; otherwise a note."""


def wanted(case: Case, code: str) -> frozenset[str]:
    """Segments that the story wants where the structure allows them."""
    found = {"PID", "PV1"}
    if code in ("ADT", "BAR", "DFT"):
        found |= {"PV2", "NK1", "DG1"}
    if code == "BAR":
        found |= {"GT1", "IN1"}
    if (code == "ADT" and case.event in _INSURED_EVENTS) or case.scenario.insured:
        found.add("IN1")
    if code in _ORDERS:
        found |= {"ORC", "OBR", "TQ1"}
        found |= {"SPM"} if case.kind == "lab" else set()
    if code in RESULTS:
        found |= {"ORC", "OBR", "OBX"}
    if code in _DETAIL:
        found |= {"ORC"} | _DETAIL[code]
        found |= {"TQ1"} - ({"TQ1"} if "RXE" in found else set())  # there the timing of what is encoded is required
    if code in ("VXU", "VXR"):
        found |= {"NK1", "ORC", "RXA", "RXR", "OBX"}
    if code == "MFN":
        found.add("PRA")
    if code in ("SIU", "SRM", "SRR"):
        found |= {"SCH", "AIS", "AIL", "AIP"}
    if case.scenario.allergy == "penicillin":
        found.add("AL1")
    if case.scenario.insured is False:
        found.discard("IN1")
    return frozenset(found)


def lead(node: Node, want: frozenset[str]) -> Node:
    """The segment that says what a group is about: its first that must be there, or its first that is wanted."""
    if not node.is_group:
        return node
    if node.choice:
        return lead(chosen(node, want), want)
    required = [child for child in node.children if child.minimum]
    liked = [child for child in node.children if child.id in want]
    return lead((required or liked or list(node.children))[0], want)


def chosen(node: Node, want: frozenset[str]) -> Node:
    """The child that stands for a choice."""
    known = [child for child in node.children if child.is_group or dictionary.segment_name(child.id)]
    liked = [child for child in known if child.id in want]
    plain = [child for child in known if not child.is_group]
    return (liked or plain or known or list(node.children))[0]


def belongs(path: tuple[str, ...], segment: str) -> bool:
    """Whether a wanted segment, or the group it leads, tells the story at this place."""
    if any(_ELSEWHERE.search(name) for name in path):
        return False
    return segment != "OBX" or not (path and _OTHER_OBSERVATIONS.search(path[-1]))
