"""Write the knowledge files of the HL7 plugin from the HL7 v2 standards data.

    python -m scripts.make_hl7_knowledge FOLDER_OF_STANDARDS_DATA

Reads `hl7v2_{segments,datatypes,tables,messages}.json`; writes `segments.json`, `datatypes.json`, `tables.json` and
`messages.json` beside `trivium_hl7/knowledge/NOTICE.md`. Tables that the data leaves out of older versions come from
hl7apy, as installed, too (see `hl7_older_tables.py`). Running it twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from scripts import hl7_corrections as facts
from scripts.hl7_message_knowledge import groups, message_name, padded, trees
from scripts.hl7_older_tables import Body, OlderTables

TARGET: Final = Path(__file__).resolve().parent.parent / "plugins/hl7/src/trivium_hl7/knowledge"
GENERATOR: Final = "scripts/make_hl7_knowledge.py"
CORRECTIONS: Final = "scripts/hl7_corrections.py"
ROW: Final = ["name", "data type", "usage", "maximum repetitions (0 = unbounded)", "length", "table"]
COLUMNS: Final = ("name", "type", "usage", "maximum", "length", "table")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the hl7v2_*.json files")
    data: Path = parser.parse_args().data
    tables = _read(data / "hl7v2_tables.json")
    _write("segments", _structures(_read(data / "hl7v2_segments.json"), tables["tables"], body="segments"))
    _write("datatypes", _structures(_read(data / "hl7v2_datatypes.json"), tables["tables"], body="datatypes"))
    _write("tables", _tables(tables))
    _write("messages", _messages(_read(data / "hl7v2_messages.json"), tables))


def _structures(source: dict[str, Any], tables: dict[str, Any], *, body: Body) -> dict[str, Any]:
    """Rows, each kept once; `{id: [name, {version: [row, ...] or an equal version}]}`."""
    older = OlderTables(tables, source["_meta"]["versions"], body)
    rows: list[list[Any]] = []
    position: dict[str, int] = {}

    def place(row: list[Any]) -> int:
        row = [*row[: len(ROW)]]
        row[1] = row[1] and row[1].upper()  # "varies" in one source, "VARIES" in another
        while row and row[-1] is None:
            row.pop()
        key = json.dumps(row)
        if key not in position:
            position[key] = len(rows)
            rows.append(row)
        return position[key]

    entries = {}
    for name, (title, by_version) in sorted(source[body].items()):
        if body == "segments" and name in facts.NO_SEGMENT:
            continue
        found = {v: _rows_of(by_version, v) for v in by_version}
        right = {v: [_corrected(source["rows"], found, v, n, name) for n in range(1, len(found[v]) + 1)] for v in found}
        older.fill(name, right)
        kept = {v: [place(row) for row in by_number] for v, by_number in right.items()}
        entries[name] = [title, _shared(kept)]
    print(older.report())
    layout = f"{body}: {{id: [name, {{version: [index into rows, ...] or the version with the same rows}}]}}"
    meta = _meta(source, layout=layout) | {"row": ROW}
    content = {"_meta": meta, "versions": source["_meta"]["versions"], "rows": rows, body: entries}
    if body == "segments":
        content["items"] = _items(source)
    return content


def _rows_of(by_version: dict[str, Any], version: str) -> list[Any]:
    found = by_version.get(version, [])
    while isinstance(found, str):
        found = by_version[found]
    rows: list[Any] = found
    return rows


def _shared(by_version: dict[str, list[int]]) -> dict[str, Any]:
    """An earlier version's name in place of the same rows."""
    shared: dict[str, Any] = {}
    for version, rows in by_version.items():
        shared[version] = next((v for v, kept in shared.items() if kept == rows), rows)
    return shared


def _corrected(rows: list[Any], found: dict[str, list[int]], version: str, number: int, name: str) -> list[Any]:
    row = _filled(rows[found[version][number - 1]])
    if (name, number) in facts.VARYING:
        row[1] = "VARIES"
    for column, right in facts.FIELDS.get((version, name, number), {}).items():
        row[COLUMNS.index(column)] = right
    if version in facts.POOR:
        before, after = ([_filled(rows[i]) for i in found.get(v, [])[number - 1 : number]] for v in facts.NEIGHBORS)
        for (_, kind, usage, _, _, table), other in zip(before, after, strict=False):
            if usage == other[2] and usage in ("C", "W"):
                row[2] = usage
            if (kind, table) == (row[1], other[5]) and kind == other[1]:
                row[5] = row[5] or table
    return row


def _filled(row: list[Any]) -> list[Any]:
    return row[:6] + [None] * (6 - len(row))


