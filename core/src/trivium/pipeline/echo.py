"""What the host put into a call does not come out of it again.

A caller chooses where in a message a stand-in stands: a record number can be made a control id or a result, which are
shown. Whatever a tool makes of it, in its answer the stand-in stands where the value would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from trivium.api import Kind
from trivium.privacy.stand_ins import LETTERS, PREFIXES, StandIns
from trivium.privacy.text import KindName, Lines

_SHORTEST: Final = 3
"""Characters of a value that is looked for; a shorter one would be found in everything."""
_BOUNDED: Final = 3
"""Characters up to which a value counts only where no letter or digit stands beside it."""
_CUT: Final = 20
"""Characters from which on a text may have been cut, in the middle of a value."""
_OWN: Final = rf"\[withheld: [a-z_]+\]|(?:{'|'.join(PREFIXES.values())})(?:-[{LETTERS}]{{4}}){{3}}"
"""What the host has written itself."""
_DIGITS: Final = re.compile(rf"\d{{{_SHORTEST},18}}", re.ASCII)


@dataclass(frozen=True)
class Echo:
    """Values that were put into a call, each with its stand-in."""

    put: Mapping[str, str] = field(default_factory=dict, repr=False)

    def without(self, kinds: frozenset[Kind], stand_ins: StandIns) -> Echo:
        """Less the values of kinds that are shown."""
        if not self.put or not kinds:
            return self
        return Echo({value: one for value, one in self.put.items() if stand_ins.kind_of(one) not in kinds})

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Those of the values that a tool can have read as a number."""
        return frozenset(int(value) for value in self.put if _DIGITS.fullmatch(value))

    def holds(self, text: str) -> bool:
        """Whether one of the values stands in this text."""
        return bool(self.put) and self.silenced(text) != text

    def silenced(self, content: Any) -> Any:
        """JSON values with the stand-ins in the place of their values."""
        return self._search.value(content) if self._search else content

    @cached_property
    def _search(self) -> _Search | None:
        wanted = {value: stand_in for value, stand_in in self.put.items() if len(value) >= _SHORTEST}
        return _Search(wanted) if wanted else None


NO_ECHO: Final = Echo()


class _Search:
    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._wanted = {value.casefold(): stand_in for value, stand_in in wanted.items()}
        self._beginnings = {
            value[:length]: stand_in
            for value, stand_in in self._wanted.items()
            for length in range(_SHORTEST, len(value))
        }
        self._longest = max(map(len, self._wanted))
        forms = [_form(value) for value in sorted({*wanted, *self._wanted}, key=len, reverse=True)]
        self._pattern = re.compile(f"(?P<own>{_OWN})|(?P<value>{'|'.join(forms)})", re.IGNORECASE)

    def value(self, content: Any) -> Any:
        if isinstance(content, dict):
            return {self.value(key): self.value(one) for key, one in content.items()}
        if isinstance(content, list):
            return [self.value(one) for one in content]
        if isinstance(content, str):
            text = self._text(content)
            return type(content)(text) if isinstance(content, Lines | KindName) else text
        return content

    def _text(self, text: str) -> str:
        folded = text.casefold()
        if any(value in folded for value in self._wanted):  # much quicker than the pattern
            text = self._pattern.sub(self._instead, text)
        return self._without_end(text) if len(folded) >= _CUT else text

    def _instead(self, found: re.Match[str]) -> str:
        return found[0] if found["own"] else self._wanted.get(found[0].casefold(), "[withheld]")

    def _without_end(self, text: str) -> str:
        """Without the beginning of a value at its end, where it was cut."""
        for length in range(min(self._longest - 1, len(text)), _SHORTEST - 1, -1):
            if stand_in := self._beginnings.get(text[-length:].casefold()):
                return f"{text[:-length]}{stand_in}"
        return text


def _form(value: str) -> str:
    written = re.escape(value)
    return written if len(value) > _BOUNDED else rf"(?<![^\W_]){written}(?![^\W_])"
