"""What fields say of each other, within the header and across segments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Segment
from trivium_hl7.validation.context import Context, fields_of, is_blank
from trivium_hl7.validation.findings import Found
from trivium_hl7.validation.forms import date_fault, is_sequence

_UNFINISHED: Final = frozenset("IPRS")
"""Table 0085: results that are not final."""
_GIVEN: Final = frozenset("CFP")
"""Table 0085: results with a value."""
_NEED: Final = {"F": _UNFINISHED, "X": _GIVEN, "O": _GIVEN, "I": _GIVEN, "S": _GIVEN}
"""Table 0123: what results of an order with this status cannot be. (A correction, C, may be of a part of them.)"""
_PATIENT_MERGES: Final = frozenset({"A30", "A34", "A36", "A40", "A47"})
"""Events after which another number is left in PID-3 than before. A39 and A46 change PID-2, by MRG-4; A41 and A42 merge
accounts and visits of one patient."""
_PLACERS: Final = frozenset({"NW", "CA", "DC", "HD", "RL", "XO", "RP"})
"""Table 0119: what a placer asks for."""
_ORDERS: Final = (("MSH", 7, "PID", 7), ("PID", 29, "PID", 7), ("PV1", 45, "PV1", 44))
"""Dates of which the first is not before the second."""


def cross_faults(context: Context) -> Iterator[Found]:
    yield from _structure_name(context)
    yield from _results(context)
    yield from _orders(context)
    yield from _merges(context)
    yield from _set_ids(context)
    yield from _dates(context)


def _structure_name(context: Context) -> Iterator[Found]:
    header = context.message.header
    declared = header.value(9, component=3)
    if declared and context.names and declared not in context.names and context.since("2.3.1"):
        path, fix = Path("MSH", None, 9, None, 3), f"write {context.names[0]}"
        yield Found("cross.msh9_structure", path, fix, header, header.field(9)[0], declared)


def _results(context: Context) -> Iterator[Found]:
    order: Segment | None = None
    told = False
    for seg in context.message.segments:
        if seg.id in ("OBR", "ORC"):
            order, told = (seg if seg.id == "OBR" else None), False
        elif seg.id == "OBX":
            yield from _result(context, seg)
            status = order.value(25) if order else ""
            if order and not told and seg.value(11) in _NEED.get(status, ()):
                told = True
                fix = "OBX-11 of its results has values that do not go with it (tables 0123 and 0085)"
                yield Found("cross.obr25_obx11", context.path(order, 25), fix, order, order.field(25)[0], status)


def _result(context: Context, seg: Segment) -> Iterator[Found]:
    fields = seg.fields
    value = fields[5] if len(fields) > 5 else ""
    if not value or value == NULL or is_blank(value, "".join(seg.separators.cuts)):
        return
    type_id = fields[2]
    if not type_id:
        yield Found("cross.obx2_missing", context.path(seg, 5), "OBX-2 says how OBX-5 is to be read (table 0125)", seg)
    elif not dictionary.is_type(type_id):
        fix = "use a data type of table 0125, such as NM, ST, TX or CWE"
        yield Found("cross.obx2_obx5", context.path(seg, 2), fix, seg, seg.field(2)[0], type_id)


def _orders(context: Context) -> Iterator[Found]:
    """Each ORC with the OBR that belongs to it."""
    segments = context.message.segments
    for position, seg in enumerate(segments):
        if seg.id != "ORC":
            continue
        detail = None
        for other in segments[position + 1 : position + 20]:
            if other.id == "ORC":
                break
            if other.id == "OBR":
                detail = other
                break
        numbers = {number: _numbers(seg, detail, number) for number in (2, 3)}
        if seg.value(1) in _PLACERS and not any(numbers[2]):
            fix = "a placer's order has its number in ORC-2 or OBR-2"
            yield Found("cross.order_number", context.path(seg, 2), fix, seg)
        elif not any(numbers[2]) and not any(numbers[3]):
            fix = "give ORC-2 or ORC-3, or the same fields of OBR"
            yield Found("cross.order_number", context.path(seg, 2), fix, seg)
        for number, (own, detailed) in numbers.items():
            if detail and own and detailed and own != detailed:
                fix = f"OBR-{number} is the same number as ORC-{number}"
                first = detail.field(number)[0]
                text = first[0] if isinstance(first[0], str) else first[0][0]
                yield Found("cross.order_numbers", context.path(detail, number), fix, detail, first, text)


def _numbers(seg: Segment, detail: Segment | None, number: int) -> tuple[str, str]:
    found = (seg.value(number), detail.value(number) if detail else "")
    return (found[0] if found[0] != NULL else "", found[1] if found[1] != NULL else "")


def _merges(context: Context) -> Iterator[Found]:
    if context.event not in _PATIENT_MERGES:
        return
    left: set[tuple[str, ...]] = set()
    for seg in context.message.segments:
        if seg.id == "PID":
            left = _identifiers(seg, 3)
        elif seg.id == "MRG":
            gone = _identifiers(seg, 1)
            if gone and gone <= left:
                first = seg.field(1)[0]
                text = first[0] if isinstance(first[0], str) else first[0][0]
                fix = "MRG-1 is the number that is given up, PID-3 the one that is left"
                yield Found("cross.merge_same", context.path(seg, 1), fix, seg, first, text)


def _identifiers(seg: Segment, number: int) -> set[tuple[str, ...]]:
    """Number, assigner and kind of each repetition."""
    found = set()
    for repetition in range(1, len(seg.field(number)) + 1):
        parts = tuple(seg.value(number, repetition=repetition, component=c) for c in (1, 4, 5))
        if parts[0] and parts[0] != NULL:
            found.add(parts)
    return found


def _set_ids(context: Context) -> Iterator[Found]:
    last: dict[str, int] = {}
    for seg in context.message.segments:
        fields, definitions = seg.fields, fields_of(seg.id, context.version)
        if len(fields) < 2 or not definitions or definitions[0].type != "SI":
            continue
        text = fields[1]
        if len(text) > 9 or not is_sequence(text):
            continue
        number, before = int(text), last.get(seg.id, 0)
        if number not in (1, before + 1):
            fix = "1 for the first, and one more for each that follows"
            yield Found("cross.set_id", context.path(seg, 1), fix, seg, seg.field(1)[0], text)
        last[seg.id] = number


def _dates(context: Context) -> Iterator[Found]:
    for segment, number, other, earlier in _ORDERS:
        seg, before = context.message.first(segment), context.message.first(other)
        if seg is None or before is None:
            continue
        later_day, earlier_day = _day(seg.value(number)), _day(before.value(earlier))
        if later_day and earlier_day and (earlier_day - later_day).days > 1:  # a day lies between time zones
            fix = f"{segment}-{number} is not before {other}-{earlier}"
            yield Found(
                "cross.date_order", context.path(seg, number), fix, seg, seg.field(number)[0], seg.value(number)
            )


def _day(text: str) -> date | None:
    if len(text) < 8 or date_fault("DTM", text):
        return None
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
