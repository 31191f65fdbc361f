"""The list of revoked licenses: an id a line, `#` begins a comment. A list that cannot be read revokes everything."""

from __future__ import annotations

import stat
import time
from pathlib import Path
from typing import Final

from trivium.files import read_small, replace_file
from trivium.licensing.claims import is_text, is_uuid, license_id
from trivium.licensing.document import LicenseFault, LicenseState
from trivium.licensing.moments import utc

_LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a list: some hundred thousand ids."""


def read_revoked(path: Path) -> frozenset[str]:
    """The ids as `License.id` has them. A file that is absent revokes nothing. Raises `LicenseFault`."""
    return _ids(path.name, _content(path))


def add_revoked(path: Path, id_: str, *, reason: str = "", now: float | None = None) -> bool:
    """Put an id on the list, with the day and the reason in a comment; False if it stands there already.

    Raises `ValueError` for what is no id or a reason of more than one line, `LicenseFault` for a list that cannot be
    read, and `OSError`.
    """
    wanted = license_id(id_)
    if wanted is None:
        raise ValueError("that is not the id of a license")
    if reason and not is_text(reason):
        raise ValueError("the reason is not one line of at most 200 printable characters")
    content = _content(path)
    if wanted in _ids(path.name, content):
        return False
    if content and not content.endswith(b"\n"):
        content += b"\n"
    day = utc(time.time() if now is None else now)
    comment = f"{day:%Y-%m-%d} {reason.strip()}".rstrip()
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    replace_file(path, content + f"{wanted}  # {comment}\n".encode(), mode)
    return True


def _content(path: Path) -> bytes:
    try:
        return read_small(path, _LONGEST)
    except FileNotFoundError:
        if not path.is_symlink():  # a link that leads nowhere was meant to lead to a list
            return b""
        reason = "FileNotFoundError"
    except (OSError, ValueError) as error:
        reason = type(error).__name__
    raise LicenseFault(LicenseState.INVALID, f"the list of revoked licenses, {path.name}, cannot be read ({reason})")


def _ids(file: str, content: bytes) -> frozenset[str]:
    *whole, last = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")  # some editors begin with a mark
    ids = {_id(file, number, line, ended=True) for number, line in enumerate(whole, 1)}
    ids.add(_id(file, len(whole) + 1, last, ended=False))
    return frozenset(id_ for id_ in ids if id_)


def _id(file: str, number: int, line: bytes, *, ended: bool) -> str:
    """The id of a line, or nothing. A last line without an end may be the half of one: only a UUID shows that it is
    whole.
    """
    try:
        before, comment, _ = line.decode("utf-8").partition("#")
    except UnicodeDecodeError:
        raise _fault(file, number, "is not text") from None
    word = before.strip(" \t\r")
    if not word:
        return ""
    id_ = license_id(word)
    if id_ is None:
        raise _fault(file, number, "is not the id of a license")
    if not (ended or comment or is_uuid(id_)):
        raise _fault(file, number, "may be cut off, as it does not end with a line break")
    return id_


def _fault(file: str, number: int, problem: str) -> LicenseFault:
    return LicenseFault(LicenseState.INVALID, f"{file}, line {number}: {problem}")
