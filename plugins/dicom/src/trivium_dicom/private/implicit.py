"""Sequences that stand in a value of unknown representation: items in implicit VR little endian (PS3.5 6.2.2, 7.5).

Nothing is guessed: bytes that are not items to their end are no sequence.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Final

from trivium_dicom.files.limits import Limits
from trivium_dicom.private.elements import Element

_ITEM: Final = (0xFFFE, 0xE000)
_ITEM_BYTES: Final = b"\xfe\xff\x00\xe0"
_ITEM_END: Final = (0xFFFE, 0xE00D)
_END: Final = (0xFFFE, 0xE0DD)
_OPEN: Final = 0xFFFFFFFF
_HEAD: Final = struct.Struct("<HHI")


class NoSequence(ValueError):
    """These bytes are no sequence."""


def opened(dataset: list[Element], limits: Limits) -> list[Element]:
    """The same data set, with the items of sequences that stand in it as bytes."""
    for element in dataset:
        if element.data and element.data.startswith(_ITEM_BYTES) and element.vr in (None, "UN") and not element.cut:
            with suppress(NoSequence):
                element.items = items_of(element.data, depth=limits.depth, most=limits.elements)
                element.data = None
        else:
            for item in element.items:
                opened(item, limits)
    return dataset


def items_of(data: bytes, *, depth: int, most: int) -> list[list[Element]]:
    """The items of a sequence. Raises `NoSequence`, also for more than `most` elements or deeper than `depth`."""
    reader = _Reader(data, most)
    items = reader.items(len(data), depth)
    if reader.at != len(data):
        raise NoSequence
    return items


class _Reader:
    def __init__(self, data: bytes, most: int) -> None:
        self.at = 0
        self._data = data
        self._left = most

    def items(self, end: int, depth: int) -> list[list[Element]]:
        if depth <= 0:
            raise NoSequence
        found: list[list[Element]] = []
        while self.at < end:
            tag, length = self._head(end)
            if tag == _END:
                break
            if tag != _ITEM:
                raise NoSequence
            found.append(self._elements(end, length, depth))
        return found

    def _elements(self, end: int, length: int, depth: int) -> list[Element]:
        stop = end if length == _OPEN else self.at + length
        if stop > end:
            raise NoSequence
        found: list[Element] = []
        while self.at < stop:
            tag, size = self._head(stop)
            if tag == _ITEM_END and length == _OPEN:
                return found
            found.append(self._element(tag, size, stop, depth))
        if length == _OPEN:
            raise NoSequence
        return found

    def _element(self, tag: tuple[int, int], size: int, stop: int, depth: int) -> Element:
        self._left -= 1
        if self._left < 0 or tag[0] == 0xFFFE:
            raise NoSequence
        digits = f"{tag[0]:04x}{tag[1]:04x}"
        if size == _OPEN:
            return Element(digits, "SQ", items=self.items(stop, depth - 1))
        if self.at + size > stop:
            raise NoSequence
        value = self._data[self.at : self.at + size]
        self.at += size
        return Element(digits, None, data=value, size=size)

    def _head(self, end: int) -> tuple[tuple[int, int], int]:
        if self.at + _HEAD.size > end:
            raise NoSequence
        group, element, size = _HEAD.unpack_from(self._data, self.at)
        self.at += _HEAD.size
        return (group, element), size
