"""The tool `fhir_search`."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from anyio import to_thread
from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, Rows, tool
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.results import FoundResources

if TYPE_CHECKING:
    from trivium_fhir.servers.net.server import Server


@tool(
    effect=Effect.READS_REMOTE,
    title="Search FHIR server",
    archive="endpoint",
    rows=Rows(asked="count", found="matches"),
    timeout=700.0,
)
async def fhir_search(
    servers: Given[Servers],
    endpoint: Annotated[str, Field(description="Name of the server, one of those that the operator has set up.")],
    type: Annotated[str, Field(description="Resource type of R4, e.g. Observation.")],  # noqa: A002 - R4's word
    parameters: Annotated[
        list[str] | None,
        EMBEDDED,
        Field(
            max_length=30,
            description="Each name=value as in FHIR, not percent-encoded: identifier=urn:oid:1.2.3|MRN-1, "
            "date=ge2026-01-01, subject:Patient.name=smith, _sort=-date. All must fit.",
        ),
    ] = None,
    elements: Annotated[
        list[str] | None, Field(max_length=50, description="Top elements to ask for; empty: all.")
    ] = None,
    include: Annotated[
        list[str] | None, Field(max_length=10, description="What matches refer to, too: Observation:subject.")
    ] = None,
    revinclude: Annotated[
        list[str] | None, Field(max_length=10, description="What refers to matches, too: Provenance:target.")
    ] = None,
    count: Annotated[int, Field(ge=1, le=100, description="Matches of a page at the most.")] = 20,
    cursor: Annotated[
        str | None, Field(description="next_cursor of the page before; with endpoint and type alone.")
    ] = None,
) -> FoundResources:
    """Search one type of resource on a FHIR R4 server, page by page.

    Use it to find resources by identifier, name, date, code or reference; with a logical id use fhir_read. What a
    server can search by says fhir_capabilities.

    Everything is checked before it is sent, since servers ignore what they do not know and then answer with everybody's
    records: names, modifiers, prefixes, dates and numbers against R4, names also against the server's capability
    statement. A refusal names near ones.

    Returns a searchset Bundle with patient data withheld or replaced by stand-ins (which serve as values here), counts,
    and next_cursor where there is more. No match is matches=0; a server that cannot be reached or fails is an error,
    never an empty result. Notes say where a server may have ignored something.
    """
    from trivium_fhir.servers.reading import search_result
    from trivium_fhir.servers.searching import check_next, check_type, planned
    from trivium_fhir.servers.words import Note

    server = servers.server(endpoint)
    check_type(type)
    lists = [one or [] for one in (parameters, elements, include, revinclude)]
    if cursor is not None:
        check_next(*lists)
        bundle = await server.read(servers.next_page(endpoint, type, cursor), "Bundle")
        return await to_thread.run_sync(partial(search_result, servers, server, type, bundle, ()))
    statement = await _statement(server)
    search = planned(type, *lists, count=count, statement=statement)
    bundle = await server.read(search.url, "Bundle")
    notes = () if statement else (Note.NO_STATEMENT,)
    return await to_thread.run_sync(partial(search_result, servers, server, type, bundle, search.names, notes))


async def _statement(server: "Server") -> dict[str, Any] | None:
    """None for a server that answers, but has no capability statement; one that cannot be asked is an error."""
    from trivium.api import NotFound, PeerFailed, PeerRejected

    try:
        return await server.capabilities()
    except (NotFound, PeerRejected, PeerFailed):
        return None
