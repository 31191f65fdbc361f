"""Attributes of a data set as plain texts, whatever the file holds there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from trivium_dicom.files.values import texts_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset


LINE_END: Final = " \u00b6 "
"""What a line end becomes where a value stands on one line."""


def one_line(text: str) -> str:
    """On one line, so that no value passes for another item. Blanks and empty lines are made few."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return LINE_END.join(line for line in lines if line)


def element_of(ds: Dataset, keyword: str) -> DataElement | None:
    """None where it is absent, or so spoiled that pydicom cannot make an element of it."""
    try:
        found: DataElement | None = ds[keyword] if keyword in ds else None  # noqa: SIM401
        return found
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError):
        return None


def texts(ds: Dataset, keyword: str) -> list[str]:
    """Each value of an attribute, without padding."""
    element = element_of(ds, keyword)
    if element is None:
        return []
    if element.VR == "PN":  # a name of pydicom is a sequence of characters
        names = element.value if isinstance(element.value, list | tuple) else [element.value]
        return [str(name).strip(" \0") for name in names if name]
    return [text.strip(" \0") for text in texts_of(element)]


def text(ds: Dataset, keyword: str) -> str:
    r"""All values of an attribute, joined by `\`; empty where there is none."""
    return "\\".join(texts(ds, keyword))


def whole_numbers(ds: Dataset, keyword: str) -> list[int]:
    """The values that are whole numbers."""
    return [int(one) for one in texts(ds, keyword) if one.lstrip("+-").isdecimal() and one.isascii() and len(one) < 20]


def items(ds: Dataset, keyword: str) -> Sequence[Dataset]:
    """The items of a sequence; none where it is absent or something else."""
    element = element_of(ds, keyword)
    if element is None or element.VR != "SQ" or element.value is None:
        return ()
    found: Sequence[Dataset] = element.value
    return found


def first_item(ds: Dataset, keyword: str) -> Dataset | None:
    return next(iter(items(ds, keyword)), None)
