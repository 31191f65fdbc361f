"""Code systems and value sets as people call them: by URL, its last word, an OID, a v2 table's number, a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from trivium_fhir.explain.terminologies import TERMINOLOGIES
from trivium_fhir.r4.terminology import systems, value_sets
from trivium_hl7 import dictionary

V2: Final = "http://terminology.hl7.org/CodeSystem/v2-"
_NUMBER: Final = re.compile(r"(?:hl7|v2-|table|hl7 table)?\s*([0-9]{4})", re.IGNORECASE)
_NEAR: Final = 6
_NICKNAMES: Final[Mapping[str, str]] = {
    "snomed": "http://snomed.info/sct",
    "sct": "http://snomed.info/sct",
    "snomedct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "ln": "http://loinc.org",
    "ucum": "http://unitsofmeasure.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "dcm": "http://dicom.nema.org/resources/ontology/DCM",
}


def system_url(text: str) -> str | None:
    """The URL of a code system that R4, the v2 tables or the outside terminologies know."""
    asked = text.strip()
    known = _systems()
    if asked in known or asked in TERMINOLOGIES:
        return asked
    if number := table_number(asked):
        return f"{V2}{number}"
    folded = _folded(asked)
    return _NICKNAMES.get(folded) or _by_last_word(tuple(known)).get(folded)


def value_set_url(text: str) -> str | None:
    asked = text.strip().partition("|")[0]
    if asked in _value_sets():
        return asked
    return _by_last_word(value_sets()).get(_folded(asked))


def similar(text: str) -> list[str]:
    """Value sets and systems whose last word is near."""
    names = {**_by_last_word(tuple(_systems())), **_by_last_word(value_sets())}
    found = difflib.get_close_matches(_folded(text), names, n=_NEAR, cutoff=0.7)
    return [names[one] for one in found]


def table_number(text: str) -> str | None:
    """The v2 table that a system is: `0001` for its URL, its OID, `HL70001`, `v2-0001`."""
    named = text.removeprefix(V2) if text.startswith(V2) else text.removeprefix("urn:oid:")
    if named.startswith("2.16.840.1.113883.12."):
        named = named.rpartition(".")[2].zfill(4)
    found = _NUMBER.fullmatch(named.strip())
    return found[1] if found and dictionary.table(found[1]) else None


@cache
def _systems() -> frozenset[str]:
    return frozenset(systems())


@cache
def _value_sets() -> frozenset[str]:
    return frozenset(value_sets())


@cache
def _by_last_word(urls: tuple[str, ...]) -> dict[str, str]:
    return {_folded(re.split(r"[/:]", url)[-1]): url for url in sorted(urls, reverse=True)}


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
