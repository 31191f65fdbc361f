"""One data element, where it stands in a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.deidentify.needs import Path
from trivium_dicom.deidentify.vouching import NUMBERS
from trivium_dicom.files.values import texts_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_WITHOUT_TEXT: Final = NUMBERS | frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "SQ"})
_BYTES: Final = frozenset(
    {"OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW", "US or SS", "US or OW", "US or SS or OW"}
)


@dataclass(slots=True)
class Place:
    dataset: Dataset
    tag: int
    path: Path
    element: DataElement
    raw: Any
    """As it was before it was read, so that what stays does so byte by byte."""
    keyword: str

    @property
    def digits(self) -> str:
        return f"{self.tag:08x}"

    @property
    def vr(self) -> str:
        return str(self.element.VR)

    def texts(self) -> list[str]:
        return texts_of(self.element)

    def stay(self) -> None:
        self.dataset[self.tag] = self.raw

    @property
    def is_of_its_kind(self) -> bool:
        """Whether an element whose VR says that it holds no text is one that holds none by the dictionary (PS3.6)."""
        from pydicom.datadict import dictionary_VR

        binary = {"SQ"} if self.vr == "SQ" else _WITHOUT_TEXT - {"SQ"}
        return self.vr not in _WITHOUT_TEXT or not binary.isdisjoint(dictionary_VR(self.tag).split(" or "))

    @property
    def is_of_its_vr(self) -> bool:
        """Whether it states the VR that the dictionary has for it (PS3.6), or the dictionary has none."""
        from pydicom.datadict import dictionary_has_tag, dictionary_VR

        return not dictionary_has_tag(self.tag) or self.vr in dictionary_VR(self.tag).split(" or ")


def read_element(dataset: Dataset, tag: int) -> DataElement | None:
    """An element with its value; None where the value is none of its value representation."""
    try:
        element = dataset[tag]
        texts_of(element)
    except Exception:  # whatever the converters of pydicom raise over a value that is none
        return None
    return None if isinstance(element.value, bytes) and element.VR not in _BYTES else element


def put(dataset: Dataset, tag: int, vr: str, value: Any) -> None:
    """Set an element; a list of one is that one, but for a sequence."""
    from pydicom.dataelem import DataElement

    if isinstance(value, list) and vr != "SQ" and len(value) == 1:
        value = value[0]
    dataset[tag] = DataElement(tag, vr, value)
