"""What a line of the trail is: canonical JSON that names the hash of the line before it and carries its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

LONGEST: Final = 1 << 20
"""Bytes of a line, so that a reader never has to hold more of what somebody else may have written."""


class Link(NamedTuple):
    """What the next line is chained to."""

    seq: int
    hash: str


START: Final = Link(-1, "0" * 64)
"""What the first line is chained to."""


def canonical(record: Mapping[str, Any]) -> bytes:
    """One way to write a record, so that a changed byte is a changed record."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


def line_after(last: Link, record: Mapping[str, Any], time: float) -> tuple[bytes, Link]:
    """The line of a record and what the line after it is chained to. Raises `ValueError` for one that is too long.

    In two halves, so that what is hashed need not be written twice: the hash stands between them.
    """
    body = {**record, "seq": last.seq + 1, "prev": last.hash, "time": round(time, 3)}
    before = canonical({name: value for name, value in body.items() if name < "hash"})[:-1]
    after = canonical({name: value for name, value in body.items() if name > "hash"})[1:]
    comma = b"," if len(before) > 1 else b""
    own = hashlib.sha256(before + comma + after).hexdigest()
    line = b"".join((before, comma, b'"hash":"', own.encode(), b'",', after, b"\n"))
    if len(line) > LONGEST:
        raise ValueError("a record is too long for the audit trail")
    return line, Link(last.seq + 1, own)


def record_of(line: bytes) -> dict[str, Any] | None:
    """The record of a whole line that has its number and its hash, else None."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and link_of(record) else None


def link_of(record: Mapping[str, Any]) -> Link | None:
    seq, own = record.get("seq"), record.get("hash")
    return Link(seq, own) if type(seq) is int and seq >= 0 and isinstance(own, str) and len(own) == 64 else None
