"""The plugin's section of the settings."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from trivium_fhir.servers.settings import Endpoint
from trivium_fhir.zones import is_zone


def _time_zone(name: str) -> str:
    """Refuse a zone that the first conversion would stumble over."""
    if not is_zone(name):
        raise ValueError("is no offset such as +01:00 and no known IANA time zone such as Europe/Berlin")
    return name


class FhirSettings(BaseModel):
    """How messages become FHIR at this site, and which FHIR servers it may speak to."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    maps: Annotated[
        Path | None, Field(description="The site's own map rows, a TOML or JSON file; unset: the guide's alone.")
    ] = None
    time_zone: Annotated[
        str | None,
        AfterValidator(_time_zone),
        Field(description="Of times without an offset: +01:00 or an IANA name. Unset: none is assumed."),
    ] = None
    endpoints: Annotated[dict[str, Endpoint], Field(description="FHIR servers, each under a name.")] = Field(
        default_factory=dict
    )
    allow_write: Annotated[bool, Field(description="Switch fhir_write_bundle on.")] = False
