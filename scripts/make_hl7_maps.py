"""Write `dicom.json` and `ihe.json` of the HL7 plugin from the standards data and pydicom's data dictionary.

    python scripts/make_hl7_maps.py FOLDER_OF_STANDARDS_DATA

Reads `dicom_hl7_mapping.json` and `ihe_profiles.json`. Running it twice gives the same bytes. Where the source's own
tables slip, the row is put right here, with the reason beside the rule and the source's spelling kept in the row.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any, Final

from pydicom import __version__ as pydicom_version
from pydicom._dicom_dict import DicomDictionary

Json = dict[str, Any]

TARGET: Final = Path(__file__).resolve().parent.parent / "plugins/hl7/src/trivium_hl7/knowledge"
GENERATOR: Final = "scripts/make_hl7_maps.py"

# Which messages a table of the conformance statement is for: its captions name most, its sections the rest.
MESSAGES: Final[dict[str, list[str]]] = {
    "orm_to_dicom": ["ORM^O01"],
    "omg_to_dicom": ["OMG^O19"],
    "omi_to_dicom": ["OMI^O23"],
    "adt_in_pid_dicom": ["ADT"],
    "adt_in_mrg_dicom": ["ADT^A40", "ADT^A47"],
    "oru_obr_obx_dicom": ["ORU^R01"],
    "oru_obr_obx_dicom_sr_rad128": ["ORU^R01"],
    "oru_obr_obx_dicom_cda_rad128": ["ORU^R01"],
    "oru_obr_obx_dicom_pdf_rad128": ["ORU^R01"],
    "dicom_to_omg_mwl": ["OMG^O19"],
    "dicom_to_omi_mwl": ["OMI^O23"],
    "dicom_to_omg_study": ["OMG^O19"],
    "dicom_to_omi_study": ["OMI^O23"],
    "dicom_to_omg_mpps": ["OMG^O19"],
    "dicom_to_omi_mpps": ["OMI^O23"],
    "dicom_out_pid_adt": ["ADT^A28"],
    "dicom_out_mrg_adt": ["ADT^A40"],
    "dicom_to_oru": ["ORU^R01"],
    "dicom_to_qbp": ["QBP^Q22"],
}
TITLES: Final = {
    "orm_to_dicom": "order to Modality Worklist item",
    "omg_to_dicom": "order to Modality Worklist item (eye care)",
    "omi_to_dicom": "imaging order to Modality Worklist item",
    "adt_in_pid_dicom": "patient (PID) to patient attributes",
    "adt_in_mrg_dicom": "merged patient (MRG) to patient attributes",
    "oru_obr_obx_dicom": "text report to structured report",
    "oru_obr_obx_dicom_sr_rad128": "imaging result (RAD-128) to structured report",
    "oru_obr_obx_dicom_cda_rad128": "imaging result with CDA (RAD-128) to encapsulated CDA",
    "oru_obr_obx_dicom_pdf_rad128": "imaging result with PDF (RAD-128) to encapsulated PDF",
    "dicom_to_omg_mwl": "Modality Worklist item to order status",
    "dicom_to_omi_mwl": "Modality Worklist item to imaging order status",
    "dicom_to_omg_study": "stored study to order status",
    "dicom_to_omi_study": "stored study to imaging order status",
    "dicom_to_omg_mpps": "performed procedure step to order status",
    "dicom_to_omi_mpps": "performed procedure step to imaging order status",
    "dicom_out_pid_adt": "patient attributes to patient (PID)",
    "dicom_out_mrg_adt": "patient attributes to merged patient (MRG)",
    "dicom_to_oru": "stored study to result",
    "dicom_to_qbp": "patient attributes to demographics query",
}
# "Same as section X of map Y": the rows of the section, told by their first tag.
SECTIONS: Final = {
    # All patient attributes, save what the order tables list themselves under Patient Medical.
    ("Patient Identification", "adt_in_pid_dicom"): re.compile(r"0010(?!2203)"),
    ("Patient Demographic", "adt_in_pid_dicom"): re.compile(r"(?!)"),  # contained in the one above
    ("Visit Identification", "orm_to_dicom"): re.compile(r"003800(10|14|16)"),
}
FIELD_AS_VALUE: Final = re.compile(r"(OBX):(\d+)\.(\d+)")
OMISSIONS: Final = {":ref:`tab_hl7_dicom_charset`": "converted: see charsets"}
TYPOS: Final = {"OMG_019": "OMG_O19", "OML_035": "OML_O35"}  # a zero for the letter O in the Gazelle names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with dicom_hl7_mapping.json and ihe_profiles.json")
    data: Path = parser.parse_args().data
    _write("dicom", dicom(_read(data / "dicom_hl7_mapping.json")))
    _write("ihe", ihe(_read(data / "ihe_profiles.json")))


def dicom(source: Json) -> Json:
    """Rows by map, and the names of every DICOM element."""
    layout = (
        "keywords: {tag: keyword} of every element; names: {tag: [name, VR]} of those that have rows; "
        "maps: {map: [title, direction, [message, ...], [row, ...]]}, row: [tag path, [field, ...], "
        "'first' (valued one) or 'all' (combined), constant, remark, the source's spelling where corrected]; "
        "usage: {'map group, direction, version, segment': {field: [usage, cardinality]}}; "
        "segments: {message: [[segment, usage, cardinality], ...]}; charsets: [[MSH-18, (0008,0005), name], ...]; "
        "priorities: [[HL7 code, (0040,1003)], ...]; fhir: {tag: [element, ...]}"
    )
    maps = {name: _map(name, source["maps"]) for name in source["maps"]}
    fhir: dict[str, list[str]] = {}
    for element, tags in source["fhir"].items():
        for tag in tags:
            fhir.setdefault(tag, []).append(element)
    used = {tag for _, _, _, rows in maps.values() for row in rows for tag in row[0].split("/")} | fhir.keys()
    elements = {f"{tag:08X}": entry for tag, entry in DicomDictionary.items() if tag >> 16 not in (0x0000, 0x0002)}
    meta = _meta(source, layout)
    meta["sources"].append(
        {"package": f"pypi:pydicom=={pydicom_version}", "licence": "MIT", "paths": ["_dicom_dict.py"]}
    )
    return {
        "_meta": meta,
        "names": {tag: [elements[tag][2], elements[tag][0]] for tag in sorted(used)},
        "maps": maps,
        "usage": {group: {str(row[0]): row[1:3] for row in rows} for group, rows in source["field_usage"].items()},
        "segments": source["segment_usage"],
        "charsets": source["charset"],
        "priorities": source["priority"],
        "fhir": dict(sorted(fhir.items())),
        "keywords": {tag: entry[4] for tag, entry in sorted(elements.items()) if entry[4]},
    }


def _map(name: str, maps: Json) -> list[Any]:
    content = maps[name]
    rows = [_row(row) for row in content["rows"]]
    for section, other in content.get("plus", ()):
        rows += [_row(row) for row in maps[other]["rows"] if SECTIONS[section, other].match(row["dicom"])]
    if name == "dicom_to_qbp":  # the source names the parameter alone; QBP^Q22 carries it in QPD-3
        rows = [[row[0], ["QPD-3"] if row[4] else [], *row[2:]] for row in rows]
    direction = {"v2>dicom": "hl7_to_dicom", "dicom>v2": "dicom_to_hl7"}[content["dir"]]
    return [TITLES[name], direction, MESSAGES[name], [_trimmed(row) for row in rows]]


def _row(row: Json) -> list[Any]:
    if unknown := row.keys() - {"dicom", "v2", "join", "item", "value", "note"}:
        raise SystemExit(f"unknown column {unknown}")
    fields = [row["v2"]] if isinstance(row.get("v2"), str) else row.get("v2", [])
    value, note = row.get("value"), row.get("note")
    if value and (field := FIELD_AS_VALUE.fullmatch(value)):  # a field that stands in the column of constants
        fields, value = [f"{field[1]}-{field[2]}.{field[3]}"], None
    path = _path(row["dicom"])
    right = [_field(field) for field in fields]
    corrected = ", ".join(filter(None, [path != row["dicom"] and row["dicom"], *_differing(fields, right)])) or None
    return [path, right, row.get("join"), value, OMISSIONS.get(note or "", note), corrected]


def _trimmed(row: list[Any]) -> list[Any]:
    while not row[-1]:
        row = row[:-1]
    return row


def _path(path: str) -> str:
    """A code's scheme and meaning stand beside its value, not below it, and inside the concept name's item."""
    path = path.replace("/00080100/", "/").replace("0040A730/0040A730/0008010", "0040A730/0040A730/0040A043/0008010")
    return re.sub(r"00080103$", "00080104", path)  # called Code Meaning in the source


def _field(field: str) -> str:
    """The assigning authority is component 4 of CX (HL7 v2.5.1 chapter 2.A.14); component 1 has no parts."""
    return re.sub(r"^MRG-1\.1\.(\d)$", r"MRG-1.4.\1", field)


def _differing(fields: list[str], right: list[str]) -> list[str]:
    return [field for field, other in zip(fields, right, strict=True) if field != other]


def ihe(source: Json) -> Json:
    """Transactions of IHE with their actors and messages."""
    transactions: Json = {}
    for kind, transport in (("rad", None), ("v2", "HL7v2")):
        for name, row in source[kind].items():
            service = source["dicom_services"].get(row.get("transport") or "", "")
            transactions[name] = {
                "name": row["name"] or "",
                "from": row.get("from", []),
                "to": row.get("to", []),
                "transport": (row.get("transport") or transport or "HL7v2").split()[0],
                "service": service,
                "messages": sorted({(*_message(message[0]), message[1]) for message in row.get("messages", [])}),
            }
    for name, row in source["soap"].items():
        transactions[name] = {"name": row["name"], "from": [], "to": [], "transport": "SOAP", "action": row["action"]}
    layout = (
        "transactions: {id: {name, from, to: actors, transport, service: of DICOM, messages: [[message, structure, "
        "version], ...], action: of SOAP}}; profiles: {id: {name, transactions, basis}}"
    )
    return {"_meta": _meta(source, layout), "transactions": transactions, "profiles": source["profiles"]}


def _message(name: str) -> tuple[str, str]:
    code, _, rest = name.partition("^")
    event, _, structure = rest.partition("^")
    return f"{code}^{event}" if event else code, TYPOS.get(structure, structure)


def _meta(source: Json, layout: str) -> Json:
    kept = ("repo", "package", "commit", "commit_date", "edition", "licence")
    return {
        "title": source["_meta"]["title"],
        "sources": [{key: entry[key] for key in kept if key in entry} for entry in source["_meta"]["sources"]],
        "licence": source["_meta"]["licence"],
        "notices": "NOTICE.md",
        "generated_by": GENERATOR,
        "layout": layout,
    }


def _read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(name: str, content: Json) -> None:
    path = TARGET / f"{name}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
