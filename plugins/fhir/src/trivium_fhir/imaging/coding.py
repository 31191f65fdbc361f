"""Codes, identifiers and their issuers: items of DICOM sequences as R4 data types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from trivium_fhir.imaging.rows import Row, items, text

DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
SYSTEMS: Final[Mapping[str, str]] = {
    "DCM": DCM,
    "SCT": "http://snomed.info/sct",
    "LN": "http://loinc.org",
    "UCUM": "http://unitsofmeasure.org",
    "RADLEX": "http://radlex.org",
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "I9C": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9": "http://hl7.org/fhir/sid/icd-9-cm",
    "C4": "http://www.ama-assn.org/go/cpt",
    "MDC": "urn:iso:std:iso:11073:10101",
}
"""Coding scheme designators (PS3.16 table 8-1) and the URIs that R4 has for them. SRT and its kin have codes of another
form than SNOMED CT, so they have no URI here."""
_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*)){2,}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_URI: Final = re.compile(r"(?:https?|urn|ftp|mailto|tel):[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def schemes_of(rows: Iterable[Row]) -> dict[str, str]:
    """The designators that these objects identify themselves: an OID or URL of the scheme (PS3.3 C.12.1.1.1)."""
    found: dict[str, str] = {}
    for row in rows:
        for item in items(row, "CodingSchemeIdentificationSequence"):
            uri = text(item, "CodingSchemeURL")
            oid = text(item, "CodingSchemeUID")
            system = uri if _URI.fullmatch(uri) else f"urn:oid:{oid}" if _OID.fullmatch(oid) else ""
            if system:
                found.setdefault(text(item, "CodingSchemeDesignator"), system)
    return found


def coding(item: Row, schemes: Mapping[str, str]) -> dict[str, Any]:
    """R4 Coding of a coded entry (PS3.3 table 8.8-1); empty for an empty one. An unknown scheme gives no system."""
    code = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    scheme = text(item, "CodingSchemeDesignator")
    system = SYSTEMS.get(scheme) or schemes.get(scheme) or ""
    version = text(item, "CodingSchemeVersion") if system else ""
    found = {"system": system, "version": version, "code": " ".join(code.split()), "display": text(item, "CodeMeaning")}
    return {name: value for name, value in found.items() if value}


def concept(item: Row, schemes: Mapping[str, str]) -> dict[str, Any]:
    """R4 CodeableConcept of a coded entry; its meaning is the text too where the scheme has no URI."""
    made = coding(item, schemes)
    if not made:
        return {}
    if "system" in made or "display" not in made:
        return {"coding": [made]}
    return {"coding": [made], "text": made["display"]}


def has_unknown_scheme(item: Row, schemes: Mapping[str, str]) -> bool:
    made = coding(item, schemes)
    return "code" in made and "system" not in made


def identifier(
    value: str, kind: str = "", *, namespace: str = "", universal: str = "", form: str = ""
) -> dict[str, Any]:
    """R4 Identifier. The issuer is the system only where it is an OID, UUID or URI; else it is the assigner's name.

    `kind` is a code of table 0203; `universal` and `form` are Universal Entity ID and its type.
    """
    made: dict[str, Any] = {}
    if kind:
        made["type"] = {"coding": [{"system": _TYPES, "code": kind}]}
    if system := uri_of(universal, form) or uri_of(namespace):
        made["system"] = system
    made["value"] = value
    if namespace and not uri_of(namespace):
        made["assigner"] = {"display": namespace}
    return made


def issued(value: str, kind: str, issuer: Row | None) -> dict[str, Any]:
    """An identifier by an item of an issuer sequence (PS3.3 table 10-17)."""
    source = issuer or {}
    return identifier(
        value,
        kind,
        namespace=text(source, "LocalNamespaceEntityID"),
        universal=text(source, "UniversalEntityID"),
        form=text(source, "UniversalEntityIDType"),
    )


def uri_of(text_: str, form: str = "") -> str:
    """A URI that names an issuer; empty for what is a name only this site knows."""
    if form in ("", "ISO") and _OID.fullmatch(text_):
        return f"urn:oid:{text_}"
    if form in ("", "UUID") and _UUID.fullmatch(text_):
        return f"urn:uuid:{text_.lower()}"
    return text_ if form in ("", "URI") and _URI.fullmatch(text_) else ""
