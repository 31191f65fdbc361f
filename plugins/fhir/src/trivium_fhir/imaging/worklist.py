"""Steps of an order as Modality Worklist items (PS3.4 K.6), by the rows that join HL7 v2 and DICOM."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from trivium_fhir.imaging.converting import Converted, converted, offset_of
from trivium_fhir.imaging.dicom_json import DataSet, Element, get, put
from trivium_fhir.imaging.patient import NAMESPACE
from trivium_fhir.imaging.steps import Step
from trivium_fhir.imaging.worklist_notes import OrderRemark
from trivium_hl7.dicom_map.attributes import attribute, keywords
from trivium_hl7.dicom_map.rows import Row, rows
from trivium_hl7.reader import NULL

_PATIENT_MAP: Final = "patient (PID) to patient attributes"
_CHARSET: Final = "00080005"
_STATUS: Final = "00400100/00400020"
_START_DAY: Final = "00400100/00400002"
ACCESSION: Final = "00080050"
STUDY_UID: Final = "0020000D"
_ALSO: Final = {
    "ORC-7.4": ("OBR-27.4", "TQ1-7"),
    "ORC-7.6": ("OBR-27.6", "TQ1-9"),
    "TQ1-7": ("ORC-7.4", "OBR-27.4"),
    "TQ1-9": ("ORC-7.6", "OBR-27.6"),
    "IPC-1": (),
} | {f"ORC-{n}.{part}": (f"OBR-{n}.{part}",) for n in (2, 3) for part in (1, 2, 3, 4)}
"""Fields of the same data element (timing, placer and filler number), for orders that fill the other one."""
_SERVICE: Final = {
    "00321060": "OBR-4.2",
    "00321064/00080100": "OBR-4.1",
    "00321064/00080102": "OBR-4.3",
    "00321064/00080104": "OBR-4.2",
}
"""Where results have the requested procedure, for orders without OBR-44."""
_OF_ANIMALS: Final = ("00101002", "00102297")
"""That archive's rows for chips and tattoos (PID-2, PID-4) and owners (PID-9), which mean other things for a person."""
_MEASURES: Final = {"00101030": ("kg", "body weight"), "00101020": ("m", "body height")}
_COMMENTS: Final = {"00104000": "patient", "00401400": "order"}
_CODED: Final = ("00080100", "00080102", "00080104")
_CODED_OF_CE: Final = ("00080100", "00080104", "00080102")
"""Code, text and system, in the order of CE, CF, CWE and CNE."""


@dataclass(slots=True)
class Item:
    """A worklist item, and how it came to be."""

    ds: DataSet = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """By path of tags, the field that the value is of."""
    notes: list[tuple[str, OrderRemark]] = field(default_factory=list)
    """By path of tags."""

    def take(self, path: str, vr: str, made: Converted, place: str) -> bool:
        """Whether there was a value."""
        if made.remark:
            self.notes.append((path, made.remark))
        if made.value:
            put(self.ds, path, vr, made.value)
            self.sources[path] = place
        return bool(made.value)


def item_of(step: Step, kind: str, *, accession_field: str | None = None, generate_uid: bool = False) -> Item:
    """`kind` is the message type of the maps, `accession_field` where this site has the accession number."""
    item = Item()
    animal = bool(step.value("PID-35") or step.value("PID-35.2"))
    for row in _rows(kind):
        if animal or not row.path.startswith(_OF_ANIMALS):
            _by_row(row, step, item)
    if accession_field is not None:
        _chosen_accession(step, item, accession_field)
    _service(step, item)
    _complete_codes(item)
    _status(step, item)
    _offset(step, item)
    if generate_uid and not get(item.ds, STUDY_UID):
        put(item.ds, STUDY_UID, "UI", _generated(step, item))
        item.notes.append((STUDY_UID, OrderRemark.GENERATED))
    if any(not value.isascii() for value in _values(item.ds)):
        put(item.ds, _CHARSET, "CS", "ISO_IR 192")  # what JSON is in (PS3.18 F.2)
    return item


def _rows(kind: str) -> Iterator[Row]:
    for row in rows():
        ours = kind in row.messages or _PATIENT_MAP in row.maps
        if ours and row.direction == "hl7_to_dicom" and row.fields and row.path not in (_CHARSET, _STATUS):
            yield row


def _by_row(row: Row, step: Step, item: Item) -> None:
    if row.path in item.sources:  # another map had it
        return
    tag = row.path.rpartition("/")[2]
    known = attribute(tag)
    vr = known.vr if known else "LO"
    if vr == "SQ":
        _code(row.path, row.fields[0], step, item)
    elif row.path in _MEASURES:
        item.take(row.path, vr, Converted(_measure(step, *_MEASURES[row.path])), "OBX-5")
    elif row.path in _COMMENTS:
        found = step.patient_comments if _COMMENTS[row.path] == "patient" else step.comments
        texts = [seg.value(3) for seg in found]
        item.take(row.path, vr, Converted(" ".join(one for one in texts if one and one != NULL)), "NTE-3")
    else:
        _first_of(row.path, tag, vr, row.fields, step, item)


