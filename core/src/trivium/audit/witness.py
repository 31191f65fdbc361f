"""Signed heads as witnesses: each says that the trail once held this record."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.audit.chain import Link
from trivium.audit.findings import Fault, Finding, Findings
from trivium.audit.heads import LONGEST_HEAD, Head, head_of, is_signed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_AHEAD: Final = 10_000
"""Heads that are held at a time. Processes write them nearly in order, so none that is honest comes later."""


class Witnesses:
    """The heads of one file, asked record by record, in the order of the trail."""

    def __init__(
        self,
        path: Path,
        file: BufferedReader | None,
        keys: Mapping[str, Ed25519PublicKey] | None,
        findings: Findings,
    ) -> None:
        self._path = path
        self._keys = keys
        self._findings = findings
        self._heads = _heads_in(file) if file else iter(())
        self._waiting: OrderedDict[int, list[tuple[int, Head]]] = OrderedDict()
        self._held = 0
        self._passed = -1
        self.newest: Head | None = None
        """The newest head that the trail bears out."""

    def see(self, link: Link) -> None:
        """Compare a record with the heads that are for it."""
        self._fill()
        while self._held >= _AHEAD and next(iter(self._waiting)) < link.seq:
            self._give_up_before(link.seq)
            self._fill()
        self._passed = max(self._passed, link.seq)
        for number, head in self._waiting.pop(link.seq, ()):
            self._held -= 1
            if head.hash != link.hash:
                self._say(number, Fault.REWRITTEN, f"record {link.seq} is not the one that was signed")
            elif self.newest is None or head.seq >= self.newest.seq:
                self.newest = head

    def finish(self) -> None:
        """What is left speaks of records that are not there."""
        self._fill()
        while self._waiting:
            self._give_up_before(max(self._waiting) + 1)
            self._fill()

    def _give_up_before(self, seq: int) -> None:
        """Heads for records before this one have waited in vain."""
        for late in [one for one in self._waiting if one < seq]:
            for number, _ in self._waiting.pop(late):
                self._held -= 1
                self._say(number, Fault.MISSING, f"record {late} was signed and is not there")

    def _fill(self) -> None:
        while self._held < _AHEAD and (found := next(self._heads, None)):
            number, line = found
            self._findings.heads += 1
            head = head_of(line)
            if head is None:
                self._say(number, Fault.UNREADABLE, "not a head")
            elif self._keys is not None and head.key not in self._keys:
                self._say(number, Fault.SIGNATURE, "signed with a key that is not at hand")
            elif self._keys is not None and not is_signed(head, self._keys[head.key]):
                self._say(number, Fault.SIGNATURE, "the signature is wrong")
            elif head.seq <= self._passed:
                self._say(number, Fault.OUT_OF_ORDER, "a head out of order")
            else:
                self._waiting.setdefault(head.seq, []).append((number, head))
                self._held += 1

    def _say(self, number: int, fault: Fault, text: str) -> None:
        self._findings.problem(Finding(self._path.name, number, fault, text))


@contextmanager
def heads_file(path: Path | None) -> Iterator[BufferedReader | None]:
    """A file of heads as it is now; heads that are added later are for records that a snapshot does not hold.

    Raises `OSError`.
    """
    file: BufferedReader | None = None
    if path is not None:
        with suppress(FileNotFoundError):
            file = path.open("rb")
    if file is None:
        yield None
        return
    with file:
        yield file


def _heads_in(file: BufferedReader) -> Iterator[tuple[int, bytes]]:
    left, number = os.fstat(file.fileno()).st_size, 0
    while left > 0 and (line := file.readline(min(left, LONGEST_HEAD))):
        number += 1
        left -= len(line)
        yield number, line
