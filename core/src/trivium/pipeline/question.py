"""What a person reads before saying yes: the tool, its arguments and what was found beforehand, one fact a line.

A function of the call alone: a client of the newer protocol asks again, and has to find the same words.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any, Final

from trivium.api import EMBEDDED, Kind, Phi, Preflight
from trivium.pipeline.call import AdmittedCall
from trivium.pipeline.marks import mark_of
from trivium.pipeline.redact import Redactor

_LONGEST: Final = 120


def question_text(call: AdmittedCall, plan: Preflight | None, redactor: Redactor) -> str:
    """The tool, each argument but those that were left empty, what would move.

    Patient data are said as the redactor says them.
    """
    lines = [f"Allow {call.spec.name}, once?", *_arguments(call, redactor)]
    if plan is not None:
        lines += [f"{one_line(label)}: {one_line(value)}" for label, value in redactor.facts(plan, call.echo)]
        lines += [f"{one_line(name)}: {count}" for name, count in plan.counts.items()]
    return "\n".join(lines)


def _arguments(call: AdmittedCall, redactor: Redactor) -> Iterator[str]:
    for name, info in type(call.arguments).model_fields.items():
        value = call.values[name]
        if value == info.default and (value is None or value is False or value == ""):
            continue
        if EMBEDDED in info.metadata:  # a whole message: what matters of it, the preflight says
            yield f"{name}: {_extent(value)}"
            continue
        mark = mark_of(info)
        yield f"{name}: {one_line(_shown(value, mark.kind if isinstance(mark, Phi) else None, redactor))}"


def _extent(value: str | list[str] | None) -> str:
    texts = [value] if isinstance(value, str) else value or []
    return ", ".join(f"a text of {len(text)} characters" for text in texts[:3]) + (", ..." if len(texts) > 3 else "")


def _shown(value: Any, kind: Kind | None, redactor: Redactor) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item, kind, redactor) for item in value)
    if isinstance(value, enum.Enum):
        return _shown(value.value, kind, redactor)
    if kind is not None and value is not None:
        return redactor.fact(kind, str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def one_line(value: Any) -> str:
    """A value that can neither start a new line, nor turn the reading direction, nor push the rest out of sight."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... ({len(text)} characters)"
