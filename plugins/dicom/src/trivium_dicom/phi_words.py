"""Texts that name a technique, a program or a part of the body, and never a person, by the attribute they stand in.

Closed lists and forms, for text that the rules of `phi` would withhold. Words are those of PS3.3 and PS3.16 where these
have some, else what the makers' conformance statements and the public corpora show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final


def _words(text: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in text.split("|")), re.IGNORECASE)


_BODY_PARTS: Final = (
    "ABDOMEN|ABDOMENPELVIS|ADRENAL|ANKLE|AORTA|ARM|AXILLA|BACK|BILEDUCT|BLADDER|BRAIN|BREAST|BRONCHUS|BUTTOCK|CALCANEUS|"
    "CALF|CAROTID|CEREBELLUM|CERVIX|CHEEK|CHEST|CHESTABDOMEN|CHESTABDPELVIS|CIRCLEOFWILLIS|CLAVICLE|COCCYX|COLON|CORNEA|"
    "CORONARYARTERY|CSPINE|CTSPINE|DUODENUM|EAR|ELBOW|ESOPHAGUS|EXTREMITY|EYE|EYELID|FACE|FEMUR|FINGER|FOOT|FOREARM|"
    "GALLBLADDER|HAND|HEAD|HEADNECK|HEART|HIP|HUMERUS|IAC|ILEUM|ILIUM|JAW|JEJUNUM|KIDNEY|KNEE|LARYNX|LEG|LIVER|LSPINE|"
    "LSSPINE|LUMBOSACRAL|LUNG|MANDIBLE|MAXILLA|MEDIASTINUM|MOUTH|NECK|NECKCHEST|NECKCHESTABDOMEN|NECKCHESTABDPELV|NOSE|"
    "ORBIT|OVARY|PANCREAS|PAROTID|PATELLA|PELVIS|PENIS|PHANTOM|PHARYNX|PROSTATE|RECTUM|RIB|SACRUM|SCALP|SCAPULA|SCLERA|"
    "SCROTUM|SHOULDER|SI JOINT|SINUS|SKULL|SPINE|SPLEEN|SSPINE|STERNUM|STOMACH|SUBMANDIBULAR|TESTIS|THIGH|THUMB|THYMUS|"
    "THYROID|TIBIA|TIBIAFIBULA|TLSPINE|TMJ|TOE|TONGUE|TRACHEA|TSPINE|ULNA|URETER|URETHRA|UTERUS|VAGINA|VULVA|WHOLEBODY|"
    "WRIST|ZYGOMA"
)
"""PS3.16 annex L, and combinations in use."""
_IMAGE_TYPES: Final = (
    "CSA 3D EDITOR|CSA MIP|CSA MPR|CSA AVERAGE|CSARANGE|CSA RESAMPLED|CT_SOM5 MPR|CT_SOM5 PROT|CT_SOM5 SPI|CT_SOM5 TOP|"
    "CT_SOM7 SPI|CT_SOM7 TOP|FM3_1|FM3_2|FM4_1|FM4_2|MSUM|OUTPUT|PRESENTATION_STATE|PROTOCOL|RAWDATA|SCREEN SAVE|"
    "SUBTRACTION|TRACE|TTEST|VPCT"
)
"""Values of (0008,0008) from the third on, which the makers choose, beside the words of one part."""
_SCAN_OPTIONS: Final = "HELICAL MODE|AXIAL MODE|CINE MODE|SCOUT MODE|SAT[1-9]|[A-Z]{2,4}_GEMS"
_KERNEL: Final = re.compile(
    r"[A-Z][a-z]?\d{2}[a-z]{0,2}|\d|FC\d{2}[A-Z]?|A|B|C|CB|D|E|EB|EC|F|L|SA|SB|SC|UA|UB|UC|UD|Y|YA|YB|YC|YD|YE|"
    r"STANDARD|STND|BONE|BONEPLUS|SOFT|LUNG|DETAIL|EDGE|CHEST|ULTRA|HD (?:STND|BONE|LUNG|DETAIL)"
)
"""(0018,1210): letters and numbers of Siemens, FC and a number of Canon, letters of Philips, words of GE."""
_IMPLEMENTATION: Final = re.compile(
    r"OFFIS_DCMTK_\d{3}|PYDICOM \d[\d.]{1,9}|PYNETDICOM_\d{3}|GDCM \d[\d.]{1,9}|dcm4che-\d[\d.]{1,9}|MergeCOM3_\d{3}|"
    r"MERGECOM3_\d{3}|fo-dicom \d[\d.]{1,6}|Orthanc|ORTHANC|PIXELMEDJAVA001|DCMOBJ\d[\d.]{0,4}|DicomObjects\.NET"
)
_VERSION: Final = re.compile(r"syngo (?:MR|CT) (?:[A-Z]{1,2})?\d{1,4}[A-Z]?|\d{1,2}|\d{1,2}\.\d{1,2}|V[A-Z]\d{2}[A-Z]")
_SEQUENCE_NAME: Final = re.compile(
    r"\*?(?:se|tse|tir|tfi|tfl|fl|fi|ep|epfid|re|spc|ci3d|fm|h|qfl|swi)[23]?d\w{0,2}\d{1,4}\w{0,5}"
)
_WINDOWS: Final = (
    "ABDOMEN|BONE|BRAIN|CHEST|HARDER|LIVER|LUNG|MEDIASTINUM|NORMAL|SOFT TISSUE|SOFTER|USER|WINDOW1|WINDOW2"
)
_COILS: Final = "BODY|BREAST|HEAD|KNEE|NECK|SHOULDER|SPINE|C-GE_HEAD|QBODY|Q-BODY|T/R-HEAD|T/R HEAD"
_POSITIONS: Final = (
    "EXTERNAL AUDITORY MEATUS|IC|ILIAC CREST|LOWER COSTAL MARGIN|NA|OM|ORBITAL-MEDIAL|SLIDE_CORNER|SN|STERNAL NOTCH|"
    "SYMPHYSIS PUBIS|UNKNOWN|XIPHOID|XY"
)
"""(0020,1040): examples of PS3.3 C.7.4.1.1.2, and their initials."""

HARMLESS: Final[Mapping[str, re.Pattern[str]]] = {
    "00020013": _IMPLEMENTATION,
    "00080008": _words(_IMAGE_TYPES),
    "00080103": re.compile(r"\d{1,4}|\d{1,2}\.\d{1,2}"),  # coding scheme version
    "00080102": re.compile(
        "DCM|SRT|SCT|SNM3|99SDM|LN|UCUM|FMA|RADLEX|RFC3066|RFC5646|ICD10|I10|UMLS|MA|NCIt|UNS|SCPECG|MDC|BI|NICIP"
    ),
    "00080201": re.compile(r"[+-](?:0\d|1[0-4])[0-5]\d"),
    "00180015": _words(_BODY_PARTS),
    "00180022": re.compile(_SCAN_OPTIONS),
    "00180024": _SEQUENCE_NAME,
    "00181020": _VERSION,
    "00180085": re.compile(r"\d{0,3}[A-Z][a-z]?"),  # the nucleus that is imaged
    "00181210": _KERNEL,
    "00181250": _words(_COILS),
    "00181251": _words(_COILS),
    "00200020": re.compile("[LRAPHF]{1,3}|L[EV]|[RDVPC][TR]?|CR|CD|PL|PA"),  # patient orientation: C.7.6.1.1.1
    "00201040": _words(_POSITIONS),
    "00281055": _words(_WINDOWS),
    "00282114": re.compile(r"ISO_\d{5}_\d{1,2}"),  # method of lossy compression
    "60xx0040": re.compile("[GR]"),
}
"""By tag: what a value must be, whole, to be public."""

FAMILY_NAMES: Final = frozenset(
    (
        "BLACK", "BLOEDORN", "CHANDIGARH", "CHASE", "CHILD", "DELCLOS", "FERMI", "GREEN", "HAMMING", "HANNING",
        "HENSCHKE", "MANCHESTER", "PAGE", "POST", "PRESS", "PRIME", "PRIOR", "RIESZ", "RING", "ROUND", "SLOOP", "STRIP",
        "TUKEY", "WALTZ", "WHITE",
    )
)  # fmt: skip
"""Words of the vocabulary that are names of people too: shown only where the attribute itself has them."""

MAKERS: Final = frozenset(
    (
        "agfa", "agfa healthcare", "canon", "canon inc", "canon_mec", "canon medical systems", "carestream health",
        "eizo", "elekta", "esaote", "fonar", "fuji photo film co ltd", "fujifilm", "fujifilm corporation",
        "ge healthcare", "ge medical systems", "ge medical systems ultrasound", "hitachi",
        "hitachi medical corporation",
        "hologic", "hologic inc", "imaging sciences international", "kodak", "konica minolta", "lunit", "mindray",
        "neusoft", "philips", "philips healthcare", "philips medical systems", "picker international inc", "samsung",
        "samsung medison co ltd", "sectra", "shimadzu", "siemens", "siemens healthineers", "siemens_healthineers",
        "siemens healthcare gmbh", "toshiba", "toshiba_mec", "toshiba_mec_us", "uih", "varian medical systems",
    )
)  # fmt: skip
