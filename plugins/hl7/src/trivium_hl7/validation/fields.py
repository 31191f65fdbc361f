"""The fields of a segment: which are valued, how often, how long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition
from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Repetition, Segment, subcomponents
from trivium_hl7.validation.codes import has_code, names_its_systems
from trivium_hl7.validation.context import (
    Context,
    any_text,
    components_of,
    fields_of,
    is_blank,
    is_conditional,
    most_fields,
)
from trivium_hl7.validation.findings import Found
from trivium_hl7.validation.lengths import at_most, bounds
from trivium_hl7.validation.rules import Severity
from trivium_hl7.validation.values import Spot, value_faults

_TYPE: Final = ("MSH", 9)
"""Its length says no more than its components do: 2.3.1 forgot to change the seven characters, and a third component in
an older version is told as such.
"""
_WITH_LENGTHS: Final = "2.5"
"""The first version that gives lengths of components."""
_OPEN: Final = "VARIES"
"""The data type of a last field that stands for any number of fields (QPD-3, RDT-1)."""


def segment_faults(context: Context, seg: Segment) -> Iterator[Found]:
    """What is wrong with a segment of the standard, field by field."""
    definitions = fields_of(seg.id, context.version)
    separators = "".join(seg.separators.cuts)
    texts = seg.fields
    for number, definition in enumerate(definitions, 1):
        text = texts[number] if number < len(texts) else ""
        if seg.id == "MSH" and number < 3:
            continue
        if not text or is_blank(text, separators):
            if definition.usage == "R" and not _is_optional(context, seg, number):
                conditional = is_conditional(seg.id, number, context.version)
                rule = "field.conditional" if conditional else "field.required"
                yield Found(rule, context.path(seg, number), definition.name, seg)
        else:
            yield from _valued(context, seg, number, definition, text)
    if definitions and definitions[-1].type == _OPEN:
        return
    last = most_fields(seg.id)
    for number in range(len(definitions) + 1, min(last + 1, len(texts))):
        if texts[number] and not is_blank(texts[number], separators):
            yield from _beyond(context, seg, number, known=bool(definitions))
    for number in range(last + 1, len(texts)):
        if texts[number] and not is_blank(texts[number], separators) and not _is_described(context, seg, number):
            fix = f"{seg.id} ends with field {len(definitions) or last} in version {context.version}"
            yield Found("field.undefined", context.path(seg), fix, seg, measured=number)
            break  # one for all that follow


def _valued(context: Context, seg: Segment, number: int, definition: Definition, text: str) -> Iterator[Found]:
    path = context.path(seg, number)
    if text == NULL:
        if definition.usage == "R":
            yield Found("field.required_null", path, definition.name, seg)
        return
    if definition.usage == "W":
        yield Found("field.withdrawn", path, definition.name, seg)
        return
    if definition.usage == "B":
        yield Found("field.deprecated", path, definition.name, seg)
    repetitions = seg.field(number)
    most = (definition.maximum or 0) if definition.type != _OPEN else 0
    if most and len(repetitions) > most and _times(repetitions) > most:
        fix = "once" if most == 1 else f"at most {most} times"
        yield Found("field.repetitions", path, fix, seg, measured=_times(repetitions))
    if seg.id == "OBX" and number == 2 and not dictionary.is_type(text):
        return  # said together with OBX-5
    least, longest = bounds(definition.length)
    if longest and ((seg.id, number) == _TYPE or has_code(definition.table, text)):
        longest = 0
    type_id = _type(seg, number, definition)
    for index, repetition in enumerate(repetitions, 1):
        if not any_text(repetition):
            continue
        where = path._replace(repetition=index if len(repetitions) > 1 else None)
        if (longest and len(text) > longest) or least > 1:
            yield from _length(seg, where, repetition, least, longest, type_id, context.version)
        spot = Spot(context, seg, where, repetition)
        for found in value_faults(spot, type_id, definition.table):
            if not _is_said_elsewhere(context, found) and not _has_its_system(found, seg, number):
                yield _by_other_versions(found, seg, number, definition.table)


def _length(
    seg: Segment, where: Path, repetition: Repetition, least: int, longest: int, type_id: str, version: str
) -> Iterator[Found]:
    written = sum(len(sub) + 1 for part in repetition for sub in subcomponents(part)) - 1
    if longest and written > longest:
        written = sum(len(seg.decoded(sub)) + 1 for part in repetition for sub in subcomponents(part)) - 1
        if written > longest:
            wider = _wider_part(type_id, version, longest)
            fix = at_most(longest) + (f", although {wider}" if wider else "")
            severity = Severity.NOTE if wider else None
            yield Found("length.exceeded", where, fix, seg, measured=written, severity=severity)
    elif least and written < least:
        yield Found("length.short", where, f"at least {least} characters", seg, measured=written)


@lru_cache(maxsize=1024)
def _wider_part(type_id: str, version: str, longest: int) -> str:
    """A component for which the data type has more room than the field has for the whole; empty: none.

    Fields kept lengths of older data types (OBR-3 has 22 characters in 2.5.1, and EI.1 alone 199). Versions before 2.5
    give no lengths of components; those of 2.5 stand for them.
    """
    used = version if dictionary.is_since(version, _WITH_LENGTHS) else _WITH_LENGTHS
    for number, part in enumerate(components_of(type_id, used), 1):
        _, most = bounds(part.length)
        if most > longest:
            return f"{type_id}.{number} alone may have {most}"
    return ""


def _beyond(context: Context, seg: Segment, number: int, *, known: bool) -> Iterator[Found]:
    """A field that this version does not define, but another one does."""
    elsewhere = dictionary.field(seg.id, number, context.version)
    if elsewhere is None or _is_described(context, seg, number):
        return
    path = context.path(seg, number)
    if known:
        yield Found("field.later", path, f"{elsewhere.name}, of version {_first_version(seg.id, number)}", seg)
    repetitions = seg.field(number)
    for index, repetition in enumerate(repetitions, 1):
        if any_text(repetition):
            where = path._replace(repetition=index if len(repetitions) > 1 else None)
            type_id = _type(seg, number, elsewhere)
            yield from value_faults(Spot(context, seg, where, repetition), type_id, elsewhere.table)


@lru_cache(maxsize=4096)
def _first_version(segment_id: str, number: int) -> str:
    return next(v for v in dictionary.versions() if dictionary.exact_field(segment_id, number, v))


def _is_said_elsewhere(context: Context, found: Found) -> bool:
    """Whether a message that the version has is called no code of its table.

    Tables 0076 and 0003 lack some messages; of a wrong structure the rule tells that knows the right one.
    """
    return (found.path.segment, found.path.field) == ("MSH", 9) and "table" in found.rule and bool(context.names)


def _has_its_system(found: Found, seg: Segment, number: int) -> bool:
    """Whether a field without a coding system has a table in another version: our sources lack many of 2.3.1."""
    of_field = found.rule == "type.coded_system" and (found.path.component, found.path.subcomponent) == (3, None)
    return of_field and any(names_its_systems(table) for table in _tables(seg.id, number))


def _by_other_versions(found: Found, seg: Segment, number: int, table: str) -> Found:
    """A code that is wrong here and right by the table that another version has in this field, or a source mistook."""
    judged = found.rule in ("table.unknown_code", "table.local_code")
    if not judged or not table or found.path.component not in (None, 1) or found.path.subcomponent:
        return found
    text = seg.decoded(found.text)
    for other in _tables(seg.id, number):
        if other != table and has_code(other, text):
            return found._replace(rule="table.other_version", fix=f"a code of table {other}; here it is {table}")
    return found


@lru_cache(maxsize=4096)
def _tables(segment_id: str, number: int) -> tuple[str, ...]:
    """The tables that any version gives a field."""
    found = (dictionary.exact_field(segment_id, number, version) for version in dictionary.versions())
    return tuple(dict.fromkeys(definition.table for definition in found if definition and definition.table))


def _type(seg: Segment, number: int, definition: Definition) -> str:
    """A field's data type; that of a result is the one which OBX-2 names."""
    return seg.value(2) if seg.id == "OBX" and number == 5 else definition.type


def _times(repetitions: tuple[Repetition, ...]) -> int:
    """How often a field repeats, without empty repetitions at its end."""
    return max((n for n, repetition in enumerate(repetitions, 1) if any_text(repetition)), default=0)


def _is_described(context: Context, seg: Segment, number: int) -> bool:
    return context.profile is not None and context.profile.describes(seg.id, number)


def _is_optional(context: Context, seg: Segment, number: int) -> bool:
    profile = context.profile
    return profile is not None and profile.makes_optional(seg.id, number)
