"""The differences of two data sets, one after the other, and the count of what is expected to differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from trivium_dicom.files.comparison_results import Change
from trivium_dicom.files.pairing import keyed, merged, moved, pairs
from trivium_dicom.files.reading import Reading
from trivium_dicom.files.sameness import change_of
from trivium_dicom.files.selecting import Selector, chosen
from trivium_dicom.files.values import tag_of, texts_of
from trivium_dicom.files.walking import Place, walk
from trivium_dicom.phi import well_known_uid

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_CREATION: Final = frozenset(("00080012", "00080013"))
"""When the instance itself was made."""
_PADDING: Final = "fffcfffc"


@dataclass(frozen=True, slots=True)
class Difference:
    change: Change
    left: Place | None
    right: Place | None
    item: tuple[str, str, int] | None = None
    """Of a whole item: its path on its side, the path on the right, and how many elements are in it."""


@dataclass
class Comparison:
    """One walk over both data sets, counting what is not told."""

    ignored: tuple[Selector, ...]
    swapped: bool
    same: int = 0
    noise: Counter[str] = field(default_factory=Counter)
    _to_right: dict[str, set[str]] = field(default_factory=dict)
    _to_left: dict[str, set[str]] = field(default_factory=dict)

    def run(self, left: Reading, right: Reading) -> Iterator[Difference]:
        self._meta(left, right)
        yield from self._sets(left.dataset, right.dataset, ("", ""), ())

    @property
    def uids_consistent(self) -> bool | None:
        """None if no UID differs."""
        if not self._to_right:
            return None
        return all(len(found) == 1 for one in (self._to_right, self._to_left) for found in one.values())

    def _meta(self, left: Reading, right: Reading) -> None:
        """File meta information is of a file, not of what is in it: all of it is noise."""
        one, other = keyed(left.dataset.file_meta), keyed(right.dataset.file_meta)
        for key in merged(one, other):
            here, there = one.get(key), other.get(key)
            if here is None or there is None or change_of(here, there, swapped=False):
                self.noise["file meta information"] += 1

    def _sets(
        self, left: Dataset, right: Dataset, above: tuple[str, str], tags: tuple[str, ...]
    ) -> Iterator[Difference]:
        one, other = keyed(left), keyed(right)
        for key in merged(one, other):
            here = self._place(one.get(key), left, above[0], tags)
            there = self._place(other.get(key), right, above[1], tags)
            first = here or there
            if first is None or chosen(first.tags, self.ignored):
                continue
            if here is None or there is None:
                yield from self._alone(first.tags[-1], here, there)
            elif here.element.VR == "SQ" and there.element.VR == "SQ":
                yield from self._sequences(here, there)
            else:
                yield from self._values(here, there)

    @staticmethod
    def _place(element: DataElement | None, within: Dataset, above: str, tags: tuple[str, ...]) -> Place | None:
        return None if element is None else Place(element, within, (*tags, tag_of(element)), above)

    def _alone(self, tag: str, left: Place | None, right: Place | None) -> Iterator[Difference]:
        if tag == _PADDING or tag.endswith("0000"):
            self.noise["group lengths and padding"] += 1
        else:
            yield Difference(Change.ONLY_LEFT if left else Change.ONLY_RIGHT, left, right)

    def _values(self, left: Place, right: Place) -> Iterator[Difference]:
        change = change_of(left.element, right.element, swapped=self.swapped)
        if change is None:
            self.same += 1
        elif kind := self._noise_of(left, right):
            self.noise[kind] += 1
        else:
            yield Difference(change, left, right)

    def _noise_of(self, left: Place, right: Place) -> str | None:
        tag = left.tags[-1]
        if tag in _CREATION:
            return "instance creation"
        if tag == _PADDING or tag.endswith("0000"):
            return "group lengths and padding"
        if left.element.VR != "UI" or right.element.VR != "UI":
            return None
        one, other = texts_of(left.element), texts_of(right.element)
        if len(one) != len(other) or any(map(well_known_uid, (*one, *other))):
            return None
        for here, there in zip(one, other, strict=True):
            self._to_right.setdefault(here, set()).add(there)
            self._to_left.setdefault(there, set()).add(here)
        return "UIDs"

    def _sequences(self, left: Place, right: Place) -> Iterator[Difference]:
        """Items that belong together; the others whole."""
        ours, theirs = list(left.element.value or ()), list(right.element.value or ())
        found = pairs(ours, theirs)
        elsewhere = moved(found)
        for at, other in found:
            here, there = (f"{place.path}[{(number or 0) + 1}]" for place, number in ((left, at), (right, other)))
            if at is None and other is not None:
                yield Difference(Change.ITEM_ONLY_RIGHT, None, right, (there, there, elements_of(theirs[other])))
            elif at is not None and other is None:
                yield Difference(Change.ITEM_ONLY_LEFT, left, None, (here, here, elements_of(ours[at])))
            elif at is not None and other is not None:
                if at in elsewhere:
                    yield Difference(Change.ITEM_MOVED, left, right, (here, there, elements_of(ours[at])))
                yield from self._sets(ours[at], theirs[other], (f"{here}/", f"{there}/"), left.tags)


def elements_of(item: Dataset) -> int:
    """At all depths."""
    return sum(1 for _ in walk(item))
