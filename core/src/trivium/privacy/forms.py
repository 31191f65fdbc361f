"""The forms of the values that are shown even when the rest is withheld: what is not of its form counts as free text.

Whoever writes a record can write an order to the model where a number belongs.
"""

from __future__ import annotations

import re
from typing import Final

_OID: Final = re.compile(r"(?:urn:oid:)?(?=.{3,64}\Z)[0-9]+(?:\.[0-9]+)+", re.ASCII)
_UUID: Final = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_ORDER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/:+#-]| (?! )){0,63}", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z]+", re.ASCII)


def is_uid(text: str) -> bool:
    """Numbers joined by dots, 64 characters at most (PS3.5 9.1, without its rule on leading zeros), or a UUID."""
    return _OID.fullmatch(text) is not None or _UUID.fullmatch(text) is not None


def is_order_number(text: str) -> bool:
    """One short string of letters and digits that is neither a word nor a sentence.

    It has a digit, and letters only as many as numbers have that people give to orders: four for each digit, and eight
    more; where it has spaces, no word of more than four letters.
    """
    if not _ORDER.fullmatch(text):
        return False
    digits = sum(character.isdigit() for character in text)
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    return digits > 0 and letters <= 4 * digits + 8 and not (" " in text and any(len(word) > 4 for word in words))
