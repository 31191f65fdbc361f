"""The URI of a coding system that HL7 v2 names (HL7 v2.9 table 0396; R4, terminologies, code systems).

Names whose URI nobody has published, local ones among them, have none: no URI is made up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from trivium_hl7 import dictionary

_TABLE: Final = re.compile(r"(?:HL7|hl7)[- ]?(\d{4})")
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+")
_ABSOLUTE: Final = re.compile(r"(?:https?://|urn:[a-z0-9-]+:)\S+")
_KNOWN: Final = {
    "LN": "http://loinc.org",
    "LOINC": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    "SNM": "http://snomed.info/sct",
    "SNOMED-CT": "http://snomed.info/sct",
    "UCUM": "http://unitsofmeasure.org",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "MVX": "http://hl7.org/fhir/sid/mvx",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "I9": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9C": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9CDX": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9CP": "http://hl7.org/fhir/sid/icd-9-cm",
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "I10P": "http://www.cms.gov/Medicare/Coding/ICD10",
    "C4": "http://www.ama-assn.org/go/cpt",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "CPT4": "http://www.ama-assn.org/go/cpt",
    "ATC": "http://www.whocc.no/atc",
    "WC": "http://www.whocc.no/atc",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "ISO3166_1": "urn:iso:std:iso:3166",
    "CDCREC": "urn:oid:2.16.840.1.113883.6.238",
    "NUCC": "http://nucc.org/provider-taxonomy",
    "NUCCPT": "http://nucc.org/provider-taxonomy",
}


@lru_cache(maxsize=4096)
def system_uri(name: str) -> str | None:
    """The URI for what stands in CWE.3: `LN`, `HL70001`, an OID or a URI. None for all else."""
    name = name.strip()
    known = _KNOWN.get(name.upper())
    if known:
        return known
    table = _TABLE.fullmatch(name)
    if table:
        return table_uri(table[1])
    if _OID.fullmatch(name):
        return f"urn:oid:{name}"
    return name if _ABSOLUTE.fullmatch(name) else None


@lru_cache(maxsize=1024)
def table_uri(number: str) -> str | None:
    """The code system of an HL7 table: its published URI, else its OID."""
    found = dictionary.table(number)
    if found is None:
        return None
    if found.system.startswith("http"):
        return found.system
    return found.system or (f"urn:oid:{found.oid}" if found.oid else None)
