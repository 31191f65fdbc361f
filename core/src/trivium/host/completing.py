"""What an argument of a resource or a prompt can be, asked of its plugin while somebody types.

No call: nothing is read or done, so nothing is recorded and nobody is asked. A plugin that fails, or thinks for too
long, has no suggestion.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from trivium.api import PromptSpec, ResourceSpec
from trivium.pipeline import Workers
from trivium.pipeline.run import THREADS_PER_PLUGIN

log = logging.getLogger("trivium.host")

MOST: Final = 100
"""Values of one answer, by the protocol."""
LONGEST: Final = 1_000
"""Characters of what was typed, of a chosen argument, and of a value."""
COUNTED: Final = 10_000
"""Values that are looked at."""
TIMEOUT: Final = 5.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Completions:
    values: tuple[str, ...]
    total: int
    """With those that are not among the values."""


NOTHING: Final = Completions((), 0)


async def complete(
    spec: ResourceSpec | PromptSpec, plugin: str, argument: str, typed: str, chosen: Mapping[str, str], workers: Workers
) -> Completions:
    """`chosen` has other arguments; those that the resource or prompt does not have are left out."""
    completer, room = spec.complete.get(argument), f"{plugin} (completion)"
    if completer is None or len(typed) > LONGEST or workers.stuck(room) >= THREADS_PER_PLUGIN:
        return NOTHING
    known = spec.tool.input.model_fields
    context = {name: value for name, value in chosen.items() if name in known and len(value) <= LONGEST}
    try:
        found = await workers.call(_listed, {"of": (completer, typed, context)}, plugin=room, timeout=TIMEOUT)
    except Exception as error:
        log.warning("plugin %s failed to complete an argument of %s (%s)", plugin, spec.name, type(error).__name__)
        return NOTHING
    return Completions(tuple(found[:MOST]), len(found))


def _listed(of: tuple[Any, str, dict[str, str]]) -> list[str]:
    """In the thread of the completer, as it may give an iterator."""
    completer, typed, chosen = of
    values = list(islice(completer(typed, chosen), COUNTED))
    if not all(isinstance(value, str) for value in values):
        raise TypeError("no text")
    return [value for value in dict.fromkeys(values) if len(value) <= LONGEST]
