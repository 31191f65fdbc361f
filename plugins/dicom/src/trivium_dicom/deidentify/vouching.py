"""Whether a value that the table says nothing about may stay: only where a closed list or its form vouches for it.

PS3.15 keeps attributes that table E.1-1 does not name. People type names into them all the same, so here text stays
only if it cannot be anybody: numbers, codes that DICOM knows, and words of the closed vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from trivium_dicom.deidentify.dates import is_real
from trivium_dicom.deidentify.dummies import MEANING, MIME_TYPES, REMOVED, SCHEME
from trivium_dicom.deidentify.vocabulary import MAKERS_WORDS, is_model, is_plain
from trivium_dicom.phi import is_nobodys_number, kind_of, well_known_uid
from trivium_dicom.phi_words import FAMILY_NAMES
from trivium_dicom.terms import vocabulary
from trivium_dicom.vr import vm_allows

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement

NUMBERS: Final = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"})
NUMBER_TEXTS: Final = frozenset({"IS", "DS"})
_WORDS_OF_DATA: Final = frozenset({"OW", "OF", "OD", "OL", "OV", "OB or OW", "US or SS", "US or OW", "US or SS or OW"})
_BYTES: Final = frozenset(
    (
        "7fe00010", "7fe00001", "7fe00002", "7fe00008", "7fe00009",  # pixel data and its tables
        "54000110", "54000112", "5400100a", "54001010",  # waveform data and its bounds
        "00281221", "00281222", "00281223",  # segmented palettes
        "00660129",  # TrackPointIndexList
    )
)  # fmt: skip
_ICC_PROFILE: Final = "00282000"
_OWN: Final = frozenset({REMOVED, SCHEME, MEANING})
_LONGEST_NUMBER: Final = 16
_READABLE: Final = re.compile(rb"[ -~]{4,}\0*")
"""Data are hardly ever bytes that are all letters and digits; a text is."""
_CHARSET: Final = "00080005"


_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    tag: re.compile(form, re.ASCII)
    for tag, form in {
        "0008010f": r"\d{1,5}",  # ContextIdentifier
        "0040db00": r"\d{1,5}",  # TemplateIdentifier
        "00080103": r"20\d\d[a-z]?|\d{1,2}(\.\d{1,2})?|DCM|V\d",  # CodingSchemeVersion
        "00181210": r"[A-Z][a-z]?\d{2}[a-z]?|FC\d{2}|[A-F]|UB|Y[A-D]|STANDARD|BONE(PLUS)?|SOFT|DETAIL|LUNG|EDGE|CHST",
        "00180024": r"\*?(?:tse|tfl|tfi|epfid|epse|ep_b|fl|fi|se|spc|spcir|tir|h|re|qfl|swi|csi|FFE|TFE|SE|TSE|EPI|fse)"
        r"[0-9dmsnrb_]{0,12}",  # SequenceName
        "00181250": r"(?:HEAD|BODY|NECK|SPINE|KNEE|BREAST|CARDIAC|TORSO|Q-?BODY|8CH|16CH|32CH|64CH)[A-Z0-9 _-]{0,2}",
        "00181251": r"(?:HEAD|BODY|Body|KNEE|Q-?BODY)",
        "00281054": r"HU|US|OD|MGML|Z_EFF|ED|EDW|HU_MOD|PCT",  # RescaleType
        "00180085": r"\d{0,3}[A-Z][a-z]?",  # ImagedNucleus
        "00282114": r"(ISO|IEC)_\d{4,5}_\d{1,2}",  # LossyImageCompressionMethod
        "00201040": r"SN|OM|XY|IC|NA|BL|OML|SCF|ACPC",  # PositionReferenceIndicator
        "00281055": r"(Algo|WINDOW|Window)\d",  # WindowCenterWidthExplanation
        "00180022": r"(AXIAL|HELICAL|CINE|SCOUT|SURVIEW) MODE|[A-Z]{2}|SAT[12]|[A-Z]{3,4}_GEMS|PFP",  # ScanOptions
        "00189100": r"\d{1,2}[A-Z][a-z]?",  # ResonantNucleus
        "00209421": r"DIMENSION[ _]?\d{1,2}",
        "54000100": r"\d{1,2}",
    }.items()
}  # fmt: skip
"""Attributes whose values have a form of their own, in full."""


def stays(tag: str, element: DataElement, texts: list[str]) -> bool:
    """Whether an element may stay as it is; `texts` are its values."""
    vr = element.VR
    if vr in NUMBERS:
        return not isinstance(element.value, str | bytes) and _can_be_so_many(tag, len(texts))
    if isinstance(element.value, bytes):
        return _data_stays(tag, vr, element.value)
    return all(text_stays(tag, vr, text) for text in texts)


def _can_be_so_many(tag: str, count: int) -> bool:
    """Whether an element has so many numbers by the dictionary (PS3.6): text that is taken for numbers makes more."""
    from pydicom.datadict import dictionary_VM

    try:
        return vm_allows(dictionary_VM(int(tag, 16)), count)
    except (KeyError, ValueError):
        return True


def text_stays(tag: str, vr: str, text: str) -> bool:
    """Whether one value, as text, may stay."""
    bare = text.strip()
    if not bare or bare in _OWN:
        return True
    if found := _FORMS.get(tag):
        return found.fullmatch(bare) is not None or (vr != "CS" and is_plain(bare))
    if found_rule := _RULES.get(tag):
        return found_rule(bare)
    match vr:
        case "IS" | "DS":
            return len(bare) <= _LONGEST_NUMBER and is_nobodys_number(bare)
        case "CS":
            known = bare in vocabulary() and bare not in FAMILY_NAMES
            return known or bare in MAKERS_WORDS or is_plain(bare) or kind_of(tag, vr, bare) is None
        case "SH" | "LO" | "ST" | "LT" | "UC" | "UT":
            return is_plain(bare) or kind_of(tag, vr, bare) is None
        case _:
            return False


def retained(tag: str, element: DataElement, texts: list[str]) -> bool:
    """Whether the value of an attribute that an option keeps is of its kind: text is what the option is about."""
    vr = element.VR
    if vr in ("DA", "TM", "DT", "AS") or tag == "00080201":
        return all(not one.strip() or is_real(vr, one) for one in texts)
    if vr in NUMBERS or vr in NUMBER_TEXTS or vr == "CS":
        return stays(tag, element, texts)
    return not isinstance(element.value, bytes)


def uid_stays(uid: str, keyword: str, instances: Collection[str] = ()) -> bool:
    """Whether a UID names no instance: those that structure a file are never replaced (PS3.15 E.3.9).

    PS3.6 lists it; or it is where a class, a transfer syntax or a coding scheme is named, and is none of `instances`.
    """
    if well_known_uid(uid):
        return True
    if keyword == "CodingSchemeUID":
        return is_uid(uid) and uid.startswith(_OF_CODE_SYSTEMS)
    of_class = "SOPClass" in keyword or "TransferSyntax" in keyword
    return of_class and is_uid(uid) and uid not in instances


_OF_CODE_SYSTEMS: Final = ("2.16.840.1.113883.5.", "2.16.840.1.113883.6.", "2.16.840.1.113883.3.26.1.")
"""Branches of HL7 for code systems, its own and others', and that of the NCI Thesaurus: no person or place is below
(HL7 OID registry; PS3.16 table 8-1 has most of its schemes there).
"""


def is_uid(text: str) -> bool:
    """Whether it has the form of one (PS3.5 9.1)."""
    return len(text) <= 64 and re.fullmatch(r"[0-9]+(\.[0-9]+)+", text, re.ASCII) is not None


def _data_stays(tag: str, vr: str, value: bytes) -> bool:
    if tag == _ICC_PROFILE:
        return value[36:40] == b"acsp"
    if tag in _BYTES:
        return vr in _WORDS_OF_DATA or vr in ("OB", "UN")
    return vr in _WORDS_OF_DATA and not _READABLE.fullmatch(value)


_RULES: Final[Mapping[str, Callable[[str], bool]]] = {
    _CHARSET: lambda text: kind_of(_CHARSET, "CS", text) is None,
    "00080070": lambda text: kind_of("00080070", "LO", text) is None,  # Manufacturer
    "00081090": is_model,  # ManufacturerModelName
    "00080102": lambda text: kind_of("00080102", "SH", text) is None,  # CodingSchemeDesignator
    "00420012": lambda text: text.casefold() in MIME_TYPES,
}
