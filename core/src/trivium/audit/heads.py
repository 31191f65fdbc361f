"""Signed heads: from time to time an Ed25519 signature over number and hash of the newest record.

The chain alone shows a changed line; a head shows that nobody has written the whole chain anew. Heads are lines of
JSON in a file of their own, best on another disk; a copy kept where this machine cannot write is the best witness.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.audit.chain import Link, canonical
from trivium.audit.filelock import locked
from trivium.audit.files import open_private
from trivium.files import appear

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

log = logging.getLogger("trivium.audit")

LONGEST_HEAD: Final = 4096
_BLOCK: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    hash: str
    time: float
    """When it was signed, epoch seconds."""
    key: str
    """Which key has signed it: the beginning of the sha256 of the public key."""
    sig: str
    """Hexadecimal; over the canonical JSON of the other fields."""

    @property
    def signed(self) -> bytes:
        return canonical({"seq": self.seq, "hash": self.hash, "time": self.time, "key": self.key})

    def line(self) -> bytes:
        return canonical(
            {"seq": self.seq, "hash": self.hash, "time": self.time, "key": self.key, "sig": self.sig}
        ) + b"\n"  # fmt: skip


def head_of(line: bytes) -> Head | None:
    """The head that a line holds, or None for a line that is not exactly one."""
    try:
        head = Head(**json.loads(line))
        whole = head.line() == line and bytes.fromhex(head.sig).hex() == head.sig
    except (ValueError, TypeError, RecursionError):
        return None
    return head if whole and type(head.seq) is int and isinstance(head.hash, str) else None


class Heads:
    """Signs in a thread of its own, which lives only while there is something to sign: always the newest record.

    Reading the key imports a library, which takes longer than most calls. Heads are for watching: a fault is logged,
    once until it works again, and never comes between a caller and a call.
    """

    def __init__(self, path: Path, key: Path) -> None:
        self.path = path
        self._key_path = key
        self._key: Ed25519PrivateKey | None = None
        self._key_id = ""
        self._changed = threading.Condition()
        self._wanted: Link | None = None
        self._working = False
        self._failed = False
        self._latest: float | None = None

    def ask(self, link: Link) -> None:
        """Have this record signed soon, or a newer one."""
        with self._changed:
            if self._wanted is None or link.seq > self._wanted.seq:
                self._wanted = link
            if self._working:
                return
            self._working = True
        try:
            threading.Thread(target=self._work, name="trivium-audit-heads").start()
        except RuntimeError as error:  # no thread to be had, or the interpreter is ending
            self._fault(error)
            self._done()

    def wait(self) -> None:
        """Until nothing is left to sign."""
        with self._changed:
            self._changed.wait_for(lambda: not self._working)

    def newest(self) -> int:
        """The number of the record that the last head in the file is for, or -1."""
        with suppress(OSError), FileIO(self.path) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST_HEAD))
            for line in reversed(file.read(LONGEST_HEAD).splitlines(keepends=True)):
                if head := head_of(line):
                    return head.seq
        return -1

    def newest_time(self) -> float:
        """The latest time that any head was signed at, or 0.0. All are read, the first time: some 200 bytes each."""
        if self._latest is None:
            self._latest = 0.0
            with suppress(OSError), self.path.open("rb") as file:
                heads = (head_of(line) for line in file)
                self._latest = max((head.time for head in heads if head), default=0.0)
        return self._latest

    def _work(self) -> None:
        while True:
            with self._changed:
                link, self._wanted = self._wanted, None
                if link is None:
                    self._working = False
                    self._changed.notify_all()
                    return
            try:
                self._write(self._sign(link))
                self._failed = False
            except Exception as error:
                self._fault(error)

    def _done(self) -> None:
        with self._changed:
            self._working = False
            self._changed.notify_all()

    def _fault(self, error: Exception) -> None:
        if not self._failed:
            log.error("no head of the audit trail can be signed (%s)", type(error).__name__)
        self._failed = True

    def _sign(self, link: Link) -> Head:
        if self._key is None:
            key = load_or_make_key(self._key_path)
            self._key, self._key_id = key, key_id(key.public_key())
        head = Head(link.seq, link.hash, round(time.time(), 3), self._key_id, "")
        return Head(head.seq, head.hash, head.time, head.key, self._key.sign(head.signed).hex())

    def _write(self, head: Head) -> None:
        with open_private(self.path) as file:
            with locked(file):
                size = file.seek(0, os.SEEK_END)
                line = head.line()
                if size:
                    file.seek(size - 1)
                    if file.read(1) != b"\n":  # somebody died here; what is torn stays, on a line of its own
                        line = b"\n" + line
                if file.write(line) != len(line):
                    file.truncate(size)
                    raise OSError("a head was not written whole")
            os.fsync(file.fileno())


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs heads, made on first need; its public half lies beside it, to be kept elsewhere.

    A new key's public half is added to those that are there: heads that an older one has signed can still be checked.
    Raises `OSError`, and `ValueError` for a file that holds no such key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        appear(path, pem)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} holds no Ed25519 private key")
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    with open(public_key_path(path), "a+b") as file:
        file.seek(0)
        if public not in file.read():
            file.write(public)
    return key


def public_key_path(private: Path) -> Path:
    return private.with_name(f"{private.name}.pub")


def public_keys(pem: bytes) -> dict[str, Ed25519PublicKey]:
    """The keys of a file by their id. Raises `ValueError` for one that holds anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    keys = {}
    for block in _BLOCK.findall(pem):
        try:
            key = load_pem_public_key(block)
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError("a public key cannot be read") from None
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("a public key is not an Ed25519 key")
        keys[key_id(key)] = key
    if not keys or _BLOCK.sub(b"", pem).strip():
        raise ValueError("not only public keys in PEM")
    return keys


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def is_signed(head: Head, key: Ed25519PublicKey) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(bytes.fromhex(head.sig), head.signed)
    except InvalidSignature:
        return False
    return True
