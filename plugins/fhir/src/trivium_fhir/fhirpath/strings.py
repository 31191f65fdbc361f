"""Functions on strings (FHIRPath 2.0 section 5.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from trivium_fhir.fhirpath.operators import LONGEST_TEXT, single, sized
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.scope import Evaluate, Scope
from trivium_fhir.fhirpath.values import Item

_MATCHED: Final = 20_000
Work = Callable[..., list[Item]]


def _on_string(work: Callable[..., Item | None]) -> Work:
    """Empty in, empty out; every argument a single string (or whole number), empty makes the result empty."""

    def run(scope: Scope, focus: list[Item], *arguments: Evaluate) -> list[Item]:
        text = _string(focus)
        given = [single(one(scope, scope.this)) for one in arguments]
        if text is None or None in given:
            return []
        made = work(text, *given)
        return [] if made is None else made if isinstance(made, list) else [made]

    return run


def _string(items: list[Item]) -> str | None:
    value = single(items)
    if value is None or isinstance(value, str):
        return value
    text = getattr(value, "text", None)  # a date is written as a string
    if isinstance(text, str):
        return text
    raise Fault(ExpressionProblem.WRONG_TYPE)


def _text(value: Item) -> str:
    if not isinstance(value, str):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return value


def _number(value: Item) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Fault(ExpressionProblem.WRONG_TYPE)
    return value


def _substring(text: str, start: Item, length: Item = None) -> str | None:
    begin = _number(start)
    if not 0 <= begin < len(text):
        return None
    return text[begin:] if length is None else text[begin : begin + max(0, _number(length))]


@lru_cache(maxsize=256)
def _pattern(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex, re.DOTALL)
    except (re.error, OverflowError, RecursionError):
        raise Fault(ExpressionProblem.BAD_PATTERN) from None


def _matches(text: str, regex: Item) -> bool:
    """Anywhere in the text, as the engines of R4 do it: an invariant that means the whole writes `^` and `$`."""
    return _pattern(_text(regex)).search(_short(text)) is not None


def _replaced_matches(text: str, regex: Item, by: Item) -> str:
    replacement = re.sub(r"\$(\d)", r"\\g<\1>", _text(by).replace("\\", "\\\\"))
    try:
        return sized(_pattern(_text(regex)).sub(replacement, _short(text)))
    except (re.error, IndexError):
        raise Fault(ExpressionProblem.BAD_PATTERN) from None


def _short(text: str) -> str:
    if len(text) > _MATCHED:
        raise Fault(ExpressionProblem.TOO_BIG)
    return text


def _replaced(text: str, what: Item, by: Item) -> str:
    old, new = _text(what), _text(by)
    if (text.count(old) + 1) * len(new) > LONGEST_TEXT:
        raise Fault(ExpressionProblem.TOO_BIG)
    return text.replace(old, new)


def _join(scope: Scope, focus: list[Item], separator: Evaluate | None = None) -> list[Item]:
    between = _string(separator(scope, scope.this)) if separator else ""
    if not focus:
        return []
    return [sized((between or "").join(_string([one]) or "" for one in focus))]


STRINGS: Final[Mapping[str, tuple[Work, int, int]]] = MappingProxyType(
    {
        "indexOf": (_on_string(lambda text, part: text.find(_text(part))), 1, 1),
        "substring": (_on_string(_substring), 1, 2),
        "startsWith": (_on_string(lambda text, part: text.startswith(_text(part))), 1, 1),
        "endsWith": (_on_string(lambda text, part: text.endswith(_text(part))), 1, 1),
        "contains": (_on_string(lambda text, part: _text(part) in text), 1, 1),
        "upper": (_on_string(str.upper), 0, 0),
        "lower": (_on_string(str.lower), 0, 0),
        "trim": (_on_string(str.strip), 0, 0),
        "length": (_on_string(len), 0, 0),
        "toChars": (_on_string(list), 0, 0),
        "split": (_on_string(lambda text, by: text.split(_text(by)) if by else list(text)), 1, 1),
        "replace": (_on_string(_replaced), 2, 2),
        "matches": (_on_string(_matches), 1, 1),
        "replaceMatches": (_on_string(_replaced_matches), 2, 2),
        "join": (_join, 0, 1),
    }
)
