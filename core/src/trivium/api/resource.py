"""A resource is a text that a client reads by its URI; `@resource` makes a typed function one, or one of each kind::

    @resource("widget://{code}", title="A widget", complete={"code": codes_beginning_with})
    def widget_page(code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")]) -> str:
        '''What a widget is, as a page of text.'''

    @hookimpl
    def trivium_resources() -> list[ResourceSpec]:
        return [widget_page]

Resources hold knowledge, never patient data: they are made of what the plugin ships and of the words of the URI. A
reading is a call of the tool behind it, under the function's name, and meets the policy, the license, the vetoes and
the audit trail like any other. What is about a patient is a tool's to give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trivium.api.text_tool import NO_COMPLETERS, Completer, TextSpec, text_tool
from trivium.api.uri_template import UriTemplate


@dataclass(frozen=True, slots=True)
class ResourceSpec(TextSpec):
    """A resource, or a template of many, as data. Calling it, by keywords, calls the function, as a test wants."""

    template: UriTemplate
    mime_type: str

    @property
    def uri(self) -> str:
        """With its variables in braces."""
        return self.template.text

    @property
    def fixed(self) -> bool:
        """Whether it is one resource, and no template."""
        return not self.template.variables


def resource(
    uri: str,
    *,
    title: str = "",
    mime_type: str = "text/markdown",
    complete: Mapping[str, Completer] = NO_COMPLETERS,
    requires: frozenset[str] | set[str] = frozenset(),
) -> Callable[[Callable[..., Any]], ResourceSpec]:
    """Make a function of texts that returns a text a resource. Its docstring is what clients are told of it.

    The variables of `uri` are the function's parameters. Raises `TypeError` for what cannot be served.
    """

    def make(function: Callable[..., Any]) -> ResourceSpec:
        spec = text_tool(function, title=title, requires=requires, complete=complete, optional=False)
        try:
            template = UriTemplate.parse(uri)
        except ValueError as fault:
            raise TypeError(f"{spec.name}: {uri}: {fault}") from None
        if set(template.variables) != spec.input.model_fields.keys():
            raise TypeError(f"{spec.name}: the variables of {uri} are not its parameters")
        return ResourceSpec(spec, MappingProxyType(dict(complete)), template, mime_type)

    return make
