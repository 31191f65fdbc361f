"""The tool `fhir_capabilities`."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from trivium.api import Effect, Given, tool
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.results import Capabilities


@tool(effect=Effect.READS_REMOTE, title="Show FHIR server's capabilities", archive="endpoint", timeout=700.0)
async def fhir_capabilities(
    servers: Given[Servers],
    endpoint: Annotated[str, Field(description="Name of the server, one of those that the operator has set up.")],
    type: Annotated[  # noqa: A002 - R4's word
        str | None, Field(description="One resource type, e.g. Patient; all if left out.")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=150, description="Types to list at the most.")] = 20,
    offset: Annotated[int, Field(ge=0, description="Types to skip.")] = 0,
) -> Capabilities:
    """Say what a FHIR server can do, as its capability statement (GET metadata) says.

    Use it before fhir_search or fhir_write_bundle, to see which resource types, interactions and search parameters a
    server offers, or to check that it can be reached. What R4 itself defines says explain_fhir_resource.

    Returns FHIR version, software, what it does for the whole system (transaction, batch), and for each type its
    interactions, search parameters, includes, operations and conditional writes, page by page (limit, offset). Names
    that R4 does not have are counted, not shown. What a server says is no proof that it does so.
    """
    from trivium_fhir.servers.offering import capabilities

    server = servers.server(endpoint)
    if type is not None:
        from trivium_fhir.servers.searching import check_type

        check_type(type)
    statement = await server.capabilities()
    return await to_thread.run_sync(partial(capabilities, endpoint, statement, type, limit, offset))
