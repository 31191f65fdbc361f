"""A table: its codes, what became of each, and who may say which are right; found by number or by words."""

import re
from functools import cache, lru_cache
from typing import Final, Literal

from pydantic import Field

from trivium.api import BadInput
from trivium_hl7 import dictionary
from trivium_hl7.dictionary import CODE_STATUS, Code
from trivium_hl7.explain import editions, words
from trivium_hl7.explain.problems import QuestionProblem
from trivium_hl7.result import Result

_NUMBER: Final = re.compile(r"(?:hl7)?[\s_-]*(?:v2-)?(?:table)?[\s#_-]*0*(\d{1,4})", re.IGNORECASE | re.ASCII)
_MOST_MATCHES: Final = 12
_MOST_WITNESSES: Final = 5
_MOST_USED: Final = 40
_KEEPERS: Final = {
    "HL7": "HL7 keeps it: only its codes are right, local ones are not allowed",
    "HL7-EXT": "HL7 keeps it, and sites may add codes",
    "User": "user-defined: HL7 suggests codes, a site may have its own",
    "Imported": "imported: another organization keeps the codes",
    "External": "external: another organization keeps the codes",
    "Obsolete": "obsolete: no longer kept",
}
NO_CODES_NOTE: Final = "our sources carry no codes of it: it is empty, left to sites, or another organization's list"
EARLY_NOTE: Final = "versions of codes are known from 2.3.1 to 2.8.2"


class CodeRow(Result):
    code: str
    display: str = Field(description="empty: the sources have none")
    status: str | None = Field(default=None, description="absent: active")
    deprecated_in: str | None = None
    versions: str | None = Field(default=None, description="whose table lists it; absent: not known")


class TableMatch(Result):
    """A table that fits words."""

    number: str
    name: str
    type: str
    codes: int = Field(description="how many it has")
    matching: tuple[CodeRow, ...] = Field(default=(), description="codes whose display fits")


class TableLookup(Result):
    status: Literal["found", "unknown table", "unknown code", "search"] = Field(
        description="search: words were asked for, see matches"
    )
    number: str | None = None
    name: str | None = None
    type: str | None = None
    keeper: str | None = Field(default=None, description="who may say which codes are right")
    oid: str | None = None
    system: str | None = Field(default=None, description="URI of the code system")
    introduced: str | None = Field(default=None, description="version that brought the table")
    steward: str | None = Field(default=None, description="work group of HL7")
    used_in: tuple[str, ...] = Field(default=(), description="fields and components of 2.9 that take its codes")
    codes: tuple[CodeRow, ...] = ()
    total: int = Field(default=0, description="codes that were asked for, or tables that fit")
    next_offset: int | None = Field(default=None, description="ask for this offset next; null: nothing is left")
    matches: tuple[TableMatch, ...] = Field(default=(), description="the best first")
    notes: tuple[str, ...] = ()


def lookup(text: str, code: str | None, version: str | None, *, limit: int, offset: int) -> TableLookup:
    """A table by number, or by words that fit the name of one alone; else the tables that words fit."""
    named = editions.asked(version)
    number = number_of(text)
    if number is None:
        found = _search(text)
        if len(found.matches) != 1 or found.matches[0].matching:
            return found
        number = found.matches[0].number
    if dictionary.table(number) is None:
        return TableLookup(status="unknown table", notes=("HL7 v2 has no table of this number",))
    return _found(number, code, named, limit=limit, offset=offset)


def number_of(text: str) -> str | None:
    """`1`, `0001`, `HL70001`, `table 1`: four digits; None for words."""
    found = _NUMBER.fullmatch(text.strip())
    return found[1].rjust(4, "0") if found else None


def keeper(table_type: str) -> str:
    return _KEEPERS.get(table_type, "the sources do not say who keeps it")


@lru_cache(maxsize=1024)
def code_rows(number: str, version: str | None = None) -> tuple[CodeRow, ...]:
    """Codes of a table; with a version, without those that are known to stand in others only."""
    found = dictionary.table(number)
    codes = [dictionary.code(number, code) for code in found.codes] if found else []
    return tuple(_row(code) for code in codes if code and _fits(code, version))


