"""The strict reading of a token (RFC 7515 section 3.1) and of its claims (RFC 7519 section 4).

A license has one spelling: base64url without padding, whitespace or stray bits, and JSON objects without a repeated
name. Values are of one type each; RFC 7519 lets a time have a fraction and an audience be a list, this host does not.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from trivium.licensing.moments import LAST

MOST: Final = 2**53 - 1
"""The largest number in a limit: beyond it other readers of JSON begin to round (RFC 8259 section 6)."""
_TEXT_LONGEST: Final = 200
"""Characters."""
_UUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_PLAIN_ID: Final = r"[A-Za-z0-9][A-Za-z0-9:_-]{0,99}"
_LIMIT: Final = r"[a-z][a-z0-9_.-]{0,63}"


class Malformed(ValueError):
    """What is wrong with which part of a token. Never says a value."""


class Envelope(NamedTuple):
    """The parts of a token before anything is believed."""

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signed: bytes
    """What the signature is over."""


def unpack(token: str) -> Envelope:
    """Raises `Malformed`."""
    parts = token.split(".")
    if len(parts) != 3:
        raise Malformed("it is no signed token")
    header, payload, signature = (_decoded(part) for part in parts)
    return Envelope(json_object(header), payload, signature, f"{parts[0]}.{parts[1]}".encode("ascii"))


def _decoded(part: str) -> bytes:
    """The bytes, if `part` is the one way to write them (RFC 4648 section 3.5)."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise Malformed("it is no signed token") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != part:
        raise Malformed("it is no signed token")
    return raw


def json_object(raw: bytes) -> dict[str, Any]:
    """Raises `Malformed`."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repetition, parse_constant=_no_number)
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("a part of it is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed("a part of it is no JSON object")
    return value


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers can take two different values for a repeated name (RFC 8259 section 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a name in it is repeated")
    return found


def _no_number(_: str) -> None:
    raise Malformed("a number in it is none")


def text(claims: Mapping[str, Any], name: str) -> str:
    value = _given(claims, name)
    if not is_text(value):
        raise Malformed(f"{name} is not a text of 1 to {_TEXT_LONGEST} printable characters")
    return str(value)


def seconds(claims: Mapping[str, Any], name: str, *, most: int = LAST) -> int:
    value = _given(claims, name)
    if not is_whole(value) or value > most:
        raise Malformed(f"{name} is not a whole number of seconds from 0 to {most}")
    return int(value)


def names(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    value = _given(claims, name)
    if not isinstance(value, list) or not all(is_text(item) for item in value):
        raise Malformed(f"{name} is not a list of printable texts")
    return frozenset(value)


def limits(claims: Mapping[str, Any], name: str) -> dict[str, int]:
    """Whole numbers by name; a claim that is absent limits nothing."""
    value = claims.get(name, {})
    if not isinstance(value, dict) or not all(re.fullmatch(_LIMIT, key) for key in value):
        raise Malformed(f"{name} does not map plain names to numbers")
    if not all(is_whole(number) and number <= MOST for number in value.values()):
        raise Malformed(f"a number in {name} is not a whole number from 0 to {MOST}")
    return dict(value)


def license_id(word: object) -> str | None:
    """An id as it is compared, or None if it is none. Without dots and slashes, so that no file name is one."""
    if not isinstance(word, str):
        return None
    if re.fullmatch(_UUID, word):
        return word.lower()
    return word if re.fullmatch(_PLAIN_ID, word) else None


def is_uuid(word: str) -> bool:
    return re.fullmatch(_UUID, word) is not None


def is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT_LONGEST and value.isprintable() and bool(value.strip())


def is_whole(value: object) -> bool:
    """JSON's true and false are whole numbers to Python."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _given(claims: Mapping[str, Any], name: str) -> Any:
    if name not in claims:
        raise Malformed(f"{name} is missing")
    return claims[name]
