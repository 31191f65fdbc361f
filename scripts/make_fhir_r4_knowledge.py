"""Make `trivium_fhir/knowledge/r4/` from the R4 definitions.

    python scripts/make_fhir_r4_knowledge.py [folder with fhir_r4_*.json]

Each file starts with its birth certificate under `_meta` and has one entry a line. Element rows that a type inherits,
and the three that every backbone element has, are left out: `r4.elements` puts them back. A column or an inclusion that
this script does not know stops it: nothing is dropped silently.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT.parent / "shared" / "data"
TARGET: Final = ROOT / "plugins" / "fhir" / "src" / "trivium_fhir" / "knowledge" / "r4"

TYPE_KEYS: Final = frozenset({"base", "el", "abstract", "kind", "regex"})
INCLUDE_KEYS: Final = frozenset({"s", "c", "f", "v", "x"})
ROW_LENGTH: Final = 8  # path, minimum, maximum, types, flags, binding, invariants, extra
BACKBONE_ROWS: Final = {"id": "string", "extension": "Extension", "modifierExtension": "Extension"}

# Elements that the source has for a server of its own and R4 has not (R4, resource.html#Meta).
FOREIGN: Final = {"Meta": frozenset({"project", "author", "onBehalfOf", "account", "accounts", "compartment"})}

# R4 uses this key for three rules; the source keeps the expression of the first. Profiles of Task and TestReport.
SAME_KEY: Final = {
    "inv-1@Task": "lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn",
    "inv-1@TestReport.setup.action": "operation.exists() xor assert.exists()",
}

Json = dict[str, Any]


def main(source: Path = SOURCE, target: Path = TARGET) -> None:
    target.mkdir(parents=True, exist_ok=True)
    read = {
        name: json.loads((source / f"fhir_r4_{name}.json").read_text(encoding="utf-8"))
        for name in (
            "types", "resources", "terminology", "search", "invariants", "extensions", "mappings", "conceptmaps",
        )
    }  # fmt: skip
    definitions = read["types"]["types"] | read["resources"]["resources"]
    _write(target, "types", read, {"types": _own_rows(read["types"]["types"], definitions)})
    _write(target, "resources", read, {"resources": _own_rows(read["resources"]["resources"], definitions)})
    _check_inclusions(read["terminology"]["valuesets"])
    _write(target, "terminology", read, {key: read["terminology"][key] for key in ("valuesets", "codesystems")})
    _write(target, "search", read, {key: read["search"][key] for key in ("search", "compartments", "operations")})
    _write(target, "invariants", read, {"invariants": _invariants(read["invariants"]["invariants"])})
    _write(target, "extensions", read, {"extensions": read["extensions"]["extensions"]})
    _write(target, "counterparts", read, {key: read["mappings"][key] for key in ("v2", "dicom")}, "mappings")
    _write(target, "conceptmaps", read, {"maps": read["conceptmaps"]["maps"]})


def _own_rows(types: Mapping[str, Json], definitions: Mapping[str, Json]) -> Json:
    """The types without the rows that their base has alike."""
    return {name: body | {"el": _rows(name, body, definitions)} for name, body in types.items()}


def _rows(name: str, body: Json, definitions: Mapping[str, Json]) -> list[list[Any]]:
    if unknown := body.keys() - TYPE_KEYS:
        raise SystemExit(f"{name}: unknown keys {sorted(unknown)}")
    base = {row[0]: row for row in definitions[body["base"]]["el"]} if body["base"] else {}
    backbones = {row[0] for row in body["el"] if len(row) > 3 and row[3] in ("BackboneElement", "Element") and row[0]}
    kept = []
    for row in body["el"]:
        if len(row) > ROW_LENGTH:
            raise SystemExit(f"{name}.{row[0]}: a row longer than known")
        if row[0] in FOREIGN.get(name, ()):
            continue
        parent, _, last = row[0].rpartition(".")
        if (row[0] and base.get(row[0]) == row) or (parent in backbones and BACKBONE_ROWS.get(last) == row[3]):
            continue
        kept.append(row)
    return kept


def _invariants(rows: Mapping[str, list[Any]]) -> Json:
    found = dict(rows)
    for key, expression in SAME_KEY.items():
        shared, _, path = key.partition("@")
        severity, text, paths = found[shared]
        found[shared] = [severity, text, [one for one in paths if one != path]]
        found[key] = [severity, expression, [path]]
    return found


def _check_inclusions(value_sets: Mapping[str, Json]) -> None:
    for url, body in value_sets.items():
        for part in body["inc"] + body.get("exc", []):
            if unknown := part.keys() - INCLUDE_KEYS:
                raise SystemExit(f"{url}: unknown keys {sorted(unknown)}")


def _birth_certificate(meta: Mapping[str, Any]) -> Json:
    source = meta["sources"][0]
    return {
        "source": source["package"],
        "archive_sha256": source["archive_sha256"],
        "edition": source["edition"],
        "licence": "CC0-1.0",
        "generated_by": "scripts/make_fhir_r4_knowledge.py",
        "notice": "../NOTICE.md",
    }


def _write(target: Path, name: str, read: Mapping[str, Json], body: Json, source: str = "") -> None:
    parts = [f'"_meta":{_compact(_birth_certificate(read[source or name]["_meta"]))}']
    for key, value in body.items():
        if isinstance(value, dict):
            lines = ",\n".join(f"{_compact(k)}:{_compact(v)}" for k, v in value.items())
            parts.append(f'"{key}":{{\n{lines}\n}}')
        else:
            parts.append(f'"{key}":[\n' + ",\n".join(map(_compact, value)) + "\n]")
    (target / f"{name}.json").write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _arguments(arguments: Sequence[str]) -> Path:
    return Path(arguments[0]) if arguments else SOURCE


if __name__ == "__main__":
    main(_arguments(sys.argv[1:]))
