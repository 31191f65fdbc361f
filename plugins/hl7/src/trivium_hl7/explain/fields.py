"""A field, component or sub-component: what it is, what it holds, and how versions define it."""

from collections.abc import Iterator
from functools import cache
from typing import Final, Literal

from pydantic import Field

from trivium_hl7 import dictionary
from trivium_hl7.explain import definitions, editions, places, shapes, words
from trivium_hl7.explain.definitions import Past, Row
from trivium_hl7.explain.places import Level, Place
from trivium_hl7.explain.segments import LOCAL_NOTE, Near, is_local
from trivium_hl7.explain.tables import CodeRow, code_rows, keeper
from trivium_hl7.result import Result

_MOST_CODES: Final = 40
_MOST_NEAR: Final = 10
_FIT: Final = 0.5
_RESULT_NOTE: Final = "OBX-2 names the data type of this field (HL7 v2.5.1 chapter 7.4.2)"
_FIRST_PART_NOTE: Final = (
    "a primitive value has no components: the first component is the whole value (HL7 v2.5.1 chapter 2.8)"
)
_ABSENT_NOTE: Final = "this version defines no such place; the levels it does define and the other versions are shown"


class TableExcerpt(Result):
    number: str
    name: str
    type: str
    keeper: str = Field(description="who may say which codes are right")
    codes: tuple[CodeRow, ...]
    more: int | None = Field(default=None, description="further codes: see lookup_hl7_table")


class FieldExplanation(Result):
    status: Literal["defined", "undefined", "site-defined", "unknown"] = Field(
        description="undefined: the segment or data type is known, the place below it is not"
    )
    path: str | None = None
    segment: str | None = Field(default=None, description="name of the segment")
    version: str | None = Field(default=None, description="whose definitions are shown")
    levels: tuple[Row, ...] = Field(description="field, component, sub-component")
    type_name: str | None = None
    shape: str | None = Field(
        default=None, description="the data type's parts: ^ components, & sub-components or their data type"
    )
    example: str | None = Field(default=None, description="an invented value")
    components: tuple[Row, ...]
    table: TableExcerpt | None = None
    history: tuple[Past, ...] = Field(description="definitions of the last level by versions, oldest first")
    notes: tuple[str, ...]
    near: tuple[Near, ...] = Field(description="fields of a similar name, where nothing is found")


def explain(text: str, version: str | None) -> FieldExplanation:
    """The place a text names; anything else is looked for among the names of fields."""
    editions.asked(version)
    place = places.read(text)
    if place is None:
        return _empty("unknown", near=near(text, version))
    if not place.is_type and is_local(place.owner):
        return _empty("site-defined", notes=(LOCAL_NOTE,))
    if not place.is_type and dictionary.segment_name(place.owner) is None:
        return _empty("unknown", near=near(text, version))
    return _explained(place, version)


def near(text: str, version: str | None) -> tuple[Near, ...]:
    """Fields whose names fit the words."""
    named = _named(editions.asked(version) or dictionary.FALLBACK_VERSION)
    asked = words.words(text[:200])
    fits = [
        (max(words.score(asked, name), 0.9 * words.score(asked, whole)), path) for path, (name, whole) in named.items()
    ]
    found = sorted((one for one in fits if one[0] >= _FIT), key=lambda one: -one[0])[:_MOST_NEAR]
    return tuple(Near(id=path, name=named[path][0]) for _, path in found)


