"""Key pairs: the private half signs licenses and stays with the issuer, the public half lies with the host.

Before the key itself, `KID.pem` may say when it is in use (explanatory text, RFC 7468 section 2)::

    since: 2026-11-23T00:00:00Z
    until: 2027-11-23T00:00:00Z
    -----BEGIN PUBLIC KEY-----

Anything else there could be a condition that this reader does not know, so it makes the key unusable.
"""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.api import PublicKey
from trivium.files import read_small, replace_file, write_new
from trivium.licensing.moments import parsed, utc, written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_KEY_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_LONGEST: Final = 16_384
"""Bytes of a key file."""
_BEGIN: Final = "-----BEGIN PUBLIC KEY-----"
_END: Final = "-----END PUBLIC KEY-----"


class KeyFault(ValueError):
    """Why a file of the key folder cannot be used: its name, the line if one is at fault, and what is wrong."""

    def __init__(self, file: str, problem: str, *, line: int | None = None) -> None:
        super().__init__(f"{file}, line {line}: {problem}" if line else f"{file}: {problem}")


TrustedKeys = Mapping[str, PublicKey | KeyFault]
"""Keys by their id; in the place of one that cannot be used, why."""


def is_key_id(text: str) -> bool:
    """Whether `text.pem` is the name of a public key's file."""
    return re.fullmatch(_KEY_ID, text) is not None and not text.endswith(".private")


def new_key_pair(
    key_id: str,
    *,
    private_folder: Path,
    public_folder: Path,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Path, Path]:
    """Write `KID.private.pem` (readable by its owner only) and `KID.pem`.

    Raises `ValueError` for an id that is no plain file name, `FileExistsError` rather than overwrite a key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not is_key_id(key_id):
        raise ValueError("a key's id is letters, digits, dots, dashes and underscores, at most 64")
    if since and until and until <= since:
        raise ValueError("a key cannot be retired before it comes into use")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private_path = write_new(private_folder / f"{key_id}.private.pem", private, 0o600)
    try:
        return private_path, write_new(public_folder / f"{key_id}.pem", _times(since, until) + public, 0o644)
    except OSError:
        private_path.unlink()
        raise


def _times(since: datetime | None, until: datetime | None) -> bytes:
    lines = [f"{name}: {written(time)}\n" for name, time in (("since", since), ("until", until)) if time]
    return "".join(lines).encode("ascii")


def retire(folder: Path, key_id: str, *, now: float | None = None) -> datetime:
    """Write into a public key that it signs nothing more from now on; what it signed before stays good.

    Licenses carry whole seconds, so it ends with the next one. Raises `OSError`, and `ValueError` for a key that is not
    there, cannot be used or is retired already.
    """
    if not is_key_id(key_id):
        raise ValueError("the key to retire has no id")
    path = folder / f"{key_id}.pem"
    key = read_key(path)
    if key.until is not None:
        raise ValueError(f"{path.name} is retired already, since {written(key.until)}")
    until = utc(int(time.time() if now is None else now) + 1)
    if key.since is not None and until <= key.since:
        raise ValueError(f"{path.name} comes into use only on {written(key.since)}")
    replace_file(path, _times(None, until) + read_small(path, _LONGEST), stat.S_IMODE(path.stat().st_mode))
    return until


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Raises `OSError`, and `ValueError` when the file holds no Ed25519 private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} holds no Ed25519 private key")  # the file is wrong, not a type
    return key


def key_files(folder: Path) -> list[Path]:
    """The files of public keys in a folder. One that is absent holds none. Raises `OSError`."""
    try:
        found = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    return [path for path in found if path.suffix == ".pem" and not path.name.endswith(".private.pem")]


def load_keys(folder: Path) -> dict[str, PublicKey | KeyFault]:
    """The public keys of a folder by their id; one that cannot be used takes no other with it. Raises `OSError`."""
    keys: dict[str, PublicKey | KeyFault] = {}
    for path in key_files(folder):
        try:
            keys[path.stem] = read_key(path)
        except KeyFault as fault:
            keys[path.stem] = fault.with_traceback(None)
    return keys


def read_key(path: Path) -> PublicKey:
    """Raises `KeyFault`."""
    file = ascii(path.name)[1:-1]
    if not is_key_id(path.stem):
        raise KeyFault(file, "its name is not the id of a key")
    try:
        content = read_small(path, _LONGEST)
    except OSError as error:
        raise KeyFault(file, f"cannot be read ({type(error).__name__})") from None
    except ValueError:
        raise KeyFault(file, "is too long to be a key") from None
    reader = _Reader(file)
    for number, line in enumerate(content.split(b"\n"), 1):
        reader.take(number, line)
    try:
        public_key_in(reader.pem)
    except ValueError:
        raise KeyFault(file, "holds no Ed25519 public key") from None
    times = reader.times
    if "since" in times and "until" in times and times["until"] <= times["since"]:
        raise KeyFault(file, "until is not after since")
    return PublicKey(path.stem, reader.pem, since=times.get("since"), until=times.get("until"))


def public_key_in(pem: bytes) -> Ed25519PublicKey:
    """Raises `ValueError` for anything but the public half of an Ed25519 key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 public key")  # the content is wrong, not a type
    return key


class _Reader:
    """Takes a key file line by line: times, then the key, then nothing."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.times: dict[str, datetime] = {}
        self.block: list[str] = []

    @property
    def pem(self) -> bytes:
        return "".join(f"{line}\n" for line in self.block).encode("ascii")

    def take(self, number: int, raw: bytes) -> None:
        """Raises `KeyFault`."""
        try:
            line = raw.decode("ascii").strip(" \t\r")
        except UnicodeDecodeError:
            raise KeyFault(self.file, "holds something else than plain characters", line=number) from None
        inside = self.block and self.block[-1] != _END
        if inside or (line == _BEGIN and not self.block):
            self.block.append(line)
        elif line and self.block:
            raise KeyFault(self.file, "there is something after the key", line=number)
        elif line:
            self._take_time(number, line)

    def _take_time(self, number: int, line: str) -> None:
        name, _, value = line.partition(":")
        if name not in ("since", "until"):
            raise KeyFault(self.file, "is neither since, until nor the beginning of a public key", line=number)
        if name in self.times:
            raise KeyFault(self.file, f"{name} is said twice", line=number)
        try:
            self.times[name] = parsed(value.strip())
        except ValueError:
            raise KeyFault(self.file, f"{name} is not a time of the form 2026-11-23T00:00:00Z", line=number) from None
