"""The steps that an order message asks for, each with the segments that speak of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from trivium.api import BadInput
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_hl7.dicom_map.rows import split
from trivium_hl7.reader import NULL, Message, Segment

ORDERS = ("ORM^O01", "OMG^O19", "OMI^O23")


@dataclass(frozen=True, slots=True)
class Step:
    """One OBR, or of an imaging order one IPC of it, with what it shares with others."""

    number: int
    segments: dict[str, Segment]
    """MSH, PID, PV1, ORC, TQ1, OBR, IPC and ZDS, as far as there are."""
    results: tuple[Segment, ...] = ()
    """OBX of the order."""
    comments: tuple[Segment, ...] = ()
    """NTE of the order."""
    patient_comments: tuple[Segment, ...] = ()

    def value(self, place: str) -> str:
        """The decoded text at `PID-3.4.1`; a field or component as such gives its first part. A null is no value."""
        segment, numbers = split(place)
        seg = self.segments.get(segment)
        if seg is None or not numbers:
            return ""
        component, subcomponent = (*numbers[1:], 1, 1)[:2]
        found = seg.value(numbers[0], component=component, subcomponent=subcomponent).strip()
        return "" if found == NULL else found


def message_type(message: Message) -> str:
    """`ORM^O01` of MSH-9. Raises `BadInput` for a message that is no order."""
    header = message.header
    found = f"{header.value(9).strip()}^{header.value(9, component=2).strip() or 'O01'}"
    if found not in ORDERS:
        raise BadInput(where="message", problem=ImagingProblem.NOT_AN_ORDER)
    return found


def steps_of(message: Message) -> list[Step]:
    """In the order of the message. Raises `BadInput` where it has no OBR.

    A step has the ORC before it, and the TQ1, IPC, ZDS, OBX and NTE until the next order. One ZDS alone speaks for all.
    """
    found = list(_numbered(_orders(message)))
    if not found:
        raise BadInput(where="message", problem=ImagingProblem.NO_ORDER)
    uids = message.all("ZDS")
    if len(uids) == 1:
        return [replace(step, segments={**step.segments, "ZDS": uids[0]}) for step in found]
    return found


@dataclass(slots=True)
class _Order:
    segments: dict[str, Segment] = field(default_factory=dict)
    procedures: list[Segment] = field(default_factory=list)
    results: list[Segment] = field(default_factory=list)
    comments: list[Segment] = field(default_factory=list)
    patient_comments: tuple[Segment, ...] = ()


def _numbered(orders: Iterator[_Order]) -> Iterator[Step]:
    number = 0
    for order in orders:
        each = [{"IPC": ipc} for ipc in order.procedures]
        for own in each or [{}]:
            number += 1
            segments = {**order.segments, **own}
            yield Step(number, segments, tuple(order.results), tuple(order.comments), order.patient_comments)


def _orders(message: Message) -> Iterator[_Order]:
    shared: dict[str, Segment] = {"MSH": message.header}
    order = _Order()
    about_patient: list[Segment] = []
    for seg in message.segments:
        if seg.id in ("ORC", "OBR") and "OBR" in order.segments:
            yield order
            order = _Order() if seg.id == "ORC" else _Order(_of_control(order))
        _take(seg, order, shared, about_patient)
        order.segments = {**shared, **order.segments}
        order.patient_comments = tuple(about_patient)
    if "OBR" in order.segments:
        yield order


def _of_control(order: _Order) -> dict[str, Segment]:
    """What one ORC says for all of its OBR."""
    return {name: seg for name, seg in order.segments.items() if name in ("ORC", "TQ1")}


def _take(seg: Segment, order: _Order, shared: dict[str, Segment], about_patient: list[Segment]) -> None:
    match seg.id:
        case "PID" | "PV1":
            shared[seg.id] = seg
        case "ORC" | "OBR" | "ZDS":
            order.segments[seg.id] = seg
        case "TQ1":
            order.segments.setdefault("TQ1", seg)
        case "IPC":
            order.procedures.append(seg)
        case "OBX":
            order.results.append(seg)
        case "NTE" if "OBR" in order.segments:
            order.comments.append(seg)
        case "NTE" if "ORC" not in order.segments and "PID" in shared:
            about_patient.append(seg)
        case _:
            pass
