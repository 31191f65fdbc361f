"""Whether two values are the same, however they are encoded."""

from __future__ import annotations

from array import array
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from trivium_dicom.files.charsets import DEFAULT, character_set
from trivium_dicom.files.comparison_results import Change
from trivium_dicom.files.converting import converted
from trivium_dicom.files.values import texts_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement

_WORDS: Final = {"OW": "HI", "OF": "I", "OL": "I", "OD": "Q", "OV": "Q"}
"""VRs whose bytes are in the order of the transfer syntax (PS3.5 7.3), and the array codes of their words; of OW
also of four bytes, as many write 32-bit pixels.
"""
_DECIMAL: Final = frozenset(("DS", "IS"))
_MOST: Final = 1 << 24


def change_of(left: DataElement, right: DataElement, *, swapped: bool) -> Change | None:
    """None: the same. `swapped` says that one file is big endian and the other is not."""
    if isinstance(left.value, bytes) or isinstance(right.value, bytes):
        return None if _same_bytes(left, right, swapped) else Change.CHANGED
    one, other = texts_of(left), texts_of(right)
    if one == other:
        return None
    if left.VR in _DECIMAL and right.VR in _DECIMAL and _same_numbers(one, other):
        return Change.RESPELLED
    return Change.RESPELLED if [text.strip() for text in one] == [text.strip() for text in other] else Change.CHANGED


def _same_bytes(left: DataElement, right: DataElement, swapped: bool) -> bool:
    if not isinstance(left.value, bytes):
        left, right = right, left
    if not isinstance(right.value, bytes):
        return _same_as_read(left, right)
    one, other = left.value, right.value
    if one == other or _unpadded(one) == _unpadded(other):
        return True
    codes = _WORDS.get(left.VR) or _WORDS.get(right.VR) or ""
    if not swapped or len(one) != len(other) or left.is_undefined_length:
        return False
    return any(_turned(one, code) == other for code in codes)


def _turned(value: bytes, code: str) -> bytes | None:
    """With the bytes of each word in the other order; None if there is no whole number of words."""
    words = array(code)
    if len(value) % words.itemsize:
        return None
    words.frombytes(value)
    words.byteswap()
    return words.tobytes()


def _same_as_read(unread: DataElement, read: DataElement) -> bool:
    """Bytes of unknown representation, against a value that the other file could read."""
    if unread.value is None or len(unread.value) > _MOST:
        return False
    value: object = None
    for charset in (DEFAULT, character_set(("ISO_IR 192",)), character_set(("ISO_IR 100",))):
        value, vr, oddity = converted(read.VR, unread.value, True, charset, int(read.tag), _MOST)
        if vr == read.VR and oddity is None and value == read.value:
            return True
    return False


def _unpadded(value: bytes) -> bytes:
    """Without the byte that makes the length even."""
    return value[:-1] if value.endswith(b"\0") and len(value) % 2 == 0 else value


def _same_numbers(left: list[str], right: list[str]) -> bool:
    try:
        return [Decimal(text) for text in left] == [Decimal(text) for text in right]
    except InvalidOperation:
        return False