def _explained(place: Place, version: str | None) -> FieldExplanation:
    chains = [(v, places.exact(place, v)) for v in dictionary.versions()] if place.numbers else []
    having = tuple(v for v, found in chains if found) or _versions_of(place)
    chosen = editions.edition(version, having, what="place")
    found = places.levels(place, chosen.version)
    complete = len(found) == len(place.numbers)
    type_id = (found[-1].definition.type if found else "") if place.numbers else place.owner
    path = place.at(len(place.numbers)) if place.numbers else place.owner
    return FieldExplanation(
        status="defined" if complete else "undefined",
        path=path,
        segment=None if place.is_type else dictionary.segment_name(place.owner),
        version=chosen.version,
        levels=tuple(_row(place, level) for level in found),
        type_name=(dictionary.type_name(type_id) or None) if complete else None,
        shape=shapes.shape(type_id, chosen.version) if complete else None,
        example=shapes.example(path, type_id, places.table_of(found) if found else "") if complete else None,
        components=tuple(_components(place, type_id, chosen.version)) if complete else (),
        table=_table(places.table_of(found), chosen.version) if complete and found else None,
        history=definitions.past(chains),
        notes=(*chosen.notes, *_notes(place, found, complete=complete)),
        near=(),
    )


def _notes(place: Place, found: tuple[Level, ...], *, complete: bool) -> Iterator[str]:
    last = found[-1].definition if found else None
    if complete and last:
        if last.type == "VARIES":
            yield (
                _RESULT_NOTE if place.owner == "OBX" else "its data type varies: another field or the message names it"
            )
        if last.usage == "W":
            yield "withdrawn in this version"
        elif last.usage in ("B", definitions.UNUSED):
            yield "kept for backward compatibility in this version"
        if len(found) > 1 and found[-2].definition == last:
            yield _FIRST_PART_NOTE
    elif place.numbers:
        yield _ABSENT_NOTE
        if not found and not place.is_type:
            most = max(dictionary.versions(), key=lambda v: dictionary.field_count(place.owner, v))
            count = dictionary.field_count(place.owner, most)
            yield f"{place.owner} has {count} fields in version {most}, and no version has more"


def _row(place: Place, level: Level) -> Row:
    is_field = not place.is_type and "." not in level.path
    return definitions.row(
        level.path, level.definition, item=dictionary.item(place.owner, place.numbers[0]) if is_field else None
    )


def _components(place: Place, type_id: str, version: str) -> Iterator[Row]:
    prefix = place.at(len(place.numbers)) if place.numbers else place.owner
    for number, definition in places.components(type_id, version):
        yield definitions.row(f"{prefix}.{number}", definition)


def _table(number: str, version: str) -> TableExcerpt | None:
    found = dictionary.table(number) if number else None
    if found is None:
        return None
    rows = code_rows(number, version)
    return TableExcerpt(
        number=number,
        name=found.name,
        type=found.type,
        keeper=keeper(found.type),
        codes=rows[:_MOST_CODES],
        more=max(0, len(rows) - _MOST_CODES) or None,
    )


def _versions_of(place: Place) -> tuple[str, ...]:
    count = dictionary.component_count if place.is_type else dictionary.field_count
    known = dictionary.datatypes if place.is_type else dictionary.segments
    having = tuple(v for v in dictionary.versions() if count(place.owner, v))
    return having or tuple(v for v in dictionary.versions() if place.owner in known(v))


@cache
def _named(version: str) -> dict[str, tuple[str, str]]:
    """Names of fields by path, alone and with the segment's, so that words may name both."""
    named = {}
    for segment_id in _in_order(version):
        title = dictionary.segment_name(segment_id) or ""
        for number in range(1, dictionary.field_count(segment_id, version) + 1):
            definition = dictionary.exact_field(segment_id, number, version)
            if definition and definition.type:
                named[f"{segment_id}-{number}"] = (definition.name, f"{definition.name} {title}")
    return named


def _in_order(version: str) -> list[str]:
    """Segments, those that most messages have first."""
    common = ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "EVN", "NK1", "IN1", "AL1", "DG1"]
    present = dictionary.segments(version)
    return [one for one in common if one in present] + [one for one in present if one not in common]


def _empty(
    status: Literal["site-defined", "unknown"], *, notes: tuple[str, ...] = (), near: tuple[Near, ...] = ()
) -> FieldExplanation:
    return FieldExplanation(status=status, levels=(), components=(), history=(), notes=notes, near=near)
