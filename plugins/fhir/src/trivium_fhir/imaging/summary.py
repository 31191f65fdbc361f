"""The counterparts of one study through DICOM, HL7 v2 and FHIR: what the PACS plugin's study summary is filled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from trivium.api import Composed, Kind, TooLarge
from trivium_dicom.phi import kind_of
from trivium_fhir.imaging.bundle import bundle_of
from trivium_fhir.imaging.dicom_json import get
from trivium_fhir.imaging.facts import fact, facts_of
from trivium_fhir.imaging.notes import Note, Notes
from trivium_fhir.imaging.order_answer import answer
from trivium_fhir.imaging.pasted import MOST_ROWS, row_of
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.rows import Row
from trivium_fhir.imaging.steps import message_type, steps_of
from trivium_fhir.imaging.study import Made
from trivium_fhir.imaging.summary_facts import FACTS, FILLER, PLACER, Fact, accession_numbers, among, modalities
from trivium_fhir.imaging.tree import Study, studies_of
from trivium_fhir.imaging.worklist import ACCESSION, STUDY_UID, Item, item_of
from trivium_fhir.phi import composed
from trivium_hl7.dicom_map.attributes import attribute, keywords, written
from trivium_hl7.dicom_map.rows import rows as map_rows
from trivium_hl7.reader import Message, parse_message

_SOURCE: Final = "FHIR R4 DICOM column of ImagingStudy; IHE RAD TF-2 appendix B"
_ORDER: Final = "ORM^O01"
_PATIENT_MAP: Final = "patient (PID) to patient attributes"
_STEP: Final = "00400100/"
"""What stands in a scheduled step of a worklist stands at the top of a study."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """One fact in three standards. A value is absent where its side does not say it."""

    fact: str
    phi: Kind | None
    dicom: str
    tag: str
    dicom_value: str | None
    hl7: str | None
    hl7_value: str | None
    fhir: str | None
    fhir_value: str | None
    agree: bool | None
    """Study and order."""


@dataclass(frozen=True, slots=True)
class Counterparts:
    """What study and order say of each other, and what the study is as a whole in the other two."""

    rows: tuple[Counterpart, ...]
    matched_by: str | None
    differing: tuple[str, ...]
    steps: int | None
    imaging_study: Composed | None
    order_skeleton: Composed | None
    order_lacks: tuple[str, ...]
    notes: tuple[Note, ...]
    source: str = _SOURCE


def counterparts(
    rows: Sequence[Mapping[str, Any]], order: str | None = None, *, zone: str | None = None
) -> Counterparts:
    """Of rows as an archive's answer has them, plain or DICOM JSON, and of an order as text.

    Raises `BadInput` for a message that is no order or cannot be read, `TooLarge` beyond 20,000 rows.
    """
    if len(rows) > MOST_ROWS:
        raise TooLarge(where="study", problem=ImagingProblem.TOO_MANY_ROWS, limit=MOST_ROWS)
    return summary(map(row_of, rows), parse_message(order, where="order") if order else None, zone=zone)


def summary(rows: Iterable[Row], order: Message | None = None, *, zone: str | None = None) -> Counterparts:
    """`rows` are facts of one study, by DICOM keyword (`imaging.rows`); of several studies the first is taken.

    Raises `BadInput` for a message that is no order.
    """
    notes = Notes()
    study = next(iter(studies_of(rows, notes)), None)
    items = _items(order) if order is not None else []
    wholes = _wholes(study, notes, zone) if study else _NO_WHOLES
    facts = _facts(study, wholes.made) if study and wholes.made else {}
    item, joined = _joined(facts, items)
    table = [_row(one, facts, item, wholes.made) for one in FACTS]
    return Counterparts(
        rows=tuple(row for row in table if row.dicom_value or row.hl7_value or row.fhir_value),
        matched_by=joined,
        differing=tuple(row.fact for row in table if row.agree is False),
        steps=len(items) or None,
        imaging_study=wholes.imaging_study,
        order_skeleton=wholes.order,
        order_lacks=wholes.lacks,
        notes=notes.told(),
    )


def _items(order: Message) -> list[Item]:
    kind = message_type(order)
    return [item_of(step, kind) for step in steps_of(order)]


def _facts(study: Study, made: Made) -> Row:
    """Of what a study can have several of, all, with DICOM's own mark between them."""
    several = {"AccessionNumber": accession_numbers(made), "Modality": modalities(made)}
    return {**facts_of(study), **{name: ["\\".join(values)] for name, values in several.items() if values}}


class _Wholes(NamedTuple):
    made: Made | None
    imaging_study: Composed | None
    order: Composed | None
    lacks: tuple[str, ...]


_NO_WHOLES: Final = _Wholes(None, None, None, ())


def _wholes(study: Study, notes: Notes, zone: str | None) -> _Wholes:
    converted = bundle_of([study], notes, kind="collection", zone=zone, most_instances=0)
    order = answer(study, _ORDER, Notes(), control="SC", sent="", processing="T")
    return _Wholes(converted.made[0], composed(converted.bundle), order.message, order.missing)


def _joined(facts: Row, items: Sequence[Item]) -> tuple[Item | None, str | None]:
    """The step of the order that is of this study, and by what; else the first step."""
    for tag in (STUDY_UID, ACCESSION, PLACER, FILLER):
        value = fact(facts, tag)
        for item in items:
            if value and among(value, get(item.ds, tag)):
                return item, keywords(tag)
    return next(iter(items), None), None


def _row(asked: Fact, facts: Row, item: Item | None, made: Made | None) -> Counterpart:
    path, here = _of_study_at(asked, facts)
    there = get(item.ds, asked.path) if item else ""
    made_of_it = asked.read(made) if made else ""
    comparable = here and there and path != asked.other
    return Counterpart(
        fact=asked.name,
        phi=_kind(path.rpartition("/")[2], here or made_of_it, there),
        dicom=keywords(path),
        tag=written(path),
        dicom_value=here or None,
        hl7=(item.sources.get(asked.path) if item else None) or _home(asked.path),
        hl7_value=there or None,
        fhir=asked.fhir or None,
        fhir_value=made_of_it or None,
        agree=asked.same(here, there) if comparable else None,
    )


def _kind(tag: str, *values: str) -> Kind | None:
    """What the values tell of a person, by the rules of the DICOM plugin; of several kinds free text."""
    known = attribute(tag)
    parts = [part for value in values for part in value.split("\\")]
    kinds = {kind for part in parts if (kind := kind_of(tag, known.vr if known else "", part))}
    return Kind.TEXT if len(kinds) > 1 else next(iter(kinds), None)


def _of_study_at(asked: Fact, facts: Row) -> tuple[str, str]:
    """The path that the study has the fact at, and its value; without one the path alone."""
    for path in filter(None, (asked.path, asked.other)):
        if value := fact(facts, path):
            return path.removeprefix(_STEP), value
    return asked.path, ""


def _home(path: str) -> str | None:
    """The field that an order has it in."""
    for row in map_rows():
        of_order = row.direction == "hl7_to_dicom" and (_ORDER in row.messages or _PATIENT_MAP in row.maps)
        if of_order and row.path == path and row.fields:
            return row.fields[0]
    return None