def _found(number: str, code: str | None, version: str | None, *, limit: int, offset: int) -> TableLookup:
    table = dictionary.table(number)
    assert table is not None  # noqa: S101 - the caller looked
    rows = code_rows(number, version)
    notes = [*([] if table.codes else [NO_CODES_NOTE]), *([EARLY_NOTE] if version else [])]
    if code is not None:
        known = _matching(code_rows(number), code)
        if known and not set(known) & set(rows):
            notes.append("the code stands in tables of other versions only")
        rows = known
    elif len(rows) < len(table.codes):
        notes.append(f"codes that only other versions list: {len(table.codes) - len(rows)}")
    page = rows[offset : offset + limit]
    end = offset + len(page)
    return TableLookup(
        status="found" if rows or code is None else "unknown code",
        number=number,
        name=table.name,
        type=table.type,
        keeper=keeper(table.type),
        oid=table.oid or None,
        system=table.system or None,
        introduced=table.introduced or None,
        steward=table.steward or None,
        used_in=table.used[:_MOST_USED],
        codes=page,
        total=len(rows),
        next_offset=end if end < len(rows) else None,
        notes=tuple(notes),
    )


def _matching(rows: tuple[CodeRow, ...], text: str) -> tuple[CodeRow, ...]:
    """The code itself; else codes of other case; else those whose display has the words."""
    wanted = text.strip()
    exact = tuple(row for row in rows if row.code == wanted)
    folded = tuple(row for row in rows if row.code.casefold() == wanted.casefold())
    if exact or folded:
        return exact or folded
    asked = words.words(wanted[:200])
    scored = [(words.score(asked, row.display), row) for row in rows]
    return tuple(row for value, row in sorted(scored, key=lambda one: -one[0]) if value >= 0.5)


def _search(text: str) -> TableLookup:
    asked = words.words(text[:200])
    if not asked:
        raise BadInput(where="table_number", problem=QuestionProblem.NO_WORDS)
    ranked = sorted(_scores(asked).items(), key=lambda one: (-one[1][0], one[0]))
    ranked = [one for one in ranked if one[1][0] >= 0.6 * ranked[0][1][0]]
    matches = tuple(_match(number, witnesses) for number, (_, witnesses) in ranked[:_MOST_MATCHES])
    return TableLookup(status="search", matches=matches, total=len(ranked))


def _scores(asked: tuple[str, ...]) -> dict[str, tuple[float, list[str]]]:
    """How well each table fits: its name counts most, then a code's display."""
    found = {}
    for number, (name, displays) in _texts().items():
        title = words.score(asked, name)
        codes = [(words.score(asked, display), code) for code, display in displays.items()]
        fitting = sorted((one for one in codes if one[0] >= 0.5), key=lambda one: -one[0])
        value = title + 0.5 * (fitting[0][0] if fitting else 0)
        if value >= 0.4:
            found[number] = (value, [code for _, code in fitting[:_MOST_WITNESSES]])
    return found


@cache
def _texts() -> dict[str, tuple[str, dict[str, str]]]:
    tables = {number: dictionary.table(number) for number in dictionary.tables()}
    return {number: (table.name, table.codes) for number, table in tables.items() if table}


def _match(number: str, witnesses: list[str]) -> TableMatch:
    table = dictionary.table(number)
    assert table is not None  # noqa: S101 - it was just found
    found = [dictionary.code(number, code) for code in witnesses]
    return TableMatch(
        number=number,
        name=table.name,
        type=table.type,
        codes=len(table.codes),
        matching=tuple(_row(code) for code in found if code),
    )


def _row(code: Code) -> CodeRow:
    return CodeRow(
        code=code.code,
        display=code.display,
        status=CODE_STATUS.get(code.status),
        deprecated_in=code.deprecated_in or None,
        versions=", ".join(editions.spans(code.versions)) or None,
    )


def _fits(code: Code, version: str | None) -> bool:
    """Whether a version may list the code: it is known to, or nothing is known of that version."""
    known = dictionary.load("tables")["versions"]
    if version is None:
        return True
    if version == dictionary.versions()[-1]:
        return not code.deprecated_in and code.status != "L"
    if not code.versions:
        return code.status != "N"
    return version in code.versions or version < "2.3.1" or version not in (*known, "2.7.1")
