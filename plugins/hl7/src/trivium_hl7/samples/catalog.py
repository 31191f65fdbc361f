"""What is ordered, measured and given in samples. Service codes are local; single LOINC and CVX codes are examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from trivium_hl7.samples.values import Coded


class Modality(NamedTuple):
    title: str
    section: str
    """Table 0074."""
    dicom: str
    """PS3.3 C.7.3.1.1.1."""
    room: str


MODALITIES: Final = {
    "CT": Modality("CT", "CT", "CT", "CT1"),
    "MR": Modality("MR", "NMR", "MR", "MR1"),
    "XR": Modality("X-ray", "RAD", "DX", "XR1"),
    "US": Modality("Ultrasound", "RUS", "US", "US1"),
    "MG": Modality("Mammography", "RAD", "MG", "MG1"),
    "NM": Modality("Nuclear medicine", "NMS", "NM", "NM1"),
    "PT": Modality("PET", "NMS", "PT", "PT1"),
    "XA": Modality("Angiography", "RAD", "XA", "XA1"),
    "RF": Modality("Fluoroscopy", "RAD", "RF", "RF1"),
}

BODY_PARTS: Final = {
    "head": ("Headache", "no hemorrhage and no mass effect", "a small hyperdense area in the right frontal lobe"),
    "neck": ("Swelling of the neck", "lymph nodes of normal size", "enlarged lymph nodes on both sides"),
    "chest": ("Cough", "clear lungs and no effusion", "an opacity in the right lower lobe"),
    "heart": ("Palpitations", "chambers of normal size", "an enlarged left ventricle"),
    "breast": ("Screening", "no suspicious mass", "a small mass in the upper outer quadrant"),
    "abdomen": ("Abdominal pain", "normal liver, spleen and kidneys", "a thickened wall of the appendix"),
    "pelvis": ("Pelvic pain", "no free fluid", "free fluid"),
    "spine": ("Back pain", "normal alignment", "a narrowed disc space at L4-L5"),
    "shoulder": ("Shoulder pain", "no fracture", "a tear of the supraspinatus tendon"),
    "hand": ("Injury of the hand", "no fracture", "a fracture of the fifth metacarpal bone"),
    "wrist": ("Injury of the wrist", "no fracture", "a fracture of the distal radius"),
    "hip": ("Hip pain", "no fracture", "a fracture of the femoral neck"),
    "knee": ("Knee pain", "intact ligaments", "a tear of the medial meniscus"),
    "ankle": ("Injury of the ankle", "no fracture", "a fracture of the lateral malleolus"),
    "foot": ("Foot pain", "no fracture", "a fracture of the second toe"),
}
"""Why it is looked at, what is found where all is well, and where it is not."""
PAIRED: Final = frozenset({"breast", "shoulder", "hand", "wrist", "hip", "knee", "ankle", "foot"})
USUAL_BODY: Final = {"CT": "head", "MR": "knee", "XR": "chest", "US": "abdomen", "MG": "breast", "XA": "heart"}


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measurement: normal from `low` to `high`."""

    code: Coded
    low: float
    high: float
    unit: str
    digits: int = 0


def _loinc(code: str, display: str) -> Coded:
    return Coded(code, display, "LN")


PANELS: Final[dict[str, tuple[Coded, str, str, tuple[Analyte, ...]]]] = {
    "CBC": (
        _loinc("58410-2", "CBC panel - Blood"),
        "HM",
        "BLD",
        (
            Analyte(_loinc("6690-2", "Leukocytes"), 4.0, 11.0, "10*3/uL", 1),
            Analyte(_loinc("718-7", "Hemoglobin"), 12.0, 17.0, "g/dL", 1),
            Analyte(_loinc("4544-3", "Hematocrit"), 36, 50, "%", 1),
            Analyte(_loinc("777-3", "Platelets"), 150, 400, "10*3/uL"),
        ),
    ),
    "BMP": (
        _loinc("51990-0", "Basic metabolic panel - Blood"),
        "CH",
        "BLD",
        (
            Analyte(_loinc("2345-7", "Glucose"), 70, 99, "mg/dL"),
            Analyte(_loinc("2951-2", "Sodium"), 135, 145, "mmol/L"),
            Analyte(_loinc("2823-3", "Potassium"), 3.5, 5.1, "mmol/L", 1),
            Analyte(_loinc("2160-0", "Creatinine"), 0.6, 1.2, "mg/dL", 1),
        ),
    ),
    "LIPID": (
        _loinc("24331-1", "Lipid panel"),
        "CH",
        "BLD",
        (
            Analyte(_loinc("2093-3", "Cholesterol"), 120, 200, "mg/dL"),
            Analyte(_loinc("2571-8", "Triglyceride"), 50, 150, "mg/dL"),
            Analyte(_loinc("2085-9", "Cholesterol in HDL"), 40, 80, "mg/dL"),
        ),
    ),
    "UA": (
        _loinc("24356-8", "Urinalysis complete panel"),
        "CH",
        "UR",
        (
            Analyte(_loinc("5811-5", "Specific gravity"), 1.005, 1.03, "{ratio}", 3),
            Analyte(_loinc("5803-2", "pH"), 5.0, 8.0, "[pH]", 1),
        ),
    ),
    "GLU": (_loinc("2345-7", "Glucose"), "CH", "BLD", (Analyte(_loinc("2345-7", "Glucose"), 70, 99, "mg/dL"),)),
}
"""The panel, its section of the laboratory (table 0074), its specimen (tables 0070 and 0487) and what it measures."""

FINDINGS: Final = _loinc("59776-5", "Findings")
IMPRESSION: Final = _loinc("19005-8", "Impression")
WEIGHT: Final = _loinc("29463-7", "Body weight")
VACCINES: Final = {
    "INFLUENZA": (Coded("140", "Influenza, seasonal, preservative free", "CVX"), "IM"),
    "MMR": (Coded("03", "MMR", "CVX"), "SC"),
    "TDAP": (Coded("115", "Tdap", "CVX"), "IM"),
    "HEPB": (Coded("08", "Hepatitis B, adolescent or pediatric", "CVX"), "IM"),
}
"""The vaccine and its route (table 0162)."""


class Drug(NamedTuple):
    code: Coded
    dose: str
    unit: str
    route: str
    repeat: str


DRUGS: Final = {
    "AMOXICILLIN": Drug(Coded("AMOX500", "Amoxicillin 500 mg capsule", "L"), "500", "mg", "PO", "TID"),
    "INSULIN": Drug(Coded("INSGLA", "Insulin glargine 100 units/mL", "L"), "10", "U", "SC", "QD"),
    "ACETAMINOPHEN": Drug(Coded("APAP500", "Acetaminophen 500 mg tablet", "L"), "500", "mg", "PO", "QID"),
}
