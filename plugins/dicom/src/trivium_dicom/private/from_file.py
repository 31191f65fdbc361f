"""A data set of pydicom as elements. In the worker process alone, as pydicom reads what files hold."""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from typing import TYPE_CHECKING

from trivium_dicom.files.limits import Limits
from trivium_dicom.private.elements import MANUFACTURER, Element
from trivium_dicom.private.implicit import opened
from trivium_dicom.private.values import float32

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset


def elements_of(dataset: Dataset, limits: Limits) -> list[Element]:
    """Private elements, sequences that may hold some, and the maker of the device."""
    return opened(list(_elements(dataset, limits.depth)), limits)


def _elements(dataset: Dataset, depth: int) -> Iterator[Element]:
    if depth <= 0:
        return
    for element in dataset:
        digits = f"{int(element.tag):08x}"
        if Element(digits).private or digits == MANUFACTURER or element.VR == "SQ":
            yield _read(element, digits, depth)


def _read(element: DataElement, digits: str, depth: int) -> Element:
    value = element.value
    if element.VR == "SQ":
        return Element(digits, "SQ", items=[list(_elements(item, depth - 1)) for item in value or ()])
    if isinstance(value, bytes):
        return Element(digits, element.VR, data=value, size=len(value))
    return Element(digits, element.VR, texts=tuple(_texts(element)))


def _texts(element: DataElement) -> Iterator[str]:
    value = element.value
    if value is None or (isinstance(value, str) and not value):
        return
    for one in value if isinstance(value, MutableSequence) else (value,):
        yield float32(one) if element.VR == "FL" and isinstance(one, float) else _text(one, element.VR)


def _text(one: object, vr: str) -> str:
    if vr == "AT" and isinstance(one, int):
        return f"({one >> 16:04X},{one & 0xFFFF:04X})"
    return str(one).rstrip(" \0") if isinstance(one, str) else str(one)
