"""Why our bundles differ from those of the other converter: a closed list, each held against our own account.

A fact that only they have is explained by what our account says of the value in the message: why it is not mapped, or
the other place that the guide gives it. A fact that only we have is explained by the guide's row behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.fhir.pairs.comparing import Pair, Side, Told, stands_in

from trivium_fhir.convert.model import Reason

_CODED: Final = (".status", ".gender", ".class")
"""Kinds whose value is a code that a map makes: the message has another."""


@dataclass(frozen=True, slots=True)
class Explanation:
    side: Side
    """Who alone has the fact."""
    kinds: tuple[str, ...]
    """Beginnings of what the fact is of."""
    because: str
    at: tuple[str, ...] = ()
    """Fields, or whole segments, of which one has the value in the message."""
    account: str | None = None
    """The reason that our account gives for it, or the path that it is at in our bundle."""
    row: tuple[str, ...] = ()
    """Beginnings of the guide's row behind it: one of these."""
    values: tuple[str, ...] = ()
    """Codes of their own, which stand in no field; the message has a segment of `at`."""
    unmade: bool = False
    """The other side makes no such resource at all of this message."""

    def covers(self, pair: Pair, side: Side, kind: str, value: str) -> bool:
        if side != self.side or not kind.startswith(self.kinds):
            return False
        other: Side = "theirs" if side == "ours" else "ours"
        if self.unmade and pair.made_by(other, kind.partition(".")[0]):
            return False
        if self.values and value not in self.values:
            return False
        if self.account == Reason.REQUIRED:
            return any(path.startswith(kind) for path in pair.filled)
        return not self.at or any(self._says(one, kind, value) for one in pair.told)

    def _says(self, told: Told, kind: str, value: str) -> bool:
        if not any(told.at == one or told.at.startswith(f"{one}-") for one in self.at):
            return False
        if self.account is not None and self.account not in (told.reason, told.path):
            return False
        if self.row and not any(row.startswith(self.row) for row in told.rows):
            return False
        if self.side == "ours" and kind.endswith(_CODED):
            return (told.path or "").startswith(kind)
        return bool(self.values) or stands_in(value, told.value)


