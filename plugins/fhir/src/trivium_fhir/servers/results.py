"""What the tools that talk to FHIR servers return."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, Phi, PhiBy
from trivium_fhir.result import Result
from trivium_fhir.servers.words import Outcome


class ReadResource(Result):
    """One resource as the server has it."""

    endpoint: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC]
    resource: Composed = Field(description="FHIR R4 JSON")
    notes: Annotated[tuple[str, ...], PUBLIC] = ()


class FoundResources(Result):
    """One page of a search."""

    endpoint: Annotated[str, PUBLIC]
    type: Annotated[str, PUBLIC]
    total: Annotated[int | None, PUBLIC] = Field(default=None, description="all matches, where the server counts them")
    matches: Annotated[int, PUBLIC] = Field(description="on this page")
    included: Annotated[int, PUBLIC] = Field(description="resources on this page that matches refer to or are named by")
    bundle: Composed = Field(description="searchset Bundle of this page, FHIR R4 JSON")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="entries too many or too large to show")
    next_cursor: Annotated[str | None, PUBLIC] = Field(default=None, description="for the next page; none: the last")
    notes: Annotated[tuple[str, ...], PUBLIC] = ()


class OfferedType(Result):
    """What a server says of one type of resource."""

    type: Annotated[str, PUBLIC]
    interactions: Annotated[tuple[str, ...], PUBLIC]
    search_parameters: Annotated[tuple[str, ...], PUBLIC] = Field(description="those that R4 has too")
    own_search_parameters: Annotated[int | None, PUBLIC] = Field(default=None, description="how many R4 lacks")
    includes: Annotated[tuple[str, ...], PUBLIC] = ()
    reverse_includes: Annotated[tuple[str, ...], PUBLIC] = ()
    operations: Annotated[tuple[str, ...], PUBLIC] = ()
    conditional_create: bool | None = None
    conditional_update: bool | None = None


class Capabilities(Result):
    """What a server says that it can do (GET metadata)."""

    endpoint: Annotated[str, PUBLIC]
    fhir_version: Annotated[str | None, PUBLIC] = None
    software: Annotated[str | None, PhiBy("software_phi")] = None
    software_phi: Annotated[Kind | None, PUBLIC] = None
    formats: Annotated[tuple[str, ...], PUBLIC] = ()
    system_interactions: Annotated[tuple[str, ...], PUBLIC] = ()
    types: tuple[OfferedType, ...]
    types_total: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = ()


class ServerIssue(Result):
    """One issue of an OperationOutcome."""

    entry: Annotated[int | None, PUBLIC] = Field(default=None, description="from 1; none: of the whole")
    severity: Annotated[str | None, PUBLIC] = None
    code: Annotated[str | None, PUBLIC] = None
    places: Annotated[tuple[str, ...], PUBLIC] = ()
    text: Annotated[str | None, Phi(Kind.TEXT)] = None


class EntryResult(Result):
    """What became of one entry."""

    entry: Annotated[int, PUBLIC]
    type: Annotated[str, PUBLIC]
    status: Annotated[int | None, PUBLIC] = Field(default=None, description="HTTP; none: not said")
    id: Annotated[str | None, PhiBy("id_phi")] = None
    id_phi: Annotated[Kind | None, PUBLIC] = None


class WrittenBundle(Result):
    """What became of a bundle."""

    outcome: Outcome = Field(description="planned: only rehearsed; partly: some entries of a batch failed")
    next_step: Annotated[str, PUBLIC]
    endpoint: Annotated[str, PUBLIC]
    entries: Annotated[int, PUBLIC]
    types: Annotated[dict[str, int], PUBLIC] = Field(description="entries each")
    repeat_safe: bool = Field(description="whether sending it twice makes nothing twice")
    created: Annotated[int | None, PUBLIC] = None
    found_or_updated: Annotated[int | None, PUBLIC] = None
    failed: Annotated[int | None, PUBLIC] = None
    status: Annotated[int | None, PUBLIC] = None
    issues: tuple[ServerIssue, ...] = ()
    results: tuple[EntryResult, ...] = Field(default=(), description="failed ones first")
    results_left_out: Annotated[int | None, PUBLIC] = None
    notes: Annotated[tuple[str, ...], PUBLIC] = ()
