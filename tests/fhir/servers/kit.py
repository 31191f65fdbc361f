"""Endpoints and resources of ours for the tests of the FHIR servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from trivium.api import Composed, PluginInfo, ToolSpec, hookimpl
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.settings import Endpoint
from trivium_fhir.settings import FhirSettings
from trivium_fhir.tools.fhir_capabilities import fhir_capabilities
from trivium_fhir.tools.fhir_read import fhir_read
from trivium_fhir.tools.fhir_search import fhir_search
from trivium_fhir.tools.fhir_write_bundle import fhir_write_bundle, write_gates

PATIENT: Final[dict[str, Any]] = {
    "resourceType": "Patient",
    "id": "p-17",
    "identifier": [{"system": "urn:oid:1.2.3.4", "value": "MRN-4711"}],
    "name": [{"family": "Zorblax", "given": ["Quentin"]}],
    "birthDate": "1961-02-03",
}
_ENDPOINTS: Final = TypeAdapter(dict[str, Endpoint])


class Tools:
    """A plugin with these tools alone."""

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo(name="fhir", summary="FHIR servers")

    @hookimpl
    def trivium_settings(self) -> type[BaseModel]:
        return FhirSettings

    @hookimpl
    def trivium_tools(self, settings: FhirSettings) -> list[ToolSpec]:
        servers = Servers(settings.endpoints)
        return [
            fhir_read.given(servers=servers),
            fhir_search.given(servers=servers),
            fhir_capabilities.given(servers=servers),
            fhir_write_bundle.given(servers=servers).guarded(write_gates(servers, allowed=settings.allow_write)),
        ]


@asynccontextmanager
async def servers_at(base_url: str, **settings: Any) -> AsyncIterator[Servers]:
    """One server named `main`."""
    given = {"base_url": base_url, "timeout": 5.0, **settings}
    servers = Servers(_ENDPOINTS.validate_python({"main": given}))
    try:
        yield servers
    finally:
        await servers.close()


def text_of(composed: Composed) -> str:
    return "".join(part.text for part in composed.parts)


def kinds_of(composed: Composed) -> dict[str, str]:
    """The parts that are not public, with their kinds."""
    return {part.text: part.phi.value for part in composed.parts if part.phi}


def statement(*types: str, names: tuple[str, ...] = ("identifier", "family", "birthdate")) -> dict[str, Any]:
    """A capability statement that lists these search parameters for each type."""
    params = [{"name": name, "type": "token"} for name in names]
    resources = [{"type": one, "interaction": [{"code": "read"}], "searchParam": params} for one in types]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": resources}],
    }
