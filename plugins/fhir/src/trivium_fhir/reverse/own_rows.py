"""Rows that the guide does not have, in its form: what a message needs and the guide leaves open.

Each is a decision of ours. `IN1-3` is required and has no row; a merge (`MRG-1`) has rows for the account alone; a name
of an organization without identifiers has to stand somewhere; `SCH-6` asks why the event was sent.
"""

from __future__ import annotations

from typing import Final

from trivium_fhir.convert.decisions import MERGED
from trivium_fhir.guide import MapRow


def _row(map_name: str, v2: str, to: str, data_type_map: str | None = None, concept_map: str | None = None) -> MapRow:
    base = map_name.partition("[")[2].partition("]")[0].partition("-")[0]
    return MapRow(
        map=map_name, v2=v2, to=to, base=base, data_type_map=data_type_map, concept_map=concept_map, ours=True
    )


OWN_ROWS: Final = (
    _row("MSH[MessageHeader]", "MSH-8", "meta.security[1].code"),
    _row("PID[Patient]", "PID-6", "extension[1].valueString"),
    _row("IN1[Coverage]", "IN1-3", "payor[1](Organization.identifier)", "CX[Identifier]"),
    _row("IN1[Coverage]", "IN1-36", "subscriberId"),
    *MERGED,
    _row("SCH[Appointment]", "SCH-6", "cancelationReason", "CWE[CodeableConcept]"),
    _row("RXA[Immunization]", "RXA-4", "occurrenceDateTime"),
    _row("OBR[Observation]", "OBR-4", "code", "CWE[CodeableConcept]"),
    _row("OBR[Observation]", "OBR-7", "effectiveDateTime"),
    _row("OBR[Observation]", "OBR-22", "issued"),
    _row("OBR[Observation]", "OBR-25", "status", None, "ObservationResultStatusCodesInterpretation"),
    _row("AIS[Appointment]", "AIS-4", "start"),
    _row("DG1[Condition]", "DG1-6", "category", "CWE[CodeableConcept]"),
)

OWN_TYPE_ROWS: Final = {
    "EI[Identifier-Extension]": (_row("EI[Identifier-Extension]", "EI.2", "system", "EI[system]"),),
}
"""Rows of data types: the guide names an extension that nobody has defined for who assigned an order number."""

DROPPED: Final = frozenset(
    {
        ("SCH[Appointment]", "SCH-7", "appointmentType[1]"),  # has a field of its own, SCH-8
        ("PV2[Encounter]", "PV2-12", "text.div"),  # made from the other elements
        ("AIS[Appointment]", "AIS-10", "status"),  # stands in SCH-25
    }
)
"""Rows that are not run backwards: map, field and path."""
