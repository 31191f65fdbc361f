"""Make `trivium_fhir/knowledge/` from the HL7 V2-to-FHIR guide's maps.

    python scripts/make_fhir_knowledge.py [folder with v2_to_fhir_*.json, hl7v2_messages.json, fhir_r4_resources.json]

Written are `index.json` (what is mapped at all), `segments/<ID>.json` (the segment's fields, maps and places in
messages: one look-up reads one of them), `datatypes.json` and `concepts.json`. Every file starts with its birth
certificate under `_meta`. A column of the source that this script does not know stops it: nothing is dropped silently.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT.parent / "shared" / "data"
TARGET: Final = ROOT / "plugins" / "fhir" / "src" / "trivium_fhir" / "knowledge"

EDITION: Final = "HL7 V2-to-FHIR 1.0.0 (STU 1)"
# `chain` repeats what stands in the brackets of `to`, and is read from there.
ROW_COLUMNS: Final = frozenset(
    {
        "v2",
        "to",
        "base",
        "type",
        "card",
        "when",
        "narrative",
        "dt",
        "vocab",
        "const",
        "expr",
        "proposed",
        "local",
        "unfit",
    }
    | {"raw", "raw_const", "err", "bad_codes", "restricted"}
)
READ_ELSEWHERE: Final = frozenset({"chain"})
MESSAGE_COLUMNS: Final = frozenset({"v2", "to", "map", "card", "when", "narrative", "refs"})

Json = dict[str, Any]


def main(source: Path = SOURCE, target: Path = TARGET) -> None:
    maps = {
        name: _load(source / f"v2_to_fhir_{name}.json") for name in ("segments", "datatypes", "messages", "concepts")
    }
    triggers = _triggers(_load(source / "hl7v2_messages.json"), maps["messages"]["maps"])
    resources = _load(source / "fhir_r4_resources.json")["resources"]
    meta = _birth_certificate(maps["segments"]["_meta"])
    shutil.rmtree(target / "segments", ignore_errors=True)
    (target / "segments").mkdir(parents=True)

    segments = _by_segment(maps["segments"]["maps"])
    uses = _uses_by_segment(maps["messages"]["maps"])
    for segment in sorted(segments.keys() | uses.keys()):
        named = segments.get(segment, {})
        _mark_unfit(named.values(), maps["datatypes"]["maps"], resources)
        body = {"fields": _fields(named.values()), "maps": _slim(named), "uses": uses.get(segment, [])}
        _write(target / "segments" / f"{segment}.json", meta, body)
    _write(
        target / "datatypes.json",
        meta,
        {"resources": sorted(resources), "maps": _slim(maps["datatypes"]["maps"], fields=True)},
    )
    _write(target / "concepts.json", meta, {"maps": maps["concepts"]["maps"]})
    index = {
        "edition": EDITION,
        "segments": {segment: sorted(named) for segment, named in sorted(segments.items())},
        "strays": _strays(maps["segments"]["maps"]),
        "messages": sorted(maps["messages"]["maps"]),
        "triggers": triggers,
        "named_without_map": sorted(uses.keys() - segments.keys()),
    }
    _write(target / "index.json", meta, index)


def _load(path: Path) -> Json:
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _birth_certificate(source_meta: Mapping[str, Any]) -> Json:
    source = source_meta["sources"][0]
    return {
        "source": source["repo"],
        "commit": source["commit"],
        "commit_date": source["commit_date"],
        "edition": EDITION,
        "licence": "CC0-1.0",
        "generated_by": "scripts/make_fhir_knowledge.py",
        "notice": "NOTICE.md",
    }


def _by_segment(maps: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for name, body in maps.items():
        found.setdefault(body["src"], {})[name] = body
    return found


def _strays(maps: Mapping[str, Json]) -> dict[str, list[str]]:
    """Fields that stand in the map of another segment: `{"RXE-19": ["RXO[MedicationRequest]"]}`."""
    found: dict[str, set[str]] = {}
    for name, body in maps.items():
        for row in body["rows"]:
            if row["v2"] and row["v2"].split("-")[0] != body["src"]:
                found.setdefault(row["v2"], set()).add(name)
    return {field: sorted(names) for field, names in found.items()}


def _fields(bodies: Iterable[Json]) -> dict[str, list[list[str]]]:
    """Each field with the listings (name, type, cardinality) the segment's maps give it, without repeats."""
    found: dict[str, list[list[str]]] = {}
    for body in bodies:
        for field, (name, data_type, least, most) in body["fields"].items():
            listing = [name, data_type, _cardinality(least, most)]
            if "-" in field and listing not in found.setdefault(field, []):
                found[field].append(listing)
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition("-")[2])))


