"""Forms that texts must have to be public: codes, units, URIs of standards. Fails closed."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from trivium_fhir.phi.places import words
from trivium_hl7.phi import UNIT

LONGEST_VALUE: Final = 256
"""The host cuts longer values, which could happen within an escape of JSON."""
_LONGEST_DISPLAY: Final = 200
_LONGEST_RANGE: Final = 24

_CODE: Final = re.compile(r"[A-Za-z0-9<>=+*#%][A-Za-z0-9._/:+*<>=%#-]{0,63}", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z]{2,}(?:[-._/:][A-Za-z]+)*|[A-Za-z](?:[-._/:][A-Za-z]+)+", re.ASCII)
_SMALL_CODE: Final = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?|[A-Z]{1,3}", re.ASCII)
"""Of a language, a unit, a currency."""
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?", re.ASCII)
"""As BCP 47 has it: en, en-US, zh-Hans-CN."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{6}|(?:\d[-./:]?){7}", re.ASCII)
"""May be a date, a telephone, a national or a record number that was put into the wrong field."""
_RANGE: Final = re.compile(r"[<>=]{0,2}\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?", re.ASCII)
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~/:?#|$@!&'()*+,;=%-]{1,200}", re.ASCII)
_OID: Final = re.compile(r"urn:oid:[0-2](?:\.\d{1,40}){1,30}", re.ASCII)
_URN_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_MIME: Final = re.compile(
    r"(?:application|audio|image|message|model|multipart|text|video)/[A-Za-z0-9.+-]{1,60}", re.ASCII
)
_PATH: Final = re.compile(r"([A-Z][A-Za-z]{2,40})(?:\.[a-z][A-Za-z]{0,40}(?:\[\d{1,4}\])?){0,12}", re.ASCII)

_SYSTEMS: Final = words(
    """http://loinc.org http://snomed.info/sct http://unitsofmeasure.org http://www.whocc.no/atc
    http://nucc.org/provider-taxonomy     http://fdasis.nlm.nih.gov http://www.nlm.nih.gov/research/umls/rxnorm http://www.ama-assn.org/go/cpt
    http://ncimeta.nci.nih.gov http://dicom.nema.org/resources/ontology/DCM http://www.radlex.org http://radlex.org
    http://www.genenames.org http://varnomen.hgvs.org urn:ietf:bcp:47 urn:ietf:bcp:13 urn:ietf:rfc:3986
    urn:iso:std:iso:3166 urn:iso:std:iso:3166:-2 urn:iso:std:iso:4217 urn:iso:std:iso:11073:10101 urn:dicom:uid
    https://www.usps.com/ http://id.who.int/icd/release/11/mms"""
)
_STANDARDS: Final = (
    "http://terminology.hl7.org/",
    "http://hl7.org/fhir/",
    "http://www.hl7.org/fhir/",
    "http://hl7.org/fhirpath/",
    "http://hl7.org/cql",
    "http://snomed.info/sct/",
    "http://snomed.info/id/",
    "http://loinc.org/",
    "http://fhir.org/guides/",
    "https://profiles.ihe.net/",
    "http://ihe.net/",
    "http://dicom.nema.org/",
)
_STANDARD_OIDS: Final = tuple(
    f"urn:oid:{root}."
    for root in (
        "2.16.840.1.113883.5",
        "2.16.840.1.113883.6",
        "2.16.840.1.113883.12",
        "2.16.840.1.113883.18",
        "1.2.840.10008",
    )
)
"""Under these HL7 and DICOM number systems of codes, their own and those of others."""
SID: Final = "http://hl7.org/fhir/sid/"
_CODED_SID: Final = ("icd-", "cvx", "ndc", "mvx", "ca-hc-din", "ex-icd-")
"""Of `sid` only these are systems of codes; the others number people and policies."""


def is_printable(text: str) -> bool:
    """Whether it stands in JSON as it is, all of it visible and not too long.

    What must be escaped would come back escaped where a stand-in is put back.
    """
    return len(text) <= LONGEST_VALUE and '"' not in text and "\\" not in text and text.isprintable()


def is_code(text: str) -> bool:
    """A code that nobody has vouched for: no word, which may be a name, and no long number."""
    if not _CODE.fullmatch(text) or _LONG_NUMBER.search(text):
        return False
    return not is_word(text)


def is_code_shape(text: str) -> bool:
    """What may be a code beside a standard's system: a word or a long number too."""
    return _CODE.fullmatch(text) is not None


def is_word(text: str) -> bool:
    """What may be a name."""
    return _WORD.fullmatch(text) is not None and not _SMALL_CODE.fullmatch(text)


def is_unit(text: str) -> bool:
    """What may be a unit of UCUM."""
    return UNIT.fullmatch(text) is not None


def is_free_unit(text: str) -> bool:
    """A unit that nobody has vouched for."""
    if not is_unit(text) or _LONG_NUMBER.search(text):
        return is_code(text)
    return not is_word(text)


def is_range(text: str) -> bool:
    """Two numbers or one, as laboratories write what is normal."""
    return len(text) <= _LONGEST_RANGE and not _LONG_NUMBER.search(text) and _RANGE.fullmatch(text) is not None


def is_display(text: str) -> bool:
    return len(text) <= _LONGEST_DISPLAY and text.isprintable()


def is_mime_type(text: str) -> bool:
    return _MIME.fullmatch(text) is not None


def is_language(text: str) -> bool:
    return _LANGUAGE.fullmatch(text) is not None


def is_currency(text: str) -> bool:
    return _CURRENCY.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    return _URI.fullmatch(text) is not None


def is_oid(text: str) -> bool:
    return _OID.fullmatch(text) is not None


def is_urn_uuid(text: str) -> bool:
    """`urn:uuid:` names an entry within one bundle and nobody outside it."""
    return _URN_UUID.fullmatch(text) is not None


@lru_cache(maxsize=2048)
def is_standard(uri: str) -> bool:
    """Whether this URI is one of a published standard: a code system, a profile, an extension, an OID."""
    if not _URI.fullmatch(uri):
        return False
    return uri in _SYSTEMS or uri.startswith(_STANDARDS) or is_oid(uri)


@lru_cache(maxsize=2048)
def is_code_system(uri: str) -> bool:
    """A standard's URI that is no numbering of people; an OID may be anybody's."""
    if uri.startswith(SID):
        return uri.startswith(tuple(SID + one for one in _CODED_SID)) and is_standard(uri)
    return is_standard(uri) and (not is_oid(uri) or uri.startswith(_STANDARD_OIDS))


def is_element_path(text: str) -> bool:
    """A FHIRPath of names and numbers alone that begins with a type of R4 (`OperationOutcome.issue.expression`)."""
    found = _PATH.fullmatch(text)
    return found is not None and is_resource(found[1])


def is_resource(name: str) -> bool:
    """Whether R4 has a resource of this name."""
    return name in _resources()


@cache
def _resources() -> frozenset[str]:
    from trivium_fhir.r4.elements import resources

    return frozenset(resources())
