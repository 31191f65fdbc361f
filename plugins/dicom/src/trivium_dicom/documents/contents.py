"""What a reader makes of a document: facts, parts with text, and what was odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from trivium_dicom.documents.problems import Oddness


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a page or section."""

    text: str
    title: str = ""
    section: str | None = None
    depth: int | None = None
    images: int | None = None


@dataclass(slots=True)
class Contents:
    """A document. Its parts are read when they are asked for: a page of a PDF takes a while."""

    facts: dict[str, int] = field(default_factory=dict)
    count: int = 0
    """Parts there are."""
    part: Callable[[int], Text] | None = None
    """Reads a part, by its index."""
    notes: Counter[Oddness] = field(default_factory=Counter)
    """Each with how often; 0 where that says nothing."""

    def note(self, oddness: Oddness, times: int = 0) -> None:
        self.notes[oddness] += times

    def parts(self, offset: int, limit: int) -> Iterator[tuple[int, Text]]:
        """Numbered from 1."""
        for index in range(offset, min(self.count, offset + limit)):
            if self.part is not None:
                yield index + 1, self.part(index)
