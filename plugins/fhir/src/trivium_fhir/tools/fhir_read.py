"""The tool `fhir_read`."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from anyio import to_thread
from pydantic import Field

from trivium.api import Effect, Given, Kind, Phi, tool
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.results import ReadResource


@tool(effect=Effect.READS_REMOTE, title="Read FHIR resource", archive="endpoint", timeout=700.0)
async def fhir_read(
    servers: Given[Servers],
    endpoint: Annotated[str, Field(description="Name of the server, one of those that the operator has set up.")],
    type: Annotated[str, Field(description="Resource type of R4, e.g. Patient.")],  # noqa: A002 - R4's word
    id: Annotated[  # noqa: A002 - R4's word
        str,
        Phi(Kind.PATIENT_ID),
        Field(description="Logical id at that server, or its stand-in."),
    ],
    elements: Annotated[
        list[str] | None,
        Field(max_length=50, description="Top elements to ask for, e.g. name; empty: all."),
    ] = None,
    version: Annotated[str | None, Field(description="Version id, for an older state.")] = None,
) -> ReadResource:
    """Read one resource from a FHIR R4 server by its type and logical id.

    Use it when the id is known, from fhir_search, a reference or fhir_write_bundle. To find resources by identifier,
    name or date use fhir_search: a record number (MRN) is an identifier, no logical id. What an element means says
    explain_fhir_element.

    Returns the resource as FHIR JSON, patient data in it withheld or replaced by stand-ins as this host is set up. With
    elements the server may leave out the rest.

    Fails with not_found where the server has no such resource or has deleted it, and with a different error where the
    server cannot be reached, refuses, or answers with something else: those never mean that there is nothing.
    """
    from trivium_fhir.servers.problems import SearchProblem
    from trivium_fhir.servers.reading import read_result
    from trivium_fhir.servers.searching import check_elements, check_id, check_type

    server = servers.server(endpoint)
    check_type(type)
    check_id(id, "id", SearchProblem.ID)
    check_elements(type, elements or [])
    path = f"{type}/{id}"
    if version is not None:
        check_id(version, "version", SearchProblem.VERSION)
        path += f"/_history/{version}"
    if elements:
        path += "?" + urlencode({"_elements": ",".join(elements)})
    resource = await server.read(path, type)
    return await to_thread.run_sync(partial(read_result, server, resource, type, id, bool(elements)))
