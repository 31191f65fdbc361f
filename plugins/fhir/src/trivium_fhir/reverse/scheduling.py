"""What a SIU^S12 is made of: an appointment and those who take part in it (HL7 v2.9 chapter 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_fhir.reverse.layout import Bundle, Item
from trivium_fhir.reverse.making import (
    Making,
    all_of,
    diagnoses,
    encounter_of,
    numbered,
    observations,
    one_of,
    patient_of,
    person,
    visit,
    with_members,
)
from trivium_fhir.reverse.state import Draft
from trivium_fhir.reverse.store import Cursor


def schedule(making: Making) -> Iterator[Item]:
    patient = patient_of(making)
    for appointment in making.store.of_type("Appointment")[:1]:
        sch = making.segment("SCH", ("SCH[Appointment]", _with_contacts(appointment)))
        yield sch
        yield from _comments(making, appointment)
        people = [*person(making, patient), *visit(making, patient, encounter_of(making, patient))]
        about = observations(making, with_members(making, all_of(making, patient, "Observation")))
        yield Bundle([*people, *about, *diagnoses(making, all_of(making, patient, "Condition"), None)])
        rgs = Draft("RGS")
        rgs.set(1, "1")
        yield Bundle([rgs, *_resources(making, appointment)])


_RESOURCES: Final = {"Practitioner": "AIP", "PractitionerRole": "AIP", "Location": "AIL", "Device": "AIG"}


def _resources(making: Making, appointment: Cursor) -> list[Item]:
    by_kind: dict[str, list[Draft]] = {"AIS": [], "AIG": [], "AIL": [], "AIP": []}
    for number in range(len(appointment.steps("serviceType"))):
        bare = {**appointment.value, "participant": []}
        one = one_of(appointment._replace(value=bare), "serviceType", number)
        by_kind["AIS"].append(making.segment("AIS", ("AIS[Appointment]", one)))
    for number, participant in enumerate(appointment.steps("participant")):
        for actor in making.target(participant, "actor"):
            kind = _RESOURCES.get(actor.type)
            if kind and not _is_contact(making, participant):
                source = one_of(appointment, "participant", number)
                by_kind[kind].append(making.segment(kind, (f"{kind}[Appointment]", source)))
    return [Bundle([item]) for drafts in by_kind.values() for item in numbered_drafts(drafts)]


def _with_contacts(appointment: Cursor) -> Cursor:
    """The appointment with those of its participants who have neither a role nor a time of their own."""
    people = appointment.value.get("participant")
    if not isinstance(people, list):
        return appointment
    bare = [one if isinstance(one, dict) and not one.keys() & {"type", "period"} else None for one in people]
    return appointment._replace(value={**appointment.value, "participant": bare})


def _comments(making: Making, appointment: Cursor) -> list[Item]:
    return numbered(
        making.segment("NTE", ("NTE[Appointment-Comment]", one_of(appointment, "extension", number)))
        for number in range(len(appointment.steps("extension")))
    )


def _is_contact(making: Making, participant: Cursor) -> bool:
    """A participant who stands in the SCH already: who placed, who filled, who entered."""
    uses = making.account.uses
    place = (*participant.place, "actor", "reference")
    return bool((use := uses.get((participant.entry, place))) and use.segment.id == "SCH")


def numbered_drafts(drafts: list[Draft]) -> list[Draft]:
    for number, draft in enumerate(drafts, 1):
        draft.set(1, str(number))
    return drafts