EXPLANATIONS: Final = (
    # Segments without a map in the guide.
    Explanation(
        "theirs",
        ("Patient.", "RelatedPerson.name"),
        "the guide has no GT1 map; the guarantor is no patient, unless GT1-11 says so",
        at=("GT1",),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Patient.identifier", "Patient.name.family"),
        "the guide names IN2 and has no rows for it: numbers of a policy are not the patient's",
        at=("IN2",),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Patient.identifier",),
        "the guide has no DB1 map: the number of a disability case is not the patient's",
        at=("DB1",),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Patient.name",),
        "the guide has no CON map: who consented in CON-24 need not be the patient",
        at=("CON",),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Practitioner.name",),
        "the guide has no map for the segment that names this person",
        at=("ACC", "CTD", "FT1", "IN2", "PDA", "PRD", "RF1", "RXD", "RXE"),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Observation.code",),
        "the guide has no ACC and no PDA map; the codes are of the other converter's own making",
        at=("ACC", "PDA"),
        account=Reason.NO_SEGMENT_MAP,
        values=("autopsy", "coroner", "death-certificate", "injury-incident"),
    ),
    Explanation(
        "theirs",
        ("Observation.effective", "Observation.value"),
        "the guide has no ACC and no PDA map",
        at=("ACC", "PDA"),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("Observation.status",),
        "the guide has no ACC and no PDA map; a status stands in neither",
        at=("ACC", "PDA"),
        account=Reason.NO_SEGMENT_MAP,
        values=("final",),
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.identifier",),
        "the guide has no RF1 map",
        at=("RF1",),
        account=Reason.NO_SEGMENT_MAP,
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.status",),
        "ServiceRequest is made of RF1, for which the guide has no map",
        at=("RF1",),
        account=Reason.NO_SEGMENT_MAP,
        values=("on-hold", "active", "entered-in-error"),
        unmade=True,
    ),
    # Rows that the guide has, and what they say.
    Explanation(
        "theirs",
        ("Patient.telecom",),
        "PID-40: XTN.1 is no value where XTN.3 is Internet; that is XTN.4",
        at=("PID-40",),
        account=Reason.CONDITION,
        row=("XTN[ContactPoint] XTN.1",),
    ),
    Explanation(
        "ours",
        ("Patient.telecom",),
        "PID-13: the value is put together of area code and local number where XTN.12 is missing",
        at=("PID-13",),
        row=("XTN[ContactPoint] XTN.7",),
    ),
    Explanation(
        "theirs",
        ("Encounter.period.start",),
        "PV2-8 is when the patient was expected: not the period, which PV1-44 begins",
        at=("PV2-8",),
        account="Encounter.extension.valueDateTime",
        row=("PV2[Encounter] PV2-8",),
    ),
    Explanation(
        "theirs",
        ("DiagnosticReport.code",),
        "OBX is an Observation; the report's code is OBR-4",
        at=("OBX-3",),
        account="Observation.code.coding.code",
        row=(
            "OBX[Observation] OBX-3",
            "OBX[Observation-Component] OBX-3",
        ),
    ),
    Explanation(
        "theirs",
        ("DiagnosticReport.code",),
        "OBR of MDM_T02 is the ServiceRequest that the document answers",
        at=("OBR-4",),
        account="ServiceRequest.code.coding.code",
        row=("OBR[ServiceRequest] OBR-4",),
        unmade=True,
    ),
    Explanation(
        "theirs",
        ("DiagnosticReport.identifier",),
        "OBX-21 identifies the Observation",
        at=("OBX-21",),
        account="Observation.identifier.value",
        row=(
            "OBX[Observation] OBX-21",
            "OBX[Observation-Component] OBX-21",
        ),
    ),
    Explanation(
        "theirs",
        ("DiagnosticReport.status",),
        "a report that the guide does not make of this message has no status",
        values=("registered", "unknown"),
        unmade=True,
    ),
    Explanation(
        "theirs",
        ("Observation.code",),
        "OBX of MDM_T02 is content of the DocumentReference, of which OBX-3 tells nothing",
        at=("OBX-3",),
        account=Reason.NO_ROW,
    ),
    Explanation(
        "theirs",
        ("Observation.status",),
        "OBX of MDM_T02 is content of the DocumentReference: no Observation, and no status",
        at=("OBX-3",),
        account=Reason.NO_ROW,
        values=("unknown",),
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.identifier", "DiagnosticReport.identifier"),
        "ORC-4.1 is the group number: requisition of the request, not one of its identifiers",
        at=("ORC-4",),
        account="ServiceRequest.requisition.value",
        row=("EIP[Identifier-PlacerAssignedIdentifier] EIP.1",),
    ),
    Explanation(
        "ours",
        ("ServiceRequest.identifier", "DiagnosticReport.identifier"),
        "ORC-4: sub-components of EIP are identifier and namespace, which are no part of the value",
        at=("ORC-4",),
        row=("EIP[Identifier-PlacerAssignedIdentifier] EIP.", "EIP[Identifier-FillerAssignedIdentifier] EIP."),
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.identifier",),
        "the guide has no row for the parent's number in ORC-8, nor for OBR-53",
        at=("ORC-8", "OBR-53"),
        account=Reason.NO_ROW,
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.identifier", "ServiceRequest.code"),
        "OBR is a ServiceRequest too only where its own order group has an ORC",
        at=("OBR-2", "OBR-4"),
        row=("OBR[DiagnosticReport] OBR-",),
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.code",),
        "AIS-3 is the type of the appointment's service; a request needs SCH-26 or SCH-27",
        at=("AIS-3",),
        account="Appointment.serviceType.coding.code",
        row=("AIS[Appointment] AIS-3",),
    ),
    Explanation(
        "theirs",
        ("ServiceRequest.status",),
        "AIS makes a request only with SCH-26 or SCH-27, and the status of an appointment is not a request's",
        at=("AIS-3",),
        account="Appointment.serviceType.coding.code",
        values=("active", "revoked", "entered-in-error"),
        unmade=True,
    ),
    Explanation(
        "theirs",
        ("Practitioner.name",),
        "PRT behind PID names a related person, unless PRT-4 is the primary care provider of table 0443",
        at=("PRT-5",),
        account="RelatedPerson.name.family",
        row=("PRT[RelatedPerson] PRT-5",),
    ),
    Explanation(
        "theirs",
        ("Practitioner.name",),
        "PRT behind PID names a related person, unless PRT-4 is the primary care provider of table 0443 (given names)",
        at=("PRT-5",),
        account="RelatedPerson.name.given",
        row=("PRT[RelatedPerson] PRT-5",),
    ),
    Explanation(
        "ours",
        ("RelatedPerson.name",),
        "PRT behind PID names a related person, unless PRT-4 is the primary care provider of table 0443",
        at=("PRT-5",),
        row=("PRT[RelatedPerson] PRT-5",),
    ),
    Explanation(
        "theirs",
        ("Practitioner.name",),
        "PRT at this place, where the guide's condition on PRT-4 is not met or its nearest message has no PRT",
        at=("PRT-5",),
        account=Reason.NOT_USED,
    ),
    Explanation(
        "theirs",
        ("Practitioner.name", "RelatedPerson.name"),
        "the guide's message maps have no NTE-5 at this place, and no map for IN1 in an order",
        at=("NTE-5", "IN1-16"),
        account=Reason.NOT_USED,
    ),
    Explanation(
        "theirs",
        ("Practitioner.name",),
        "OBR without an ORC is a DiagnosticReport alone, which has no row for OBR-16; OBR-32 has none anywhere",
        at=("OBR-16", "OBR-32"),
        account=Reason.NO_ROW,
    ),
    # What the other converter leaves out.
    Explanation(
        "ours",
        ("Patient.", "Encounter."),
        "PID and PV1 of the messages that merge and move are a Patient and an Encounter",
        at=("PID", "PV1"),
        row=("PID[Patient] PID-", "PV1[Encounter] PV1-"),
        unmade=True,
    ),
    Explanation(
        "ours",
        ("Patient.identifier",),
        "MRG-1 of a merge is the patient who is replaced, with a link to the one who stays",
        at=("MRG-1",),
        row=("MRG[Patient] MRG-1",),
    ),
    Explanation(
        "ours",
        ("Practitioner.name",),
        "XCN of these fields is a Practitioner's name",
        at=("OBX-25", "ORC-10", "ORC-11", "ORC-12", "PD1-4", "PV1-7", "PV1-9", "PV1-17"),
        row=("XCN[Practitioner] XCN.", "XCN[PractitionerRole] XCN."),
    ),
    Explanation(
        "ours",
        ("Observation.",),
        "every OBX of an order, a specimen or a vaccination is an Observation",
        at=("OBX",),
        row=("OBX[Observation",),
    ),
    Explanation(
        "ours",
        ("DiagnosticReport.code", "DiagnosticReport.status", "Observation.code", "Observation.status"),
        "R4 requires it and the message does not give it: unknown",
        account=Reason.REQUIRED,
        values=("unknown",),
    ),
    Explanation(
        "ours",
        ("ServiceRequest.", "DiagnosticReport."),
        "ORC and OBR of a message that the guide has no map for are those of its nearest message",
        at=("ORC", "OBR"),
        row=("ORC[ServiceRequest] ORC-", "ORC[DiagnosticReport] ORC-", "OBR[DiagnosticReport] OBR-"),
        unmade=True,
    ),
)
"""In this order; the first that covers a difference counts."""

