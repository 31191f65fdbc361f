"""What a writer does about a trail that is not as it was left.

Nothing is lost silently: what was found goes on record as an event `repaired`, before the record that was to be
written, and `verify` judges it. What can be found:

`torn line`           bytes after the last whole line; moved into `audit.jsonl.torn-N`. Only a writer that died leaves
                      them: a live one takes back what it could not write whole, and writers hold the lock.
`records missing`     the tip, or this process itself, knows of later records. The numbers of those are not used again.
`records unconfirmed` records that the tip does not know of. A process that died just before it wrote the tip leaves
                      one; more are the work of somebody who does not have the key, or of a loss of power.
`last record differs` from what the tip says.
`tip missing`, `tip unreadable`
`file set aside`      the work of `Trail.repair`.

A last line that is whole and yet no record is nothing that a crash leaves, so nobody goes on from it unasked: records
cannot be written, and calls that need one are refused, until an operator runs `Trail.repair`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Final

from trivium.audit.chain import LONGEST, START, Link, link_of, record_of
from trivium.audit.files import closed_files, flush_folder, open_private

_WINDOW: Final = 4096
_LONGEST_TEAR: Final = 4 * LONGEST


_REPAIR: Final = "`trivium audit repair` sets it aside"


class Damaged(ValueError):
    """The trail cannot go on as it is. The text says why, and holds nothing from any file."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a file."""

    size: int
    """Bytes up to the end of the last whole line."""
    torn: bytes
    """What stands after it."""
    record: Mapping[str, Any] | None
    """The last record; None in a file without whole lines."""


def tail_of(file: FileIO) -> Tail:
    """Raises `OSError`, and `Damaged` when the last whole line is no record."""
    size = file.seek(0, os.SEEK_END)
    window = _WINDOW
    while True:
        start = max(0, size - window)
        file.seek(start)
        *whole, torn = file.read(size - start).split(b"\n")
        if len(torn) > _LONGEST_TEAR:
            raise Damaged(f"ends in something that is no record; {_REPAIR}")
        if len(whole) > 1 or (whole and not start):
            record = record_of(whole[-1] + b"\n")
            if record is None:
                raise Damaged(f"has a last line that is no record; {_REPAIR}")
            return Tail(size - len(torn), torn, record)
        if not start:
            return Tail(0, torn, None)
        window *= 4


def last_link(tail: Tail, trail: Path) -> Link:
    """What the trail's last record is, wherever it stands. Raises `OSError` and `Damaged`."""
    record = tail.record
    if record is None and (closed := closed_files(trail)):
        with FileIO(closed[-1].path) as file:
            record = tail_of(file).record
    return (record and link_of(record)) or START


def judge(last: Link, tip: Link | None, tip_content: bytes, known: Link | None) -> tuple[Link, list[dict[str, Any]]]:
    """What the next record is chained to, and what has to be said first.

    `last` is what the trail ends with, `tip` what the tip vouches for, `known` what this process wrote or saw last.
    """
    found = []
    if tip is None and (tip_content or last != START):
        found.append(_repaired("tip unreadable" if tip_content else "tip missing"))
    witnessed = max((link for link in (tip, known) if link), default=START)
    if witnessed.seq > last.seq:
        return witnessed, [*found, _repaired("records missing", first=last.seq + 1, last=witnessed.seq)]
    if tip and tip.seq < last.seq:
        found.append(_repaired("records unconfirmed", first=tip.seq + 1, last=last.seq))
    elif witnessed.seq == last.seq and witnessed.hash != last.hash:
        found.append(_repaired("last record differs"))
    return last, found


def keep_torn(trail: Path, seq: int, torn: bytes) -> dict[str, Any]:
    """Keep the bytes of a torn line beside the trail; the record that says so. Raises `OSError`."""
    path = trail.with_name(f"{trail.name}.torn-{seq}")
    number = 0
    while path.exists() and path.read_bytes() != torn:
        number += 1
        path = trail.with_name(f"{trail.name}.torn-{seq}-{number}")
    with open_private(path) as file:
        if file.write(torn) != len(torn):
            raise OSError("a torn line could not be kept")
        os.fsync(file.fileno())
    flush_folder(path.parent)
    return _repaired("torn line", file=path.name, bytes=len(torn), sha256=hashlib.sha256(torn).hexdigest())


def keep_file(trail: Path) -> dict[str, Any]:
    """Set a damaged file aside under another name; the record that says so. Raises `OSError`."""
    number = 0
    while (path := trail.with_name(f"{trail.name}.damaged-{number}")).exists():
        number += 1
    trail.rename(path)
    flush_folder(path.parent)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        return _repaired("file set aside", file=path.name, bytes=file.tell(), sha256=found)


def kept_files(trail: Path) -> list[Path]:
    """Torn lines and damaged files that were set aside. Raises `OSError`."""
    beginnings = (f"{trail.name}.torn-", f"{trail.name}.damaged-")
    return sorted(path for path in trail.parent.iterdir() if path.name.startswith(beginnings))


def _repaired(what: str, **facts: Any) -> dict[str, Any]:
    return {"event": "repaired", "what": what, **facts}
