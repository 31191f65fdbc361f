"""References of content items to other objects: composites, images and waveforms (PS3.3 C.18.3 to C.18.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from trivium.api import Kind, Part
from trivium_dicom.dictionary import uid_names
from trivium_dicom.phi import kind_of
from trivium_dicom.reports.elements import first_item, text, whole_numbers
from trivium_dicom.reports.tree import Item

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOST_NUMBERS: Final = 40
_FRAMES: Final = "00081160"


def sop_class_name(uid: str) -> Part:
    """A SOP class by its name of PS3.6 annex A, or its UID where it is nobody's there."""
    name = uid_names().get(uid)
    return Part(text=name) if name else Part(text=uid, phi=Kind.UID)


def composite(item: Item) -> list[Part]:
    return list(_reference(item.ds))


def image(item: Item) -> list[Part]:
    """An image, its frames or segments, and how it was shown: presentation state, real world values (C.18.4)."""
    reference = first_item(item.ds, "ReferencedSOPSequence")
    if reference is None:
        return []
    parts = [*_reference(item.ds), *_numbers(reference, "ReferencedFrameNumber", "frames")]
    parts += _numbers(reference, "ReferencedSegmentNumber", "segments")
    for keyword, word in (
        ("ReferencedSOPSequence", "shown by"),
        ("ReferencedRealWorldValueMappingInstanceSequence", "real world values"),
    ):
        if found := list(_reference(reference, keyword)):
            parts += [Part(text=f", {word} "), *found]
    return parts


def waveform(item: Item) -> list[Part]:
    """A waveform and its channels, each as multiplex group and channel number (C.18.5)."""
    reference = first_item(item.ds, "ReferencedSOPSequence")
    if reference is None:
        return []
    numbers = whole_numbers(reference, "ReferencedWaveformChannels")
    channels = [f"{group}/{channel}" for group, channel in zip(numbers[::2], numbers[1::2], strict=False)]
    return [*_reference(item.ds), *_listed(channels, "channels")]


def _reference(ds: Dataset, keyword: str = "ReferencedSOPSequence") -> Iterator[Part]:
    reference = first_item(ds, keyword)
    if reference is None:
        return
    yield sop_class_name(text(reference, "ReferencedSOPClassUID"))
    yield Part(text=" ")
    yield Part(text=text(reference, "ReferencedSOPInstanceUID"), phi=Kind.UID)


def _numbers(ds: Dataset, keyword: str, word: str) -> list[Part]:
    numbers = map(str, whole_numbers(ds, keyword))
    return _listed([one if kind_of(_FRAMES, "IS", one) is None else "?" for one in numbers], word)


def _listed(numbers: list[str], word: str) -> list[Part]:
    if not numbers:
        return []
    more = f" and {len(numbers) - _MOST_NUMBERS} more" if len(numbers) > _MOST_NUMBERS else ""
    return [Part(text=f", {word} {', '.join(numbers[:_MOST_NUMBERS])}{more}")]
