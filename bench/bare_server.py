"""The peer of `bench/start.py`: the smallest server on the same SDK, with as many tools, each known beforehand."""

from __future__ import annotations

from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

TOOLS = [
    types.Tool(
        name=f"tool_{number}",
        description="A tool that answers with its own input.",
        input_schema={"type": "object", "properties": {"tag": {"type": "string"}}, "required": ["tag"]},
    )
    for number in range(48)
]


async def list_tools(_: ServerRequestContext[Any], __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=TOOLS)


async def call_tool(_: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
    text = str((params.arguments or {})["tag"])
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content={"tag": text})


async def main() -> None:
    server: Server[dict[str, Any]] = Server("bare", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


anyio.run(main)
