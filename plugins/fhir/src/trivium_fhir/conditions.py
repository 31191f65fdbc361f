"""The guide's conditions: read from their expression form, said in English.

An expression is `["valued", f]`, `["eq", f, v]`, `["same", f, g]`, `["in", f, [v, ..] or {"ref": url}]`,
`["count", f, op, n]`, `["len", f, op, n]`, `["not", x]`, `["and", x, ..]` or `["or", x, ..]`, where `f` is a field
(`PID-3`), a component of a data type (`CX.4`) or a segment (`ORC`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Rename: TypeAlias = Callable[[str], str]

_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_OPPOSITE: Final = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_AMOUNT: Final = {
    "=": "exactly {n}",
    "!=": "any number but {n} of",
    "<": "fewer than {n}",
    "<=": "at most {n}",
    ">": "more than {n}",
    ">=": "at least {n}",
}
_LENGTH: Final = {
    "=": "exactly {n} characters long",
    "!=": "not {n} characters long",
    "<": "shorter than {n} characters",
    "<=": "at most {n} characters long",
    ">": "longer than {n} characters",
    ">=": "at least {n} characters long",
}


@dataclass(frozen=True, slots=True)
class Valued:
    field: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Equals:
    """The field holds one of these values."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InList:
    """The field holds a value of a published list."""

    field: str
    url: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """Two fields hold the same value."""

    field: str
    other: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """How often a field repeats (`count`) or how long it is (`len`), compared with a number."""

    field: str
    what: str
    operator: str
    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """All (`and`) or any (`or`) of the parts."""

    word: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Valued | Equals | InList | Same | Measured | Group


def read_condition(expression: object, rename: Rename = str, *, negated: bool = False) -> Condition:
    """Make a condition of an expression, with every `not` pushed down to what it denies and every field renamed.

    Raises `ValueError` for anything that is not such an expression.
    """
    match expression:
        case ["not", inner]:
            return read_condition(inner, rename, negated=not negated)
        case ["and" | "or" as word, *parts]:
            denied = {"and": "or", "or": "and"}[word] if negated else word
            return grouped(denied, [read_condition(part, rename, negated=negated) for part in parts])
        case ["valued", str(field)]:
            return Valued(rename(field), negated)
        case ["eq", str(field), str(value)]:
            return Equals(rename(field), (value,), negated)
        case ["same", str(field), str(other)]:
            return Same(rename(field), rename(other), negated)
        case ["in", str(field), {"ref": str(url)}]:
            return InList(rename(field), url, negated)
        case ["in", str(field), [*values]]:
            return Equals(rename(field), tuple(str(value) for value in values), negated)
        case ["count" | "len" as what, str(field), str(operator), int(number)] if operator in _OPPOSITE:
            return Measured(rename(field), what, _OPPOSITE[operator] if negated else operator, number)
    raise ValueError("not a condition of the guide")


def grouped(word: str, parts: Sequence[Condition]) -> Condition:
    """One group: groups of the same kind are merged, repeats left out, a group of one is that one."""
    flat: list[Condition] = []
    for part in parts:
        for one in part.parts if isinstance(part, Group) and part.word == word else (part,):
            if one not in flat:
                flat.append(one)
    if not flat:
        raise ValueError("a group without parts")
    return flat[0] if len(flat) == 1 else Group(word, tuple(flat))


def in_words(condition: Condition) -> str:
    """Say a condition: `OBX-2 is "SN" and OBX-5.1 is not "<>"`."""
    match condition:
        case Valued(field, negated):
            if _SEGMENT.fullmatch(field):
                return f"the message has {'no' if negated else 'a segment'} {field}" + (" segment" if negated else "")
            return f"{field} is {'not ' if negated else ''}valued"
        case Equals(field, values, negated):
            return f"{field} is {_one_of(values, negated)}"
        case InList(field, url, negated):
            return f"{field} is {'not ' if negated else ''}in the list at {url}"
        case Same(field, other, negated):
            return f"{field} is {'not ' if negated else ''}the same as {other}"
        case Measured(field, "count", operator, number):
            return f"{field} has {_AMOUNT[operator].format(n=number)} repetition{'' if number == 1 else 's'}"
        case Measured(field, _, operator, number):
            return f"{field} is {_LENGTH[operator].format(n=number)}"
        case Group("and", parts):
            return _all_of(parts)
        case Group(_, parts):
            return _any_of(parts)


def _one_of(values: tuple[str, ...], negated: bool) -> str:
    quoted = [f'"{value}"' for value in values]
    if len(quoted) == 1:
        return f"{'not ' if negated else ''}{quoted[0]}"
    return f"{'none' if negated else 'one'} of {_listed(quoted, 'or')}"


def _all_of(parts: tuple[Condition, ...]) -> str:
    """Alternatives stand last, behind a comma, so that nothing after them could be taken for one of them."""
    plain = [in_words(part) for part in parts if not isinstance(part, Group)]
    choices = [f"either {in_words(part)}" for part in parts if isinstance(part, Group)]
    return ", and ".join([*([_listed(plain, "and")] if plain else []), *choices])


def _any_of(parts: tuple[Condition, ...]) -> str:
    if any(isinstance(part, Group) for part in parts):
        return ", or ".join(f"both {in_words(part)}" if isinstance(part, Group) else in_words(part) for part in parts)
    return _listed([in_words(part) for part in parts], "or")


def _listed(sentences: list[str], word: str) -> str:
    """`a and b`, `a, b and c`."""
    head = ", ".join(sentences[:-1])
    return f"{head} {word} {sentences[-1]}" if head else sentences[-1]
