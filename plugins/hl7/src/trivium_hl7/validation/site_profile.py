"""What a site has agreed on beside the standard: a TOML document.

title = "Results from the laboratory"
applies_to = ["ORU^R01", "ADT"]              # left out: every message

[[ignore]]                                   # findings that nobody will act on
rule = "table.user_code"                     # or a family: "length.*"
path = "PID"                                 # left out: everywhere

[[required]]                                 # a segment, field or component that must be valued
path = "PV1-19"
messages = ["ADT^A01"]                       # left out: every message the profile applies to

[[optional]]                                 # a field that need not be, whatever the standard says
path = "OBR-4"

[tables.0001]                                # local codes, added to those of the standard ...
codes = ["X"]
replaces = false                             # ... or in their place

[segments.ZPI]                               # a Z segment, or more fields for one of the standard
name = "Local patient data"
fields = [{ number = 1, name = "Category", type = "IS", table = "9001", required = true, max_length = 3 }]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from trivium.api import BadInput, TooLarge
from trivium_hl7 import dictionary
from trivium_hl7.paths import Path, read_path
from trivium_hl7.validation.problems import ProfileProblem
from trivium_hl7.validation.rules import RULES

LONGEST: Final = 262_144
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_PLAIN_KEY: Final = re.compile(r"[A-Z][A-Z0-9]{2}|\d{4}")
"""A key that is a segment id or a table number."""
_MESSAGE: Final = re.compile(r"[A-Z][A-Z0-9]{2}(?:\^[A-Z][A-Z0-9]{2})?")


class _Refused(ValueError):
    """Carries a problem through pydantic, which keeps no more of it than the number."""

    def __init__(self, problem: ProfileProblem) -> None:
        super().__init__(problem.name)


def _path(text: object) -> Path:
    path = read_path(text) if isinstance(text, str) else None
    if path is None or path.occurrence or path.repetition:
        raise _Refused(ProfileProblem.BAD_PATH)
    return path


def _checked(accepts: re.Pattern[str], problem: ProfileProblem) -> AfterValidator:
    def check(text: str) -> str:
        if not accepts.fullmatch(text):
            raise _Refused(problem)
        return text

    return AfterValidator(check)


def _rule(text: str) -> str:
    families = {f"{name.partition('.')[0]}.*" for name in RULES}
    if text not in RULES and text not in families:
        raise _Refused(ProfileProblem.BAD_RULE)
    return text


def _type(text: str) -> str:
    if not dictionary.is_type(text):
        raise _Refused(ProfileProblem.BAD_TYPE)
    return text


Place = Annotated[Path, BeforeValidator(_path)]
MessageName = Annotated[str, _checked(_MESSAGE, ProfileProblem.BAD_MESSAGE)]
TableNumber = Annotated[str, _checked(re.compile(r"\d{4}", re.ASCII), ProfileProblem.BAD_TABLE)]
SegmentId = Annotated[str, _checked(re.compile(r"[A-Z][A-Z0-9]{2}"), ProfileProblem.BAD_SEGMENT)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Ignored(_Model):
    rule: Annotated[str, AfterValidator(_rule)]
    path: Place | None = None

    def covers(self, rule: str, path: Path) -> bool:
        named = rule == self.rule or (self.rule.endswith(".*") and rule.startswith(self.rule[:-1]))
        return named and (self.path is None or self.path.covers(path._replace(occurrence=None, repetition=None)))


class Required(_Model):
    path: Place
    messages: tuple[MessageName, ...] = ()


class Optional(_Model):
    path: Place


class LocalTable(_Model):
    codes: Annotated[tuple[str, ...], Field(min_length=1)]
    replaces: bool = False


class LocalField(_Model):
    number: Annotated[int, Field(ge=1, le=1000)]
    name: str = ""
    type: Annotated[str, AfterValidator(_type)] = "ST"
    required: bool = False
    repeats: bool = True
    table: TableNumber | None = None
    max_length: Annotated[int | None, Field(ge=1)] = None


class LocalSegment(_Model):
    name: str = ""
    fields: tuple[LocalField, ...] = ()

    @model_validator(mode="after")
    def _numbers_differ(self) -> LocalSegment:
        if len({field.number for field in self.fields}) < len(self.fields):
            raise _Refused(ProfileProblem.DUPLICATE)
        return self

    @cached_property
    def by_number(self) -> Mapping[int, LocalField]:
        return {field.number: field for field in self.fields}


class SiteProfile(_Model):
    """A site profile; `title` is all of it that answers repeat."""

    title: Annotated[str, Field(max_length=200)] = ""
    applies_to: tuple[MessageName, ...] = ()
    ignore: tuple[Ignored, ...] = ()
    required: tuple[Required, ...] = ()
    optional: tuple[Optional, ...] = ()
    tables: dict[TableNumber, LocalTable] = Field(default_factory=dict)
    segments: dict[SegmentId, LocalSegment] = Field(default_factory=dict)

    def applies(self, code: str, event: str) -> bool:
        return _names(self.applies_to, code, event)

    def requires(self, code: str, event: str) -> list[Path]:
        return [one.path for one in self.required if _names(one.messages, code, event)]

    def ignores(self, rule: str, path: Path) -> bool:
        return any(one.covers(rule, path) for one in self.ignore)

    def makes_optional(self, segment_id: str, number: int) -> bool:
        return (segment_id, number) in self._optional

    def describes(self, segment_id: str, number: int) -> bool:
        segment = self.segments.get(segment_id)
        return segment is not None and number in segment.by_number

    @cached_property
    def _optional(self) -> frozenset[tuple[str, int]]:
        return frozenset((one.path.segment, one.path.field or 0) for one in self.optional)


_NAMES: Final = frozenset(
    name
    for model in (SiteProfile, Ignored, Required, Optional, LocalTable, LocalField, LocalSegment)
    for name in model.model_fields
)
"""Keys that a profile has by its form."""


def read_profile(text: str, *, where: str = "profile_toml") -> SiteProfile:
    """A site profile from TOML. Raises `BadInput` with a line or key, and `TooLarge`; neither holds a value."""
    if len(text) > LONGEST:
        raise TooLarge(where=where, problem=ProfileProblem.TOO_LARGE, limit=LONGEST)
    try:
        return SiteProfile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        number = int(line[1]) if line else len(text.splitlines())
        raise BadInput(where=f"{where}, line {number},", problem=ProfileProblem.NOT_TOML) from None
    except RecursionError:
        raise BadInput(where=where, problem=ProfileProblem.NOT_TOML) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    problem = _problem(first["type"], str(first.get("ctx", {}).get("error", "")))
    raise BadInput(where=_where(where, first["loc"], problem, text), problem=problem)


def _problem(kind: str, refused: str) -> ProfileProblem:
    if refused in ProfileProblem.__members__:
        return ProfileProblem[refused]
    match kind:
        case "extra_forbidden":
            return ProfileProblem.UNKNOWN_KEY
        case "missing":
            return ProfileProblem.MISSING_KEY
        case _:
            return ProfileProblem.BAD_VALUE


def _where(where: str, steps: Sequence[int | str], problem: ProfileProblem, text: str) -> str:
    """Keys down to the fault, those that a profile has by its form; a key of nobody's is told by its line."""
    if problem is ProfileProblem.UNKNOWN_KEY:
        line = _line_of(str(steps[-1]), text)
        steps, where = steps[:-1], f"{where}, line {line}," if line else where
    names: list[str] = []
    for step in steps:
        if isinstance(step, int):
            names.append(f"entry {step + 1}")
        elif step in _NAMES or _PLAIN_KEY.fullmatch(step):
            names.append(step)
    return " ".join([f"{where.rstrip(',')},", ", ".join(names)]).strip() if names else where


def _line_of(key: str, text: str) -> int | None:
    found = re.compile(rf"[\s\[{{,.\"']*(?:[\w.\"']+\.)?{re.escape(key)}\b")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if found.match(line))
    return next(lines, None)


def _names(messages: Sequence[str], code: str, event: str) -> bool:
    return not messages or code in messages or f"{code}^{event}" in messages
