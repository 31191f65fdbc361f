"""Walk over a data set: each element with where it stands, in the order of tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trivium_dicom.files.values import tag_of
from trivium_dicom.tag_number import written

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Place:
    """An element, and where it is."""

    element: DataElement
    within: Dataset
    """The data set or item that has it."""
    tags: tuple[str, ...]
    """From the top to this one."""
    above: str = ""
    """The path of the item, with a slash at its end."""

    @property
    def path(self) -> str:
        """`(0040,0275)[1]/(0040,0009)`: items are numbered from 1."""
        return self.above + written(self.tags[-1])

    @property
    def depth(self) -> int:
        return len(self.tags) - 1


def walk(dataset: Dataset, above: str = "", tags: tuple[str, ...] = ()) -> Iterator[Place]:
    """A sequence comes before what is in it. The reader has bounded how deep this goes."""
    for element in dataset:
        here = Place(element, dataset, (*tags, tag_of(element)), above)
        yield here
        if element.VR == "SQ":
            for number, item in enumerate(element.value or (), 1):
                yield from walk(item, f"{here.path}[{number}]/", here.tags)
