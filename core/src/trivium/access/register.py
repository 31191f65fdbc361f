"""Changes who may come in. The file is replaced as a whole, by one program at a time."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from trivium.access.people import NAME, AccessFault, Entry, Register, Role, digest_of, read

PREFIX: Final = "trv_"
"""Begins every secret, so that one that leaks into a file or a page can be found."""
RESERVED: Final = frozenset({"anonymous", "unknown"})


class BadName(ValueError):
    """A name that nobody can have."""


def grant(path: Path, name: str, role: Role, *, days: float | None = None, now: float | None = None) -> str:
    """A new secret for this person in this role. One given before no longer counts.

    Raises `BadName` and `AccessFault`.
    """
    if not re.fullmatch(NAME, name) or name in RESERVED:
        raise BadName("a name is up to 64 lower case letters, digits and the signs . - _ @ \\")
    secret = PREFIX + secrets.token_urlsafe(32)
    made = time.time() if now is None else now
    entry = Entry(
        name=name,
        role=role,
        sha256=digest_of(secret),
        made=round(made, 3),
        expires=None if days is None else round(made + days * 86400, 3),
    )
    _change(path, lambda one: (one.name, one.role) != (name, role), entry)
    return secret


def withdraw(path: Path, name: str, role: Role | None = None) -> int:
    """How many secrets of this person (in this role) no longer count from here on. Raises `AccessFault`."""
    return _change(path, lambda one: one.name != name or role not in (None, one.role), None)


def _change(path: Path, stays: Callable[[Entry], bool], added: Entry | None) -> int:
    """How many entries were removed.

    The new file is made first and keeps others from changing the register until it has taken its place.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        if added:
            _make_folder(path)
        elif not path.exists():
            return 0
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AccessFault(f"{fresh.name} exists: another change is under way, or was cut off and left it") from None
    except OSError as error:
        raise _unwritable(path, error) from None
    in_place = False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            people = read(path).people
            kept = tuple(entry for entry in people if stays(entry))
            file.write(_as_text(Register(people=(*kept, added) if added else kept)))
            file.flush()
            os.fsync(file.fileno())
        if added or len(kept) < len(people):
            os.replace(fresh, path)
            in_place = True
        return len(people) - len(kept)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        if not in_place:
            fresh.unlink(missing_ok=True)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> AccessFault:
    return AccessFault(f"{path.name} cannot be written ({type(error).__name__})")


def _as_text(register: Register) -> str:
    """An entry a line, as people read and compare it."""
    lines = ",\n".join(f"  {entry.model_dump_json()}" for entry in register.people)
    return f'{{"version": 1, "people": [\n{lines}\n]}}\n'
