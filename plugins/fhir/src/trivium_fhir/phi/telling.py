"""What a resource tells of a person, for those who carry its values elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from trivium.api import Kind
from trivium_fhir.phi.writer import composed

_SHORTEST: Final = 3
"""A shorter text says nothing by itself, and many codes are equal to it."""
_SHOWN: Final = frozenset({Kind.DATE, Kind.ORDER, Kind.UID})


def told(resources: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The texts that are withheld when these resources are shown. Raises `TooLarge` as `composed` does."""
    parts = (part for one in resources for part in composed(one).parts if part.phi and part.phi not in _SHOWN)
    texts = (json.loads(f'"{part.text}"') for part in parts)
    return frozenset(text for text in texts if len(text) >= _SHORTEST)
