"""A call on its way: first as it came in, then with its arguments checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BaseModel, ValidationError

from trivium.api import BadInput, CallView, Effect, Preflight, Problem, ToolSpec, TriviumError
from trivium.pipeline.echo import NO_ECHO, Echo
from trivium.pipeline.put_back import put_back, refuse_shifted_dates
from trivium.pipeline.redact import Redactor
from trivium.privacy import StandIns

_PLAIN_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class ArgumentProblem(Problem):
    MISSING = "is required"
    UNKNOWN = "is not an argument of this tool"
    NOT_AN_OBJECT = "are not an object of names and values"
    NOT_ALLOWED = "has a value or type that is not allowed; see the tool's input schema"


class UnknownTool(TriviumError):
    """No tool of that name is served. The asked name is not repeated: it can hold anything."""

    code: ClassVar[str] = "unknown_tool"


class UnknownResource(TriviumError):
    """No resource has that URI, which is not repeated either."""

    code: ClassVar[str] = "unknown_resource"


class UnknownPrompt(TriviumError):
    code: ClassVar[str] = "unknown_prompt"


Sort: TypeAlias = Literal["tool", "resource", "prompt"]
_UNKNOWN: Final[Mapping[Sort, type[TriviumError]]] = {
    "tool": UnknownTool,
    "resource": UnknownResource,
    "prompt": UnknownPrompt,
}


@dataclass(frozen=True, slots=True)
class ServedTool:
    """A tool and the plugin it came from."""

    spec: ToolSpec
    plugin: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for, unchecked."""

    name: str
    arguments: Any
    caller: str
    tools: Mapping[str, ServedTool] = field(repr=False)
    """Among which it is. A resource and a prompt have a tool behind them, which can be asked for in no other way."""
    sort: Sort = "tool"

    @property
    def served(self) -> ServedTool | None:
        return self.tools.get(self.name)

    @property
    def effect(self) -> Effect | None:
        """None for a tool that is not served."""
        return self.served.spec.effect if self.served else None


@dataclass(frozen=True, slots=True)
class AdmittedCall:
    """A known tool and arguments that fit its schema."""

    spec: ToolSpec
    plugin: str
    caller: str
    arguments: BaseModel
    echo: Echo = NO_ECHO
    """What the host has put into the arguments, which is not to come out again."""

    @property
    def values(self) -> dict[str, Any]:
        """The arguments by name, as Python values."""
        return {name: getattr(self.arguments, name) for name in type(self.arguments).model_fields}

    @property
    def rehearsal(self) -> bool:
        """Whether this call only says what it would do."""
        return self.spec.rehearsal is not None and getattr(self.arguments, self.spec.rehearsal) is True

    @property
    def destination(self) -> Any:
        """Where things would go; None for a tool that has no destination."""
        safety = self.spec.safety
        return self.values[safety.destination] if safety and safety.destination else None

    @property
    def view(self) -> CallView:
        """A copy: what a veto does to it does not reach the tool."""
        arguments = self.arguments.model_copy(deep=True)
        return CallView(self.spec.name, self.plugin, self.spec.effect, self.caller, arguments)

    def digest(self, plan: Preflight | None, stand_ins: StandIns) -> str:
        """What an approval is bound to: the tool, every argument, and what was found that would move.

        Sealed with the key of the house, as it lies in a file and what goes into it can be guessed.
        """
        return stand_ins.seal(distinct([self.spec.name, self.values, plan]))


def distinct(value: Any) -> str:
    """A text that differs wherever values differ. Dumps of pydantic leave out what is excluded, and hide secrets."""
    if isinstance(value, BaseModel):
        return distinct({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{distinct(key)}:{distinct(one)}' for key, one in value.items()))}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(distinct, value))}]"
    if isinstance(value, set | frozenset):
        return f"<{','.join(sorted(map(distinct, value)))}>"
    if hasattr(value, "get_secret_value"):
        return distinct(value.get_secret_value())
    return f"{type(value).__name__} {value!r}"


def admit(request: Request, redactor: Redactor) -> AdmittedCall:
    """Check name and arguments, and put values in the place of their stand-ins.

    Raises `UnknownTool`, `UnknownResource` or `UnknownPrompt`, and `BadInput` naming the argument, never its value.
    """
    served = request.served
    if served is None:
        near = difflib.get_close_matches(request.name[:64], request.tools, n=1)
        nearest = f"; the nearest is {near[0]}" if near else ""
        raise _UNKNOWN[request.sort](f"no such {request.sort} is served{nearest}")
    raw = {} if request.arguments is None else request.arguments
    if not isinstance(raw, Mapping):
        raise BadInput(where="the arguments", problem=ArgumentProblem.NOT_AN_OBJECT)
    refuse_shifted_dates(served.spec, raw, redactor.dates.mode)
    put: dict[str, str] = {}
    try:
        arguments = served.spec.input.model_validate(put_back(served.spec, raw, redactor.stand_ins, put))
    except ValidationError as error:
        raise _bad_input(error, served.spec) from None
    return AdmittedCall(served.spec, served.plugin, request.caller, arguments, Echo(put))


def _bad_input(error: ValidationError, spec: ToolSpec) -> BadInput:
    """The first fault as a place and a kind. A caller's own names are repeated only when they can hold no value."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        where = f"argument {name}" if _PLAIN_NAME.fullmatch(name) else "an argument"
        return BadInput(where=where, problem=ArgumentProblem.UNKNOWN)
    where = f"argument {name}" if name in spec.input.model_fields else "an argument"
    if fault["type"] == "missing":
        return BadInput(where=where, problem=ArgumentProblem.MISSING)
    return BadInput(where=where, problem=ArgumentProblem.NOT_ALLOWED)
