"""Write the knowledge files of the HL7 plugin from the HL7 v2 standards data.

    python scripts/make_hl7_knowledge.py FOLDER_OF_STANDARDS_DATA

Reads `hl7v2_{segments,datatypes,tables,messages}.json`; writes `segments.json`, `datatypes.json`, `tables.json` and
`messages.json` beside `trivium_hl7/knowledge/NOTICE.md`. Running it twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).resolve().parent.parent / "plugins/hl7/src/trivium_hl7/knowledge"
GENERATOR: Final = "scripts/make_hl7_knowledge.py"
ROW: Final = ["name", "data type", "usage", "maximum repetitions (0 = unbounded)", "length", "table"]
RANGE_MARKS: Final = frozenset({"...", "…", "_"})
"""What old editions print between the first and the last code of a range: no codes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the hl7v2_*.json files")
    data: Path = parser.parse_args().data
    _write("segments", _structures(_read(data / "hl7v2_segments.json"), body="segments"))
    _write("datatypes", _structures(_read(data / "hl7v2_datatypes.json"), body="datatypes"))
    _write("tables", _tables(_read(data / "hl7v2_tables.json")))
    _write("messages", _messages(_read(data / "hl7v2_messages.json")))


def _structures(source: dict[str, Any], *, body: str) -> dict[str, Any]:
    """Rows without item numbers, each kept once; `{id: [name, {version: [row, ...] or an equal version}]}`."""
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

    entries = {
        name: [
            title,
            {
                v: found if isinstance(found, str) else [place(source["rows"][i]) for i in found]
                for v, found in by.items()
            },
        ]
        for name, (title, by) in sorted(source[body].items())
    }
    layout = f"{body}: {{id: [name, {{version: [index into rows, ...] or the version with the same rows}}]}}"
    meta = _meta(source, layout=layout) | {"row": ROW}
    return {"_meta": meta, "versions": source["_meta"]["versions"], "rows": rows, body: entries}


def _tables(source: dict[str, Any]) -> dict[str, Any]:
    """`{number: [name, type, {code: display}]}`, with the codes that only older editions list."""
    tables: dict[str, Any] = {}
    for number, table in sorted(source["tables"].items()):
        codes = {code: display or "" for code, display, *_ in (_padded(row) for row in table.get("codes", []))}
        tables[number] = [table["name"], table.get("type", ""), codes]
    for number, rows in sorted(source["legacy"].items()):
        known = tables.setdefault(number, ["", "", {}])[2]
        for code, display, *_ in (_padded(row) for row in rows):
            if code not in RANGE_MARKS:
                known.setdefault(code, display or "")
    return {"_meta": _meta(source, layout="tables: {number: [name, type, {code: display}]}"), "tables": tables}


def _messages(source: dict[str, Any]) -> dict[str, Any]:
    """Structure trees, each kept once, and what the standard says of events and answers."""
    layout = (
        "structures: {id: {version: [node, ...] or the version with the same nodes}}, node: [segment or group, "
        "minimum, maximum (0 = unbounded), nodes of a group, 'choice' or status B/D]; "
        "messages: {code^event: [structure, answers in original mode, accept and application answers in enhanced mode]}, events: {code: name}, "
        "titles: {structure: name}"
    )
    return {
        "_meta": _meta(source, layout=layout),
        "structures": dict(sorted(source["structures"].items())),
        "messages": source["messages_291"],
        "events": source["events"],
        "titles": source["titles"],
    }


def _padded(row: list[Any]) -> list[Any]:
    return row + [None] * (2 - len(row))


def _meta(source: dict[str, Any], *, layout: str) -> dict[str, Any]:
    kept = ("repo", "package", "commit", "commit_date", "edition", "licence")
    sources = [{key: entry[key] for key in kept if key in entry} for entry in source["_meta"]["sources"]]
    return {
        "title": source["_meta"]["title"],
        "sources": sources,
        "licence": source["_meta"]["licence"],
        "notices": "NOTICE.md",
        "generated_by": GENERATOR,
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
