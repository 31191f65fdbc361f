"""What the files of a call were when a person was told of them, so that no others are worked on."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from pathlib import Path
from threading import Lock
from typing import Final

HEAD: Final = 1 << 18
"""Bytes at the beginning of a file that its seal vouches for: patient and study stand there."""
_MOST_CALLS: Final = 64


def seal_of(head: bytes, size: int) -> bytes:
    """Of a file, by its beginning and its size in bytes."""
    return hashlib.sha256(size.to_bytes(8) + head[:HEAD]).digest()


def fingerprint(seals: Mapping[Path, bytes], key: bytes) -> str:
    """Of many files, for the question to a person: another one if any of them is another, or elsewhere."""
    whole = hmac.new(key, b"fingerprint\0", "sha256")
    for path, seal in sorted(seals.items()):
        whole.update(hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).digest() + seal)
    return whole.hexdigest()[:16]


class Seals:
    """Seals of the latest calls, by what was asked. Safe for threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Mapping[Path, bytes]] = OrderedDict()
        self._lock = Lock()

    def keep(self, asked: Hashable, seals: Mapping[Path, bytes]) -> None:
        with self._lock:
            self._kept[asked] = seals
            self._kept.move_to_end(asked)
            while len(self._kept) > _MOST_CALLS:
                self._kept.popitem(last=False)

    def take(self, asked: Hashable) -> Mapping[Path, bytes] | None:
        """None where nothing was counted: the host counts before each call that changes anything."""
        with self._lock:
            return self._kept.pop(asked, None)