def _slim(maps: Mapping[str, Json], *, fields: bool = False) -> Json:
    slim = {}
    for name, body in maps.items():
        slim[name] = {"src": body["src"], "base": body["base"], "rows": [_row(name, row) for row in body["rows"]]}
        if fields:
            slim[name]["fields"] = {field: listing[:2] for field, listing in body["fields"].items()}
    return slim


def _mark_unfit(bodies: Iterable[Json], data_types: Mapping[str, Json], resources: Mapping[str, Json]) -> None:
    """Mark rows whose data type map makes a complex value where R4 has a primitive one: no component can go there."""
    for body in bodies:
        kinds = {element[0]: element[3] for element in resources[body["base"]]["el"] if len(element) > 3}
        for row in body["rows"]:
            made = data_types[row["dt"]]["base"] if "dt" in row else ""
            if made.isalpha() and made[:1].isupper() and kinds.get(re.sub(r"\[\d+\]", "", row["to"]), "")[:1].islower():
                row["unfit"] = True


def _row(name: str, row: Json) -> Json:
    if unknown := row.keys() - ROW_COLUMNS - READ_ELSEWHERE:
        raise SystemExit(f"{name} {row['v2']}: unknown columns {sorted(unknown)}")
    slim = {column: value for column, value in row.items() if column in ROW_COLUMNS}
    if "card" in slim:
        slim["card"] = _cardinality(*slim["card"])
    return slim


def _cardinality(least: str, most: str) -> str:
    if ".." in least:  # the sheet has the whole cardinality in the first column here
        return least
    return "" if not (least or most) else f"{least}..{'*' if most == '-1' else most}"


def _uses_by_segment(messages: Mapping[str, Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for message, body in messages.items():
        for row in body["rows"]:
            if unknown := row.keys() - MESSAGE_COLUMNS:
                raise SystemExit(f"{message} {row['v2']}: unknown columns {sorted(unknown)}")
            use = {"message": message, **row, "card": _cardinality(*row["card"])}
            found.setdefault(row["v2"].rpartition(".")[2], []).append(use)
    return found


def _triggers(messages: Mapping[str, Any], mapped: Mapping[str, Json]) -> dict[str, str]:
    """Which mapped structure a message type and trigger event has: `{"ADT^A04": "ADT_A01"}` (HL7 v2.9.1)."""
    found = {structure.replace("_", "^"): structure for structure in mapped}
    for trigger, row in messages["messages_291"].items():
        structure = re.sub(r"-[A-Z]$", "", row[0] or "") if row else ""  # 2.9.1 letters the variants of a structure
        if structure in mapped:
            found.setdefault(trigger, structure)
    return dict(sorted(found.items()))


def _write(path: Path, meta: Json, body: Json) -> None:
    """One entry of a mapping or list a line, so that a new edition shows as a readable difference."""
    parts = [f'"_meta":{_compact(meta)}']
    for key, value in body.items():
        if isinstance(value, dict):
            parts.append(f'"{key}":{{\n' + ",\n".join(f"{_compact(k)}:{_compact(v)}" for k, v in value.items()) + "\n}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            parts.append(f'"{key}":[\n' + ",\n".join(map(_compact, value)) + "\n]")
        else:
            parts.append(f'"{key}":{_compact(value)}')
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _arguments(arguments: Sequence[str]) -> Path:
    return Path(arguments[0]) if arguments else SOURCE


if __name__ == "__main__":
    main(_arguments(sys.argv[1:]))
