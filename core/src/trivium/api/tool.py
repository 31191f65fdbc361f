"""A tool is a typed function; `@tool` makes it a frozen value that the host can list, check and run::

    @tool(effect=Effect.LOCAL)
    def lookup_widget(code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")]) -> WidgetFacts:
        '''Look up a widget by its code.'''

A blocking function (`def`) runs in a thread of its own, an `async def` on the event loop. A parameter annotated `Call`
receives the running call. What the plugin supplies itself (a connection, its settings) is annotated `Given[...]` and
handed over once, where the plugin lists its tools::

    @tool(effect=Effect.READS_REMOTE)
    def widget_stock(shop: Given[Shop], code: str) -> Stock: ...

    @hookimpl
    def trivium_tools(settings: WidgetSettings) -> list[ToolSpec]:
        return [widget_stock.given(shop=Shop(settings.url))]
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from trivium.api.call import Call
from trivium.api.phi import Mark, mark_among
from trivium.api.safety import Preflight, Rows, Safety

T = TypeVar("T")


class _GivenMark:
    """The annotation behind `Given`."""


Given: TypeAlias = Annotated[T, _GivenMark]
"""A parameter that the plugin supplies and the caller never sees."""

_TOOL_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Effect(StrEnum):
    """What a tool touches. One word decides annotations, gates, audit and which results must be marked."""

    LOCAL = "local"
    """Only what the caller hands over and what the plugin ships."""
    READS_FILES = "reads_files"
    READS_REMOTE = "reads_remote"
    WRITES_FILES = "writes_files"
    WRITES_REMOTE = "writes_remote"
    MOVES_IMAGES = "moves_images"
    """Patient images leave one system for another."""

    @property
    def effectful(self) -> bool:
        """Something outside is changed or moved: gated, approved, audited with a flush to disk."""
        return self in (Effect.WRITES_FILES, Effect.WRITES_REMOTE, Effect.MOVES_IMAGES)

    @property
    def remote(self) -> bool:
        """Another system is talked to."""
        return self in (Effect.READS_REMOTE, Effect.WRITES_REMOTE, Effect.MOVES_IMAGES)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as data. Made by `@tool`; calling it, by keywords, calls the function itself, as a test wants."""

    name: str
    title: str
    description: str
    input: type[BaseModel]
    output: type[BaseModel]
    mark: Mark | None
    """A mark on the whole result, from `-> Annotated[Model, PUBLIC]`."""
    effect: Effect
    requires: frozenset[str]
    """Entitlements that a license must carry."""
    approval: bool
    """Whether a person approves each run."""
    rehearsal: str | None
    """The boolean argument that makes the tool only say what it would do; no person is asked then."""
    timeout: float
    """Seconds."""
    function: Callable[..., Any]
    preflight: Callable[..., Preflight] | None
    """Finds out what a call would move; takes the tool's own parameters by name, or some of them."""
    call_parameter: str | None
    given_parameters: frozenset[str]
    archive: str | None
    """The argument that names an archive or another system to read from."""
    rows: Rows | None
    supplied: Mapping[str, Any] = field(default_factory=dict, repr=False)
    safety: Safety | None = None

    def given(self, **values: Any) -> ToolSpec:
        """The same tool, supplied with parameters annotated `Given`."""
        if unknown := values.keys() - self.given_parameters:
            raise TypeError(f"{self.name} has no given parameter {', '.join(sorted(unknown))}")
        return replace(self, supplied={**self.supplied, **values})

    def guarded(self, safety: Safety) -> ToolSpec:
        """The same tool behind these gates. A tool with an effect is not served without."""
        return replace(self, safety=safety)

    @property
    def blocking(self) -> bool:
        """Whether it runs in a thread of its own."""
        return not inspect.iscoroutinefunction(self.function)

    @property
    def missing(self) -> frozenset[str]:
        """Parameters annotated `Given` that nobody has supplied."""
        return self.given_parameters - self.supplied.keys()

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**self.supplied, **arguments)


def tool(
    *,
    effect: Effect,
    title: str = "",
    requires: frozenset[str] | set[str] = frozenset(),
    approval: bool | None = None,
    rehearsal: str | None = None,
    preflight: Callable[..., Preflight] | None = None,
    archive: str | None = None,
    rows: Rows | None = None,
    timeout: float = 30.0,
) -> Callable[[Callable[..., Any]], ToolSpec]:
    """Make a typed function a tool. Its docstring is the description that models read.

    `approval` defaults to yes for an effect that changes or moves something. Raises `TypeError` for a function that
    cannot be served: no docstring, an untyped parameter, a result that is not a pydantic model.
    """

    def make(function: Callable[..., Any]) -> ToolSpec:
        name = function.__name__
        if not _TOOL_NAME.fullmatch(name):
            raise TypeError(f"{name}: a tool's name is lower case letters, digits and underscores")
        description = inspect.getdoc(function)
        if not description:
            raise TypeError(f"{name}: a tool needs a docstring, which is what a model reads")
        hints = get_type_hints(function, include_extras=True)
        output, mark = _result(name, hints.pop("return", None))
        given = frozenset(p for p, hint in hints.items() if _GivenMark in get_args(hint)[1:])
        call = next((p for p, hint in hints.items() if hint is Call), None)
        return ToolSpec(
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            description=description,
            input=_input_model(function, hints, hidden=given | {call}),
            output=output,
            mark=mark,
            effect=effect,
            requires=frozenset(requires),
            approval=effect.effectful if approval is None else approval,
            rehearsal=rehearsal,
            timeout=timeout,
            function=function,
            preflight=preflight,
            call_parameter=call,
            given_parameters=given,
            archive=archive,
            rows=rows,
        )

    return make


def _result(name: str, hint: Any) -> tuple[type[BaseModel], Mark | None]:
    mark = None
    if get_origin(hint) is Annotated:
        hint, *metadata = get_args(hint)
        mark = mark_among(metadata)
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        raise TypeError(f"{name}: a tool returns a pydantic model")
    return hint, mark


def _input_model(function: Callable[..., Any], hints: dict[str, Any], hidden: frozenset[str | None]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in hidden:
            continue
        if parameter.name not in hints or parameter.kind not in (
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        ):
            raise TypeError(f"{function.__name__}: parameter {parameter.name} needs a name and a type")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    return create_model(
        f"{function.__name__}_arguments",
        __config__=ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True),
        **fields,
    )
