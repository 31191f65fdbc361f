"""What stands behind a resource and a prompt: a tool of texts that gives back one text.

So reading a resource is a call like any other, and nothing that holds for calls can be gone round.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from types import MappingProxyType
from typing import Annotated, Any, Final, Self, TypeAlias, get_type_hints

from pydantic import BaseModel, ConfigDict

from trivium.api.errors import Problem, TooLarge
from trivium.api.phi import BLOCK, PUBLIC, Embedded, Mark
from trivium.api.tool import Effect, ToolSpec, tool

LARGEST: Final = 250_000
"""Characters of one text."""

Completer: TypeAlias = Callable[[str, Mapping[str, str]], Sequence[str]]
"""What an argument can be, best first, from the beginning that was typed and the arguments that are chosen already."""


NO_COMPLETERS: Final[Mapping[str, Completer]] = MappingProxyType({})


class TextProblem(Problem):
    TOO_LARGE = "gives a text of more than {limit} characters"


class Text(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    text: Annotated[str, PUBLIC, BLOCK]


@dataclass(frozen=True, slots=True)
class TextSpec:
    """What a resource and a prompt have in common. Calling it, by keywords, calls the function, as a test wants."""

    tool: ToolSpec
    """What reading or getting it calls."""
    complete: Mapping[str, Completer] = field(repr=False)

    @property
    def name(self) -> str:
        """By which the policy, the settings and the audit trail know it."""
        return self.tool.name

    @property
    def title(self) -> str:
        return self.tool.title

    @property
    def description(self) -> str:
        return self.tool.description

    def given(self, **values: Any) -> Self:
        """The same, supplied with parameters annotated `Given`."""
        return replace(self, tool=self.tool.given(**values))

    def __call__(self, **arguments: Any) -> Any:
        return text_of(self.tool, arguments)


def text_tool(
    function: Callable[..., Any],
    *,
    title: str,
    requires: frozenset[str] | set[str],
    complete: Mapping[str, Completer],
    optional: bool,
) -> ToolSpec:
    """A tool that gives what a function of texts returns. `optional`: whether it may be called without some of them.

    Raises `TypeError` for a function that cannot be served, and says why.
    """
    name = function.__name__
    if get_type_hints(function).get("return") is not str:
        raise TypeError(f"{name}: it returns a str")
    spec = tool(effect=Effect.LOCAL, title=title, requires=requires)(_as_tool(function))
    for parameter, info in spec.input.model_fields.items():
        if info.annotation is not str and not (optional and info.annotation == str | None):
            raise TypeError(f"{name}: parameter {parameter} is no str")
        if any(isinstance(one, Mark | Embedded) for one in info.metadata):
            raise TypeError(f"{name}: parameter {parameter} has a mark, and what is made of it would be shown")
        if not (optional or info.is_required()):
            raise TypeError(f"{name}: parameter {parameter} has a default, and a URI always says what it is")
    if unknown := complete.keys() - spec.input.model_fields.keys():
        raise TypeError(f"{name}: it completes {', '.join(sorted(unknown))}, which is no parameter of it")
    return spec


def _as_tool(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with the result of a tool, and under the same name."""
    run: Callable[..., Any]
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def run(**arguments: Any) -> Text:
            return _bounded(function.__name__, await function(**arguments))
    else:

        @wraps(function)
        def run(**arguments: Any) -> Text:
            return _bounded(function.__name__, function(**arguments))

    run.__annotations__ = {**function.__annotations__, "return": Text}
    return run


def text_of(spec: ToolSpec, arguments: Mapping[str, Any]) -> Any:
    """What the function itself returns."""
    return inspect.unwrap(spec.function)(**spec.supplied, **arguments)


def _bounded(name: str, text: Any) -> Text:
    if isinstance(text, str) and len(text) > LARGEST:
        raise TooLarge(where=name, problem=TextProblem.TOO_LARGE, limit=LARGEST)
    return Text(text=text)
