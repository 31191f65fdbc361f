"""The lock file: which plugins this host may import, and what they offered, as it was when somebody looked at it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trivium.files import replace_file
from trivium.host.distributions import read_regular

LARGEST: Final = 32 * 1024 * 1024
"""Bytes. Four plugins take 100 kB."""


class LockFault(ValueError):
    """A lock file that cannot be gone by. Names the file and, where it can be told, the line."""


class LockedPlugin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    distribution: str
    version: str
    record: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the distribution's RECORD, in hexadecimal."""
    files: dict[str, str]
    """What that RECORD lists, to tell later which files have changed."""
    tools: dict[str, dict[str, Any]]
    """The definition of each tool, resource and prompt (`trivium.host.definitions`)."""


class Lock(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    plugins: dict[str, LockedPlugin]

    def text(self) -> str:
        """In one fixed order, a line for each fact, and in ASCII: what cannot be seen on a screen can be seen here."""
        return json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True) + "\n"


def read_lock(file: Path) -> Lock:
    """Raises `LockFault`."""
    try:
        content = read_regular(str(file))
    except FileNotFoundError:
        raise LockFault(f"there is no {file.name}; `trivium plugins lock` writes it") from None
    except (OSError, ValueError) as error:
        raise LockFault(f"{file.name} cannot be read ({type(error).__name__})") from None
    return _parsed(content, file.name)


def _parsed(content: bytes, name: str) -> Lock:
    try:
        if len(content) > LARGEST:
            raise LockFault(f"{name} is too large to be a lock")
        text = content.decode("utf-8")
        return Lock.model_validate(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except json.JSONDecodeError as error:
        raise LockFault(f"{name}, line {error.lineno}: {error.msg}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LockFault(f"{name}, line {line}: not UTF-8") from None
    except RecursionError:
        raise LockFault(f"{name} is nested too deeply to be a lock") from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise LockFault(f"{name}, line {_line(text, fault['loc'])}: {place}: {fault['msg']}") from None
    except ValueError as error:
        raise LockFault(str(error) if isinstance(error, LockFault) else f"{name}: {error}") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice has no one meaning."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _line(text: str, location: Sequence[str | int]) -> int:
    """The line of the last name on the way to a fault that stands in the text."""
    at = 0
    for name in location:
        found = text.find(json.dumps(name), at) if isinstance(name, str) else -1
        if found >= 0:
            at = found
    return text.count("\n", 0, at) + 1


def write_lock(lock: Lock, file: Path) -> None:
    """The file appears whole or stays as it was. Raises `OSError`."""
    replace_file(file, lock.text().encode("ascii"), 0o644)
