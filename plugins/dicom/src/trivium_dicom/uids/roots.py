"""What the root of a UID hints at: who made it up, and under which arc of the tree of object identifiers.

A hint, never a proof: software writes UIDs under the root of its toolkit, devices are sold, and PS3.5 clause 9 forbids
to read meaning out of a UID. Sources are given row by row: a package or repository that was read, or files of the
public test corpora (manufacturer or implementation in the file, beside such UIDs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

_CLASSES: Final = "names of its private SOP classes (fo-dicom, PixelMed)"
_CORPUS: Final = "public DICOM test files"
_UUID_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Root:
    root: str
    owner: str
    source: str


ROOTS: Final = (
    Root("1.2.40.0.13.1", "dcm4che (toolkit and archive)", "dcm4chee-arc conformance statement; PixelMed SOPClass"),
    Root("1.2.124.113532", "Agfa", _CLASSES),
    Root("1.2.276.0.48", "TomTec Imaging Systems", _CLASSES),
    Root(
        "1.2.276.0.7230010.3",
        "OFFIS, DCMTK (toolkit in Orthanc and others)",
        "DCMTK dcuid.h; Orthanc FromDcmtkBridge.cpp",
    ),
    Root("1.2.276.0.7238010.5", "OsiriX (viewer); Horos is derived from it", f"{_CORPUS}: version name OSIRIX"),
    Root("1.2.392.200036.9116", "Canon Medical Systems (formerly Toshiba)", _CLASSES),
    Root("1.2.392.200036.9125", "Fujifilm", _CLASSES),
    Root("1.2.410.200010", "INFINITT Healthcare", f"{_CORPUS}: version name INFINITT"),
    Root("1.2.528.1.1001", "GE HealthCare", _CLASSES),
    Root("1.2.752.24", "Sectra", "dicom3tools: private transfer syntaxes"),
    Root("1.2.826.0.1.3680043.2.1143", "GDCM (toolkit)", f"{_CORPUS}: version name GDCM"),
    Root("1.2.826.0.1.3680043.8.498", "pydicom (library)", "pydicom.uid.PYDICOM_ROOT_UID"),
    Root("1.2.826.0.1.3680043.9.3811", "pynetdicom (library)", "pynetdicom: implementation class UID"),
    Root("1.2.826.0.1.3680043.9.7433", "highdicom (library)", f"{_CORPUS}: version name highdicom"),
    Root("1.2.826.0.1.3680043.293", "eRAD", _CLASSES),
    Root(
        "1.2.826.0.1.3680043",
        "Medical Connections, which gives roots below its own to anybody",
        "medicalconnections.co.uk; pydicom.uid",
    ),
    Root("1.2.840.10008", "DICOM itself (NEMA)", "PS3.5 clause 9; PS3.6 annex A"),
    Root("1.2.840.113543", "Philips (HP ultrasound)", _CLASSES),
    Root("1.2.840.113619", "GE HealthCare", _CLASSES),
    Root("1.2.840.113704", "Algotec", "dicom3tools: private transfer syntax"),
    Root("1.2.840.113711", "ALI Technologies", "dicom3tools: private transfer syntax"),
    Root("1.2.840.114340", "Fujifilm SonoSite", f"{_CORPUS}: manufacturer SonoSite"),
    Root("1.3.12.2.1107", "Siemens Healthineers", _CLASSES),
    Root("1.3.46.423632", "Elekta", "pynetdicom test data: manufacturer ELEKTA"),
    Root("1.3.46.670589", "Philips", _CLASSES),
    Root("1.3.51", "Agfa", f"{_CORPUS}: manufacturer Agfa-Gevaert; dcm4che pull request 1515"),
    Root("1.3.6.1.4.1.5962", "PixelMed Publishing (dicom3tools, PixelMed toolkit)", _CLASSES),
    Root("1.3.6.1.4.1.9590", "MathWorks, MATLAB", "MATLAB's dicom_generate_uid.m"),
    Root(
        "1.3.6.1.4.1.14519.5.2.1", "The Cancer Imaging Archive: a UID that de-identification made", "TCIA collections"
    ),
    Root("1.3.6.1.4.1.16978", "Medical Insight", _CLASSES),
    Root("1.3.6.1.4.1.19376", "IHE", "FHIR R4: codes urn:ihe of urn:oid:1.3.6.1.4.1.19376.1.2.3"),
    Root("1.3.6.1.4.1.30071", "fo-dicom (library)", "fo-dicom: implementation class UID 1.3.6.1.4.1.30071.8"),
    Root("2.16.840.1.113883", "HL7", "OIDs of the tables of HL7 v2"),
    Root("2.16.840.1.114033", "PMOD Technologies", _CLASSES),
)

_COUNTRIES: Final = {
    32: "Argentina", 36: "Australia", 40: "Austria", 56: "Belgium", 76: "Brazil", 100: "Bulgaria", 124: "Canada",
    152: "Chile", 156: "China", 158: "Taiwan", 170: "Colombia", 191: "Croatia", 203: "Czechia", 208: "Denmark",
    233: "Estonia", 246: "Finland", 250: "France", 276: "Germany", 300: "Greece", 344: "Hong Kong", 348: "Hungary",
    356: "India", 360: "Indonesia", 364: "Iran", 372: "Ireland", 376: "Israel", 380: "Italy", 392: "Japan",
    410: "South Korea", 428: "Latvia", 440: "Lithuania", 442: "Luxembourg", 458: "Malaysia", 484: "Mexico",
    528: "Netherlands", 554: "New Zealand", 578: "Norway", 586: "Pakistan", 604: "Peru", 608: "Philippines",
    616: "Poland", 620: "Portugal", 642: "Romania", 643: "Russia", 682: "Saudi Arabia", 702: "Singapore",
    703: "Slovakia", 704: "Vietnam", 705: "Slovenia", 710: "South Africa", 724: "Spain", 752: "Sweden",
    756: "Switzerland", 764: "Thailand", 784: "United Arab Emirates", 788: "Tunisia", 792: "Turkey", 804: "Ukraine",
    818: "Egypt", 826: "United Kingdom", 840: "United States", 858: "Uruguay",
}  # fmt: skip
"""ISO 3166-1 numeric codes, which the arcs 1.2 and 2.16 use (ISO/IEC 9834-1)."""

_ARCS: Final = (
    ("1.2.840.10008", "DICOM, below the United States (ANSI)"),
    ("1.3.6.1.4.1", "private enterprises (IANA)"),
    ("1.3.6.1", "internet"),
    ("1.3.12.2", "member companies of ECMA"),
    ("1.3", "organizations with an international code designator (ISO/IEC 6523)"),
    ("1.2", "member bodies of ISO"),
    ("1.0", "ISO standards"),
    ("1", "ISO"),
    ("2.16", "countries (ISO and ITU-T)"),
    ("2.25", "UUIDs (ITU-T X.667; PS3.5 annex B.2)"),
    ("2.999", "examples: nobody's"),
    ("2", "ISO and ITU-T together"),
    ("0", "ITU-T"),
)


def root_of(uid: str) -> Root | None:
    """The longest known root that a UID stands under or is."""
    parts = uid.split(".")
    return next((found for n in range(len(parts), 1, -1) if (found := _by_root().get(".".join(parts[:n])))), None)


@cache
def _by_root() -> Mapping[str, Root]:
    return {one.root: one for one in ROOTS}


def arc_of(uid: str) -> str | None:
    """The part of the tree in words, with its number: `United States (1.2.840)`."""
    first, second, third, *_ = [*uid.split("."), "", ""]
    if (first, second) in (("1", "2"), ("2", "16")) and uid != "1.2.840.10008" and not uid.startswith("1.2.840.10008."):
        country = _COUNTRIES.get(int(third)) if len(third) <= 3 and third.isdecimal() else None
        if country:
            return f"{country} ({first}.{second}.{third})"
    return next((f"{name} ({arc})" for arc, name in _ARCS if uid == arc or uid.startswith(f"{arc}.")), None)


def uuid_of(uid: str) -> UUID | None:
    """The UUID of a UID `2.25.<decimal>`, or None where there is none or it is too large (PS3.5 annex B.2)."""
    number = uid.removeprefix("2.25.")
    if number == uid or not number.isdecimal() or len(number) > 39 or int(number) >> _UUID_BITS:
        return None
    return UUID(int=int(number))
