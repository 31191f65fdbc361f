"""The tool `fhir_write_bundle`."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, Preflight, Safety, tool
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.results import WrittenBundle

if TYPE_CHECKING:
    from trivium_fhir.servers.outgoing import Outgoing


def write_gates(servers: Servers, *, allowed: bool) -> Safety:
    """What the host holds a writing against, beside a person's approval."""
    return Safety(
        enabled=allowed,
        switch="TRIVIUM_FHIR__ALLOW_WRITE=true",
        destination="endpoint",
        destinations=frozenset(servers.endpoints),
        destinations_setting="TRIVIUM_FHIR__ENDPOINTS",
        limits={"bundles": 1, "entries": 1_000, "bytes": 10_000_000},
        limits_setting="the limits of fhir_write_bundle",
    )


def what_would_be_written(servers: Servers, bundle: str, endpoint: str) -> Preflight:
    """The bundle, as the host's limits and the approving person need it. Raises `NotFound`, `BadInput`, `TooLarge`."""
    from trivium_fhir.servers.accounting import preflight

    server = servers.server(endpoint)
    return preflight(_prepared(bundle), server)


@tool(
    effect=Effect.WRITES_REMOTE,
    title="Write bundle to FHIR server",
    approval=True,
    rehearsal="dry_run",
    preflight=what_would_be_written,
    timeout=1000.0,  # each step has the endpoint's own timeout, 300 seconds at the most
)
async def fhir_write_bundle(
    servers: Given[Servers],
    bundle: Annotated[
        str, EMBEDDED, Field(description="R4 Bundle (JSON) of type transaction or batch; entries POST or PUT.")
    ],
    endpoint: Annotated[str, Field(description="Name of the server, one of those that the operator has set up.")],
    limit: Annotated[int, Field(ge=0, le=1000, description="Entries to list in the result at the most.")] = 50,
    dry_run: Annotated[bool, Field(description="Send nothing; only say what would be sent.")] = False,
) -> WrittenBundle:
    """Send a transaction or batch Bundle to a named FHIR R4 server and account for each entry.

    This changes records in another system, and nothing takes it back. Use it only when somebody wants this very bundle
    there; make one with convert_hl7_to_fhir, check it with validate_fhir_resource.

    It runs only if switched on (TRIVIUM_FHIR__ALLOW_WRITE, off by default), to one of TRIVIUM_FHIR__ENDPOINTS, and if a
    person approves. With dry_run=true all is checked, nothing is sent and nobody is asked. Refused before sending:
    DELETE and PATCH, requests that do not fit their resources, errors by R4, marks of this host ("[withheld: ...]").

    Returns the outcome, and status, id and issues of entries. The bundle is sent once, as it is given. Where the
    connection breaks, the call fails and says that it is unknown whether it was applied; a repeat is harmless only
    where repeat_safe is true.
    """
    from trivium_fhir.servers.accounting import account, planned

    server = servers.server(endpoint)
    outgoing = await to_thread.run_sync(_prepared, bundle)
    if dry_run:
        return planned(outgoing, server)
    reply = await server.write(outgoing.payload)
    return await to_thread.run_sync(partial(account, outgoing, server, reply, limit))


def _prepared(bundle: str) -> "Outgoing":
    from trivium_fhir.servers.outgoing import prepare

    return prepare(bundle)
