"""What goes wrong with an attribute in practice: notes of ours, each with a public source (pitfalls.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from trivium_dicom.explain.model import Pitfall


@dataclass(frozen=True, slots=True)
class Note:
    """A note, and the tags that it is about: eight hexadecimal digits, `x` for any."""

    tags: tuple[str, ...]
    vendor: str | None
    note: str
    sources: tuple[str, ...]


def pitfalls_of(tag: str) -> list[Pitfall]:
    """By the tag in eight hexadecimal digits."""
    return [
        Pitfall(note=one.note, vendor=one.vendor, sources=list(one.sources))
        for one in notes()
        if any(_fits(pattern, tag) for pattern in one.tags)
    ]


@cache
def notes() -> Sequence[Note]:
    text = resources.files(__package__).joinpath("pitfalls.json").read_text(encoding="utf-8")
    return [
        Note(tuple(row["tags"]), row.get("vendor"), row["note"], tuple(row["sources"]))
        for row in json.loads(text)["notes"]
    ]


def _fits(pattern: str, tag: str) -> bool:
    return all(a == b or "x" in (a, b) for a, b in zip(pattern, tag.lower(), strict=True))