def _items(source: dict[str, Any]) -> dict[str, list[int | None]]:
    """Item numbers of each segment's fields. The source has those of 2.9.1; an item number never changes."""
    items = {}
    for name, (_, by_version) in sorted(source["segments"].items()):
        numbers = [next(iter(source["rows"][index][6:]), None) for index in _rows_of(by_version, "2.9.1")]
        if any(numbers):
            items[name] = numbers
    return items


def _tables(source: dict[str, Any]) -> dict[str, Any]:
    """Tables with their codes; those that only older editions list come last and are marked `L`."""
    tables: dict[str, Any] = {}
    for number, table in sorted(source["tables"].items()):
        tables[number] = _table(number, table, [])
    for number, rows in sorted(source["legacy"].items()):
        table = source["tables"].get(number, {"name": ""})
        tables[number] = _table(number, table, rows)
    layout = (
        "tables: {number: [name, type, {code: display}, details that most codes share, {code: other details}, facts]}; "
        "details: [status, deprecated in, bits of versions, 0 where not known]; status: empty active, N new, "
        "B backward compatible, D deprecated, R retired, L only in old editions"
    )
    return {
        "_meta": _meta(source, layout=layout),
        "versions": source["_meta"]["versions"],
        "tables": dict(sorted(tables.items())),
    }


def _table(number: str, table: dict[str, Any], legacy: list[list[Any]]) -> list[Any]:
    kind = facts.OPEN_TABLES.get(number, table.get("type", ""))
    codes = [row for row in table.get("codes", []) if (number, row[0]) not in facts.MISPRINTED_CODES]
    return [table["name"], kind, *_codes(codes, legacy), _facts(table)]


def _codes(rows: list[list[Any]], legacy: list[list[Any]]) -> tuple[dict[str, str], list[Any], dict[str, list[Any]]]:
    """Displays and details of codes; those that only older editions list come last."""
    displays, details = {}, {}
    for old, (code, display, status, deprecated, bits) in (
        *((False, padded(row)) for row in rows),
        *((True, padded(row)) for row in legacy),
    ):
        if code not in displays and code not in facts.NO_CODES:
            displays[code] = display or ""
            details[code] = ["L" if old else status or "", deprecated or "", bits or 0]
    shared = max(details.values(), key=list(details.values()).count, default=["", "", 0])
    return displays, shared, {code: detail for code, detail in details.items() if detail != shared}


def _facts(table: dict[str, Any]) -> dict[str, Any]:
    names = {"oid": "oid", "introduced": "intro", "steward": "steward", "used": "used", "system": "cs"}
    return {name: table[key] for name, key in names.items() if table.get(key)}


def _messages(source: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Structure trees, each kept once, and what the standard says of events and answers."""
    layout = (
        "structures: {id: {version: [node, ...] or the version with the same nodes}}, node: [segment or group, "
        "minimum, maximum (0 = unbounded), nodes of a group, 'choice' or status B/D]; "
        "messages of 2.9.1: {code^event: [structure, answers in original mode, accept and application answers in "
        "enhanced mode]}; withdrawn: messages without one; groups: {code^event: [structure, ...], the first that "
        "a version has}; groups_early: {code^event: structure} of the versions in early, where it differs; "
        "named_too: {code^event: what MSH-9.3 may say as well}; events: {code: name}, titles: {structure: name}"
    )
    return {
        "_meta": _meta(source, layout=layout),
        "structures": trees(source["structures"]),
        "messages": {message_name(name): row for name, row in source["messages_291"].items() if row},
        "withdrawn": sorted(name for name, row in source["messages_291"].items() if not row),
        "groups": groups(source["messages_291"], tables["tables"]["0354"]["codes"]),
        "groups_early": {
            f"{head[:3]}^{event}": head for head, events in facts.EVENTS_EARLY.items() for event in events.split()
        },
        "early": facts.EARLY,
        "named_too": facts.NAMED_TOO,
        "events": source["events"],
        "titles": source["titles"],
    }


def _meta(source: dict[str, Any], *, layout: str) -> dict[str, Any]:
    kept = ("repo", "package", "commit", "commit_date", "edition", "licence")
    sources = [{key: entry[key] for key in kept if key in entry} for entry in source["_meta"]["sources"]]
    return {
        "title": source["_meta"]["title"],
        "sources": sources,
        "licence": source["_meta"]["licence"],
        "notices": "NOTICE.md",
        "generated_by": GENERATOR,
        "corrections": CORRECTIONS,
        "layout": layout,
    }


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(name: str, content: dict[str, Any]) -> None:
    path = TARGET / f"{name}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
