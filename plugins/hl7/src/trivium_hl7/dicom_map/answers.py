"""Rows put together to answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from trivium_hl7 import dictionary
from trivium_hl7.dicom_map import remarks
from trivium_hl7.dicom_map.attributes import Asked, Attribute, keywords, written
from trivium_hl7.dicom_map.mapping import (
    AttributeMapping,
    CodePair,
    DicomAttribute,
    FieldMapping,
    HomeOfValue,
    MapRow,
    SourcedRemark,
    Status,
)
from trivium_hl7.dicom_map.rows import Row, differences, rows_of_attribute, rows_of_field, segments, split, usage
from trivium_hl7.paths import Path

SOURCE: Final = f"{remarks.STATEMENT}, after IHE RAD TF-2x appendix B; names of DICOM PS3.6 and HL7 v2.5.1"
_SUBSECTIONS: Final = 3


def of_attribute(asked: Asked, *, limit: int, offset: int) -> AttributeMapping:
    near = tuple(_attribute(one) for one in asked.near)
    if not asked.path:
        what = "a tag number that the dictionary does not have" if asked.number else "no tag number, keyword or name"
        also = "; near ones are named" if near else ""
        return AttributeMapping(
            status=Status.UNKNOWN, summary=f"{what}{also}", attribute=(), near=near, rows=(), total=0, source=SOURCE
        )
    tags = tuple(one.tag for one in asked.path)
    found = rows_of_attribute(tags)
    last = asked.path[-1]
    return AttributeMapping(
        status=Status.MAPPED if found else Status.NOT_MAPPED,
        summary=_attribute_summary(asked.path, found),
        attribute=tuple(_attribute(one) for one in asked.path),
        near=near,
        differences=tuple(differences(row for row in found if row.path.endswith(last.tag))),
        homes=_homes([last.tag]),
        remarks=_remarks([last.tag]),
        codes=_codes([last.tag]),
        fhir=_fhir([last.tag]),
        **_page(found, limit, offset),
    )


def of_field(path: Path, *, limit: int, offset: int) -> FieldMapping:
    numbers = tuple(number for number in (path.field, path.component, path.subcomponent) if number)
    found = rows_of_field(path.segment, numbers)
    name = _field_name(path.segment, numbers)
    known = bool(found) or bool(name)
    tags = [row.path.rsplit("/", 1)[-1] for row in found[offset : offset + limit]]
    return FieldMapping(
        status=Status.MAPPED if found else Status.NOT_MAPPED if known else Status.UNKNOWN,
        summary=_field_summary(path, found, known=known),
        reference=str(path._replace(occurrence=None, repetition=None)),
        name=name,
        near_segments=() if found else segments(),
        homes=_homes_at(path, numbers),
        remarks=_remarks(tags) if numbers else (),
        codes=_codes(tags) if numbers else (),
        fhir=_fhir(tags) if numbers else (),
        differences=tuple(_differing_attributes(found)) if numbers else (),
        **_page(found, limit, offset),
    )


def _page(found: Sequence[Row], limit: int, offset: int) -> dict[str, Any]:
    end = offset + limit
    return {
        "rows": tuple(_row(row) for row in found[offset:end]),
        "total": len(found),
        "next_offset": end if end < len(found) else None,
        "source": SOURCE,
    }


def _row(row: Row) -> MapRow:
    return MapRow(
        attribute=written(row.path),
        keyword=keywords(row.path),
        hl7=row.fields,
        hl7_name="; ".join(dict.fromkeys(filter(None, (_field_name(*split(field)) for field in row.fields)))) or None,
        direction=row.direction,
        messages=row.messages,
        maps=row.maps,
        join={"first": "the first valued one", "all": "all combined"}.get(row.join),
        constant=row.constant or None,
        remark=row.remark or ("a sequence: its items' attributes have rows" if row.is_sequence else None),
        usage=tuple(usage(row)),
        corrected=row.corrected or None,
    )


def _attribute(one: Attribute) -> DicomAttribute:
    return DicomAttribute(tag=one.written, keyword=one.keyword, name=one.name, vr=one.vr or None)


def _attribute_summary(path: Sequence[Attribute], found: Sequence[Row]) -> str:
    name = "/".join(one.keyword for one in path)
    if not found:
        return f"{name}: no row maps it, which says nothing of other guides"
    homes = list(dict.fromkeys(field for row in found if row.path.endswith(path[-1].tag) for field in row.fields))
    return f"{name}: {', '.join(homes) if homes else 'no field; constants, or a sequence with mapped items'}"


def _field_summary(path: Path, found: Sequence[Row], *, known: bool) -> str:
    place = path._replace(occurrence=None, repetition=None)
    if found:
        return f"{place}: {', '.join(dict.fromkeys(keywords(row.path) for row in found[:8]))}"
    return f"{place}: no row maps it" if known else f"{place}: no such segment or field, and no row maps it"


def _field_name(segment: str, numbers: Sequence[int]) -> str:
    """Names of field, component and sub-component as far as the dictionary has them."""
    if not numbers:
        return dictionary.segment_name(segment) or ""
    version = dictionary.FALLBACK_VERSION
    definition = dictionary.field(segment, numbers[0], version)
    names = []
    for number in (*numbers[1:_SUBSECTIONS], 0):
        if definition is None:
            break
        names.append(definition.name)
        definition = dictionary.component(definition.type, number, version) if number else None
    return " / ".join(filter(None, names))


def _differing_attributes(found: Iterable[Row]) -> list[str]:
    """Where one field goes to different attributes in different messages, for a field that means several things."""
    targets: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in found:
        for field in row.fields:
            messages = targets.setdefault((field, row.direction), {}).setdefault(keywords(row.path), [])
            messages += [message for message in row.messages if message not in messages]
    return [
        f"{field}, {direction}: " + "; ".join(f"{name} in {', '.join(messages)}" for name, messages in by_name.items())
        for (field, direction), by_name in targets.items()
        if len({tuple(messages) for messages in by_name.values()}) > 1
    ]


def _homes(tags: Iterable[str]) -> tuple[HomeOfValue, ...]:
    return tuple(HomeOfValue(**home._asdict()) for tag in tags for home in remarks.HOMES.get(tag, ()))


def _homes_at(path: Path, numbers: Sequence[int]) -> tuple[HomeOfValue, ...]:
    """What is told of this field where the homes of the accession number and the Study Instance UID are told."""
    if not numbers:
        return ()
    field = f"{path.segment}-{numbers[0]}"
    return tuple(
        HomeOfValue(**{**home._asdict(), "says": f"{_TOLD_OF[tag]}: {home.says}"})
        for tag, homes in remarks.HOMES.items()
        for home in homes
        if home.place.split(".")[0] == field
    )


_TOLD_OF: Final = {"00080050": "accession number", "0020000D": "Study Instance UID"}


def _remarks(tags: Iterable[str]) -> tuple[SourcedRemark, ...]:
    told = dict.fromkeys(remark for tag in tags for remark in remarks.REMARKS.get(tag, ()))
    return tuple(SourcedRemark(**remark._asdict()) for remark in told)


def _codes(tags: Sequence[str]) -> tuple[CodePair, ...]:
    content = dictionary.load("dicom")
    pairs = [CodePair(hl7=hl7, dicom=dicom, name=name) for hl7, dicom, name in content["charsets"]]
    priorities = [CodePair(hl7=hl7, dicom=dicom) for hl7, dicom in content["priorities"]]
    return tuple((pairs if "00080005" in tags else []) + (priorities if "00401003" in tags else []))


def _fhir(tags: Iterable[str]) -> tuple[str, ...]:
    by_tag = dictionary.load("dicom")["fhir"]
    return tuple(dict.fromkeys(element for tag in tags for element in by_tag.get(tag, ())))
