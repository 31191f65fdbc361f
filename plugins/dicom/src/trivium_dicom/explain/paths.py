"""Sequences around an attribute, written so that they can be asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from trivium_dicom.dictionary import entries_of
from trivium_dicom.tag_number import TagNumber, written


def written_path(tags: Iterable[str]) -> str:
    """`RequestAttributesSequence.ScheduledProtocolCodeSequence`."""
    return ".".join(map(keyword_of, tags))


@cache
def keyword_of(tag: str) -> str:
    """The keyword of a tag in eight hexadecimal digits, or its number where the dictionary has none."""
    found = entries_of(TagNumber(tag.lower()))
    return found[0].keyword if found and found[0].keyword else written(tag)
