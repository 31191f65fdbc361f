"""A site's rows, laid over the guide's maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trivium_fhir.convert.model import OwnMap
from trivium_fhir.guide import ConceptMap, MapRow


class Action(StrEnum):
    """What a site's row does to the guide's rows of the same map and v2 column."""

    ADD = "add"
    OVERRIDE = "override"
    """It takes their place; of several, only of those with the path `replaces`, where that is given."""
    DROP = "drop"
    """They are left out; of several, only those with the path `to`, where that is given."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A row of a segment or data type map."""

    action: Action
    row: MapRow
    replaces: str | None = None
    """Path of the rows it replaces or drops; None: all of the same v2 column."""

    def meets(self, row: MapRow) -> bool:
        return row.v2 == self.row.v2 and (self.replaces is None or row.to == self.replaces)


@dataclass(frozen=True, slots=True)
class SiteCode:
    """A row of a code map."""

    action: Action
    map: str
    v2: str
    code: str = ""
    system: str = ""
    display: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SiteMaps:
    """All rows of a site's file, in the order they stand in. What it answers never changes.

    Equal to itself alone: it is the key of compiled plans, asked for with every segment.
    """

    segments: tuple[SiteRow, ...] = ()
    data_types: tuple[SiteRow, ...] = ()
    codes: tuple[SiteCode, ...] = ()
    maps: tuple[OwnMap, ...] = ()

    def __len__(self) -> int:
        return len(self.segments) + len(self.data_types) + len(self.codes) + len(self.maps)

    def own(self, segment: str) -> tuple[OwnMap, ...]:
        """The maps that a segment is put through wherever it stands."""
        return tuple(one for one in self.maps if one.name[:3] == segment)

    def rows(self, map_name: str, guide: tuple[MapRow, ...]) -> tuple[MapRow, ...]:
        """The rows of a segment or data type map, given the guide's."""
        ours = [one for one in (*self.segments, *self.data_types) if one.row.map == map_name]
        return _laid_over(guide, ours) if ours else guide

    def concepts(self, name: str, guide: ConceptMap | None) -> ConceptMap | None:
        """A code map, given the guide's; None where neither has it."""
        for code in self.codes:
            if code.map == name:
                guide = _with_code(guide or ConceptMap(table=None, codes=(), unmapped=0), code)
        return guide


def _laid_over(theirs: Sequence[MapRow], ours: Sequence[SiteRow]) -> tuple[MapRow, ...]:
    """Overriding rows stand where the first of those stood that they replace; added ones stand last."""
    gone = [site for site in ours if site.action is not Action.ADD]
    rows: list[MapRow] = []
    placed: set[SiteRow] = set()
    for row in theirs:
        met = [site for site in gone if site.meets(row)]
        if not met:
            rows.append(row)
        rows += [site.row for site in met if site.action is Action.OVERRIDE and site not in placed]
        placed.update(met)
    return (*rows, *(site.row for site in ours if site.action is Action.ADD))


def _with_code(body: ConceptMap, code: SiteCode) -> ConceptMap:
    kept = body.codes if code.action is Action.ADD else tuple(row for row in body.codes if row[0] != code.v2)
    added = () if code.action is Action.DROP else ((code.v2, code.code, code.system, code.display),)
    return ConceptMap(body.table, (*kept, *added), body.unmapped)
