"""The values of a field against its data type, down to the last sub-component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from trivium_hl7.dictionary import Definition, is_type
from trivium_hl7.paths import Path
from trivium_hl7.reader import NULL, Component, Repetition, Segment, subcomponents
from trivium_hl7.validation.codes import (
    CODED,
    SYSTEMS,
    code_faults,
    coded_faults,
    has_code,
    is_deprecated,
    is_system_oid,
)
from trivium_hl7.validation.context import Context, any_text, components_of
from trivium_hl7.validation.findings import Found
from trivium_hl7.validation.forms import FORMS, DateFault, date_fault, is_number, is_oid, is_sequence, is_uuid
from trivium_hl7.validation.lengths import at_most, bounds

_TIME: Final = "DTM"
_OPAQUE: Final = frozenset({"", "CM", "VARIES"})
"""Types without a form of their own."""
_ASSIGNERS: Final = {"HD": 2, "EI": 3}
"""Which component is the universal id of an assigner; its type follows."""
_OF_ONE_SYSTEM: Final = frozenset({("OBX", 6), ("MSH", 19)})
"""Units are ISO+ and languages ISO 639 where no coding system is named (HL7 v2.5.1 chapters 7.4.2.6 and 2.15.9.19)."""
_RULED: Final = CODED | {"HD", "EI", "CX"}
_DATE_FAULTS: Final = {
    DateFault.FORM: "type.date",
    DateFault.NO_SUCH: "type.date_exists",
    DateFault.PRECISION: "type.date_precision",
}


class Spot(NamedTuple):
    """Where a value stands, and what findings about it need."""

    context: Context
    segment: Segment
    path: Path
    """Of the repetition, or of the component whose sub-components are looked at."""
    repetition: Repetition
    deep: bool = False
    """Whether the parts are sub-components."""

    def at(self, number: int) -> Path:
        return self.path._replace(subcomponent=number) if self.deep else self.path._replace(component=number)

    def found(self, rule: str, path: Path, text: str = "", fix: str = "", measured: int | None = None) -> Found:
        return Found(rule, path, fix, self.segment, self.repetition, text, measured)


def value_faults(spot: Spot, type_id: str, table: str) -> Iterator[Found]:
    """What is wrong with one repetition of a field of this data type."""
    key = (type_id, table, spot.repetition)
    if key in spot.context.faultless:
        return
    faults = list(_parts(spot, type_id, table, spot.repetition))
    if faults:
        yield from faults
    else:
        spot.context.faultless.add(key)


def _parts(spot: Spot, type_id: str, table: str, parts: Sequence[Component]) -> Iterator[Found]:
    if type_id in _OPAQUE or not is_type(type_id) or (len(parts) == 1 and parts[0] == NULL):
        return
    definitions = components_of(type_id, spot.context.version)
    if not definitions:
        yield from _primitive_parts(spot, type_id, table, parts)
        return
    for number, part in enumerate(parts, 1):
        if number <= len(definitions):
            if part:
                yield from _part(spot, number, definitions[number - 1], type_id, part)
        elif any_text((part,)) and not _has_more(type_id, number):
            fix = f"{type_id} has {len(definitions)} components in version {spot.context.version}"
            yield spot.found("component.undefined", spot.at(number), subcomponents(part)[0], fix)
            break
    if any_text(tuple(parts)):
        yield from _missing_parts(spot, type_id, definitions, parts)
        if type_id in _RULED:
            yield from _of_type(spot, type_id, table, [spot.segment.decoded(subcomponents(part)[0]) for part in parts])


def _primitive_parts(spot: Spot, type_id: str, table: str, parts: Sequence[Component]) -> Iterator[Found]:
    first = subcomponents(parts[0])
    path = spot.path if len(parts) == 1 and len(first) == 1 else spot.at(1)
    yield from _primitive(spot, path, type_id, table, first[0])
    extra = next((n for n, part in enumerate(parts[1:], 2) if any_text((part,))), None)
    if extra is not None:
        fix = f"{type_id} has no components: escape the separator if it belongs to the value"
        yield spot.found("component.undefined", spot.at(extra), subcomponents(parts[extra - 1])[0], fix)
    elif any(first[1:]):
        fix = f"{type_id} has no sub-components: escape the separator if it belongs to the value"
        inner = next(n for n, text in enumerate(first[1:], 2) if text)
        yield spot.found(
            "component.undefined", spot.path._replace(component=1, subcomponent=inner), first[inner - 1], fix
        )


def _part(spot: Spot, number: int, definition: Definition, outer: str, part: Component) -> Iterator[Found]:
    """A component, or a sub-component."""
    if not any_text((part,)):
        return
    version, path, type_id = spot.context.version, spot.at(number), definition.type
    if (outer, number) == ("TS", 1):  # a plain string in the sources for 2.1 to 2.4
        path, type_id = spot.path, _TIME
    if definition.usage == "W":
        yield spot.found("component.withdrawn", path, subcomponents(part)[0], f"{outer}.{number} ({definition.name})")
    elif not components_of(type_id, version):
        yield from _primitive_in(spot, path, type_id, definition, part)
    elif spot.deep:  # no level is left: the first part of the inner type stands for it
        yield from _primitive(spot, path, *_innermost(type_id, definition.table, version), subcomponents(part)[0])
    else:
        yield from _parts(spot._replace(path=path, deep=True), type_id, definition.table, subcomponents(part))


def _innermost(type_id: str, table: str, version: str) -> tuple[str, str]:
    """The type and table of what stands where there is no room for the parts of a composite type."""
    while inner := components_of(type_id, version):
        if type_id == "TS":
            return _TIME, table
        type_id, table = inner[0].type, inner[0].table
    return type_id, table


def _primitive_in(spot: Spot, path: Path, type_id: str, definition: Definition, part: Component) -> Iterator[Found]:
    first, *others = subcomponents(part)
    yield from _primitive(spot, path, type_id, definition.table, first)
    for number, text in enumerate(others, 2):
        if text:
            fix = f"{type_id} has no sub-components: escape the separator if it belongs to the value"
            yield spot.found("component.undefined", path._replace(subcomponent=number), text, fix)
            break
    _, most = bounds(definition.length)
    if most and len(first) > most and not has_code(definition.table, first):
        text = spot.segment.decoded(first)
        if len(text) > most and not (definition.table == SYSTEMS and is_system_oid(text)):
            yield spot.found("length.component", path, "", at_most(most), len(text))


def _missing_parts(
    spot: Spot, type_id: str, definitions: Sequence[Definition], parts: Sequence[Component]
) -> Iterator[Found]:
    for number, definition in enumerate(definitions, 1):
        if definition.usage == "R" and not (number <= len(parts) and any_text((parts[number - 1],))):
            yield spot.found("component.required", spot.at(number), "", f"{type_id}.{number} ({definition.name})")


def _of_type(spot: Spot, type_id: str, table: str, texts: Sequence[str]) -> Iterator[Found]:
    """The rules of some composite data types."""
    context = spot.context
    raw = [*texts, "", "", "", ""]
    if type_id in CODED:
        for number, rule, fix in coded_faults(texts, table, type_id, context.version, context.profile):
            if rule == "type.coded_system" and (spot.path.segment, spot.path.field) in _OF_ONE_SYSTEM:
                continue
            yield spot.found(rule, spot.at(number), raw[number - 1] if rule != "type.coded" else "", fix)
    elif type_id in _ASSIGNERS:
        yield from _assigner(spot, _ASSIGNERS[type_id], raw)
        if type_id == "EI" and not raw[0]:
            yield spot.found("type.identifier", spot.at(1), "", "EI.1 is the identifier itself")
    elif type_id == "CX" and not raw[0] and components_of("CX", context.version)[0].usage != "R":
        yield spot.found("type.identifier", spot.at(1), "", "CX.1 is the identifier itself")


def _assigner(spot: Spot, number: int, texts: Sequence[str]) -> Iterator[Found]:
    identifier, scheme = texts[number - 1], texts[number]
    if bool(identifier) != bool(scheme):
        lacking = number if scheme else number + 1
        fix = "a universal id and its type (ISO, UUID, DNS ...) come together"
        yield spot.found("type.identifier", spot.at(lacking), "", fix)
    elif scheme == "ISO" and not is_oid(identifier):
        yield spot.found("type.oid", spot.at(number), identifier, "digits and points, such as 2.999.1")
    elif scheme in ("UUID", "GUID") and not is_uuid(identifier):
        yield spot.found("type.uuid", spot.at(number), identifier, "32 hexadecimal digits as 8-4-4-4-12")


def _primitive(spot: Spot, path: Path, type_id: str, table: str, raw: str) -> Iterator[Found]:
    if not raw or raw == NULL:
        return
    context = spot.context
    if type_id in FORMS:
        fault = date_fault(type_id, raw, whole_minutes=not context.since("2.5"))
        if fault:
            fix = "give the minutes too" if fault is DateFault.PRECISION else FORMS[type_id]
            yield spot.found(_DATE_FAULTS[fault], path, raw, fix)
    elif type_id == "NM" or type_id == "SNM":
        if type_id == "NM" and not is_number(raw):
            fix = "digits with an optional sign and decimal point"
            if path.segment == "OBX":
                fix += "; for a comparison, a range or a ratio OBX-2 is SN, for words ST"
            yield spot.found("type.number", path, raw, fix)
    elif type_id == "SI":
        if not is_sequence(raw):
            yield spot.found("type.sequence", path, raw, "1 for the first, 2 for the second, and so on")
    elif table and type_id in ("ID", "IS"):
        text = spot.segment.decoded(raw)
        for rule, fix in code_faults(text, table, type_id, context.profile):
            yield spot.found(rule, path, raw, fix)
        if is_deprecated(text, table, context.version):
            yield spot.found("table.deprecated_code", path, raw, f"table {table} has other codes for new messages")


def _has_more(type_id: str, number: int) -> bool:
    """Whether a time stamp has its degree of precision, which the sources do not give for 2.3 to 2.4."""
    return type_id == "TS" and number == 2