def _first_of(path: str, tag: str, vr: str, fields: Iterable[str], step: Step, item: Item) -> None:
    """Of these fields, and those of the same data element, the first with a value."""
    for place in fields:
        if item.take(path, vr, converted(step, place, tag, vr), place):
            return
    for other in (other for place in fields for other in _ALSO.get(place, ())):
        if item.take(path, vr, converted(step, other, tag, vr), other):
            item.notes.append((path, OrderRemark.OTHER_FIELD))
            return


def _code(path: str, place: str, step: Step, item: Item) -> None:
    """A coded field as the one item of a code sequence."""
    for component, tag in enumerate(_CODED_OF_CE, 1):
        vr = "LO" if tag == "00080104" else "SH"
        part = f"{place}.{component}"
        item.take(f"{path}/{tag}", vr, converted(step, part, tag, vr), part)


def _measure(step: Step, unit: str, what: str) -> str:
    """Of the OBX with this unit whose test is named so."""
    for seg in step.results:
        if seg.value(6) == unit and seg.value(3, component=2).strip().lower() == what:
            value = seg.value(5).strip()
            try:
                float(value)
            except ValueError:
                continue
            return value if len(value) <= 16 and value.strip("+-.0123456789") == "" else ""
    return ""


def _chosen_accession(step: Step, item: Item, place: str) -> None:
    item.ds.pop(ACCESSION, None)
    item.sources.pop(ACCESSION, None)
    if item.take(ACCESSION, "SH", converted(step, place, ACCESSION, "SH"), place):
        item.notes.append((ACCESSION, OrderRemark.FROM_CHOSEN_FIELD))


def _service(step: Step, item: Item) -> None:
    if any(path in item.sources for path in _SERVICE):
        return
    taken = False
    for path, place in _SERVICE.items():
        vr = "SH" if path.endswith(("0100", "0102")) else "LO"
        taken |= item.take(path, vr, converted(step, place, path.rpartition("/")[2], vr), place)
    if taken:
        item.notes.append(("00321064", OrderRemark.FROM_UNIVERSAL_SERVICE))


def _complete_codes(item: Item) -> None:
    """A code item without a value, scheme or meaning is none (PS3.3 table 8.8-1): it is taken away."""
    for path in {path.rpartition("/")[0] for path in item.sources if path.endswith(_CODED)}:
        if not all(get(item.ds, f"{path}/{tag}") for tag in _CODED):
            *above, tag = path.split("/")
            ds = item.ds
            for step in above:
                ds = ds[step].items[0]
            ds.pop(tag, None)
            for one in _CODED:
                item.sources.pop(f"{path}/{one}", None)


def _status(step: Step, item: Item) -> None:
    """A new order that is not begun is scheduled; a canceled one is told; all others are the archive's matter."""
    control, status = step.value("ORC-1"), step.value("ORC-5")
    if control in ("CA", "DC", "OC", "OD"):
        item.notes.append((_STATUS, OrderRemark.CANCELED))
    elif control in ("NW", "XO") and status in ("", "SC"):
        put(item.ds, _STATUS, "CS", "SCHEDULED")
        item.sources[_STATUS] = "ORC-1, ORC-5"
    elif control:
        item.notes.append((_STATUS, OrderRemark.NO_STATUS))


def _offset(step: Step, item: Item) -> None:
    """The offset of the start, which holds for the item's other times as well (0008,0201)."""
    place = item.sources.get(_START_DAY, "")
    if place and (offset := offset_of(step.value(place))):
        put(item.ds, "00080201", "SH", offset)
        item.sources["00080201"] = place


def _generated(step: Step, item: Item) -> str:
    """A UID below 2.25 (PS3.5 B.2) of what names the requested procedure, so that its steps share it."""
    facts = [step.value(place) for place in ("MSH-3", "MSH-4", "PID-3.1", "PID-3.4.1")]
    facts += [get(item.ds, tag) for tag in (ACCESSION, "00401001", "00402016", "00402017")]
    return f"2.25.{uuid.uuid5(NAMESPACE, chr(31).join(['Study', *facts])).int}"


def _values(ds: DataSet) -> Iterator[str]:
    for element in ds.values():
        yield from element.values
        for item in element.items:
            yield from _values(item)


def names_of(sources: dict[str, str]) -> dict[str, str]:
    """By path of keywords."""
    return {keywords(path): place for path, place in sources.items()}


__all__ = ["Element", "Item", "item_of", "names_of"]
