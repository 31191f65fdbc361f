"""Places in a message that a caller chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trivium.api import BadInput
from trivium_hl7.paths import Path, read_path
from trivium_hl7.problems import ReferenceProblem

_MOST: Final = 20


def chosen_paths(entries: Sequence[str], *, where: str, most: int = _MOST) -> list[Path]:
    """The places that the entries of an argument name. Raises `BadInput` with the entry that names none."""
    if len(entries) > most:
        raise BadInput(where=where, problem=ReferenceProblem.TOO_MANY, limit=most)
    chosen = []
    for number, entry in enumerate(entries, 1):
        path = read_path(entry)
        if path is None:
            raise BadInput(where=f"{where}, entry {number},", problem=ReferenceProblem.NOT_A_PATH)
        chosen.append(path)
    return chosen
