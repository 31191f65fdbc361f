"""What holds for one frame: its functional groups, those that all frames share, or the data set (PS3.3 C.7.6.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trivium_dicom.pictures.values import items_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def macro(dataset: Dataset, frame: int, sequence: str) -> Dataset | None:
    """The item of a functional group of frame `frame`, from 1; None where the data set has no such group."""
    per_frame = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    own = per_frame[frame - 1 : frame]
    for group in [*own, *items_of(dataset, "SharedFunctionalGroupsSequence")[:1]]:
        if found := items_of(group, sequence):
            return found[0]
    return None


def place_of(dataset: Dataset, frame: int, sequence: str) -> Dataset:
    """Where attributes of a functional group are looked for: its item, or the data set itself."""
    found = macro(dataset, frame, sequence)
    return dataset if found is None else found
