"""pacs_retrieve."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from trivium.api import Call, Effect, Fact, Given, Kind, Preflight, tool
from trivium_pacs.account import Retrieval, account, planned
from trivium_pacs.keys import checked_ae_title, checked_uid, move_keys
from trivium_pacs.net.archive import Archive
from trivium_pacs.net.moving import move
from trivium_pacs.tools.planning import Listing, listing

ENTITLEMENT: Final = "pacs.retrieve"


def what_would_move(
    archive: Archive, study_instance_uid: str, destination_ae_title: str, series_instance_uid: str = ""
) -> Preflight:
    """The plan, as the host's limits and the approving person need it.

    Raises `BadInput`, `NotFound`, `TooLarge` or `PeerFailure`.
    """
    study, series, _ = _checked(study_instance_uid, series_instance_uid, destination_ae_title)
    found = listing(archive, study, series)
    counts = {"studies": 1, "series": found.plan.series, "instances": found.plan.instances}
    return Preflight(counts=counts, facts=_facts(found, series))


def _facts(found: Listing, series_instance_uid: str) -> tuple[Fact, ...]:
    """What the person reads beside the arguments and the counts, which the host shows by itself."""
    plan, study = found
    facts = [
        Fact(label="What", value="one series" if series_instance_uid else "the whole study"),
        Fact(label="Patient", value=study.PatientName or "", kind=Kind.NAME),
        Fact(label="Patient ID", value=study.PatientID or "", kind=Kind.PATIENT_ID),
        Fact(label="Study date", value=plan.StudyDate or "", kind=Kind.DATE),
        Fact(label="Modality", value=", ".join(plan.modalities)),
        Fact(label="Size", value="not known beforehand: a C-FIND does not tell it"),
    ]
    return tuple(fact for fact in facts if fact.value)


def _checked(study_instance_uid: str, series_instance_uid: str, destination_ae_title: str) -> tuple[str, str, str]:
    return (
        checked_uid(study_instance_uid, "study_instance_uid"),
        checked_uid(series_instance_uid, "series_instance_uid", empty_is_fine=True),
        checked_ae_title(destination_ae_title, "destination_ae_title"),
    )


@tool(
    effect=Effect.MOVES_IMAGES,
    title="Retrieve images to a destination",
    requires={ENTITLEMENT},
    approval=True,
    rehearsal="dry_run",
    preflight=what_would_move,
    timeout=1800.0,
)
def pacs_retrieve(
    archive: Given[Archive],
    call: Call,
    study_instance_uid: Annotated[str, Field(description="Study Instance UID, from pacs_query.")],
    destination_ae_title: Annotated[
        str, Field(description="AE title that receives the images. It must be on the host's list of destinations.")
    ],
    series_instance_uid: Annotated[
        str, Field(description="Series Instance UID: send this series of the study only.")
    ] = "",
    dry_run: Annotated[bool, Field(description="Send nothing; only say what would be sent.")] = False,
) -> Retrieval:
    """Have the configured archive (PACS) send the images of one study or series to another DICOM system (C-MOVE).

    This copies patient images from one system to another, and nothing takes them back. Use it only when somebody
    wants the images at that destination; to look up what exists use pacs_query. No image comes to the caller.

    It runs only if all of these agree: the operator's switch TRIVIUM_PACS__ALLOW_RETRIEVE (off by default), a license
    with the entitlement pacs.retrieve, the list of allowed destinations, the limit of instances, and a person who
    approves this very call. With dry_run=true nothing is sent and no person is asked; the other gates stay.

    Before that the archive is asked how many series and instances would be sent. Returns the exact account: sent,
    failed and remaining instances and the final status in words. Only `complete: true` means that everything arrived,
    as far as the archive knows; when nothing could be sent the call fails with the reason. Long runs report progress
    and can be cancelled: the archive is told to stop.
    """
    study, series, destination = _checked(study_instance_uid, series_instance_uid, destination_ae_title)
    plan = listing(archive, study, series, call).plan
    if dry_run:
        return planned(plan)
    call.progress(0, plan.instances)
    level, keys = move_keys(study, series)
    return account(plan, move(archive, level, keys, destination, limit=archive.settings.max_instances, call=call))
