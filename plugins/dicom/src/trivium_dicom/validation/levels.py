"""A data set, or an item of a sequence, as it was stored: every element with its VR, its bytes and its place.

pydicom turns values into objects when they are asked for, and an odd value does not survive that. Here they are taken
as they stand in the file where they still do; a data set that was built in memory gives its values as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.dictionary import Entry, entries_of
from trivium_dicom.tag_number import TagNumber, written
from trivium_dicom.validation.charsets import Charset, charset_of
from trivium_dicom.validation.stored import Source
from trivium_dicom.vr import VRS, named

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CHARACTER_SET: Final = 0x00080005
_MOST_OF_ANYTHING: Final = 1_000_000
_ONE_VALUE: Final = frozenset({"ST", "LT", "UT", "UR"})
_STREAMS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


@lru_cache(maxsize=8192)
def entry_of(tag: int) -> Entry | None:
    """The dictionary's entry of a standard element; None for private and unknown ones."""
    if tag >> 16 & 1:
        return None
    found = entries_of(TagNumber(f"{tag:08x}"))
    return found[0] if found else None


@lru_cache(maxsize=8192)
def vrs_of(tag: int) -> tuple[str, ...]:
    """The VRs that an element may have; none for a private or unknown one."""
    entry = entry_of(tag)
    return tuple(vr.code for vr in named(entry.vr)) if entry else ()


@dataclass(slots=True)
class Cell:
    """One data element as it was stored."""

    tag: int
    stored: str | None
    """The VR in the file; None where the transfer syntax has none, or the data set was never a file."""
    vr: str
    """The VR that its value is read by."""
    raw: bytes | None
    """Its bytes, if they are still there."""
    value: Any
    """What reading made of it, where the bytes are gone."""
    at: int
    """Where its value begins in the file; 0: not known."""
    little: bool

    @property
    def is_sequence(self) -> bool:
        return self.vr == "SQ"

    @property
    def empty(self) -> bool:
        """Whether it has no value: no bytes, nothing but padding, or no items."""
        if self.raw is not None:
            return not self.raw.strip(b" \0") if self.vr not in _STREAMS and not VRS[self.vr].binary else not self.raw
        value = self.value
        if value is None:
            return True
        if isinstance(value, (str, bytes)) or hasattr(value, "__len__"):
            return len(value) == 0
        return str(value) == ""

    @property
    def size(self) -> int | None:
        """Bytes of its value; None where it is no longer known."""
        if self.raw is not None:
            return len(self.raw)
        return len(self.value) if isinstance(self.value, bytes) else None


class Level:
    """A data set, or one item, below the levels around it."""

    def __init__(
        self, dataset: Dataset, above: Level | None = None, tag: int = 0, item: int = 0, source: Source | None = None
    ) -> None:
        """`source`: the bytes that it was read from; that of the level around it where none is given."""
        self.dataset = dataset
        self.source: Source | None = source or (above.source if above else None)
        self.above = above
        self.tag = tag
        self.item = item
        self.cells: dict[int, Cell] = {cell.tag: cell for cell in _cells(dataset, self.source)}

    @cached_property
    def tags(self) -> tuple[int, ...]:
        """Of the sequences around it."""
        return (*self.above.tags, self.tag) if self.above else ()

    @cached_property
    def _prefix(self) -> str:
        if self.above is None:
            return ""
        return f"{self.above._prefix}{_written(self.tag)}[{self.item}]/"

    def place(self, tag: int) -> str:
        return f"{self._prefix}{_written(tag)}"

    def path(self, tag: int) -> str:
        return "/".join(_written(one) for one in (*self.tags, tag))

    @cached_property
    def charset(self) -> Charset:
        """Its own, or that of the level around it (PS3.3 C.12.1.1.2)."""
        cell = self.cells.get(CHARACTER_SET)
        if cell is not None:
            return charset_of(tuple(_split(_latin(cell))))
        return self.above.charset if self.above else charset_of(())

    def has(self, tag: int) -> bool:
        return tag in self.cells

    def filled(self, tag: int) -> bool:
        """Whether the element is there and has a value."""
        cell = self.cells.get(tag)
        return cell is not None and not cell.empty

    def texts(self, tag: int) -> list[str]:
        """The values of an element as text, without padding; none where it is missing, empty or a sequence."""
        cell = self.cells.get(tag)
        return [text.strip(" \0") for text in self.values(cell)] if cell is not None and not cell.empty else []

    def text(self, tag: int) -> str:
        return next(iter(self.texts(tag)), "")

    def number(self, tag: int) -> float | None:
        """The first value as a number, if it is one."""
        return _number(self.text(tag))

    def whole(self, tag: int) -> int | None:
        """The first value as a whole number, if it is one; not one of so many digits as a number of a person has, as
        findings repeat what this tells.
        """
        found = self.number(tag)
        return int(found) if found is not None and abs(found) < _MOST_OF_ANYTHING and found == found // 1 else None

    def numbers(self, tag: int) -> list[float] | None:
        """All values as numbers; None if one is none."""
        found = [_number(text) for text in self.texts(tag)]
        return [one for one in found if one is not None] if None not in found else None

    def values(self, cell: Cell) -> list[str]:
        """Each value as text, padding and all; none for a sequence, bytes, and text that cannot be decoded."""
        if cell.vr in _STREAMS or cell.is_sequence:
            return []
        if cell.raw is None:
            return _of_object(cell.value)
        rule = VRS[cell.vr]
        if rule.binary:
            return _numbers(cell)
        text = self.charset.decoded(cell.raw) if rule.charset else cell.raw.decode("latin-1")
        if text is None or not text:
            return []
        return [text] if cell.vr in _ONE_VALUE else text.split("\\")

    def items(self, tag: int) -> Sequence[Dataset]:
        """The items of a sequence; none where it is missing, or no sequence."""
        cell = self.cells.get(tag)
        return _items(cell, self.dataset) if cell is not None and cell.is_sequence else ()


