"""Whose each private element is: the creator in element (gggg,00bb) of the same data set or item has reserved the block
(gggg,bb00-bbFF) (PS3.5 7.8.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trivium_dicom.private.creators import trimmed
from trivium_dicom.private.elements import MANUFACTURER, Element
from trivium_dicom.private.meanings import (
    NOTHING,
    Meaning,
    meaning_by_creator,
    meaning_without_creator,
)
from trivium_dicom.private.vocabulary import Basis


@dataclass(frozen=True, slots=True)
class Block:
    path: str
    """Of the creator element."""
    group: str
    number: str
    """Two hexadecimal digits."""
    creator: str
    """As it is written there, without padding."""


@dataclass(frozen=True, slots=True)
class Found:
    """A private element and what it means."""

    path: str
    element: Element
    creator: str | None
    """As it is written there; None: nobody has reserved the block."""
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What helps where the creator of a block is missing."""

    maker: str
    creators: frozenset[str]


def surroundings(dataset: list[Element], blocks: list[Block]) -> Surroundings:
    maker = next((one.text() for one in dataset if one.digits == MANUFACTURER), "")
    return Surroundings(maker, frozenset(block.creator for block in blocks))


def blocks_of(dataset: list[Element], path: str = "") -> Iterator[Block]:
    """Every reserved block, at any depth."""
    for element in dataset:
        place = f"{path}({element.digits[:4].upper()},{element.digits[4:].upper()})"
        if element.block:
            yield Block(place, element.digits[:4], element.digits[6:], trimmed(element.text()))
        for number, item in enumerate(element.items, 1):
            yield from blocks_of(item, f"{place}[{number}].")


def private_elements(dataset: list[Element], around: Surroundings) -> Iterator[Found]:
    """Every private element at any depth, without creators and group lengths."""
    yield from _of(dataset, "", {}, around)


def _of(dataset: list[Element], path: str, outer: Mapping[str, str], around: Surroundings) -> Iterator[Found]:
    own = {one.block: trimmed(one.text()) for one in dataset if one.block}
    known = {**outer, **own} if own else outer
    for element in dataset:
        place = f"{path}({element.digits[:4].upper()},{element.digits[4:].upper()})"
        if element.private and not element.block and not element.digits.endswith("0000"):
            yield _found(place, element, own, outer, around)
        for number, item in enumerate(element.items, 1):
            yield from _of(item, f"{place}[{number}].", known, around)


def _found(
    path: str, element: Element, own: Mapping[str, str], outer: Mapping[str, str], around: Surroundings
) -> Found:
    block = element.in_block
    if block is None:
        return Found(path, element, None, NOTHING)
    if creator := own.get(block):
        return Found(path, element, creator, meaning_by_creator(creator, element.digits))
    if (above := outer.get(block)) and (meaning := meaning_by_creator(above, element.digits)).definition:
        # An item needs creators of its own; where they are missing, those around it are a good guess, and no more.
        hint = Meaning(Basis.HINT, meaning.definition, meaning.others, meaning.more, by_vendor=True)
        return Found(path, element, None, hint)
    return Found(
        path,
        element,
        None,
        meaning_without_creator(element.digits, maker=around.maker, beside=around.creators),
    )
