"""Write the knowledge files of the DICOM plugin from the standards data.

    python scripts/make_dicom_knowledge.py FOLDER_OF_STANDARDS_DATA

Running it twice gives the same bytes. Each file says where its facts come from, their edition and licence.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]

TARGET: Final = Path(__file__).resolve().parent.parent / "plugins/dicom/src/trivium_dicom/knowledge"
GENERATOR: Final = "scripts/make_dicom_knowledge.py"
_KEPT: Final = ("sources", "licence", "edition", "known_gaps", "notes", "layout", "row", "options", "action_codes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, help="folder of the standards data")
    source: Path = parser.parse_args().source

    def read(name: str) -> Json:
        found: Json = json.loads((source / f"{name}.json").read_text(encoding="utf-8"))
        return found

    for name in ("iods", "modules", "confidentiality"):
        write(name, read(f"dicom_{name}"))
    write("terms", sound(read("dicom_terms")))
    write("private", read("dicom_private_extra"))
    write("links", links(read("dicom_hl7_mapping"), read("fhir_r4_mappings")))


ANOTHERS: Final = {
    "00080054": "RetrieveAETitle has the values of InstanceAvailability (0008,0056), which stands below it",
    "00283002": "LUTDescriptor has the values of ModalityLUTType (0028,3004)",
}
"""Attributes to which the source gives the values of a neighbor, and how that is seen."""


def sound(terms: Json) -> Json:
    """Without lists that the source misplaced, and without those that lost their condition.

    An enumerated list of one value that would hold everywhere (BodyPartExamined EYE, RescaleSlope 1) holds for one kind
    of object, and the source does not say which. The directory's markers of group 0004 are what they seem.
    """

    def lost(tag: str, row: list[Any]) -> bool:
        return row[0] == "e" and len(row[2]) == 1 and len(row) < 4 and not tag.startswith("0004")

    kept = {
        tag: rows
        for tag, found in terms["terms"].items()
        if tag not in ANOTHERS and (rows := [row for row in found if not lost(tag, row)])
    }
    return {**terms, "terms": kept}


def links(hl7: Json, fhir: Json) -> Json:
    """The counterparts of attributes: `hl7` {tag: [[field, map, value]]}, `fhir` {tag: [path]}.

    A tag path goes by `/` between sequence levels, as in the source.
    """
    found: dict[str, list[list[str]]] = {}
    for name, one in hl7["maps"].items():
        for row in one["rows"]:
            if row.get("dicom") and row.get("v2"):
                fields = row["v2"] if isinstance(row["v2"], list) else [row["v2"]]
                for field in fields:
                    entry = [field, name]
                    if entry not in found.setdefault(row["dicom"], []):
                        found[row["dicom"]].append(entry)
    paths: dict[str, list[str]] = {}
    for path, tags in hl7["fhir"].items():
        for tag in tags:
            paths.setdefault(tag, []).append(path)
    maps = {name: [one["title"], one["dir"]] for name, one in hl7["maps"].items()}
    meta = {
        "sources": [*hl7["_meta"].get("sources", []), *fhir["_meta"].get("sources", [])],
        "licence": "facts; CC0-1.0 for the FHIR column",
        "row": {"hl7": ["field", "map"], "maps": ["title", "direction"]},
    }
    return {"_meta": meta, "maps": maps, "hl7": dict(sorted(found.items())), "fhir": dict(sorted(paths.items()))}


def write(name: str, content: Json) -> None:
    meta = {key: content["_meta"][key] for key in _KEPT if key in content["_meta"]}
    body = {key: value for key, value in content.items() if key != "_meta"}
    text = json.dumps({"_meta": {"generated_by": GENERATOR, **meta}, **body}, ensure_ascii=False, separators=(",", ":"))
    (TARGET / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