TYPES: Final = {
    "Account": "the guide makes one of PID-18 in ADT messages alone",
    "ChargeItem": "the guide has no FT1 map",
    "ClaimResponse": "the guide has no AUT map",
    "Condition": "ADT_A02 names no DG1 in the guide",
    "Consent": "the guide has no CON map",
    "Coverage": "the guide's ORM_O01 names IN1 without a map, and its VXU_V04 has none",
    "DiagnosticReport": "OBX alone, and OBR of MDM_T02, make none",
    "DocumentReference": "the guide makes one of TXA in MDM messages alone",
    "Linkage": "the guide has no MRG map to one",
    "MedicationDispense": "the guide has no RXE and no RXD map",
    "Observation": "OBX of MDM_T02 is content of the DocumentReference",
    "PractitionerRole": "XCN of TXA-9 and SCH is a Practitioner",
    "Procedure": "the guide makes one of PR1, which these messages do not have",
    "RelatedPerson": "the guide has no GT1 map",
    "ResearchStudy": "the guide has no CTI map",
    "ServiceRequest": "the guide has no RF1 map; AIS makes one with SCH-26 or SCH-27 alone",
    "Specimen": "OBR makes one in ORU_R01 and OML_O21 alone",
    "Substance": "the guide has no map to one",
    "Task": "of the other converter's own making",
}
"""Why they make resources of a type in messages where we make none."""
