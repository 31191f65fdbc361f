"""Tables of coded fields and components where a version's own source gives none.

hl7-dictionary has next to no tables for CE fields of 2.2 to 2.3.1 and for components before 2.5. hl7apy has those of
fields in every version but 2.1; where both give a table they give the same one. What neither has is taken from the
nearest version that has it, later ones first, if the place has the same name there, or a name that says the same, both
are of a coded type, and the table was there by then. Sources from 2.7 on know what was withdrawn: there, a table that
only earlier versions have is not put back.
"""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any, Final, Literal

from scripts import hl7_corrections as facts

Body = Literal["segments", "datatypes"]
_CODED: Final = frozenset({"ID", "IS", "CE", "CF", "CWE", "CNE"})
_SOURCES: Final = {"segments": ("fields", "FIELDS"), "datatypes": ("datatypes", "DATATYPES")}
_NONE: Final = "9999"
"""How hl7apy and its like say that a field has no table."""
_NAME, _TYPE, _TABLE = 0, 1, 5


class OlderTables:
    """Fills tables in; counts what it did, and how hl7apy stands to the rule of the nearest version."""

    def __init__(self, tables: dict[str, Any], versions: list[str], body: Body) -> None:
        self._tables, self._versions, self._body = tables, versions, body
        self._second = {v: _second_source(v, body) for v in versions}
        self.counts: Counter[str] = Counter()

    def fill(self, name: str, rows: dict[str, list[list[Any]]]) -> None:
        """Give the rows of one segment or data type, by version, the tables they lack."""
        given = {(v, n): row[_TABLE] for v, kept in rows.items() for n, row in enumerate(kept) if row[_TABLE]}
        for version, kept in rows.items():
            for n, row in enumerate(kept):
                if not row[_TABLE] and row[_TYPE] in _CODED:
                    row[_TABLE] = self._found(name, rows, given, version, n)

    def report(self) -> str:
        return f"tables filled into {self._body}: " + ", ".join(
            f"{count} {what}" for what, count in self.counts.items()
        )

    def _found(
        self, name: str, rows: dict[str, list[list[Any]]], given: dict[tuple[str, int], str], version: str, n: int
    ) -> str | None:
        later = self._nearest(name, rows, given, version, n)
        second = self._second[version].get((name, n + 1))
        if (version, name, n + 1) in facts.MISPRINTED_TABLES:
            second = None
        if second is None:
            self.counts["of the nearest version"] += later is not None
            return later
        if second == _NONE or second not in self._tables:
            return None
        self.counts["of hl7apy"] += 1
        if later:
            self.counts["of these as in the nearest version" if later == second else "of these otherwise there"] += 1
        return second

    def _nearest(
        self, name: str, rows: dict[str, list[list[Any]]], given: dict[tuple[str, int], str], version: str, n: int
    ) -> str | None:
        here = self._versions.index(version)
        order = self._versions[here + 1 :] + (self._versions[:here][::-1] if version in facts.USAGE_UNKNOWN else [])
        donor = next((v for v in order if given.get((v, n), _NONE) != _NONE), None)
        if donor is None:
            return None
        table, mine, theirs = given[donor, n], rows[version][n], rows[donor][n]
        same = _plain(mine[_NAME]) == _plain(theirs[_NAME]) or (name, n + 1) in facts.RENAMED
        introduced = self._tables.get(table, {}).get("intro")
        in_time = introduced in self._versions and self._versions.index(introduced) <= here
        return table if same and in_time and theirs[_TYPE] in _CODED else None


def _plain(name: str | None) -> str:
    return "".join(character for character in (name or "").lower() if character.isalnum())


def _second_source(version: str, body: Body) -> dict[tuple[str, int], str]:
    """The tables hl7apy gives, `{(segment or data type, number): table}`; it knows no 2.9.

    It has no 2.7.1 either, which changed no field of 2.7.
    """
    module, name = _SOURCES[body]
    version = "2.7" if version == "2.7.1" else version
    try:
        found = getattr(importlib.import_module(f"hl7apy.v{version.replace('.', '_')}.{module}"), name)
    except ModuleNotFoundError:
        return {}
    places = ((*place.rpartition("_")[::2], row[4]) for place, row in found.items())
    return {
        (holder, int(number)): table.removeprefix("HL7")
        for holder, number, table in places
        if table and number.isdecimal()
    }
