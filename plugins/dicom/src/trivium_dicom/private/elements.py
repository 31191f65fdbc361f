"""A data set as far as private elements matter: read from a file or from a dump, it looks the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

# Odd groups that no private element may use (PS3.5 clause 7.8).
_NEVER_PRIVATE: Final = frozenset({"0001", "0003", "0005", "0007", "ffff"})
MANUFACTURER: Final = "00080070"

Items: TypeAlias = "list[list[Element]]"


@dataclass(slots=True)
class Element:
    """A data element. Its value stands in `texts`, `data` or `items`."""

    digits: str
    """Eight hexadecimal digits, lower case."""
    vr: str | None = None
    """As it is written there; None: nothing is."""
    texts: tuple[str, ...] = ()
    data: bytes | None = None
    """A value in bytes; its beginning where `size` is more."""
    size: int | None = None
    """Bytes of the whole value, where they are known."""
    cut: bool = False
    """The value is not shown, or only its beginning."""
    items: Items = field(default_factory=list)

    @property
    def private(self) -> bool:
        """A private element, or the creator of a block."""
        return int(self.digits[3], 16) % 2 == 1 and self.digits[:4] not in _NEVER_PRIVATE

    @property
    def block(self) -> str | None:
        """The block that this element reserves, if it is the creator of one (PS3.5 7.8.1)."""
        reserves = self.private and self.digits[4:6] == "00" and self.digits[6:] >= "10"
        return self.digits[:4] + self.digits[6:] if reserves else None

    @property
    def in_block(self) -> str | None:
        """The block that it stands in; None for a standard element, a creator, or a number that no block has."""
        return self.digits[:6] if self.private and self.digits[4:6] >= "10" else None

    def text(self) -> str:
        if self.texts:
            return "\\".join(self.texts)
        return self.data.decode("latin-1") if self.data and len(self.data) <= 256 else ""


def walked(dataset: list[Element], path: str = "") -> Iterator[tuple[str, Element]]:
    """Every element at any depth, with its path: `(0040,0275)[1].(0029,1010)`; items count from 1."""
    for element in dataset:
        place = f"{path}({element.digits[:4].upper()},{element.digits[4:].upper()})"
        yield place, element
        for number, item in enumerate(element.items, 1):
            yield from walked(item, f"{place}[{number}].")
