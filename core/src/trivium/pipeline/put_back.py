"""Arguments that are marked as patient data: a stand-in of this host's becomes the value it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trivium.api import BadInput, Kind, Problem, ToolSpec
from trivium.pipeline.marks import marked
from trivium.privacy import DateMode, StandIns

_WILDCARDS: Final = frozenset("*?\\")
_LONGEST: Final = 1_000
"""Characters of an argument that is looked into. What is longer is no stand-in, and no patient's value either."""


class StandInProblem(Problem):
    UNKNOWN = "is a stand-in that this host does not know (any more): query again and use the new one"
    OTHER_KIND = "is a stand-in for another kind of value: use one that stood in a field of this kind"
    NOT_ALONE = "holds a stand-in that is cut short or has other characters beside it: give it whole and alone"
    WILDCARD = "is a stand-in for a value with a wildcard in it, which would find others too"


class DateProblem(Problem):
    SHIFTED = (
        "cannot be used: this host shows dates shifted by a secret number of days, so no date that you know is in the "
        "records; leave it out and choose among the results"
    )


def put_back(spec: ToolSpec, arguments: Mapping[str, Any], stand_ins: StandIns) -> dict[str, Any]:
    """The arguments as they came in, but for stand-ins in marked parameters, in whose place their values are.

    Raises `BadInput` for a stand-in that is not known, of another kind, or not alone.
    """
    values = {
        name: _value(f"argument {name}", argument, kind, stand_ins)
        for name, kind in marked(spec.input)
        if isinstance(argument := arguments.get(name), str)
    }
    return {**arguments, **values}


def refuse_shifted_dates(spec: ToolSpec, arguments: Mapping[str, Any], dates: DateMode) -> None:
    """A date in an argument means nothing while dates are shifted, and would be answered with a misleading nothing.

    Raises `BadInput`.
    """
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
