"""Resources, prompts and completions of an installed plugin, as clients of a served process see them."""

from __future__ import annotations

from pathlib import Path

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from tests.wire.conftest import Installation
from tests.wire.http_host import HttpHost, grant
from trivium.testing import Client, Era

pytestmark = pytest.mark.anyio

PLUGIN = '''
from trivium.api import NotFound, PluginInfo, Problem, hookimpl, prompt, resource

PARTS = {f"W-{number}": "lid" for number in range(150)}

class PartProblem(Problem):
    UNKNOWN = "is no widget"

def codes(typed, chosen):
    return [code for code in PARTS if code.startswith(typed)]

@resource("widget://list", mime_type="text/plain")
def widget_list() -> str:
    """All widgets."""
    return " ".join(PARTS)

@resource("widget://{code}/part", title="A part", complete={"code": codes})
def widget_part(code: str) -> str:
    """What a widget is made of."""
    if code not in PARTS:
        raise NotFound(where="code", problem=PartProblem.UNKNOWN)
    return PARTS[code]

@prompt(title="Order", complete={"code": codes})
def order_widget(code: str, note: str = "") -> str:
    """Help to order a widget."""
    return f"Order {code}. {note}"

@hookimpl
def trivium_plugin():
    return PluginInfo(name="gadgets", summary="for a test")

@hookimpl
def trivium_resources():
    return [widget_list, widget_part]

@hookimpl
def trivium_prompts():
    return [order_widget]
'''


@pytest.fixture
def gadgets(tmp_path: Path, installation: Installation) -> Installation:
    folder = tmp_path / "site"
    metadata = folder / "trivium_gadgets-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "gadgets_plugin.py").write_text(PLUGIN)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: trivium-gadgets\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[trivium.plugins]\ngadgets = gadgets_plugin\n")
    installation.settings |= {"PYTHONPATH": str(folder), "TRIVIUM_PLUGINS__ENABLED": "gadgets"}
    return installation


async def everything(client: Client, era: Era) -> None:
    """Whatever the transport, a client is shown the same."""
    assert client.protocol_version == era
    assert client.server_capabilities.resources == types.ResourcesCapability(subscribe=False, list_changed=False)
    assert client.server_capabilities.prompts == types.PromptsCapability(list_changed=False)
    assert client.server_capabilities.completions == types.CompletionsCapability()
    assert [one.uri for one in (await client.list_resources()).resources] == ["widget://list"]
    templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in templates] == ["widget://{code}/part"]
    assert [one.name for one in (await client.list_prompts()).prompts] == ["order_widget"]
    (content,) = (await client.read_resource("widget://W%2D17/part")).contents
    assert isinstance(content, types.TextResourceContents)
    assert (content.text, content.mime_type, content.uri) == ("lid", "text/markdown", "widget://W%2D17/part")
    said = (await client.get_prompt("order_widget", {"code": "W-1", "note": "In red."})).messages[0]
    assert isinstance(said.content, types.TextContent)
    assert (said.role, said.content.text) == ("user", "Order W-1. In red.")
    for ref in (
        types.ResourceTemplateReference(uri="widget://{code}/part"),
        types.PromptReference(name="order_widget"),
    ):
        found = (await client.complete(ref, {"name": "code", "value": "W-"})).completion
        assert (len(found.values), found.total, found.has_more) == (100, 150, True)
    missing = -32002 if era == "2025-11-25" else types.INVALID_PARAMS
    for uri, text in (
        ("widget://O'BRIEN/part", "not_found: code is no widget"),
        ("widget://O'BRIEN", "unknown_resource: no such resource is served"),
    ):
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
        assert (caught.value.error.code, caught.value.error.message) == (missing, text)
    with pytest.raises(MCPError) as caught:
        await client.get_prompt("order_widget", {"note": "O'BRIEN"})
    assert (caught.value.error.code, caught.value.error.message) == (
        types.INVALID_PARAMS,
        "bad_input: argument code is required",
    )


RECORDED = [
    ("widget_part", "ok"),
    ("order_widget", "ok"),
    ("widget_part", "not_found"),
    ("token", "unknown_resource"),
    ("order_widget", "bad_input"),
]


def recorded(installation: Installation) -> list[tuple[str, str]]:
    """What was asked for, without the digits of tokens, and how it ended."""
    records = installation.audit()
    outcomes = {record["call"]: record["outcome"] for record in records if record["event"] == "closed"}
    opened = [record for record in records if record["event"] == "opened"]
    return [(record["tool"].partition(":")[0], outcomes[record["call"]]) for record in opened]


async def test_over_stdio(gadgets: Installation, era: Era) -> None:
    async with gadgets.client(era) as client:
        await everything(client, era)
    assert recorded(gadgets) == RECORDED
    assert "BRIEN" not in (gadgets.home / "audit.jsonl").read_text() + gadgets.complaints()


async def test_over_http(gadgets: Installation, era: Era) -> None:
    token = grant(gadgets, "reader-1")
    with HttpHost(gadgets) as host:
        async with host.client(token, era) as client:
            await everything(client, era)
    assert recorded(gadgets) == RECORDED
    assert {record["caller"] for record in gadgets.audit() if record["event"] == "opened"} == {"http:reader-1"}
    assert "BRIEN" not in (gadgets.home / "audit.jsonl").read_text()
