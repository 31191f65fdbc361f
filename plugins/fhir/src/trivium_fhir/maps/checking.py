"""Rows of a site's file become rows of maps: every name, path and condition is held against guide and R4 first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trivium_fhir import guide
from trivium_fhir.conditions import Condition, Group, Same, read_condition
from trivium_fhir.convert.model import OwnMap
from trivium_fhir.guide import MapRow
from trivium_fhir.maps.form import CodeForm, FileForm, RowForm, fault
from trivium_fhir.maps.model import Action, SiteCode, SiteMaps, SiteRow
from trivium_fhir.maps.problems import MapsProblem
from trivium_fhir.maps.r4_paths import exists, is_resource, is_type
from trivium_hl7 import dictionary

_MAP: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})\[([A-Z][A-Za-z]+)(?:[-.][A-Za-z-]+)*\]")
_CONCEPT_MAP: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\[[A-Za-z.-]+( [A-Za-z.-]+)*\])?")
_FIELD: Final = re.compile(r"[A-Z][A-Z0-9]{2}(?:-\d{1,3}(?:\.\d{1,3}){0,2})?")
_COMPONENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}(?:\.\d{1,3}){1,2}")
_CODE: Final = re.compile(r"[^\s]+(?:\s[^\s]+)*")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_EXTENSION: Final = re.compile(r"(?:.*\.)?(?:modifierE|e)xtension(?:\[\w+\])?(?=\.)")
"""The innermost extension that a path goes through."""
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class _Known:
    """A map that rows may be added to."""

    source: str
    """Segment or v2 data type whose fields stand in its v2 column."""
    base: str
    rows: tuple[MapRow, ...]


class FrozenMapping(Mapping[str, str]):
    """`{"ref": url}` of a condition, hashable."""

    def __init__(self, items: Mapping[str, str]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> str:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))


def checked(form: FileForm) -> SiteMaps:
    """The rows of a file. Raises `BadInput`: section, row, key and what is wrong."""
    concepts = frozenset(guide.concept_maps()) | {code.map for code in form.code}
    types = frozenset(guide.data_type_maps())
    own = _own_maps(form)
    _check_extensions(form.segment)
    return SiteMaps(
        maps=tuple(own.values()),
        segments=_once(
            "segment",
            (
                _row("segment", n, row, _segment_map(n, row, own), concepts, types)
                for n, row in enumerate(form.segment, 1)
            ),
        ),
        data_types=_once(
            "datatype",
            (
                _row("datatype", n, row, _data_type_map(n, row), concepts, types)
                for n, row in enumerate(form.datatype, 1)
            ),
        ),
        codes=tuple(_codes(form)),
    )


def _own_maps(form: FileForm) -> dict[str, OwnMap]:
    """By name."""
    found: dict[str, OwnMap] = {}
    for number, one in enumerate(form.map, 1):
        _, type_ = _named("map", number, one.map)
        if not is_resource(type_):
            fault("map", number, "map", MapsProblem.NO_RESOURCE)
        if one.map in found:
            fault("map", number, "map", MapsProblem.TWICE)
        found[one.map] = OwnMap(one.map, type_, one.resource == "nearest")
    return found


def _named(section: str, number: int, name: str) -> tuple[str, str]:
    """Segment and type of a segment map."""
    named = _MAP.fullmatch(name)
    if named is None or len(named[1]) != 3:
        fault(section, number, "map", MapsProblem.BAD_MAP)
    return named[1], named[2]


def _once(section: str, rows: Iterable[SiteRow]) -> tuple[SiteRow, ...]:
    seen: dict[SiteRow, None] = {}
    for number, row in enumerate(rows, 1):
        if row in seen:
            fault(section, number, None, MapsProblem.TWICE)
        seen[row] = None
    return tuple(seen)


def _check_extensions(rows: Sequence[RowForm]) -> None:
    """An extension without a URL is none: another row of the file, or one of the guide's map, has to give it."""
    urls = {(row.map, row.to) for row in rows if row.constant is not None}
    for number, row in enumerate(rows, 1):
        extension = _EXTENSION.match(row.to or "")
        if row.action == "drop" or extension is None or (row.map, f"{extension[0]}.url") in urls:
            continue
        theirs = guide.maps_of(row.map[:3]).maps.get(row.map, ())
        if not any(one.to == f"{extension[0]}.url" and one.constant for one in theirs):
            fault("segment", number, "to", MapsProblem.NAMELESS)


def _segment_map(number: int, row: RowForm, own: Collection[str]) -> _Known:
    """A map of the guide, or one that the file puts to use itself: nothing would ever apply another."""
    segment, type_ = _named("segment", number, row.map)
    rows = guide.maps_of(segment).maps.get(row.map)
    if rows is None and row.map not in own:
        fault("segment", number, "map", MapsProblem.UNKNOWN_MAP)
    return _Known(segment, rows[0].base if rows else type_, rows or ())


def _data_type_map(number: int, row: RowForm) -> _Known:
    body = guide.data_type_maps().get(row.map)
    if body is None:
        problem = MapsProblem.UNKNOWN_MAP if _MAP.fullmatch(row.map) else MapsProblem.BAD_MAP
        fault("datatype", number, "map", problem)
    return _Known(body.source, body.base, body.rows)


