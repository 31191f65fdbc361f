"""Reads who may come in: `access.json` in the home folder.

A secret is 32 random bytes, so a plain SHA-256 of it is all the file needs to keep (a slow hash protects passwords that
people choose). Anything wrong with the file keeps everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trivium.files import Identity, identity

NAME: Final = r"^[a-z0-9][a-z0-9._@\\-]{0,63}$"
"""Lower case, so that two names that look alike are alike. `@` and the backslash are there for accounts of a domain:
who approves needs the name of the account under which he calls.
"""


FILE: Final = "access.json"
"""Its name in the home folder."""

Moment = Annotated[float, Field(ge=0, le=253402300799)]
"""Seconds since 1970, up to the year 9999."""


class AccessFault(Exception):
    """Nobody can come in. The text names the file, its line or entry, and never a secret."""


class Role(StrEnum):
    CALLER = "caller"
    """Calls tools."""
    APPROVER = "approver"
    """Looks at what waits for approval, and decides."""


class Entry(BaseModel):
    """One secret of one person in one role."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=NAME)]
    role: Role
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    made: Moment
    expires: Moment | None


class Register(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1] = 1
    people: tuple[Entry, ...] = ()


class People:
    """The register, read again whenever the file has changed."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._read: tuple[Identity | None, tuple[Entry, ...]] = (None, ())
        """What the file looked like, and who stood in it: one value, as many threads ask at a time."""

    def entries(self) -> tuple[Entry, ...]:
        """Everybody in the file, expired or not. Raises `AccessFault`."""
        now = _stamp(self._path)
        if now is None:
            return ()
        seen, entries = self._read
        if now != seen:
            entries = read(self._path).people
            self._read = (now, entries)
        return entries

    def who(self, secret: str) -> Entry | None:
        """Whose secret this is; None for one that is unknown, withdrawn or expired. Raises `AccessFault`."""
        digest = digest_of(secret)
        found: Entry | None = None
        for entry in self.entries():  # all of them, so that the time taken tells nothing
            if hmac.compare_digest(entry.sha256, digest):
                found = entry
        return found if found is not None and self.good(found) else None

    def good(self, entry: Entry) -> bool:
        """Whether an entry is still in the file and has not expired. Raises `AccessFault`."""
        return entry in self.entries() and (entry.expires is None or self._clock() < entry.expires)

    def anybody(self) -> bool:
        """Whether anybody at all can come in. Raises `AccessFault`."""
        return any(self.good(entry) for entry in self.entries())


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def read(path: Path) -> Register:
    """The register; empty where there is no file. Raises `AccessFault`."""
    try:
        if sys.platform != "win32" and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise AccessFault(f"{path.name} can be written by other accounts (chmod 600 {path.name})")
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Register()
    except OSError as error:
        raise AccessFault(f"{path.name} cannot be read ({type(error).__name__})") from None
    except json.JSONDecodeError as error:
        raise AccessFault(f"{path.name}, line {error.lineno}: is not JSON") from None
    except (ValueError, RecursionError):
        raise AccessFault(f"{path.name} is not JSON") from None
    try:
        register = Register.model_validate(raw)
    except ValidationError as error:
        raise AccessFault(f"{path.name}, {_place(error)}") from None
    for part in ("sha256", "name"):
        _check_once(path, register, part)
    return register


def _place(error: ValidationError) -> str:
    """Where the first fault is: an entry's number as people count, and the field. Never a value, nor a foreign name."""
    where = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    number = next((part for part in where if isinstance(part, int)), None)
    field = next((part for part in where if part in Entry.model_fields), None)
    place = "the file" if number is None else f"entry {number + 1}"
    return f"{place}: {field or 'it'} is not as `trivium access grant` writes it"


def _check_once(path: Path, register: Register, part: str) -> None:
    """One secret belongs to one person, and one person has one secret for each role."""
    seen: set[tuple[str, ...]] = set()
    for number, entry in enumerate(register.people, start=1):
        key = (entry.sha256,) if part == "sha256" else (entry.name, entry.role)
        if key in seen:
            raise AccessFault(f"{path.name}, entry {number}: is there twice")
        seen.add(key)


def _stamp(path: Path) -> Identity | None:
    """Changes whenever the file is replaced or written. Raises `AccessFault`."""
    try:
        return identity(os.stat(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AccessFault(f"{path.name} cannot be read ({type(error).__name__})") from None
