"""What stands in for a value where one must stand: for sequences and documents it depends on what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.deidentify import dummies, vouching
from trivium_dicom.deidentify.identity import text_at
from trivium_dicom.deidentify.keyed import Keyed
from trivium_dicom.deidentify.needs import Needs
from trivium_dicom.deidentify.place import Place

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_DOCUMENT: Final = "00420011"
_DOCUMENT_LENGTH: Final = 0x00420015


def stand_in(place: Place, keyed: Keyed, needs: Needs) -> Any:
    """The dummy value of an element; the length of a document is set with it."""
    if place.digits == _DOCUMENT:
        return _document(place)
    if place.vr == "SQ":
        return _items(place, keyed, needs)
    return dummies.dummy(keyed, place.digits, place.vr, place.keyword, tuple(place.texts()))


def _items(place: Place, keyed: Keyed, needs: Needs) -> list[Dataset]:
    match place.digits:
        case "0040a730":  # ContentSequence
            return [dummies.content_item()]
        case "00700001":  # GraphicAnnotationSequence
            return dummies.graphic_items(_layer(place, keyed))
        case "0040b020":  # WaveformAnnotationSequence
            return dummies.waveform_items()
        case _:
            inside = needs.inside((*place.path, place.digits))
            return [dummies.item_of(keyed, inside) if inside else dummies.code_item()]


def _layer(place: Place, keyed: Keyed) -> str:
    """The layer of the first annotation, as its definition is called in the result (PS3.3 C.10.7)."""
    name = next((text_at(item, "GraphicLayer") for item in place.element.value), "").strip()
    if name and vouching.text_stays("00700002", "CS", name):
        return name
    return keyed.pseudonym("GraphicLayer", name)


def _document(place: Place) -> bytes:
    content = dummies.document(text_at(place.dataset, "MIMETypeOfEncapsulatedDocument"))
    if _DOCUMENT_LENGTH in place.dataset:
        place.dataset[_DOCUMENT_LENGTH].value = len(content)
    return content