@lru_cache(maxsize=8192)
def _written(tag: int) -> str:
    return written(f"{tag:08x}")


def _cells(dataset: Dataset, source: Source | None) -> Iterator[Cell]:
    from pydicom.dataelem import RawDataElement

    for tag in dataset.keys():  # noqa: SIM118  iterating over a data set converts every element
        element: Any = dataset.get_item(tag)
        if isinstance(element, RawDataElement):
            vr = _read_as(int(element.tag), element.VR)
            at = element.value_tell or 0
            yield Cell(int(element.tag), element.VR, vr, element.value or b"", None, at, element.is_little_endian)
        else:
            yield _cell(int(element.tag), str(element.VR), element.value, element.file_tell or 0, source)


def _cell(tag: int, vr: str, value: Any, at: int, source: Source | None) -> Cell:
    stored = source.find(tag, at) if source is not None and at else None
    if stored is None:
        return Cell(tag, vr, vr if vr in VRS else _read_as(tag, None), None, value, at, True)
    if vr == "SQ":
        return Cell(tag, stored.vr, vr, None, value, at, stored.little)
    read_as = stored.vr if stored.vr in VRS and stored.vr != "UN" else vr if vr in VRS else _read_as(tag, None)
    return Cell(tag, stored.vr, str(read_as), stored.raw, value, at, stored.little)


def _read_as(tag: int, stored: str | None) -> str:
    """The VR to read a value by: the one in the file; where there is none, or UN, the dictionary's first."""
    if stored in VRS and stored != "UN":
        return str(stored)
    if tag >> 16 & 1:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    return next(iter(vrs_of(tag)), "UN")


def _items(cell: Cell, dataset: Dataset) -> Sequence[Dataset]:
    """Read by pydicom on demand; a sequence that it cannot read has none."""
    if cell.raw is None:
        value = cell.value
    else:
        try:
            value = dataset[cell.tag].value
        except Exception:  # whatever the library does with spoiled items; the reading has noted it
            return ()
    return value if hasattr(value, "__len__") and not isinstance(value, (str, bytes)) else ()


def _latin(cell: Cell) -> str:
    return cell.raw.decode("latin-1") if cell.raw is not None else "\\".join(_of_object(cell.value))


def _split(text: str) -> list[str]:
    return [one.strip(" \0") for one in text.split("\\")] if text.strip(" \0") else []


def _of_object(value: Any) -> list[str]:
    if value is None or isinstance(value, bytes):
        return []
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        text = str(getattr(value, "original_string", None) or value)
        return [text] if text else []
    if hasattr(value, "components"):  # a person's name, which is a sequence of letters too
        return [str(value)] if str(value) else []
    return [str(getattr(one, "original_string", None) or one) for one in value]


def _numbers(cell: Cell) -> list[str]:
    """The values of a binary VR of fixed length; a rest is left out."""
    from struct import unpack_from

    form = _FORMS.get(cell.vr)
    size = VRS[cell.vr].fixed
    if form is None or size is None or cell.raw is None:
        return []
    count = len(cell.raw) // size
    order = "<" if cell.little else ">"
    if cell.vr == "AT":
        pairs = unpack_from(f"{order}{2 * count}H", cell.raw)
        return [f"{pairs[i]:04x}{pairs[i + 1]:04x}" for i in range(0, 2 * count, 2)]
    return [str(one) for one in unpack_from(f"{order}{count}{form}", cell.raw)]


_FORMS: Final = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "AT": "HH",
}  # fmt: skip


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
