"""The guide's assignment expressions: `"+"+XTN.5+" "+XTN.6`, `OBX-5.1+"-"+OBX-5.2`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from trivium_fhir.convert.predicates import Place, Where, below, fetcher, first_text, read_ref

_TOKEN: Final = re.compile(r'\s*(?:"([^"]*)"|([A-Z][A-Z0-9]{1,2}(?:-\d+(?:\.\d+)*|\.\d+))|(\+))')
_QUOTES: Final = str.maketrans("\u201c\u201d", '""')


class Expression(NamedTuple):
    text: Callable[[Where], str]
    uses: tuple[Place, ...]
    """The places of the field at hand that it takes."""


def compile_expression(source: str, own: tuple[str, int], place: Place) -> Expression | None:
    """None for what is no expression but prose."""
    parts: list[Any] = []
    uses: list[Place] = []
    source = source.translate(_QUOTES).strip()
    position = 0
    while position < len(source):
        token = _TOKEN.match(source, position)
        if token is None:
            return None
        position = token.end()
        if token[1] is not None:
            parts.append(token[1])
        elif token[2]:
            ref = read_ref(token[2])
            parts.append(fetcher(ref, own, place))
            if not ref.segment:
                uses.append((*place, *ref.below)[:2])
            elif (ref.segment, ref.field) == own:
                uses.append(ref.below[:2])
    return Expression(_joined(parts), tuple(uses)) if uses or parts else None


def _joined(parts: list[Any]) -> Callable[[Where], str]:
    def text(where: Where) -> str:
        return "".join(part if isinstance(part, str) else _fetched(part, where) for part in parts).strip()

    return text


def _fetched(fetch: Any, where: Where) -> str:
    for repetition, at, seg in fetch(where):
        found = first_text(below(repetition, at))
        if found and found != '""':
            decoded: str = seg.decoded(found)
            return decoded
    return ""
