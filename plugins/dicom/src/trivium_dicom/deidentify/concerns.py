"""What a rule cannot decide about a file, and a person has to look at before it is given away."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from trivium_dicom.confidentiality import Option
from trivium_dicom.deidentify.identity import text_at
from trivium_dicom.deidentify.tally import Done, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


class Concern(StrEnum):
    BURNED_IN = "BurnedInAnnotation (0028,0301) is YES: names may stand in the picture"
    BURNED_IN_UNSAID = "BurnedInAnnotation (0028,0301) is missing: whether text stands in the picture is not known"
    SCREEN = "a kind of picture that often shows names: screen capture, ultrasound, scan of paper or film"
    FACE = "a head or an unnamed part of the body in slices, or features said to be recognizable: a face may be seen"
    PHOTO = "a photograph or video, which may show a face or a room"
    OVERLAY_IN_PIXELS = "graphics in unused bits of the pixel data, which stay"
    DOCUMENT = "the document inside was replaced by an empty one"
    CONTENT = "structured content was cleaned, not removed: its codes and numbers stand"
    GRAPHICS = "graphics were cleaned, not removed: drawings can be handwriting"
    WAVEFORM = "waveforms stay; sound may hold a voice"
    SHAPE = "a surface or mesh, which may be a face"
    PRIVATE = "private elements of the safe list stay"
    CODES = "a code sequence that an option keeps has codes that no list knows"
    LABEL = "a slide label: what is written on it names the specimen, and often the patient"
    OLD = "an age above 89 years stays"
    CLASS_UNKNOWN = "the SOP class is not known: optional and required attributes could not be told apart"


_SCREENS: Final = ("1.2.840.10008.5.1.4.1.1.7.", "1.2.840.10008.5.1.4.1.1.6.", "1.2.840.10008.5.1.4.1.1.3.")
_PHOTOS: Final = "1.2.840.10008.5.1.4.1.1.77.1."
_SURFACES: Final = ("1.2.840.10008.5.1.4.1.1.66.5", "1.2.840.10008.5.1.4.1.1.104.3", "1.2.840.10008.5.1.4.1.1.104.4")
_SLICES: Final = ("CT", "MR", "PT")
_BELOW: Final = """
CHEST ABDOMEN PELVIS LSPINE TSPINE KNEE HIP ANKLE FOOT HAND WRIST ELBOW SHOULDER HEART BREAST LIVER PROSTATE EXTREMITY
LEG ARM FINGER TOE UTERUS KIDNEY BLADDER PHANTOM ABDOMENPELVIS CHESTABDOMEN CHESTABDPELVIS
"""
_NOT_HEADS: Final = frozenset(_BELOW.split())


def before(dataset: Dataset) -> set[Concern]:
    """What is seen in the data set as it came."""
    found = set()
    for tag in range(0x60000102, 0x60FF0102, 0x20000):
        if tag in dataset and text_at_tag(dataset, tag) not in ("", "0"):
            found.add(Concern.OVERLAY_IN_PIXELS)
    if "EncapsulatedDocument" in dataset:
        found.add(Concern.DOCUMENT)
    return found


def after(dataset: Dataset, sop_class: str, options: frozenset[Option], *, known: bool) -> set[Concern]:
    """What is seen in the result."""
    found = _pixels(dataset, sop_class) if _has_pixels(dataset) else set()
    if "WaveformSequence" in dataset:
        found.add(Concern.WAVEFORM)
    if sop_class in _SURFACES:
        found.add(Concern.SHAPE)
    if not known:
        found.add(Concern.CLASS_UNKNOWN)
    if "ContentSequence" in dataset and Option.CLEAN_STRUCTURED_CONTENT in options:
        found.add(Concern.CONTENT)
    if "GraphicAnnotationSequence" in dataset and Option.CLEAN_GRAPHICS in options:
        found.add(Concern.GRAPHICS)
    age = text_at(dataset, "PatientAge")
    if age.endswith("Y") and age[:3].isdigit() and int(age[:3]) > 89:
        found.add(Concern.OLD)
    return found


def of_tally(tally: Tally) -> set[Concern]:
    """What is seen in what was done."""
    found = {Concern.CODES} if tally.has(Done.CODE_UNKNOWN) else set()
    return found | ({Concern.PRIVATE} if tally.table[Done.KEPT, "private elements"] else set())


def _has_pixels(dataset: Dataset) -> bool:
    return any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))


def _pixels(dataset: Dataset, sop_class: str) -> set[Concern]:
    found = set()
    burned = text_at(dataset, "BurnedInAnnotation")
    if burned != "NO":
        found.add(Concern.BURNED_IN if burned == "YES" else Concern.BURNED_IN_UNSAID)
    if f"{sop_class}.".startswith(_SCREENS):
        found.add(Concern.SCREEN)
    if sop_class.startswith(_PHOTOS):
        found.add(Concern.PHOTO)
    if text_at(dataset, "SpecimenLabelInImage") == "YES" or "LABEL" in text_at(dataset, "ImageType").split("\\"):
        found.add(Concern.LABEL)
    body = text_at(dataset, "BodyPartExamined").upper()
    of_slices = text_at(dataset, "Modality") in _SLICES and body not in _NOT_HEADS
    if of_slices or text_at(dataset, "RecognizableVisualFeatures") == "YES":
        found.add(Concern.FACE)
    return found


def text_at_tag(dataset: Dataset, tag: int) -> str:
    try:
        return str(dataset[tag].value or "")
    except Exception:  # a value that is none
        return ""
