"""The patterns, written down as data in `data/*.toml`, and how one is found by name."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from trivium_hl7.patterns.explanation import Transport


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Actor(_Entry):
    id: str
    name: str
    role: str = ""
    ihe: tuple[str, ...] = ()
    """The actors of IHE that this system plays."""


class Step(_Entry):
    """A message from one to another, or a note over some of them."""

    sender: str = Field("", alias="from")
    receiver: str = Field("", alias="to")
    message: str = ""
    """Of HL7 v2, as `ADT^A01`."""
    version: str = "2.5.1"
    dicom: str = ""
    """A DICOM service."""
    soap: str = ""
    what: str = ""
    transaction: str = ""
    scenario: str = ""
    """Words for the sample."""
    reply: bool = False
    optional: bool = False
    over: tuple[str, ...] = ()
    note: str = ""

    @property
    def transport(self) -> Transport:
        if self.message:
            return "HL7 v2"
        return "DICOM" if self.dicom else "SOAP" if self.soap else "none"

    @property
    def code(self) -> str:
        return self.message.partition("^")[0]

    @property
    def event(self) -> str:
        return self.message.partition("^")[2]


class Pitfall(_Entry):
    says: str
    source: str


class Counterpart(_Entry):
    """The same thing in three standards."""

    what: str
    hl7: str
    dicom: str | None = None
    fhir: str | None = None


class Pattern(_Entry):
    title: str
    summary: str
    names: tuple[str, ...]
    """What people call it; the first is its name."""
    profile: str = ""
    """Of IHE, as the knowledge file names it."""
    transactions: dict[str, str] = Field(default_factory=dict)
    """Names of transactions that the knowledge file does not name."""
    actors: tuple[Actor, ...]
    steps: tuple[Step, ...]
    pitfalls: tuple[Pitfall, ...]
    counterparts: tuple[Counterpart, ...]


class Found(NamedTuple):
    pattern: Pattern | None
    near: tuple[Pattern, ...]
    """Patterns that the words fit as well, or all of them where they fit none."""


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, by name."""
    folder = resources.files("trivium_hl7.patterns") / "data"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(Pattern.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def find(name: str) -> Found:
    """By one of its names, else by the words: the pattern that has most of them, if it is one alone."""
    asked = _words(name)
    for pattern in patterns():
        if any(_words(known) == asked for known in pattern.names):
            return Found(pattern, ())
    scores = [(_fit(pattern, set(asked)), pattern) for pattern in patterns()]
    best = max(score for score, _ in scores)
    fitting = tuple(pattern for score, pattern in scores if score == best) if best else ()
    if len(fitting) == 1:
        return Found(fitting[0], tuple(pattern for score, pattern in scores if 0 < score < best))
    return Found(None, fitting or patterns())


def _fit(pattern: Pattern, asked: set[str]) -> int:
    """How many of the words stand in its names and title; words of transactions and messages count too."""
    own = {word for text in (*pattern.names, pattern.title) for word in _words(text)}
    carried = {word for step in pattern.steps for word in (step.transaction.lower(), *_words(step.message)) if word}
    return 2 * len(asked & own) + len(asked & carried)


def _words(text: str) -> list[str]:
    """Lower case; `RAD-4` and `SWF.b` stay whole, and what says nothing is left out."""
    words = re.findall(r"[a-z0-9]+(?:[-.][a-z0-9]+)*", text.lower().replace("xds-i", "xdsi"))
    return [
        word
        for word in words
        if word not in {"the", "a", "of", "to", "and", "in", "for", "with", "pattern", "integration"}
    ]
