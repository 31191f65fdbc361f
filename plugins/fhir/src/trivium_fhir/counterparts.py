"""Answers the hook of the PACS plugin for the summary of a study. It stands for itself: that plugin may be absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trivium.api import hookimpl

if TYPE_CHECKING:
    from trivium_fhir.imaging.summary import Counterparts
    from trivium_fhir.settings import FhirSettings


@hookimpl(optionalhook=True)
def pacs_study_counterparts(
    study: Sequence[Mapping[str, Any]], order: str | None, settings: FhirSettings
) -> Counterparts | None:
    """What one study (rows in the DICOM JSON Model) is in HL7 v2 and FHIR, beside an order.

    None without rows and order. Raises `BadInput` for an order that is none, `TooLarge` beyond 20,000 rows.
    """
    if not study and not order:
        return None
    from trivium_fhir.imaging.summary import counterparts

    return counterparts(study, order, zone=settings.time_zone)
