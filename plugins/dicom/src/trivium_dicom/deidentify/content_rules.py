"""What becomes of a content item by its concept name and value type (PS3.15 table E.3.4-1).

Facts of the table, edition 2026a, as raster-labs/DICOMKit generates them from the standard's own DocBook (its file
ConfidentialityProfileStructuredContent.swift), compared here and there with the table of PS3.15 2019e that
innolitics/dicom-standard carries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final

from trivium_dicom.confidentiality import Option

_ROWS: Final = """
DCM TEXT X c: 109054 109056 111021 111516 111703 112050 113012 113552 113720 113907 121075 121077 121106 121110 121111
DCM TEXT X c: 121145 121173 122177 125203 126070 126071 128230 128426 130507
DCM TEXT D c: 111033 111058 113724 113815 128403
DCM TEXT X/D c: 121065 121071 122083
DCM TEXT X dc: 121122
DCM TEXT X d: 110119 113877 120999 121013 121016 121196
DCM TEXT D d: 113832 121193
DCM TEXT X/D d: 113880
DCM TEXT X i: 113873 121009 121017 121197 121434 122128
DCM TEXT D i: 130527
DCM TEXT X -: 110190 111700 111706 111724 113511 113512 113513 113514 113516 113605 113871 113872 121020 121021 121022
DCM TEXT X -: 121041 121121 121435 125010 128774 128775
DCM TEXT D -: 111705 112347 112351 112352 112363 121154
DCM TEXT X/D -: 121030 121124
DCM PNAME D -: 113850 113870 121008 121029 121114
DCM PNAME X -: 121036 121088 121152 121435
DCM DATE X -: 121031
DCM DATE X t: 126201
DCM DATE X/D t: 111018 111054 111060
DCM DATE D t: 127857
DCM TIME X t: 126202
DCM TIME X/D t: 111019 111061
DCM TIME D t: 127858
DCM DATETIME X t: 111527 111535 111536 111702 121125 121431 121432 121433 122081 122082 122105 122163 122165 122173
DCM DATETIME X t: 122701 123004 130884
DCM DATETIME X/D t: 111526 122146 123003
DCM DATETIME D t: 111469 113723 113809 113810 122712
DCM CODE X p: 121032
DCM NUM X p: 121033
DCM CONTAINER X d: 121000
DCM UIDREF D u: 110180 112002 112040 112356 112357 113503 113769 113985 121126 121232 128429
DCM UIDREF X/D u: 112227
DCM UIDREF X/D ud: 121012
DCM UIDREF X ud: 121198
DCM UIDREF X u: 121018 121019 121028 121039 128425 128470 130885
DCM COMPOSITE D u: 111040 112371 121002 128414 128416 128436 128444
DCM COMPOSITE X u: 112353 112359 112361 112364 112366 112372 112373 113701 121120 122073 122075 126100 128425 128447
DCM COMPOSITE X u: 128470
DCM IMAGE D u: 112229 113795 121112 121138 121214 121233 128414
DCM IMAGE X/D u: 121191
DCM IMAGE X u: 112354 121080 121200 121342 125201 128425 128470
DCM WAVEFORM D u: 121143
DCM WAVEFORM X u: 121080 121112
LN TEXT X c: 11329-0 18118-0
LN TEXT D c: 18785-6
LN TEXT D -: 11951-1
LN TEXT X d: 74711-3
LN DATE X t: 11778-8 11955-2
NCDR DATETIME X t: 15
NCDR DATETIME D t: 52
NCDR TEXT X -: 53
NCDR PNAME D -: 76
NCIt NUM X -: C54627
NCIt TEXT X c: C67447
SCT TEXT X c: 116224001 160476009 371524004
SCT TEXT X/D c: 271921002
SCT TEXT D c: 363698007 440252007
SCT COMPOSITE X u: 371524004
SCT DATETIME X t: 398164008 398325003
SCT DATETIME D t: 397898000 398201009
UMLS TEXT X/D c: C2348792
"""
"""Scheme, value type, action of the basic profile, options that say something else, code values."""
_OPTIONS: Final[Mapping[str, Mapping[Option, str]]] = {
    "u": {Option.RETAIN_UIDS: "K"},
    "d": {Option.RETAIN_DEVICE_IDENTITY: "K"},
    "i": {Option.RETAIN_INSTITUTION_IDENTITY: "K"},
    "p": {Option.RETAIN_PATIENT_CHARACTERISTICS: "K"},
    "t": {Option.RETAIN_FULL_DATES: "K", Option.RETAIN_MODIFIED_DATES: "C"},
    "c": {Option.CLEAN_DESCRIPTORS: "C"},
}
_RETIRED: Final = {
    "DD-60002": "116224001", "DF-0068E": "398325003", "DF-0070B": "398164008", "F-00033": "271921002",
    "F-02455": "160476009", "G-C0E3": "363698007", "G-D320": "397898000", "G-D321": "398201009",
    "PA-30029": "440252007", "R-42B89": "371524004",
}  # fmt: skip
"""SNOMED RT style codes, which must be known too (PS3.15 E.3.4): what they are in SNOMED CT (PS3.16 table O-1)."""
_OLD_SCHEMES: Final = ("SRT", "SNM3", "99SDM")


def action_of(scheme: str, code: str, value_type: str, options: Collection[Option]) -> str | None:
    """The letter for a content item, where the table has one. Of no value type: the strictest for the concept."""
    if scheme in _OLD_SCHEMES and code in _RETIRED:
        scheme, code = "SCT", _RETIRED[code]
    found = table().get((scheme, code), {})
    rows = [found[value_type]] if value_type in found else [] if value_type else list(found.values())
    letters = [_letter(basic, keys, options) for basic, keys in rows]
    return next((one for one in ("X", "D", "X/D", "C", "K") if one in letters), None)


@cache
def table() -> Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]:
    """By scheme and code value, then by value type: action of the basic profile, and letters of options."""
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for scheme, code, value_type, row in _lines():
        found.setdefault((scheme, code), {})[value_type] = row
    return found


def _lines() -> Iterator[tuple[str, str, str, tuple[str, str]]]:
    for line in _ROWS.strip().splitlines():
        head, codes = line.split(": ")
        scheme, value_type, basic, keys = head.split()
        yield from ((scheme, code, value_type, (basic, keys.strip("-"))) for code in codes.split())


def _letter(basic: str, keys: str, options: Collection[Option]) -> str:
    letters = {letter for key in keys for option, letter in _OPTIONS[key].items() if option in options}
    return "K" if "K" in letters else "C" if "C" in letters else basic
