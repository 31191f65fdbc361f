"""Arguments in which patient data is expected: a stand-in of this host's becomes the value it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from trivium.api import BadInput, Kind, Problem, ToolSpec
from trivium.pipeline.marks import embedding, marked
from trivium.privacy import DateMode, StandIns

_WILDCARDS: Final = frozenset("*?\\")
_HARMLESS: Final = frozenset(" .,-_'/:()+#@")
"""What a value may have beside letters and digits where it is put into a message: none of these separates anything."""
_LONGEST: Final = 1_000
"""Characters of an argument that is looked into. What is longer is no stand-in, and no patient's value either."""
_DECLARED: Final = re.compile(r"(?:MSH|FHS|BHS)((?:[^\w\s]|_){1,8})")
"""Separators that a message may declare of itself."""


class StandInProblem(Problem):
    UNKNOWN = "is a stand-in that this host does not know (any more): query again and use the new one"
    OTHER_KIND = "is a stand-in for another kind of value: use one that stood in a field of this kind"
    NOT_ALONE = "holds a stand-in that is cut short or has other characters beside it: give it whole and alone"
    WILDCARD = "is a stand-in for a value with a wildcard in it, which would find others too"
    EMBEDDED_UNKNOWN = "holds a stand-in that this host does not know (any more): query again and use the new one"
    EMBEDDED_CUT = "holds a stand-in that is cut short: give it whole"
    EMBEDDED_JOINED = "holds a stand-in with a letter or digit beside it: let it stand alone in its field or word"
    EMBEDDED_UNSAFE = "holds a stand-in for a value with characters that would be separators in a message"


class DateProblem(Problem):
    SHIFTED = (
        "cannot be used: this host shows dates shifted by a secret number of days, so no date that you know is in the "
        "records; leave it out and choose among the results"
    )
    FALSE = "cannot be used: this host does not show dates as they are, so a message made from what it shows would lie"


def put_back(
    spec: ToolSpec, arguments: Mapping[str, Any], stand_ins: StandIns, put: dict[str, str] | None = None
) -> dict[str, Any]:
    """The arguments as they came in, but for stand-ins in marked parameters, in whose place their values are.

    `put` takes the values that were put into larger texts, each with its stand-in. Raises `BadInput` for a stand-in
    that is not known, of another kind, or not alone where it has to be; and for one whose value could end the field it
    stands in.
    """
    values = {
        name: _value(f"argument {name}", argument, kind, stand_ins)
        for name, kind in marked(spec.input)
        if isinstance(argument := arguments.get(name), str)
    }
    values |= {
        name: _filled(f"argument {name}", argument, stand_ins, {} if put is None else put, spec.effect.effectful)
        for name in embedding(spec.input)
        if (argument := arguments.get(name))
    }
    return {**arguments, **values}


def _filled(where: str, argument: Any, stand_ins: StandIns, put: dict[str, str], strict: bool) -> Any:
    """A text, or each text of a list, with values in the place of the stand-ins in it.

    Who writes a record can write what looks like a stand-in into it, and shall not keep it from being read: only where
    something is changed, an unknown one is refused.
    """
    if isinstance(argument, list):
        return [
            _filled(f"{where}, entry {number},", one, stand_ins, put, strict) for number, one in enumerate(argument, 1)
        ]
    if not isinstance(argument, str):
        return argument
    separators = set("".join(_DECLARED.findall(argument)))

    def value(stand_in: str) -> str:
        kind = stand_ins.kind_of(stand_in)
        found = stand_ins.resolve(stand_in, kind) if kind else None
        if found is None:
            if strict:
                raise BadInput(where=where, problem=StandInProblem.EMBEDDED_UNKNOWN)
            return stand_in
        if not all(character.isalnum() or character in _HARMLESS - separators for character in found):
            raise BadInput(where=where, problem=StandInProblem.EMBEDDED_UNSAFE)
        put[found] = stand_in
        return found

    if stand_ins.joined(argument, known=not strict):
        raise BadInput(where=where, problem=StandInProblem.EMBEDDED_JOINED)
    filled = stand_ins.replaced(argument, value)
    if strict and stand_ins.mentions(filled):
        raise BadInput(where=where, problem=StandInProblem.EMBEDDED_CUT)
    return filled


def refuse_shifted_dates(spec: ToolSpec, arguments: Mapping[str, Any], dates: DateMode) -> None:
    """A date in an argument means nothing while dates are shifted, and would be answered with a misleading nothing.

    Nor may a whole message change anything while dates are shown otherwise than they are: it could hold such a date.
    Raises `BadInput`.
    """
    if dates != "keep" and spec.effect.effectful:
        for name in embedding(spec.input):
            if arguments.get(name):
                raise BadInput(where=f"argument {name}", problem=DateProblem.FALSE)
    if dates == "shift":
        for name, kind in marked(spec.input):
            if kind is Kind.DATE and arguments.get(name):
                raise BadInput(where=f"argument {name}", problem=DateProblem.SHIFTED)


def _value(where: str, text: str, kind: Kind, stand_ins: StandIns) -> str:
    if len(text) > _LONGEST or not stand_ins.mentions(text):
        return text
    if not stand_ins.looks_like(text):
        raise BadInput(where=where, problem=StandInProblem.NOT_ALONE)
    if stand_ins.kind_of(text) is not kind:
        raise BadInput(where=where, problem=StandInProblem.OTHER_KIND)
    value = stand_ins.resolve(text, kind)
    if value is None:
        raise BadInput(where=where, problem=StandInProblem.UNKNOWN)
    if _WILDCARDS & set(value):
        raise BadInput(where=where, problem=StandInProblem.WILDCARD)
    return value
