"""Reads one record of the trail without trusting that its fields are what they should be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from trivium.audit.message import clean

MOST: Final = 50
"""Entries of a list that are read, such as patients."""
_MOST_COUNTS: Final = 20
_LAST_TIME: Final = 253_402_300_799.0
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Record:
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.body.get(name)
        return clean(value) if isinstance(value, str | int | float) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.body.get(name)
        if not isinstance(values, list):
            return ()
        return tuple(dict.fromkeys(clean(value) for value in values[:MOST] if isinstance(value, str) and value))

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.body.get(name)
        return value if isinstance(value, dict) else {}

    def counts(self, name: str) -> dict[str, int]:
        """Whole numbers by name."""
        found = [(clean(k, 64), v) for k, v in self.mapping(name).items() if type(v) is int and abs(v) < 2**63]
        return dict(found[:_MOST_COUNTS])

    def true(self, name: str) -> bool:
        return self.body.get(name) is True

    @property
    def time(self) -> float:
        """Epoch seconds; 0 where the record has no time that a calendar knows."""
        value = self.body.get("time")
        if isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= _LAST_TIME:
            return float(value)
        return 0.0

    @property
    def seq(self) -> int:
        value = self.body.get("seq")
        return value if isinstance(value, int) else -1
