"""The plugin's section of the settings."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from trivium.api import CommaSeparated
from trivium_fhir.servers.settings import Endpoint
from trivium_fhir.zones import is_zone


def _time_zone(name: str) -> str:
    """Refuse a zone that the first conversion would stumble over."""
    if not is_zone(name):
        raise ValueError("is no offset such as +01:00 and no known IANA time zone such as Europe/Berlin")
    return name


def _shown_url(url: str) -> str:
    """Refuse what must not stand in a resource for all to read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.query:
        raise ValueError("is not an http or https URL of a host without a user and a query")
    return url.rstrip("/")


class FhirSettings(BaseModel):
    """How messages and images become FHIR at this site, and which FHIR servers it may speak to."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    maps: Annotated[
        Path | None, Field(description="The site's own map rows, a TOML or JSON file; unset: the guide's alone.")
    ] = None
    time_zone: Annotated[
        str | None,
        AfterValidator(_time_zone),
        Field(description="Of times without an offset: +01:00 or an IANA name. Unset: none is assumed."),
    ] = None
    folders: CommaSeparated[Path] = Field(
        (), description="Folders whose DICOM files may be read, separated by commas. Empty: none."
    )
    max_files: Annotated[int, Field(ge=1, description="Files that one call may read.")] = 20_000
    dicomweb: Annotated[
        dict[str, Annotated[str, AfterValidator(_shown_url), Field(max_length=500)]],
        Field(description="DICOMweb base URLs, each under a name, for the Endpoint of an ImagingStudy. Not called."),
    ] = Field(default_factory=dict)
    endpoints: Annotated[dict[str, Endpoint], Field(description="FHIR servers, each under a name.")] = Field(
        default_factory=dict
    )
    allow_write: Annotated[bool, Field(description="Switch fhir_write_bundle on.")] = False
