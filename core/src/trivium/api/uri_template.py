"""URI templates of RFC 6570, level 1: `hl7://{version}/segment/{id}`.

A variable stands for a part between slashes, or for what is left of it beside a fixed beginning and end; so a URI fits
a template in one way or not at all, and whether two templates can fit the same URI can be told beforehand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

LONGEST: Final = 2_000
"""Characters of a URI that is looked at."""
_TEMPLATE: Final = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._~!$&'()*+,;=:@/{}-]{1,200}")
_PART: Final = re.compile(r"([^{}]*)(?:\{([a-z][a-z0-9_]*)\}([^{}]*))?")
_NO_EXPANSION: Final = re.compile(r"[?#{}\s]|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two slashes; without a variable, `begin` is the whole of it."""

    begin: str
    variable: str | None
    end: str

    def value(self, text: str) -> str | None:
        """What the variable stands for in a decoded text, which is empty without one; None if the text does not fit."""
        if self.variable is None:
            return "" if text == self.begin else None
        inner = text[len(self.begin) : len(text) - len(self.end)]
        return inner if inner and text == f"{self.begin}{inner}{self.end}" else None

    def overlaps(self, other: Part) -> bool:
        """Whether some text fits both."""
        if self.variable is None:
            return other.value(self.begin) is not None
        if other.variable is None:
            return self.value(other.begin) is not None
        begins, ends = sorted([self.begin, other.begin], key=len), sorted([self.end, other.end], key=len)
        return begins[1].startswith(begins[0]) and ends[1].endswith(ends[0])


@dataclass(frozen=True, slots=True)
class UriTemplate:
    text: str
    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> UriTemplate:
        """A URI without variables is a template too. Raises `ValueError`."""
        if not _TEMPLATE.fullmatch(text):
            raise ValueError("it is no URI of the form scheme://part/{variable}, in ASCII and without query")
        found = [_PART.fullmatch(part) for part in text.split("/")]
        parts = tuple(Part(one[1], one[2], one[3] or "") for one in found if one)
        names = [part.variable for part in parts if part.variable]
        if len(parts) < len(found) or len(names) > len(set(names)):
            raise ValueError("it has at most one {variable} between two slashes, and each once")
        return cls(text, parts)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(part.variable for part in self.parts if part.variable)

    def match(self, uri: str) -> dict[str, str] | None:
        """The variables' values, percent-decoded, if this URI fits."""
        if uri.count("/") != len(self.parts) - 1 or (texts := _decoded(uri)) is None:
            return None
        values: dict[str, str] = {}
        for part, text in zip(self.parts, texts, strict=True):
            if (value := part.value(text)) is None:
                return None
            if part.variable:
                values[part.variable] = value
        return values

    def overlaps(self, other: UriTemplate) -> bool:
        """Whether some URI fits both."""
        return len(self.parts) == len(other.parts) and all(map(Part.overlaps, self.parts, other.parts))


def _decoded(uri: str) -> list[str] | None:
    """A URI's parts, the scheme in lower case (RFC 3986, 3.1); None for what is none, or too long."""
    if len(uri) > LONGEST or _NO_EXPANSION.search(uri):
        return None
    scheme, *rest = uri.split("/")
    try:
        return [scheme.lower(), *(unquote(part, errors="strict") for part in rest)]
    except UnicodeDecodeError:
        return None
