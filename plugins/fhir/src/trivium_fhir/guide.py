"""The HL7 V2-to-FHIR guide's maps, read from `knowledge/` on first use; a look-up reads one segment's file.

Names follow the guide: a map is `PID[Patient]` (segment to resource) or `CX[Identifier]` (data type to type), a row of
it says where one field or component goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

_KNOWLEDGE: Final = files(__package__) / "knowledge"


@dataclass(frozen=True, slots=True)
class MapRow:
    """One row of a segment or data type map, as the guide has it."""

    map: str
    """The map's name."""
    v2: str
    """The row's v2 column: a field, a component, a segment, or empty where the sheet leaves it so."""
    to: str
    base: str
    """The type its path starts at."""
    type: str | None = None
    cardinality: str | None = None
    when: Sequence[object] | None = None
    """Condition in expression form (see `conditions`)."""
    narrative: bool = False
    """The sheet has a condition in prose."""
    data_type_map: str | None = None
    concept_map: str | None = None
    constant: str | None = None
    expression: str | None = None
    proposed: bool = False
    """Names an extension that nobody has defined."""
    sheet_path: str | None = None
    """The path as the sheet has it, where it was corrected."""
    sheet_constant: str | None = None
    error: str | None = None
    """Why the path does not resolve in R4."""
    bad_codes: tuple[str, ...] = ()
    """Codes the row yields that the element's required binding refuses."""
    restricted: str | None = None
    """The terminology whose constant stands in the sheet and is not carried here."""
    local: bool = False
    """Left to the local implementation."""
    unfit: bool = False
    """Names a data type map that makes a complex value, where R4 has a primitive one."""
    site: bool = False
    """Of a site's own file, not of the guide."""
    ours: bool = False
    """A decision of ours, where the guide has no row."""

    def named(self) -> str:
        """`PID[Patient] PID-5`; a site's own row says so, and one of ours."""
        name = f"{self.map} {self.v2}".rstrip()
        return f"{name} (site)" if self.site else f"ours: {name}" if self.ours else name


@dataclass(frozen=True, slots=True)
class Listing:
    """How a segment map lists a field: name, v2 data type, cardinality (`0..*`, empty when the sheet has none)."""

    name: str
    data_type: str
    cardinality: str


@dataclass(frozen=True, slots=True)
class Use:
    """A row of a message map: at `at`, the segment fills `to` by the segment map `map`."""

    message: str
    at: str
    to: str
    map: str | None
    cardinality: str
    when: Sequence[object] | None
    narrative: bool
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SegmentMaps:
    """All that the guide has on a segment."""

    fields: Mapping[str, tuple[Listing, ...]]
    maps: Mapping[str, tuple[MapRow, ...]]
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class DataTypeMap:
    """Where the components of a v2 data type go below a FHIR type."""

    source: str
    """The v2 data type."""
    base: str
    resource: bool
    """The base is a resource, or lies in one."""
    components: Mapping[str, tuple[str, str]]
    """Name and v2 data type of each component that the guide lists."""
    rows: tuple[MapRow, ...]


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """Codes of a v2 table and the FHIR codes they become."""

    table: str | None
    codes: tuple[tuple[str, str, str, str | None], ...]
    """v2 code, FHIR code, its system, its display."""
    unmapped: int
    """How many codes of the table the guide leaves without a target."""


@dataclass(frozen=True, slots=True)
class Index:
    """What the guide maps at all."""

    edition: str
    segments: Mapping[str, tuple[str, ...]]
    strays: Mapping[str, tuple[str, ...]]
    """Fields that stand in another segment's map, with that map."""
    messages: tuple[str, ...]
    triggers: Mapping[str, str]
    """Message type and event to structure: `ADT^A04` to `ADT_A01`."""
    named_without_map: tuple[str, ...]
    """Segments that message maps name and no segment map covers."""


@cache
def index() -> Index:
    read = _read("index.json")
    return Index(
        edition=read["edition"],
        segments={segment: tuple(names) for segment, names in read["segments"].items()},
        strays={field: tuple(names) for field, names in read["strays"].items()},
        messages=tuple(read["messages"]),
        triggers=MappingProxyType(read["triggers"]),
        named_without_map=tuple(read["named_without_map"]),
    )


@cache
def segment_maps(segment: str) -> SegmentMaps:
    """The maps of one segment of `index().segments`, or the mere uses of one of `index().named_without_map`."""
    if segment not in index().segments and segment not in index().named_without_map:
        raise KeyError(segment)
    read = _read(f"segments/{segment}.json")
    return SegmentMaps(
        fields={field: tuple(Listing(*listing) for listing in listings) for field, listings in read["fields"].items()},
        maps={name: _rows(name, body) for name, body in read["maps"].items()},
        uses=tuple(_use(use) for use in read["uses"]),
    )


def maps_of(segment: str) -> SegmentMaps:
    """The same for any segment: of one that the guide does not know, nothing."""
    known = segment in index().segments or segment in index().named_without_map
    return segment_maps(segment) if known else SegmentMaps({}, {}, ())


@cache
def data_type_maps() -> Mapping[str, DataTypeMap]:
    read = _read("datatypes.json")
    resources = frozenset(read["resources"])
    return {
        name: DataTypeMap(
            source=body["src"],
            base=body["base"],
            resource=body["base"].split(".")[0] in resources,
            components={component: (listing[0], listing[1]) for component, listing in body["fields"].items()},
            rows=_rows(name, body),
        )
        for name, body in read["maps"].items()
    }


@cache
def concept_maps() -> Mapping[str, ConceptMap]:
    return {name: _concept_map(body) for name, body in _read("concepts.json")["maps"].items()}


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_KNOWLEDGE.joinpath(name).read_text(encoding="utf-8"))
    return read


def _rows(name: str, body: Mapping[str, Any]) -> tuple[MapRow, ...]:
    return tuple(_row(name, body["base"], row) for row in body["rows"])


def _row(name: str, base: str, row: Mapping[str, Any]) -> MapRow:
    return MapRow(
        map=name,
        v2=row["v2"],
        to=row["to"],
        base=row.get("base", base),
        type=row.get("type"),
        cardinality=row.get("card"),
        when=row.get("when"),
        narrative=row.get("narrative", False),
        data_type_map=row.get("dt"),
        concept_map=row.get("vocab"),
        constant=row.get("const"),
        expression=row.get("expr"),
        proposed=row.get("proposed", False),
        sheet_path=row.get("raw"),
        sheet_constant=row.get("raw_const"),
        error=row.get("err"),
        bad_codes=tuple(row.get("bad_codes", ())),
        restricted=row.get("restricted"),
        local=row.get("local", False),
        unfit=row.get("unfit", False),
    )


def _use(use: Mapping[str, Any]) -> Use:
    return Use(
        message=use["message"],
        at=use["v2"],
        to=use["to"],
        map=use["map"] or None,
        cardinality=use["card"],
        when=use.get("when"),
        narrative=use.get("narrative", False),
        references=tuple(use.get("refs", ())),
    )


def _concept_map(body: Mapping[str, Any]) -> ConceptMap:
    codes = tuple((row[0], row[1], row[2], row[3] if len(row) > 3 else None) for row in body["rows"])
    return ConceptMap(table=body["table"], codes=codes, unmapped=body["unmapped"])
