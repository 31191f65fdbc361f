"""The answer of `convert_order_to_worklist`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from trivium.api import Kind
from trivium_fhir.imaging.dicom_json import composed, get
from trivium_fhir.imaging.homes import ACCESSION, Home, conflicts, homes_of
from trivium_fhir.imaging.steps import Step, message_type, steps_of
from trivium_fhir.imaging.worklist import ACCESSION as ACCESSION_TAG
from trivium_fhir.imaging.worklist import STUDY_UID, Item, item_of, names_of
from trivium_fhir.imaging.worklist_keys import complete, missing, missing_of_pairs
from trivium_fhir.imaging.worklist_notes import OrderRemark
from trivium_fhir.imaging.worklist_results import KeyHome, Lack, StepRemark, Worklist
from trivium_hl7.dicom_map.attributes import keywords
from trivium_hl7.dicom_map.remarks import STATEMENT
from trivium_hl7.reader import Message

_SOURCE = f"DICOM PS3.4 table K.6-1; {STATEMENT}, which follows IHE RAD TF-2 appendix B"


def answer(message: Message, *, accession_field: str | None, generate_uid: bool, limit: int, offset: int) -> Worklist:
    """Raises `BadInput` for a message that is no order."""
    kind = message_type(message)
    steps = steps_of(message)
    page = steps[offset : offset + limit]
    end = offset + len(page)
    items = [item_of(step, kind, accession_field=accession_field, generate_uid=generate_uid) for step in page]
    empty = dict.fromkeys(path for item in items for path in complete(item.ds))
    lacks = [lack for step, item in zip(page, items, strict=True) if (lack := _lack(step, item))]
    return Worklist(
        message_type=kind,
        items=composed([item.ds for item in items]),
        steps=len(items),
        total_steps=len(steps),
        next_offset=end if end < len(steps) else None,
        complete=not lacks,
        lacks=tuple(lacks),
        mapped={name: place for item in reversed(items) for name, place in names_of(item.sources).items()},
        empty=tuple(keywords(path) for path in empty),
        homes=tuple(home for step, item in zip(page, items, strict=True) for home in _homes(step, item)),
        remarks=tuple(remark for step, item in zip(page, items, strict=True) for remark in _remarks(step, item)),
        source=_SOURCE,
    )


def _lack(step: Step, item: Item) -> Lack | None:
    found = [keywords(path) for path in missing(item.ds)]
    found += [" or ".join(keywords(path) for path in pair) for pair in missing_of_pairs(item.ds)]
    return Lack(step=step.number, missing=tuple(found)) if found else None


def _homes(step: Step, item: Item) -> Iterator[KeyHome]:
    for home in homes_of(step):
        taken = item.sources.get(ACCESSION_TAG if home.key == ACCESSION else STUDY_UID, "").partition(".")[0]
        yield KeyHome(
            step=step.number,
            key=home.key,
            field=home.place,
            standing=cast(Literal["rule", "local", "other"], home.standing),
            value=home.value[:200],
            phi=_kind(home),
            taken=True if taken == home.place else None,
        )


def _kind(home: Home) -> Kind:
    """An order number has a digit and a UID nothing but digits and periods; anything else could be any text."""
    if home.key != ACCESSION:
        return Kind.UID if home.value.replace(".", "").isdecimal() and home.value.isascii() else Kind.TEXT
    return Kind.ORDER if any(one.isdecimal() for one in home.value) else Kind.TEXT


def _remarks(step: Step, item: Item) -> Iterator[StepRemark]:
    for path, remark in dict.fromkeys(item.notes):
        yield StepRemark(step=step.number, attribute=keywords(path), remark=remark.value)
    homes = homes_of(step)
    for pair in conflicts(homes):
        key = next(home.key for home in homes if home.place in pair)
        yield StepRemark(step=step.number, attribute=key, remark=OrderRemark.CONFLICT.value, fields=pair)
    local = tuple(home.place for home in homes if home.key == ACCESSION and home.standing == "local")
    if local and not get(item.ds, ACCESSION_TAG):
        yield StepRemark(step=step.number, attribute=ACCESSION, remark=OrderRemark.LOCAL.value, fields=local)
