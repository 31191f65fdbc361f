"""The guide's code maps turned round, and FHIR code systems as v2 names them (HL7 v2.9 table 0396)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from trivium_fhir.guide import concept_maps
from trivium_hl7 import dictionary

_V2_SYSTEM: Final = re.compile(r"https?://terminology\.hl7\.org/CodeSystem/v2-(\d{4})(?:\|.*)?")
_SYSTEMS: Final = {
    "http://loinc.org": "LN",
    "http://snomed.info/sct": "SCT",
    "http://unitsofmeasure.org": "UCUM",
    "http://hl7.org/fhir/sid/icd-10": "I10",
    "http://hl7.org/fhir/sid/icd-10-cm": "I10C",
    "http://hl7.org/fhir/sid/icd-9-cm": "I9C",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://hl7.org/fhir/sid/mvx": "MVX",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    "http://www.ama-assn.org/go/cpt": "C4",
    "http://www.cms.gov/Medicare/Coding/ICD10": "I10P",
    "http://www.whocc.no/atc": "ATC",
    "http://nucc.org/provider-taxonomy": "NUCC",
    "urn:iso:std:iso:3166": "ISO3166_1",
    "urn:ietf:bcp:47": "BCP-47",
    "urn:oid:2.16.840.1.113883.6.238": "CDCREC",
    "http://dicom.nema.org/resources/ontology/DCM": "DCM",
}


class Choice(NamedTuple):
    code: str
    ambiguous: bool
    """Several v2 codes stand for it, and the first of the guide's was taken."""


@cache
def _turned(map_name: str) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    """v2 codes with their FHIR display, by FHIR code and system, and by the code alone (system empty)."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    known = concept_maps().get(map_name)
    for v2, fhir, system, display in known.codes if known else ():
        for name in (system, ""):
            found.setdefault((fhir, name), []).append((v2, display or ""))
    return {key: tuple(dict.fromkeys(codes)) for key, codes in found.items()}


def has_codes(map_name: str) -> bool:
    return bool(_turned(map_name))


def table_of(map_name: str) -> str:
    """The v2 table of a code map as a coding system: `HL70001`."""
    known = concept_maps().get(map_name)
    return known.table.replace("-", "") if known and known.table else ""


def choose(map_name: str, code: str, system: str = "", display: str = "") -> Choice | None:
    """The v2 code for a FHIR code. Of several, the one whose text is equal, else the first of the guide.

    `system` empty: whatever system the map gives the code. None where the map has no such code.
    """
    found = _turned(map_name).get((code, system), ())
    if not found:
        return None
    equal = [v2 for v2, _ in found if code.casefold() == v2.casefold()]
    equal += [v2 for v2, _ in found if display and display.casefold() == _text(map_name, v2).casefold()]
    return Choice(equal[0], ambiguous=False) if equal else Choice(found[0][0], ambiguous=len(found) > 1)


def _text(map_name: str, v2: str) -> str:
    known = dictionary.table(table_of(map_name).removeprefix("HL7"))
    return known.codes.get(v2, "") if known else ""


def coding_system(uri: str) -> str:
    """A FHIR code system as v2 names it; what has no such name stays as it is, without `urn:oid:`."""
    table = _V2_SYSTEM.fullmatch(uri)
    if table:
        return f"HL7{table[1]}"
    return _SYSTEMS.get(uri, uri.removeprefix("urn:oid:"))