def _row(
    section: str, number: int, form: RowForm, known: _Known, concepts: Collection[str], types: Collection[str]
) -> SiteRow:
    action = Action(form.action)
    _check_source(section, number, form, known)
    _check_target(section, number, form, known)
    if form.data_type_map is not None and form.data_type_map not in types:
        fault(section, number, "data_type_map", MapsProblem.UNKNOWN_MAP)
    if form.concept_map is not None and form.concept_map not in concepts:
        fault(section, number, "concept_map", MapsProblem.UNKNOWN_MAP)
    if form.type is not None and not is_type(form.type):
        fault(section, number, "type", MapsProblem.UNKNOWN_TYPE)
    made = MapRow(
        map=form.map,
        v2=form.v2,
        to=form.to or "",
        base=known.base,
        type=form.type,
        when=_condition(section, number, form, known),
        data_type_map=form.data_type_map,
        concept_map=form.concept_map,
        constant=form.constant,
        site=True,
    )
    site = SiteRow(action, made, form.to if action is Action.DROP else form.replaces)
    if action is not Action.ADD and not any(site.meets(row) for row in known.rows):
        fault(section, number, None, MapsProblem.NO_SUCH_ROW)
    return site


def _check_source(section: str, number: int, form: RowForm, known: _Known) -> None:
    mark = "-" if section == "segment" else r"\."
    if any(row.v2 == form.v2 for row in known.rows):  # some sheets of the guide write another type's name
        return
    read = re.fullmatch(rf"{known.source}(?:{mark}([1-9]\d{{0,2}}))?", form.v2)
    if read is None:
        fault(section, number, "v2", MapsProblem.NOT_OF_MAP)
    if read[1] and not _exists(section, known.source, int(read[1])):
        fault(section, number, "v2", MapsProblem.UNKNOWN_FIELD)


def _exists(section: str, source: str, number: int) -> bool:
    """Of a segment or data type that HL7 does not define, everything may be there."""
    if section == "segment":
        known = dictionary.segment_name(source) is not None
        return not known or dictionary.field(source, number, dictionary.FALLBACK_VERSION) is not None
    known = dictionary.is_type(source)
    return not known or dictionary.component(source, number, dictionary.FALLBACK_VERSION) is not None


def _check_target(section: str, number: int, form: RowForm, known: _Known) -> None:
    if form.action == "drop":
        return
    if form.to is None:
        fault(section, number, "to", MapsProblem.MISSING_KEY)
    found = exists(known.base, form.to)
    if found is None:
        fault(section, number, "to", MapsProblem.BAD_PATH)
    if not found:
        fault(section, number, "to", MapsProblem.NOT_IN_R4)


def _condition(section: str, number: int, form: RowForm, known: _Known) -> tuple[object, ...] | None:
    if form.when is None:
        return None
    frozen = _frozen(form.when, _DEEPEST)
    try:
        names = set(_fields(read_condition(frozen)))
    except (ValueError, TypeError):
        fault(section, number, "when", MapsProblem.BAD_CONDITION)
    form_of = _FIELD if section == "segment" else _COMPONENT
    if not isinstance(frozen, tuple) or not all(form_of.fullmatch(name) for name in names):
        fault(section, number, "when", MapsProblem.BAD_CONDITION)
    return frozen


def _frozen(value: Any, depth: int) -> object:
    """Lists as tuples, so that the row can be a key. Deeper than any condition of sense: no condition."""
    if isinstance(value, list):
        return tuple([_frozen(part, depth - 1) for part in value]) if depth else None
    if isinstance(value, dict):
        return FrozenMapping(value) if all(isinstance(one, str) for one in value.values()) else None
    return value


def _fields(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Group):
        for part in condition.parts:
            yield from _fields(part)
        return
    yield condition.field
    if isinstance(condition, Same):
        yield condition.other


def _codes(form: FileForm) -> Iterator[SiteCode]:
    """Checked against the guide's map and the rows before: no code is added twice."""
    held: dict[str, set[str]] = {}
    for number, code in enumerate(form.code, 1):
        if code.map not in held:
            theirs = guide.concept_maps().get(code.map)
            held[code.map] = {row[0] for row in theirs.codes} if theirs else set()
        _check_code(number, code, held[code.map])
        held[code.map].add(code.v2) if code.action != "drop" else held[code.map].discard(code.v2)
        yield SiteCode(Action(code.action), code.map, code.v2, code.code or "", code.system or "", code.display)


def _check_code(number: int, code: CodeForm, held: Collection[str]) -> None:
    if not _CONCEPT_MAP.fullmatch(code.map):
        fault("code", number, "map", MapsProblem.BAD_MAP)
    if (code.action == "add") == (code.v2 in held):
        fault("code", number, "v2", MapsProblem.ROW_EXISTS if code.v2 in held else MapsProblem.NO_SUCH_ROW)
    if code.action == "drop":
        return
    for key in ("code", "system"):
        if getattr(code, key) is None:
            fault("code", number, key, MapsProblem.MISSING_KEY)
    if not _CODE.fullmatch(code.code or ""):
        fault("code", number, "code", MapsProblem.BAD_CODE)
    if not _URI.fullmatch(code.system or ""):
        fault("code", number, "system", MapsProblem.BAD_SYSTEM)
