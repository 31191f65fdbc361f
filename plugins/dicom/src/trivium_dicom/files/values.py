"""The value of a data element as text, and what kind of patient data it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from trivium.api import Kind
from trivium_dicom.phi import is_code, kind_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_BINARY: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW"})
_CODED: Final = frozenset({"00080100", "00080102", "00080103", "00080104", "00080119", "00080120"})
"""Value, scheme, version and meaning of a code (PS3.3 table 8.8-1)."""


def tag_of(element: DataElement) -> str:
    """Eight hexadecimal digits, lower case."""
    return f"{int(element.tag):08x}"


def texts_of(element: DataElement) -> list[str]:
    """Each value as text; nothing for a sequence or binary values, whose size `size_of` tells."""
    return list(_texts(element))


def count_of(element: DataElement) -> int:
    """Values; 0 for a sequence, binary values and an empty element."""
    value = element.value
    if element.VR == "SQ" or element.VR in _BINARY or value is None or isinstance(value, bytes):
        return 0
    if isinstance(value, str):
        return 1 if value else 0
    return len(value) if _is_many(value) else 1 if str(value) else 0


def size_of(element: DataElement) -> int | None:
    """Bytes of a binary value."""
    return len(element.value) if isinstance(element.value, bytes) else None


def shown(element: DataElement, *, most: int = 200, within: Dataset | None = None) -> tuple[str, Kind | None]:
    r"""The values joined by `\`, cut to `most` characters, and the strictest kind among those shown.

    `within` is the data set or item that has it: a code and its meaning are public where they are DICOM's own.
    """
    texts, length = [], 0
    for text in _texts(element):
        texts.append(text)
        length += len(text) + 1
        if length > most + 1:
            break
    if within is not None and tag_of(element) in _CODED and is_known_code(within):
        return "\\".join(texts)[:most], None
    return "\\".join(texts)[:most], strictest(kind_of(tag_of(element), element.VR, text) for text in texts)


def strictest(kinds: Iterator[Kind | None]) -> Kind | None:
    """The one kind among them, `TEXT` for several; None if all are public."""
    found = {kind for kind in kinds if kind is not None}
    return None if not found else found.pop() if len(found) == 1 else Kind.TEXT


def is_known_code(item: Dataset) -> bool:
    """Whether an item is a coded concept that DICOM itself names, in just its words."""
    value, scheme, meaning = (_text(item, tag) for tag in (0x00080100, 0x00080102, 0x00080104))
    return bool(value and scheme and meaning) and is_code(value, scheme, meaning)


def _texts(element: DataElement) -> Iterator[str]:
    value = element.value
    if value is None or element.VR == "SQ" or element.VR in _BINARY or isinstance(value, bytes):
        return
    if isinstance(value, str):
        if value:
            yield value
    elif _is_many(value):
        yield from (_one(one, element.VR) for one in value)
    elif element.VR != "PN" or str(value):
        yield _one(value, element.VR)


def _is_many(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str) and not hasattr(value, "family_name")


def _one(value: Any, vr: str) -> str:
    if vr == "AT" and isinstance(value, int):
        return f"({value >> 16:04X},{value & 0xFFFF:04X})"
    if vr == "FL" and isinstance(value, float):
        return float32(value)
    return str(value)


def float32(value: float) -> str:
    """The shortest text that is this number in single precision."""
    try:
        packed = struct.pack("<f", value)
        texts = (f"{value:.{digits}g}" for digits in range(6, 10))
        return next((text for text in texts if struct.pack("<f", float(text)) == packed), repr(value))
    except OverflowError:
        return repr(value)


def _text(item: Dataset, tag: int) -> str:
    """The one value of an attribute, or nothing."""
    element: Any = item.get(tag)
    texts = texts_of(element) if element is not None else []
    return texts[0] if len(texts) == 1 else ""
