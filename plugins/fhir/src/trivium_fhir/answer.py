"""Put what the guide says of a reference together as an answer."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from trivium_fhir.conditions import in_words, read_condition
from trivium_fhir.crosswalk import DeadEnd, Landing, landings
from trivium_fhir.field_ref import FieldRef
from trivium_fhir.guide import Listing, MapRow, SegmentMaps, Use, concept_maps, index, segment_maps
from trivium_fhir.mapping import (
    Code,
    CodeMap,
    FhirMapping,
    FieldListing,
    MapUse,
    Place,
    Reference,
    Row,
    Status,
    Unfollowed,
)

_NEAR: Final = 5
_PROSE: Final = "the guide adds a condition in prose here that somebody must choose on"
_PROPOSED: Final = "the guide names an extension here that nobody has defined"
_UNFIT: Final = "the data type map that the guide names makes a complex value where R4 has a primitive one"
_LOCAL: Final = "the guide leaves this to the local implementation"
_CORRECTED: Final = "the guide's own spelling does not exist in FHIR R4; the path or value is corrected"
_VALUE_ITSELF: Final = "$value"  # the sheets' own name for what is `$this` here: no correction worth a word
_FURTHER: Final = "a further value of this element, beside the first that the data type map makes"


def answer(ref: FieldRef, message: str | None, *, limit: int, offset: int, code_limit: int) -> FhirMapping:
    """What the guide makes of `ref`, of `message` alone if given."""
    maps = _maps_for(ref)
    if maps is None:
        return _segment_not_mapped(ref, message)
    used = [use for use in maps.uses if message in (None, use.message)]
    if message and not used:
        return _empty(
            Status.NOT_IN_MESSAGE, f"The guide's map of {message} does not take {ref.segment} up.", ref, message
        )
    names = {use.map for use in used} if message else maps.maps.keys()
    chosen = {name: maps.maps[name] for name in _most_used_first(maps) if name in names}

    listings = maps.fields.get(ref.field, ())
    rows = [row for rows in chosen.values() for row in rows if not ref.numbers or row.v2 == ref.field]
    found, ends = landings(rows, ref, listings)
    status = _status(ref, listings, rows, found)
    page = found[offset : offset + limit]
    return FhirMapping(
        status=status,
        summary=_summary(status, ref, message, listings, len(found)),
        reference=str(ref),
        message_structure=message,
        listings=[
            FieldListing(name=one.name, data_type=one.data_type, cardinality=one.cardinality) for one in listings
        ],
        rows=[_row(landing) for landing in page],
        total=len(found),
        next_offset=offset + limit if offset + limit < len(found) else None,
        unfollowed=[_unfollowed(end) for end in ends],
        silent_maps=[name for name in chosen if name not in {row.map for row in rows}],
        code_maps=_code_maps(page, code_limit if ref.numbers else 0),
        used_by=_uses(used, detailed=message is not None),
        near_segments=[],
        guide=index().edition,
    )


def _maps_for(ref: FieldRef) -> SegmentMaps | None:
    if ref.segment in index().segments:
        return segment_maps(ref.segment)
    if names := index().strays.get(ref.field):  # a field that stands in another segment's map
        host = segment_maps(names[0].partition("[")[0])
        return SegmentMaps(fields=host.fields, maps={name: host.maps[name] for name in names}, uses=host.uses)
    return None


def _most_used_first(maps: SegmentMaps) -> list[str]:
    """PID[Patient], which every message uses, before PID[Appointment], which one does."""
    messages = {name: {use.message for use in maps.uses if use.map == name} for name in maps.maps}
    return sorted(maps.maps, key=lambda name: -len(messages[name]))


def _segment_not_mapped(ref: FieldRef, message: str | None) -> FhirMapping:
    near = difflib.get_close_matches(ref.segment, index().segments, n=_NEAR, cutoff=0.6)
    if ref.segment in index().named_without_map:
        said = f"The guide's message maps name {ref.segment}, but the guide has no map for this segment."
    elif ref.segment.startswith("Z"):
        said = "A segment whose id begins with Z is a site's own; the guide cannot map it."
    else:
        said = f"The guide has no map for this segment; it maps {', '.join(index().segments)}."
    if ref.segment not in index().named_without_map:  # an id that is not the guide's is not repeated
        return _empty(Status.SEGMENT_NOT_MAPPED, said, None, message, near)
    uses = [use for use in segment_maps(ref.segment).uses if message in (None, use.message)]
    used_by = _uses(uses, detailed=message is not None)
    return _empty(Status.SEGMENT_NOT_MAPPED, said, ref, message, near).model_copy(update={"used_by": used_by})


def _empty(
    status: Status, summary: str, ref: FieldRef | None, message: str | None, near: Sequence[str] = ()
) -> FhirMapping:
    return FhirMapping(
        status=status,
        summary=summary,
        reference=str(ref) if ref else None,
        message_structure=message,
        listings=[],
        rows=[],
        total=0,
        next_offset=None,
        unfollowed=[],
        silent_maps=[],
        code_maps=[],
        used_by=[],
        near_segments=list(near),
        guide=index().edition,
    )


def _status(ref: FieldRef, listings: Sequence[Listing], rows: Sequence[MapRow], found: Sequence[Landing]) -> Status:
    if found:
        return Status.MAPPED
    return Status.NOT_MAPPED if listings or rows or not ref.numbers else Status.NOT_LISTED


def _summary(status: Status, ref: FieldRef, message: str | None, listings: Sequence[Listing], total: int) -> str:
    name = (
        f"{ref.field} ({listings[0].name}, {listings[0].data_type or 'no data type given'})" if listings else ref.field
    )
    what = f"{ref}, in {name}," if ref.below else name
    within = f"In {message} the guide" if message else "The guide"
    match status:
        case Status.MAPPED:
            return f"{within} maps {what} to {total} place{'' if total == 1 else 's'}."
        case Status.NOT_LISTED:
            return f"The guide's maps of {ref.segment} do not list {ref.field}."
        case _ if ref.below:
            return f"{within} does not say where {what} goes; unfollowed says why."
        case _:
            return f"{within} knows {what} and does not map it."


def _row(landing: Landing) -> Row:
    rows, last = landing.rows, landing.row
    return Row(
        source=_source(rows),
        path=_path(landing),
        references=[Reference(element=e, target=t) for e, t in landing.path.references] if landing.path else [],
        type=last.type,
        cardinality=last.cardinality,
        condition=in_words(landing.condition) if landing.condition else None,
        prose_condition=any(row.narrative for row in rows),
        data_type_map=last.data_type_map,
        code_maps=_vocabularies(rows),
        constant=last.constant,
        expression=last.expression,
        refused_codes=[code for row in rows for code in row.bad_codes],
        r4_error=next((row.error for row in rows if row.error), None),
        sheet_path=last.sheet_path,
        sheet_constant=last.sheet_constant,
        restricted=last.restricted,
        notes=_notes(landing),
    )


def _notes(landing: Landing) -> list[str]:
    rows = landing.rows
    said = {
        _PROSE: any(row.narrative for row in rows),
        _PROPOSED: any(row.proposed for row in rows),
        _UNFIT: any(row.unfit for row in rows),
        _LOCAL: any(row.local for row in rows),
        _CORRECTED: any(row.sheet_constant or row.sheet_path not in (None, _VALUE_ITSELF) for row in rows),
        _FURTHER: landing.path is not None and landing.path.repetition > 1,
    }
    return [note for note, holds in said.items() if holds]


def _unfollowed(end: DeadEnd) -> Unfollowed:
    return Unfollowed(source=_source(end.at.rows), path=_path(end.at), why=end.why.value)


def _path(landing: Landing) -> str | None:
    """As composed; as the guide writes it where that is no path but a formula; none for `local implementation`."""
    if landing.path is not None:
        return str(landing.path)
    return None if landing.row.local else f"{landing.row.base}.{landing.row.to}"


def _source(rows: Sequence[MapRow]) -> list[str]:
    return [f"{row.map} {row.v2}".rstrip() for row in rows]


def _vocabularies(rows: Sequence[MapRow]) -> list[str]:
    return list(dict.fromkeys(row.concept_map for row in rows if row.concept_map))


def _code_maps(found: Sequence[Landing], limit: int) -> list[CodeMap]:
    names = dict.fromkeys(name for landing in found for name in _vocabularies(landing.rows))
    return [_code_map(name, limit) for name in names]


def _code_map(name: str, limit: int) -> CodeMap:
    concept_map = concept_maps()[name]
    return CodeMap(
        name=name,
        table=concept_map.table,
        codes=[Code(v2=v2, code=code, system=s, display=d) for v2, code, s, d in concept_map.codes[:limit]],
        total=len(concept_map.codes),
        without_target=concept_map.unmapped,
    )


def _uses(uses: Sequence[Use], *, detailed: bool) -> list[MapUse]:
    by_map: dict[str | None, list[Use]] = {}
    for use in uses:
        by_map.setdefault(use.map, []).append(use)
    return [
        MapUse(
            map=name,
            messages=list(dict.fromkeys(use.message for use in group)),
            places=[_place(use) for use in group] if detailed else [],
        )
        for name, group in by_map.items()
    ]


def _place(use: Use) -> Place:
    return Place(
        at=use.at,
        fills=use.to,
        cardinality=use.cardinality,
        condition=in_words(read_condition(use.when)) if use.when else None,
        prose_condition=use.narrative,
        references=list(use.references),
    )
