"""What a plugin's texts must not hold: characters that nobody sees, and orders to the model that reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from trivium.host.definitions import Definition, definition_of, places_of, texts_of
from trivium.host.hidden import folded, hidden_in
from trivium.host.offers import Offer
from trivium.host.orders import LONG_WORD, order_in, unreadable

_TOOL: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DIGITS: Final = str.maketrans("01", "ol")
"""Digits that look like letters."""


def unseen_in(spec: Offer) -> str:
    """What in a definition does not look like what it is, with its place; empty if nothing."""
    if not _TOOL.fullmatch(spec.name):
        return "a tool's name is lower case letters, digits and underscores"
    definition = definition_of(spec)
    for text in sorted(text for text in texts_of(definition) if not text.isascii() or not text.isprintable()):
        places = list(places_of(text, definition))
        if hidden := hidden_in(text):
            return f"{spec.name}: {_ascii(places[0])} has the hidden character {hidden}"
        if name := next((place for place in places if place.startswith("name of ")), ""):
            return f"{spec.name}: the {_ascii(name)} has letters that can be taken for others"
    return ""


def order_to_models(spec: Offer, others: Collection[str], vouched: Definition | None = None) -> str:
    """The first order that a definition gives, with its place; empty if there is none.

    `others` are the tools of other plugins; `vouched` is the definition that somebody has looked at and locked: what
    it says is left alone.
    """
    definition = definition_of(spec)
    texts = [text for text in texts_of(definition) if len(text) >= LONG_WORD or not text.isalnum()]
    if not _order(texts, others):
        return ""
    known = texts_of(vouched) if vouched else set()
    for text in sorted(set(texts) - known):
        if order := _order([text], others):
            return f"{_ascii(next(places_of(text, definition)))} {order}"
    return ""


def _order(texts: Sequence[str], others: Collection[str]) -> str:
    plain = "\n".join(folded(text if " " in text else text.replace("_", " ")) for text in texts)
    return order_in(plain, others) or ("holds text that nobody can read" if any(map(unreadable, texts)) else "")


def _ascii(place: str) -> str:
    return place.encode("ascii", "backslashreplace").decode()


def read_alike(names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The tools, by plugin and name, that a reader could take for another plugin's; with what is to be said of each."""
    looks: dict[str, list[tuple[str, str]]] = {}
    for plugin, name in names:
        looks.setdefault(name.replace("_", "").translate(_DIGITS), []).append((plugin, name))
    return {
        (plugin, name): f"its name reads like {other} of {owner}"
        for alike in looks.values()
        if len(alike) > 1
        for plugin, name in alike
        for owner, other in alike
        if other != name and owner != plugin
    }
