"""Outside terminologies: whose they are, what their codes look like, and what it takes to look one up.

Their codes are not here: only a code's form and its check digit can be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Terminology:
    name: str
    need: str
    """What a look-up needs."""
    form: str = ""
    """Pattern of its codes."""
    check: Callable[[str], bool] | None = None
    check_name: str = ""


# Rows i of Verhoeff's dihedral multiplication and permutation (SNOMED CT Technical Implementation Guide 6.4).
_TIMES: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_MOVED: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def verhoeff(code: str) -> bool:
    """Whether a SNOMED CT identifier ends with its check digit."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_TIMES[check][int(_MOVED[place % 8][int(digit)])])
    return check == 0


def luhn(code: str) -> bool:
    """Whether a LOINC code ends with its check digit (mod 10, as LOINC's users' guide has it): `2951-2`."""
    if not re.fullmatch(r"(LP|LA|LL|LG)?[0-9]{1,7}-[0-9]", code):
        return False
    digits = [int(digit) for digit in code if digit.isdigit()]
    doubled = [digit if place % 2 == 0 else 2 * digit - 9 * (digit > 4) for place, digit in enumerate(digits[::-1])]
    return sum(doubled) % 10 == 0


_MEMBERS: Final = "a license of SNOMED International; free of charge in its member countries"
TERMINOLOGIES: Final[Mapping[str, Terminology]] = MappingProxyType(
    {
        "http://snomed.info/sct": Terminology("SNOMED CT", _MEMBERS, r"[0-9]{6,18}", verhoeff, "Verhoeff"),
        "http://loinc.org": Terminology(
            "LOINC",
            "acceptance of the LOINC license; free of charge",
            r"(LP|LA|LL|LG)?[0-9]{1,7}-[0-9]",
            luhn,
            "mod 10",
        ),
        "http://www.ama-assn.org/go/cpt": Terminology(
            "CPT", "a license of the American Medical Association", r"[0-9]{4}[0-9A-Z]"
        ),
        "http://nucc.org/provider-taxonomy": Terminology(
            "NUCC provider taxonomy", "a license of the NUCC for products", r"[0-9A-Z]{9}X"
        ),
        "http://www.nubc.org/patient-discharge": Terminology("NUBC patient discharge", "a license of the NUBC"),
        "http://www.nlm.nih.gov/research/umls/rxnorm": Terminology(
            "RxNorm", "a UMLS license for its restricted sources; the rest is free", r"[0-9]{1,8}"
        ),
        "http://hl7.org/fhir/sid/icd-10": Terminology(
            "ICD-10", "a license of the World Health Organization", r"[A-Z][0-9]{2}(\.[0-9]{1,2})?"
        ),
        "http://hl7.org/fhir/sid/icd-10-cm": Terminology(
            "ICD-10-CM",
            "nothing but the publication of the NCHS, which is free",
            r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?",
        ),
        "http://hl7.org/fhir/sid/cvx": Terminology(
            "CVX", "nothing but the table of the CDC, which is free", r"[0-9]{1,3}"
        ),
        "http://unitsofmeasure.org": Terminology("UCUM", "nothing but its free specification: units are composed"),
        "urn:ietf:bcp:13": Terminology("media types (BCP 13)", "nothing but IANA's free registry", r"[^/\s]+/[^/\s]+"),
        "urn:ietf:bcp:47": Terminology("languages (BCP 47)", "nothing but IANA's registry", r"[A-Za-z]{2,8}(-\w+)*"),
        "urn:iso:std:iso:3166": Terminology("countries (ISO 3166)", "the list of ISO", r"[A-Z]{2,3}|[0-9]{3}"),
        "urn:iso:std:iso:4217": Terminology("currencies (ISO 4217)", "the list of ISO", r"[A-Z]{3}"),
        "urn:iso:std:iso:11073:10101": Terminology("device terms (ISO/IEEE 11073-10101)", "the standard of IEEE"),
    }
)


def needs(system: str) -> str | None:
    """`SNOMED CT: needs a license ...`, for a system whose codes are not here."""
    found = TERMINOLOGIES.get(system)
    return f"{found.name}: a look-up needs {found.need}" if found else None
