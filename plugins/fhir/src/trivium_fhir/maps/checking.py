"""Rows of a site's file become rows of maps: every name, path and condition is held against guide and R4 first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trivium_fhir import guide
from trivium_fhir.conditions import Condition, Group, Same, read_condition
from trivium_fhir.guide import MapRow
from trivium_fhir.maps.form import CodeForm, FileForm, RowForm, fault
from trivium_fhir.maps.model import Action, SiteCode, SiteMaps, SiteRow
from trivium_fhir.maps.problems import MapsProblem
from trivium_fhir.maps.r4_paths import exists, is_type

_MAP: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})\[([A-Z][A-Za-z]+)(?:[-.][A-Za-z-]+)*\]")
_CONCEPT_MAP: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\[[A-Za-z.-]+( [A-Za-z.-]+)*\])?")
_FIELD: Final = re.compile(r"[A-Z][A-Z0-9]{2}(?:-\d{1,3}(?:\.\d{1,3}){0,2})?")
_COMPONENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}(?:\.\d{1,3}){1,2}")
_CODE: Final = re.compile(r"[^\s]+(?:\s[^\s]+)*")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
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
    return SiteMaps(
        segments=tuple(
            _row("segment", n, row, _segment_map(n, row), concepts, types) for n, row in enumerate(form.segment, 1)
        ),
        data_types=tuple(
            _row("datatype", n, row, _data_type_map(n, row), concepts, types) for n, row in enumerate(form.datatype, 1)
        ),
        codes=tuple(_codes(form)),
    )


def _segment_map(number: int, row: RowForm) -> _Known:
    """A map of the guide. Others are refused: no message map of the guide would ever use them."""
    named = _MAP.fullmatch(row.map)
    if named is None or len(named[1]) != 3:
        fault("segment", number, "map", MapsProblem.BAD_MAP)
    try:
        rows = guide.segment_maps(named[1]).maps[row.map]
    except KeyError:
        fault("segment", number, "map", MapsProblem.UNKNOWN_MAP)
    return _Known(named[1], rows[0].base if rows else named[2], rows)


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
    )
    site = SiteRow(action, made, form.to if action is Action.DROP else form.replaces)
    if action is not Action.ADD and not any(site.meets(row) for row in known.rows):
        fault(section, number, None, MapsProblem.NO_SUCH_ROW)
    return site


def _check_source(section: str, number: int, form: RowForm, known: _Known) -> None:
    mark = "-" if section == "segment" else r"\."
    if any(row.v2 == form.v2 for row in known.rows):  # some sheets of the guide write another type's name
        return
    if not re.fullmatch(rf"{known.source}(?:{mark}\d{{1,3}})?", form.v2):
        fault(section, number, "v2", MapsProblem.NOT_OF_MAP)


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
