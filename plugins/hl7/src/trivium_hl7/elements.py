"""Every valued place of a message, and what the dictionary says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from trivium.api import Kind
from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition
from trivium_hl7.paths import Path
from trivium_hl7.phi import Leaf, Level, kind_of
from trivium_hl7.reader import NULL, Component, FieldValue, Message, Segment, subcomponents

_CODED: Final = frozenset({"CE", "CF", "CWE", "CNE"})
_NEIGHBORS: Final = 32
"""Parts beside a value that can say what it is; no data type has so many."""
_TIME_STAMP: Final = "TS"
"""A composite in name; almost always written, and here shown, without its second component."""


class Position(NamedTuple):
    """A valued place, not yet looked up."""

    segment: Segment
    path: Path
    """With every index."""
    repeats: tuple[bool, bool]
    """Whether the message has this segment, and the segment this field, more than once."""
    components: Sequence[Component]
    """Of the same repetition."""
    text: str
    """As it is written."""


class Element(NamedTuple):
    """A valued place and its meaning."""

    path: str
    name: str
    """Names of field, component and sub-component; empty where the dictionary has none."""
    type: str
    value: str
    """Escape sequences decoded."""
    raw: str
    table: str
    meaning: str
    """The display of a code."""
    null: bool
    phi: Kind | None


def positions(message: Message, chosen: Sequence[Path] = ()) -> Iterator[Position]:
    """Every valued place in order; with `chosen`, those below one of these."""
    counts = Counter(seg.id for seg in message.segments)
    seen: Counter[str] = Counter()
    for seg in message.segments:
        seen[seg.id] += 1
        here = [path for path in chosen if path.segment == seg.id and path.occurrence in (None, seen[seg.id])]
        if here or not chosen:
            yield from in_segment(seg, seen[seg.id], counts[seg.id] > 1, here)


def in_segment(seg: Segment, occurrence: int, repeats: bool, chosen: Sequence[Path] = ()) -> Iterator[Position]:
    """Every valued place of one segment: which of its id, and whether there are others, is for the caller to know."""
    for number, field in enumerate(seg.tree(), 1):
        here = [path for path in chosen if path.field in (None, number)]
        if here or not chosen:
            yield from in_field(seg, occurrence, repeats, number, field, here)


def in_field(
    seg: Segment, occurrence: int, repeats: bool, number: int, field: FieldValue, chosen: Sequence[Path] = ()
) -> Iterator[Position]:
    """Every valued place of one field."""
    for r, repetition in enumerate(field, 1):
        for c, component in enumerate(repetition, 1):
            for s, text in enumerate(subcomponents(component), 1):
                path = Path(seg.id, occurrence, number, r, c, s)
                if text and (not chosen or any(one.covers(path) for one in chosen)):
                    yield Position(seg, path, (repeats, len(field) > 1), repetition, text)


def describe(position: Position, version: str) -> Element:
    """What `version` of the dictionary says of one place."""
    seg, path = position.segment, position.path
    field, c, s = path.field or 0, path.component or 1, path.subcomponent or 1
    definition = dictionary.field(seg.id, field, version)
    definitions = _definitions(definition, _type(seg, field, definition), c, s, version)
    levels = _levels(definitions, position, version)
    last = definitions[-1]
    leaf_type = _leaf_type(last, levels) if _reached(definitions, position) else ""
    value = seg.decoded(position.text) if field > 2 or seg.id != "MSH" else position.text
    null = position.text == NULL
    shown = _shown(position, definitions)
    table = _table(definitions, levels)
    codes = dictionary.table(table) if table else None
    return Element(
        path=str(shown),
        name=" / ".join(d.name for d in definitions[: 1 + bool(shown.component) + bool(shown.subcomponent)] if d.name),
        type=leaf_type,
        value=value,
        raw=position.text,
        table=table,
        meaning=codes.codes.get(value, "") if codes else "",
        null=null,
        phi=None if null else kind_of(Leaf(seg.id, field, levels, leaf_type, last.table or table, value, s)),
    )


def _type(seg: Segment, field: int, definition: Definition | None) -> str:
    """A field's data type; that of a result is the one which OBX-2 names, if there is such a type."""
    if seg.id == "OBX" and field == 5:
        named = seg.value(2)
        return named if dictionary.is_type(named) else ""
    return definition.type if definition and definition.type != "VARIES" else ""


def _definitions(field: Definition | None, field_type: str, c: int, s: int, version: str) -> list[Definition]:
    """The definitions of field, component and sub-component, as deep as the data types go."""
    found = [field._replace(type=field_type) if field else Definition("", "", "", None, None, "")]
    for number in (c, s):
        inner = dictionary.component(found[-1].type, number, version)
        if inner is None:
            if dictionary.is_composite(found[-1].type, version):
                found.append(Definition("", "", "", None, None, ""))
            break
        found.append(inner)
    return found


def _leaf_type(last: Definition, levels: Sequence[Level]) -> str:
    """The first component of TS is a date in every version; those before 2.5 have no name for its type but ST."""
    is_time = bool(levels) and (levels[-1].type, levels[-1].position) == (_TIME_STAMP, 1)
    return "DTM" if is_time else last.type


def _reached(definitions: Sequence[Definition], position: Position) -> bool:
    """Whether the definitions go as deep as the place does: a part of what should have no parts has no type."""
    indexes = (position.path.component or 1, position.path.subcomponent or 1)
    return all(index == 1 for index in indexes[len(definitions) - 1 :])


def _levels(definitions: Sequence[Definition], position: Position, version: str) -> list[Level]:
    path, components = position.path, position.components
    c = path.component or 1
    steps = [(c, [subcomponents(part)[0] for part in components[:_NEIGHBORS]])]
    steps.append((path.subcomponent or 1, list(subcomponents(components[c - 1])[:_NEIGHBORS])))
    return [
        Level(definition.type, number, texts)
        for definition, (number, texts) in zip(definitions, steps, strict=False)
        if dictionary.is_composite(definition.type, version)
    ]


def _table(definitions: Sequence[Definition], levels: Sequence[Level]) -> str:
    """The table of a code: its own; for a coded value the one its coding system names, or its field's."""
    if levels and levels[-1].type in _CODED and levels[-1].position == 1:
        system = [*levels[-1].texts, "", "", ""][2]
        if system.startswith("HL7") and len(system) == 7:
            return system[3:] if dictionary.table(system[3:]) else ""
        return definitions[-2].table if not system else ""
    return definitions[-1].table


def _shown(position: Position, definitions: Sequence[Definition]) -> Path:
    """The path with the indexes that tell something."""
    path, components = position.path, position.components
    composite = [len(definitions) > n and definitions[n - 1].type != _TIME_STAMP for n in (1, 2)]
    sub = composite[1] or len(subcomponents(components[(path.component or 1) - 1])) > 1
    component = composite[0] or sub or len(components) > 1
    return path._replace(
        occurrence=path.occurrence if position.repeats[0] else None,
        repetition=path.repetition if position.repeats[1] else None,
        component=path.component if component else None,
        subcomponent=path.subcomponent if sub else None,
    )
