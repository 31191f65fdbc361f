"""A plugin of resources and prompts for the host's own tests, and what tests of them share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError
from pydantic import Field

from tests.core.widgets import NAME, WidgetProblem
from trivium.api import BadInput, NotFound, PluginInfo, PromptSpec, ResourceSpec, ToolSpec, hookimpl, prompt, resource
from trivium.api.uri_template import UriTemplate
from trivium.testing import Client

PAGE = "widget://{code}/parts/{part}"


def codes(typed: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [code for code in (f"W-{number}" for number in range(250)) if code.startswith(typed)]


def parts(typed: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [f"{chosen.get('code', 'any')}-{part}" for part in ("lid", "leg") if part.startswith(typed)]


@resource(PAGE, title="A part", complete={"code": codes, "part": parts})
def widget_part(code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")], part: str) -> str:
    """What a part of a widget is, as a page."""
    if not code.startswith("W"):
        raise NotFound(where="code", problem=WidgetProblem.UNKNOWN)
    if len(code) > 8:
        raise BadInput(where="code", problem=WidgetProblem.TOO_LONG, limit=8)
    return f"# {code}\n\n{part}"


@resource("widget://list", mime_type="text/plain")
async def widget_list() -> str:
    """All widgets."""
    return "W-1\nW-2"


@resource("widget://broken")
def broken_widget() -> str:
    """Break, with a patient's name in the exception."""
    raise RuntimeError(NAME)


@resource("widget://wrong")
def wrong_widget() -> str:
    """Return no text."""
    return 7  # type: ignore[return-value]


@resource("widget://large/{size}")
def large_widget(size: str) -> str:
    """A text of that many characters."""
    return "x" * int(size)


RESOURCES = (widget_part, widget_list, broken_widget, wrong_widget, large_widget)


@prompt(title="Order a widget", complete={"code": codes})
def order_widget(
    code: Annotated[str, Field(description="Widget code, e.g. 'W-17'.")],
    note: str = "",
    urgent: Annotated[str | None, Field(description="Why it is urgent.")] = None,
) -> str:
    """Help to order a widget."""
    if len(code) > 8:
        raise BadInput(where="code", problem=WidgetProblem.TOO_LONG, limit=8)
    return f"Find out what {code} weighs, then order it. {note} {urgent}"


class Texts:
    """A plugin with just these resources and prompts."""

    def __init__(self, name: str, *specs: ResourceSpec | PromptSpec, tools: Sequence[ToolSpec] = ()) -> None:
        self._name = name
        self._specs = specs
        self._tools = tools

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(self._name, "Made for a test")

    @hookimpl
    def trivium_tools(self) -> Sequence[ToolSpec]:
        return self._tools

    @hookimpl
    def trivium_resources(self) -> Sequence[ResourceSpec]:
        return [spec for spec in self._specs if isinstance(spec, ResourceSpec)]

    @hookimpl
    def trivium_prompts(self) -> Sequence[PromptSpec]:
        return [spec for spec in self._specs if isinstance(spec, PromptSpec)]


def trail(environ: Mapping[str, str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(environ["TRIVIUM_HOME"]) / "audit.jsonl").read_text().splitlines()]


def outcomes(environ: Mapping[str, str]) -> list[str]:
    return [record["outcome"] for record in trail(environ) if record["event"] == "closed"]


async def text_at(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, types.TextResourceContents)
    assert content.uri == uri
    return content.text


async def fault_at(client: Client, uri: str) -> types.ErrorData:
    with pytest.raises(MCPError) as caught:
        await client.read_resource(uri)
    return caught.value.error


def policy(environ: Mapping[str, str], text: str) -> None:
    (Path(environ["TRIVIUM_HOME"]) / "policy.toml").write_text(text)


def page_of(name: str, uri: str) -> ResourceSpec:
    """A resource under that URI whose text is its name."""
    words = ", ".join(f"{variable}: str" for variable in UriTemplate.parse(uri).variables)
    namespace: dict[str, Any] = {}
    exec(f"def {name}({words}) -> str:\n    'A page.'\n    return '{name}'", namespace)
    return resource(uri)(namespace[name])


def plain(code: str) -> str:
    """A page."""
    return code


def template(uri: str = PAGE) -> types.ResourceTemplateReference:
    return types.ResourceTemplateReference(uri=uri)
