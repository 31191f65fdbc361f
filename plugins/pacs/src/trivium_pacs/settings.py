"""What an operator sets for this plugin: environment names begin with `TRIVIUM_PACS__`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from trivium.api import CommaSeparated
from trivium_pacs.values import ae_title_problem


def _blank_is_unset(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _ae_title(value: str) -> str:
    title = value.strip(" ")
    if problem := ae_title_problem(title):
        raise ValueError(problem.value)
    return title


AETitle = Annotated[str, AfterValidator(_ae_title)]


class PacsSettings(BaseModel):
    """The archive to talk to, and what may be asked of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    legacy_environment: ClassVar[Mapping[str, str]] = {
        "DICOM_HL7_PACS_HOST": "host",
        "DICOM_HL7_PACS_PORT": "port",
        "DICOM_HL7_PACS_AE_TITLE": "ae_title",
        "DICOM_HL7_LOCAL_AE_TITLE": "local_ae_title",
        "DICOM_HL7_PACS_ALLOW_RETRIEVE": "allow_retrieve",
    }
    """Environment names of older installations, and the fields they fill."""

    host: Annotated[str | None, BeforeValidator(_blank_is_unset)] = Field(
        None, description="Host name or IP address of the archive. Unset: no archive, and the tools say so."
    )
    port: int = Field(104, ge=1, le=65535, description="TCP port of the archive's DICOM service.")
    ae_title: AETitle = Field("ANY-SCP", description="The archive's AE title (called AE title).")
    local_ae_title: AETitle = Field("TRIVIUM", description="The AE title this host presents (calling AE title).")
    timeout: float = Field(
        10.0, gt=0, le=300, description="Seconds to wait for a connection, for its acceptance and for each answer."
    )
    retrieve_silence: float = Field(
        120.0, gt=0, le=3600, description="Seconds the archive may stay silent while it moves instances."
    )
    max_results: int = Field(50, ge=1, le=50, description="The most matches that one query returns.")
    allow_retrieve: bool = Field(False, description="Switch pacs_retrieve on.")
    allowed_destinations: CommaSeparated[AETitle] = Field(
        (), description="AE titles that images may be sent to, separated by commas. Empty: none."
    )
    max_instances: int = Field(5000, ge=1, le=65535, description="The most instances that one retrieve may move.")
