"""A prompt is a message that a user picks and sends to the model; `@prompt` makes a typed function one::

    @prompt(title="Order a widget", complete={"code": codes_beginning_with})
    def order_widget(code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")], note: str = "") -> str:
        '''Help to order a widget.'''
        return f"Find out with lookup_widget what {code} weighs, then ..."

    @hookimpl
    def trivium_prompts() -> list[PromptSpec]:
        return [order_widget]

What it says is the user's own message from then on: stand-ins in an argument stay stand-ins. Getting a prompt is a call
of the tool behind it, like reading a resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from trivium.api.text_tool import Completer, text_of, text_tool
from trivium.api.tool import ToolSpec

_NONE: Final[Mapping[str, Completer]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PromptArgument:
    name: str
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class PromptSpec:
    """A prompt as data. Calling it, by keywords, calls the function, as a test wants."""

    complete: Mapping[str, Completer] = field(repr=False)
    tool: ToolSpec
    """What getting it calls."""

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def title(self) -> str:
        return self.tool.title

    @property
    def description(self) -> str:
        return self.tool.description

    @property
    def arguments(self) -> tuple[PromptArgument, ...]:
        return tuple(
            PromptArgument(name, info.description or "", info.is_required())
            for name, info in self.tool.input.model_fields.items()
        )

    def given(self, **values: Any) -> PromptSpec:
        """The same prompt, supplied with parameters annotated `Given`."""
        return replace(self, tool=self.tool.given(**values))

    def __call__(self, **arguments: Any) -> Any:
        return text_of(self.tool, arguments)


def prompt(
    *,
    title: str = "",
    complete: Mapping[str, Completer] = _NONE,
    requires: frozenset[str] | set[str] = frozenset(),
) -> Callable[[Callable[..., Any]], PromptSpec]:
    """Make a function of texts that returns a text a prompt. Its docstring is what people who choose one read.

    Raises `TypeError` for a function that cannot be served.
    """

    def make(function: Callable[..., Any]) -> PromptSpec:
        spec = text_tool(function, title=title, requires=requires, complete=complete, optional=True)
        return PromptSpec(MappingProxyType(dict(complete)), spec)

    return make
