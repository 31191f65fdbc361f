"""Stand-ins: what an agent sees in place of a patient's value, can compare, and can hand back.

A stand-in is made with a secret key from the kind and the value, so that one value has one stand-in in every result,
every session and every plugin, and nobody without the key can tell the value from it. The way back is memory alone:
nothing is at rest. After a restart a value gets its stand-in again as soon as it is read again; until then the host
does not know what the stand-in stands for.

What a stand-in does not hide: that two results are about the same patient, which is its purpose; and a value that
somebody can guess, who has a tool to which he gives guesses and which answers with stand-ins.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from trivium.api import Kind

PREFIXES: Final = {
    Kind.PATIENT_ID: "patient",
    Kind.NAME: "name",
    Kind.BIRTH_DATE: "born",
    Kind.ADDRESS: "address",
    Kind.CONTACT: "contact",
    Kind.FILE: "file",
}
"""The kinds that have stand-ins, and how these begin."""

MOST: Final = 100_000
"""Values remembered: some 20 MB."""

LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are taken for one another. Twelve of these thirty hold 58 bits."""
_PREFIX: Final = f"({'|'.join(PREFIXES.values())})"
_STAND_IN: Final = re.compile(rf"{_PREFIX}((?:-[{LETTERS}]{{4}}){{3}})", re.ASCII | re.IGNORECASE)
_PIECE: Final = re.compile(rf"\b{_PREFIX}-[{LETTERS}]{{4}}(?:[-*?]|\Z)", re.ASCII)
"""The beginning of one: cut short, or with a wildcard in it."""
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


class StandIns:
    """Makes stand-ins and knows what those it made of late stand for. Safe for threads."""

    def __init__(self, key: bytes, *, most: int = MOST) -> None:
        self._key = key
        self._most = most
        self._values: OrderedDict[str, str] = OrderedDict()
        """By stand-in, the least recently used first."""
        self._lock = threading.Lock()

    def of(self, kind: Kind, value: str) -> str:
        """The stand-in of a value that is not blank. Raises `KeyError` for a kind that has none."""
        prefix = PREFIXES[kind]
        number = int.from_bytes(keyed(self._key, kind, normal(kind, value)))
        letters = ""
        for _ in range(12):
            number, place = divmod(number, len(LETTERS))
            letters += LETTERS[place]
        stand_in = f"{prefix}-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
        with self._lock:
            self._values[stand_in] = value.strip(" \0")
            self._values.move_to_end(stand_in)
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return stand_in

    def seal(self, text: str) -> str:
        """A digest by which texts can be told apart, and which tells nobody without the key what was in them."""
        return keyed(self._key, "seal", text).hex()

    def resolve(self, text: str, kind: Kind) -> str | None:
        """The value that a stand-in of this kind stands for; None: another kind's, unknown or forgotten."""
        found = _STAND_IN.fullmatch(text.strip())
        if found is None or found[1].lower() != PREFIXES.get(kind):
            return None
        stand_in = _as_made(found)
        with self._lock:
            value = self._values.get(stand_in)
            if value is not None:
                self._values.move_to_end(stand_in)
        return value

    def known(self, text: str) -> str | None:
        """A stand-in as it is written, however it was written here; None for one that stands for nothing known."""
        found = _STAND_IN.fullmatch(text.strip())
        if found is None:
            return None
        stand_in = _as_made(found)
        with self._lock:
            return stand_in if stand_in in self._values else None

    def looks_like(self, text: str) -> bool:
        """Whether this is a stand-in by its form."""
        return _STAND_IN.fullmatch(text.strip()) is not None

    def kind_of(self, text: str) -> Kind | None:
        """The kind that a stand-in says it is of."""
        found = _STAND_IN.fullmatch(text.strip())
        return next(kind for kind, prefix in PREFIXES.items() if prefix == found[1].lower()) if found else None

    def replaced(self, text: str, value: Callable[[str], str]) -> str:
        """`text` with a value in the place of every whole stand-in."""
        return _STAND_IN.sub(lambda found: value(_as_made(found)), text)

    def joined(self, text: str, *, known: bool = False) -> bool:
        """Whether a letter or digit stands beside a whole stand-in; with `known`, beside one of a known value."""
        return any(
            (text[max(0, found.start() - 1) : found.start()].isalnum() or text[found.end() : found.end() + 1].isalnum())
            and not (known and self.known(found[0]) is None)
            for found in _STAND_IN.finditer(text)
        )

    def mentions(self, text: str) -> bool:
        """Whether a stand-in, or the beginning of one, is somewhere in this text."""
        return _STAND_IN.search(text) is not None or _PIECE.search(text) is not None


def _as_made(found: re.Match[str]) -> str:
    """A stand-in as it was given out, however it was written when it came back."""
    return str(found[1].lower() + found[2].upper())


def keyed(key: bytes, purpose: str, text: str) -> bytes:
    """A digest that takes the key to make. Each purpose has digests of its own."""
    return hmac.digest(key, f"trivium {purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def normal(kind: Kind, value: str) -> str:
    """A value without what does not count, so that DICOM and HL7 agree on it. Empty: there is no value.

    Padding never counts (PS3.5 6.2). Names and addresses are compared without case, names also without the empty parts
    at their end, which may be left out (PS3.5 6.2.1); birth dates without dashes. Patient numbers keep their case.
    """
    text = unicodedata.normalize("NFC", value).strip().strip("\0").strip()
    match kind:
        case Kind.NAME:
            return " ".join(text.rstrip("^=").casefold().split())
        case Kind.ADDRESS | Kind.CONTACT:
            return " ".join(text.casefold().split())
        case Kind.BIRTH_DATE:
            return _ISO_DAY.sub(r"\1\2\3", text)
        case _:
            return text
