"""What a message is about: MessageHeader.focus (R4, messaging), which the guide leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trivium_fhir.convert.model import Draft

_ABOUT: Final = {
    "ADT": ("Patient", "Encounter"),
    "BAR": ("Account",),
    "MDM": ("DocumentReference",),
    "OML": ("ServiceRequest",),
    "OMG": ("ServiceRequest",),
    "OMI": ("ServiceRequest",),
    "ORM": ("ServiceRequest", "MedicationRequest"),
    "ORU": ("DiagnosticReport",),
    "OUL": ("DiagnosticReport",),
    "PPR": ("Condition",),
    "RAS": ("MedicationAdministration",),
    "RDE": ("MedicationRequest",),
    "SIU": ("Appointment",),
    "VXU": ("Immunization",),
}
"""By message code (MSH-9.1) the resources that carry its event; all else is there because these refer to it."""
_ENVELOPE: Final = frozenset({"MessageHeader", "Provenance"})


def focus(code: str, drafts: Sequence[Draft]) -> list[Draft]:
    """The resources that a message with this code is about: of their types, else those that nothing refers to."""
    made = [draft for draft in drafts if draft.parent is None and draft.type not in _ENVELOPE]
    for types in (_ABOUT.get(code, ()), ("Patient",)):
        found = [draft for draft in made if draft.type in types]
        if found:
            return found
    return [draft for draft in made if not draft.pointers]
