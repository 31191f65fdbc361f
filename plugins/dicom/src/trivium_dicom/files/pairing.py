"""Which elements and items of two data sets belong together."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.files.naming import creator_of, is_creator
from trivium_dicom.files.values import tag_of, texts_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

Key = tuple[Any, ...]
"""Of an element within its data set: the tag, or for a private one its group, creator and the last two digits."""
Pair = tuple[int | None, int | None]
"""Positions of two items, from 0."""

_NUMBERS: Final = (
    "ROINumber", "ReferencedROINumber", "ObservationNumber", "BeamNumber", "ReferencedBeamNumber", "ControlPointIndex",
    "FractionGroupNumber", "DoseReferenceNumber", "PatientSetupNumber", "BrachyApplicationSetupNumber", "SourceNumber",
    "SegmentNumber", "ReferencedSegmentNumber", "SurfaceNumber", "WaveformChannelNumber", "MultiplexGroupLabel",
    "PresentationGroupNumber", "GraphicLayer", "DimensionIndexPointer", "SelectorAttribute", "ImageBoxPosition",
    "ReferencedContentItemIdentifier", "OpticalPathIdentifier", "SpecimenIdentifier", "ModifiedAttributesSequence",
    "PatientID", "AccessionNumber", "RequestedProcedureID", "ScheduledProcedureStepID", "RelationshipType",
    "ReferencedFrameNumber", "CodingSchemeDesignator",
)  # fmt: skip
"""Attributes that number or name the items of some sequence (PS3.3), beside codes."""
_UIDS: Final = ("ReferencedSOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
_CODES: Final = ("CodeValue", "LongCodeValue", "URNCodeValue")
_CONCEPT: Final = "ConceptNameCodeSequence"
_LARGE: Final = 1 << 12
"""Bytes of a value that are taken as their digest."""


def keyed(dataset: Dataset) -> dict[Key, DataElement]:
    """The elements, private ones by who defined them: the number of a block says nothing (PS3.5 7.8.1)."""
    found: dict[Key, DataElement] = {}
    for element in dataset:
        key = _key(dataset, element)
        while key in found:  # one creator with two blocks
            key = (*key, 1)
        found[key] = element
    return found


def _key(dataset: Dataset, element: DataElement) -> Key:
    tag = tag_of(element)
    if is_creator(tag):
        return (tag[:4], "", "\\".join(texts_of(element)))
    creator = creator_of(dataset, tag)
    return (tag[:4], creator, tag[6:]) if creator else (tag,)


def pairs(left: Sequence[Dataset], right: Sequence[Dataset]) -> list[Pair]:
    """Equal items first, then those that the same number, code or UID names, then in their order.

    Items that are named, and have no namesake on the other side, stay alone; UIDs alone do not keep apart, as a copy
    may have new ones.
    """
    if len(left) == len(right) == 1:
        return [(0, 0)]
    matched: dict[int, int] = {}
    for identify in (fingerprint, _by_uid, _name):
        _match(matched, left, right, identify)
    free = _Free(right, set(matched.values()))
    for at, item in enumerate(left):
        if at not in matched and (other := free.for_(item)) is not None:
            matched[at] = other
    return sorted(
        [*((at, matched.get(at)) for at in range(len(left))), *((None, at) for at in free.left())],
        key=lambda pair: (pair[0] if pair[0] is not None else pair[1] or 0, pair[0] is None),
    )


class _Free:
    """Items of the right side that nothing names on the left: an unnamed one may belong to any, a named one to an
    unnamed.
    """

    def __init__(self, items: Sequence[Dataset], taken: set[int]) -> None:
        self._queues: dict[bool, deque[int]] = {True: deque(), False: deque()}
        for at, item in enumerate(items):
            if at not in taken:
                self._queues[bool(_name(item))].append(at)

    def for_(self, item: Dataset) -> int | None:
        queues = [self._queues[False]] if _name(item) else list(self._queues.values())
        queue = min(filter(None, queues), key=lambda one: one[0], default=None)
        return queue.popleft() if queue else None

    def left(self) -> list[int]:
        return [at for queue in self._queues.values() for at in queue]


def moved(found: Sequence[Pair]) -> set[int]:
    """Left positions of items that stand in another order on the right."""
    highest, out = -1, set()
    for at, other in found:
        if at is None or other is None:
            continue
        if other < highest:
            out.add(at)
        highest = max(highest, other)
    return out


def fingerprint(item: Dataset) -> bytes:
    """Of everything in it."""
    digest = hashlib.sha256()
    for part in _parts(item):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


def _parts(item: Dataset) -> Iterator[bytes]:
    for key, element in keyed(item).items():
        yield repr(key).encode("utf-8", "replace")
        if element.VR == "SQ":
            for number, below in enumerate(element.value or ()):
                yield str(number).encode()
                yield from _parts(below)
        elif isinstance(element.value, bytes):
            value = element.value
            yield value if len(value) < _LARGE else hashlib.sha256(value).digest()
        else:
            yield "\\".join(texts_of(element)).encode("utf-8", "surrogatepass")


def _match(matched: dict[int, int], left: Sequence[Dataset], right: Sequence[Dataset], identify: Any) -> None:
    """Pair what is left and has the same identity, in order."""
    taken = set(matched.values())
    waiting: dict[Any, deque[int]] = {}
    for at, item in enumerate(right):
        if at not in taken and (identity := identify(item)):
            waiting.setdefault(identity, deque()).append(at)
    for at, item in enumerate(left):
        if at not in matched and (others := waiting.get(identify(item) or ())):
            matched[at] = others.popleft()


def _by_uid(item: Dataset) -> Key:
    return tuple(str(value) for keyword in _UIDS if (value := _plain(item, keyword)))


def _name(item: Dataset) -> Key:
    """Numbers and codes of an item, and of what it is about; nothing if it has none."""
    codes = [value for keyword in _CODES if (value := _plain(item, keyword))]
    concept: Any = item.get(_CONCEPT)
    for one in () if concept is None or isinstance(concept, str | bytes) else concept:
        codes += [value for keyword in _CODES if (value := _plain(one, keyword))]
    return (*codes, *(value for keyword in _NUMBERS if (value := _plain(item, keyword))))


def _plain(item: Dataset, keyword: str) -> str | None:
    """The keyword's value, with its name, if it is one text or number."""
    value: Any = item.get(keyword)
    return f"{keyword}={value}" if isinstance(value, str | int | float) and str(value) else None


def merged(left: Mapping[Key, Any], right: Mapping[Key, Any]) -> list[Key]:
    """All keys, in the order of the tags on the left, then on the right."""
    return sorted({**right, **left}, key=lambda key: int((left.get(key) or right[key]).tag))
