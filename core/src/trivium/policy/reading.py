"""Reads policy and edition files. A fault is said with file and line, and never with a value that stands there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trivium.policy.lines import Path as TomlPath
from trivium.policy.lines import line_of
from trivium.settings import nearest

M = TypeVar("M", bound=BaseModel)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_*?.-]{1,64}")


class PolicyFault(Exception):
    """A file that cannot be gone by: `policy.toml, line 7: tools.pacs_query.enabled: ...`."""

    def __init__(self, file: Path, line: int | None, problem: str) -> None:
        super().__init__(f"{file.name}{'' if line is None else f', line {line}'}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


def parse(content: bytes, file: Path, model: type[M]) -> M:
    """What stands in a file. Raises `PolicyFault`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyFault(file, content.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_fault(error, text, file) from None
    except ValidationError as error:
        raise _model_fault(error, text, file, model) from None
    except (RecursionError, ValueError):  # the limits of the parser
        raise PolicyFault(file, None, "is nested too deeply, or has a number that is too long") from None


def _syntax_fault(error: tomllib.TOMLDecodeError, text: str, file: Path) -> PolicyFault:
    """The parser's place; its words only where they can hold nothing of the file."""
    words, _, place = str(error).rpartition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", place)
    line, column = (int(found[1]), f", column {found[2]}") if found else (text.count("\n") + 1, ", at the end")
    if words.startswith("Cannot declare"):
        reason = ": a table stands there for the second time"
    else:
        fixed = words.startswith("Expected") or not set(words) & set("'\"()")
        reason = f": {words[:1].lower()}{words[1:]}" if fixed else ""
    return PolicyFault(file, line, f"is not TOML{column}{reason}")


def _model_fault(error: ValidationError, text: str, file: Path, model: type[BaseModel]) -> PolicyFault:
    faults = error.errors(include_url=False)
    fault = faults[0]
    path = tuple(step for step in fault["loc"] if step != "[key]")
    others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    where = ".".join(_shown(step) for step in path)
    return PolicyFault(file, line_of(text, path), f"{where}: {_words(fault, path, model)}{others}")


def _shown(step: str | int) -> str:
    """A step of a path; people count from one."""
    if isinstance(step, int):
        return str(step + 1)
    return step if _PLAIN_NAME.fullmatch(step) else "(a name of other characters)"


def _words(fault: ErrorDetails, path: TomlPath, model: type[BaseModel]) -> str:
    kind = fault["type"]
    if kind == "extra_forbidden":
        return _not_among(str(path[-1]), _fields_at(model, path[:-1]), "is no name that is known here")
    if kind in ("enum", "literal_error"):
        allowed = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
        return _not_among(str(fault["input"]), allowed, "is none of the words that are known here")
    if kind == "missing":
        return "is missing"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}"


def _not_among(given: str, allowed: Iterable[str], problem: str) -> str:
    words = list(allowed)
    return f"{problem} ({', '.join(words)}){nearest(given, words)}"


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The names that the model has at a path of tables, arrays and mappings."""
    hint: Any = model
    for step in path:
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            hint = hint.model_fields[str(step)].annotation
        else:
            hint = next(part for part in reversed(get_args(hint)) if part is not Ellipsis)
    return list(hint.model_fields)
