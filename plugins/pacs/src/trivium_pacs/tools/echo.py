"""pacs_echo."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trivium.api import PUBLIC, Effect, Given, tool
from trivium_pacs.net.archive import Archive
from trivium_pacs.reading import version_name
from trivium_pacs.services import STUDY_ROOT_FIND, STUDY_ROOT_MOVE, VERIFICATION
from trivium_pacs.values import uid_problem


class Services(BaseModel):
    """Which services the archive accepts from this host's AE title."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    verification: bool = Field(description="C-ECHO.")
    study_root_find: bool = Field(description="Queries: pacs_query needs it.")
    study_root_move: bool = Field(description="Retrieves: pacs_retrieve needs it.")


class EchoResult(BaseModel):
    """The archive answers."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    round_trip_ms: float | None = Field(description="Time of one C-ECHO. null: Verification is not accepted.")
    association_ms: float = Field(description="Time to connect and to be accepted.")
    calling_ae_title: str = Field(description="The AE title this host presented.")
    called_ae_title: str = Field(description="The AE title it asked for.")
    implementation_class_uid: str | None = Field(description="The archive's software.")
    implementation_version_name: str | None = Field(description="The archive's software and version.")
    services: Services


@tool(effect=Effect.READS_REMOTE, title="Test the archive connection", timeout=60.0)
def pacs_echo(archive: Given[Archive]) -> Annotated[EchoResult, PUBLIC]:
    """Test the DICOM connection to the configured archive (PACS) with one C-ECHO.

    Use it first when pacs_query or pacs_retrieve fails, or to find out whether the archive is up, which software it is
    and which services it accepts. It reads no patient data and takes no arguments. Fails with a code and a next step
    when the archive cannot be reached, rejects the association or does not answer in time.
    """
    greeting = archive.greet()
    uid, version = greeting.implementation_class_uid, version_name(greeting.implementation_version_name)
    return EchoResult(
        round_trip_ms=greeting.round_trip_ms,
        association_ms=greeting.association_ms,
        calling_ae_title=archive.settings.local_ae_title,
        called_ae_title=archive.settings.ae_title,
        implementation_class_uid=uid if uid_problem(uid) is None else None,
        implementation_version_name=version,
        services=Services(
            verification=VERIFICATION in greeting.accepted,
            study_root_find=STUDY_ROOT_FIND in greeting.accepted,
            study_root_move=STUDY_ROOT_MOVE in greeting.accepted,
        ),
    )
