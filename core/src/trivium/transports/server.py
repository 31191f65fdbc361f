"""The MCP server around a host: one list, one call."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from trivium import __version__
from trivium.api import TriviumError
from trivium.host import Host
from trivium.pipeline import AnswerNeeded
from trivium.pipeline.run import crashed
from trivium.transports.prompter import ClientPerson, ask_again
from trivium.transports.results import failure, success, tool_definition

NAME = "trivium"
INSTRUCTIONS = (
    "Tools for hospital systems: DICOM, HL7 v2, FHIR and image archives. Values in place of which "
    "'[withheld: ...]' stands are patient data that this host does not hand out. "
    "An error result has a code and says what can be done about it."
)


def build_server(host: Host, caller: str) -> Server[dict[str, Any]]:
    """An MCP server for one host. `caller` is who its calls are recorded and approved for."""

    @cache
    def definitions() -> list[types.Tool]:
        return [tool_definition(served.spec) for served in host.tools.values()]

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=definitions())

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        try:
            result = await host.call(
                params.name,
                params.arguments,
                caller=caller,
                person=ClientPerson(context, params),
                progress=partial(_progress, context),
            )
        except AnswerNeeded as pause:
            return ask_again(pause.question)
        except TriviumError as error:
            return failure(error)
        except Exception as error:  # its text could be patient data, and must reach neither client nor span
            return failure(crashed("the call", error))
        return success(result)

    server: Server[dict[str, Any]] = Server(
        NAME,
        version=__version__,
        title="Trivium",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME))
    return server


async def _progress(context: ServerRequestContext[Any], done: float, total: float | None) -> None:
    await context.session.report_progress(done, total)
