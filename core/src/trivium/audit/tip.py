"""The tip: a small file beside the trail that says what its last record is, so that lines cut off its end are missed.

It is overwritten in place after each record, and it is also what writers lock, because it is never renamed. A process
that dies between the two writes leaves the tip one record behind, never ahead. It is not flushed to the disk: after a
loss of power it may be further behind, or ahead of records that the disk never got, and those really are missing.

A keyed hash over it keeps somebody who can write files, but cannot read `secret.key`, from making it fit a shorter
trail.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from io import FileIO
from pathlib import Path
from typing import Final

from trivium.audit.chain import Link

SIZE: Final = 256
"""Always the same, so that one write replaces all of it."""


def tip_path(trail: Path) -> Path:
    return trail.with_name(f"{trail.name}.tip")


class TipSeal:
    """Writes and recognizes tips of one house."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"trivium audit tip", "sha256")

    def encode(self, link: Link) -> bytes:
        mac = hmac.digest(self._key, f"{link.seq} {link.hash}".encode(), hashlib.sha256).hex()
        return _encoded(link, mac)

    def decode(self, content: bytes) -> Link | None:
        """What the tip says, or None for one that is damaged or not of this house."""
        link = link_in(content)
        return link if link and hmac.compare_digest(self.encode(link), content) else None


def link_in(content: bytes) -> Link | None:
    """What a tip says, with nobody to vouch for it; None for one that is damaged."""
    try:
        tip = json.loads(content)
        link, mac = Link(int(tip["seq"]), str(tip["hash"])), str(tip["mac"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return link if _encoded(link, mac) == content else None


def read_tip(file: FileIO) -> bytes:
    file.seek(0)
    return file.read(SIZE + 1)


def write_tip(file: FileIO, content: bytes) -> None:
    """Replace what is there. Raises `OSError`."""
    file.seek(0)
    if file.write(content) != len(content):
        raise OSError("the tip was not written whole")
    if file.seek(0, os.SEEK_END) > len(content):
        file.truncate(len(content))


def _encoded(link: Link, mac: str) -> bytes:
    return f'{{"hash":"{link.hash}","mac":"{mac}","seq":{link.seq}}}'.encode("utf-8", "replace").ljust(SIZE - 1) + b"\n"
