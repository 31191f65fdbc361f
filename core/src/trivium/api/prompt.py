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
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trivium.api.text_tool import NO_COMPLETERS, Completer, TextSpec, text_tool


@dataclass(frozen=True, slots=True)
class PromptArgument:
    name: str
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class PromptSpec(TextSpec):
    """A prompt as data. Calling it, by keywords, calls the function, as a test wants."""

    @property
    def arguments(self) -> tuple[PromptArgument, ...]:
        return tuple(
            PromptArgument(name, info.description or "", info.is_required())
            for name, info in self.tool.input.model_fields.items()
        )


def prompt(
    *,
    title: str = "",
    complete: Mapping[str, Completer] = NO_COMPLETERS,
    requires: frozenset[str] | set[str] = frozenset(),
) -> Callable[[Callable[..., Any]], PromptSpec]:
    """Make a function of texts that returns a text a prompt. Its docstring is what people who choose one read.

    Raises `TypeError` for a function that cannot be served.
    """

    def make(function: Callable[..., Any]) -> PromptSpec:
        spec = text_tool(function, title=title, requires=requires, complete=complete, optional=True)
        return PromptSpec(spec, MappingProxyType(dict(complete)))

    return make
