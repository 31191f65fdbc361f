"""Where the guide is silent, contradicts itself or R4, or puts a condition in prose: what is done, and why.

Each entry changes rows of one map before they are compiled. A row is named by its v2 column and its path; `None` takes
it out with a reason for the account, a dict replaces parts of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from trivium_fhir.convert.model import Reason
from trivium_fhir.guide import MapRow, Use

Change: TypeAlias = Mapping[str, Any] | Reason


_ISO: Final = ["in", "HD.3", ["ISO", "UUID", "GUID", "URI", "URL"]]
_UNIQUE_EI: Final = ["in", "EI.4", ["ISO", "UUID", "GUID", "URI", "URL"]]
_PLACER: Final = "EIP[Identifier-PlacerAssignedIdentifier]"
_FILLER: Final = "EIP[Identifier-FillerAssignedIdentifier]"
_DAR: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

CHANGES: Final[dict[str, dict[tuple[str, str], Change]]] = {
    # The two types of one number exclude each other: the field is the SSN, the system is the SSN's.
    "PID[Patient]": {
        ("PID-19", "identifier[4].type.coding.code"): {"const": {"SB": Reason.PROSE}},
        ("PID-19", "identifier[4].system"): {"constant": "http://hl7.org/fhir/sid/us-ssn"},
        # A relationship type and a patient would have to be made up: the identifier alone says who the mother is.
        ("PID-21", "$this"): Reason.PROSE,
    },
    "NK1[RelatedPerson]": {("NK1-37", "identifier[3].type.coding.code"): {"const": {"SB": Reason.PROSE}}},
    # Two rows that wait for each other drop what both segments give: the order segment's row stands.
    "ORC[ServiceRequest]": {
        ("ORC-2", "identifier[1]"): {"when": None},
        ("ORC-2", "identifier[1].type.coding.code"): {"when": None},
        ("ORC-2", "identifier[1].type.coding.system"): {"when": None},
        ("ORC-3", "identifier[2]"): {"when": None},
        ("ORC-3", "identifier[2].type.coding.code"): {"when": None},
        ("ORC-3", "identifier[2].type.coding.system"): {"when": None},
        # The group number's parts are two identifiers; the rows without a data type map would take the first twice.
        ("ORC-4", "requisition[1].value"): {"to": "requisition", "data_type_map": _PLACER},
        ("ORC-4", "requisition[2].value"): Reason.PROSE,
        ("ORC-4", "identifier[3].value"): {"to": "identifier[3]", "data_type_map": _FILLER},
        ("ORC-4", "requisition[2].type.coding.code"): Reason.PROSE,
        ("ORC-4", "requisition[2].type.coding.system"): Reason.PROSE,
        # R4 has no businessEvent extension; the guide's URL resolves to nothing.
        ("ORC-1", "extension.url"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].extension[1].url"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].extension[1].valueCodeableConcept.coding.code"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].extension[1].valueCodeableConcept.coding.system"): Reason.NO_PLACE,
        ("ORC-9", "extension[2].url"): Reason.NO_PLACE,
        ("ORC-9", "extension[2].extension[1].url"): Reason.NO_PLACE,
        ("ORC-9", "extension[2].extension[1].valueDateTime"): Reason.NO_PLACE,
        ("ORC-16", "extension[3].url"): {"to": "extension[5].url"},
        ("ORC-16", "extension[3].valueCodeableConcept"): {"to": "extension[5].valueCodeableConcept"},
    },
    "ORC[MedicationAdministration]": {
        ("ORC-1", "extension.url"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].extension.url"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].valueCodeableConcept.coding.code"): Reason.NO_PLACE,
        ("ORC-1", "extension[1].valueCodeableConcept.coding.system"): Reason.NO_PLACE,
    },
    # The report's order numbers stand in ORC too: once is enough.
    "OBR[DiagnosticReport]": {
        ("OBR-2", "identifier[1]"): {"when": ["not", ["valued", "ORC-2"]]},
        ("OBR-2", "identifier[1].type.coding.code"): {"when": ["not", ["valued", "ORC-2"]]},
        ("OBR-2", "identifier[1].type.coding.system"): {"when": ["not", ["valued", "ORC-2"]]},
        ("OBR-3", "identifier[2]"): {"when": ["not", ["valued", "ORC-3"]]},
        ("OBR-3", "identifier[2].type.coding.code"): {"when": ["not", ["valued", "ORC-3"]]},
        ("OBR-3", "identifier[2].type.coding.system"): {"when": ["not", ["valued", "ORC-3"]]},
    },
    "OBR[Specimen]": {
        # A placer's order number is the specimen's accession number at some sites only.
        ("OBR-2", "accessionIdentifier"): Reason.PROSE,
        ("OBR-13", "collection.fastingStatusCodeableConcept"): Reason.PROSE,
        ("OBR-13", "collection.fastingStatusDuration"): Reason.PROSE,
    },
    "OBR[ServiceRequest]": {
        ("OBR-13", "extension[1].url"): Reason.NO_PLACE,
        # No URL in the guide: a contact point without an extension to hold it.
        ("OBR-17", "requester.extension[1].url"): Reason.PROSE,
        ("OBR-17", "requester.extension[1].valueContactPoint"): Reason.PROSE,
        ("OBR-11", "intent"): {"const": {"#add-on#": Reason.BAD_CODE}},
    },
    "OBX[Observation]": {
        ("OBX-4", "$this"): Reason.PROSE,
        ("OBX-15", "performer[2](Organization)"): {"to": "performer[3](Organization)"},
        ("OBX-15", "performer[2](PractitionerRole)"): Reason.PROSE,
        ("OBX-5", "valueDateTime"): {"when": ["in", "OBX-2", ["DTM", "DT", "TS"]]},
        ("OBX-5", "extension[1].valueAttachment"): {"by_when": "RP"},
        # R5's element under a URL that is the guide's own; R4 has no such extension, and a value must not be lost.
        ("OBX-19", "extension[2].url"): Reason.PROSE,
        ("OBX-19", "extension[2].valueDateTime"): Reason.PROSE,
        ("OBX-29", "category[1].coding.system"): Reason.PROSE,
        ("OBX-30", "extension[2].url"): {"to": "extension[4].url"},
        ("OBX-30", "extension[2].valueCodeableConcept.coding.code"): {
            "to": "extension[4].valueCodeableConcept.coding.code"
        },
        ("OBX-30", "extension[2].valueCodeableConcept.coding.system"): {
            "to": "extension[4].valueCodeableConcept.coding.system",
            "constant": "http://terminology.hl7.org/CodeSystem/v2-0936",
        },
    },
    "OBX[Observation-Component]": {
        ("OBX-4", "$this"): Reason.PROSE,
        ("OBX-5", "component[each].valueDateTime"): {"when": ["in", "OBX-2", ["DTM", "DT", "TS"]]},
        ("OBX-19", "extension[1].url"): Reason.PROSE,
        ("OBX-19", "extension[1].valueDateTime"): Reason.PROSE,
        ("OBX-29", "category[1].coding.system"): Reason.PROSE,
    },
    "HD[Identifier]": {
        ("HD.1", "value[1]"): {"to": "[1].value"},
        ("HD.2", "value[2]"): {"to": "[2].value"},
        ("HD.3", "type[2]"): {"to": "[2].type"},
    },
    # A namespace name is no URI; an OID or UUID is one whether or not there is a name beside it.
    "HD[uri]": {
        ("HD.1", "$this"): {"when": ["not", _ISO]},
        ("HD.2", "$this"): {"by_when": "name"},
    },
    "EI[Identifier-System]": {
        ("EI.2", "system"): {"when": ["not", _UNIQUE_EI]},
        ("EI.3", "system"): {"when": _UNIQUE_EI},
    },
    # The kind of a ward is an extension that nobody has defined.
    "PL[Location]": {("PL.1", "[4].physicalType.coding.system"): Reason.PROPOSED},
    "NDL[PractitionerRole]": {("NDL.4", "[1].physicalType.coding.system"): Reason.PROPOSED},
    # Escape sequences are resolved: what is left is plain text.
    "OBX[DocumentReference]": {
        ("OBX-5", "content[2].attachment.contentType"): {"constant": "text/plain"},
        ("OBX-5", "content[4].attachment.contentType"): {"constant": "text/plain"},
    },
    "CWE[Device]": {
        ("CWE.1", "definition(DeviceDefinition.identifier[1].value)"): Reason.PROSE,
        ("CWE.3", "definition(DeviceDefinition.identifier[1].system)"): Reason.PROSE,
        ("CWE.4", "definition(DeviceDefinition.identifier[2].value)"): Reason.PROSE,
        ("CWE.6", "definition(DeviceDefinition.identifier[2].system)"): Reason.PROSE,
        ("CWE.10", "definition(DeviceDefinition.identifier[3].value)"): Reason.PROSE,
        ("CWE.12", "definition(DeviceDefinition.identifier[3].system)"): Reason.PROSE,
    },
    "TXA[DocumentReference]": {
        ("TXA-6", "extension[1].url"): Reason.PROSE,
        ("TXA-6", "extension[1].valueDate"): Reason.PROSE,
    },
    "ROL[CareTeam]": {
        # Which kind of person it is stands nowhere in the segment: a role's person is a practitioner by default.
        ("ROL-4", "participant.member(Patient[1])"): Reason.PROSE,
        ("ROL-4", "participant.member(RelatedPerson[1])"): Reason.PROSE,
        ("ROL-10", "participant.onBehalfOf(Organization[1])"): Reason.NO_PLACE,
    },
    "PRT[CareTeam]": {
        ("PRT-5", "participant[2].member(RelatedPerson)"): Reason.PROSE,
        ("PRT-14", "participant[2].member(RelatedPerson.address)"): Reason.PROSE,
        ("PRT-15", "participant[2].member(RelatedPerson.telecom)"): Reason.PROSE,
    },
    "SCH[Appointment]": {
        ("SCH-9", "minutesDuration[1]"): {
            "to": "minutesDuration",
            "when": ["in", "SCH-10", ["min", "MIN", "m", "M", "minute", "minutes", "MINUTES", "Minutes"]],
        },
        ("SCH-7", "reasonCode[1]"): {"when": ["not", ["eq", "SCH-7.3", "HL70277"]]},
        ("SCH-7", "appointmentType[1]"): {"when": ["eq", "SCH-7.3", "HL70277"]},
        # The guide's condition names the coding system; senders leave it out, and the field has no other meaning.
        ("SCH-8", "appointmentType[1]"): {"when": None},
        ("SCH-12", "participant[1].type.coding.system"): Reason.PROSE,
        ("SCH-16", "participant[2].type.coding.system"): Reason.PROSE,
    },
    "PV1[Encounter]": {
        ("PV1-42", "location[4].status"): {"constant": "reserved"},
        ("PV1-53", "episodeOfCare(EpisodeOfCare[1].extension.url)"): Reason.PROSE,
        ("PV1-53", "episodeOfCare(EpisodeOfCare[1].extension.valueString)"): Reason.PROSE,
    },
    "IN1[Coverage]": {
        ("IN1-10", "policyHolder([1]Organization.identifier)"): {"to": "policyHolder[1](Organization.identifier)"},
        # The subscriber's name alone; the guide names the resource and not the element.
        ("IN1-16", "subscriber(RelatedPerson)"): {
            "to": "subscriber(RelatedPerson.name)",
            "data_type_map": "XPN[HumanName]",
            "when": ["not", ["in", "IN1-17", ["SEL", "patient", "18", "01"]]],
        },
        ("IN1-16", "subscriber(Patient)"): {"when": ["in", "IN1-17", ["SEL", "patient", "18", "01"]]},
    },
    "IN3[CareTeam]": {
        ("IN3-21", "participant.role.coding.system"): Reason.PROSE,
    },
    "PV2[Encounter]": {
        # The narrative tells of the whole resource, in XHTML: a description is not one.
        ("PV2-12", "text.div"): Reason.NO_PLACE,
        ("PV2-38", "extension[1].url"): {"to": "extension[3].url"},
        ("PV2-38", "extension[1].valueCoding"): {"to": "extension[3].valueCoding"},
    },
    "NM[Quantity-LengthOfStay]": {("NM.1", "system"): {"constant": "http://unitsofmeasure.org"}},
    "PR1[Procedure]": {
        ("PR1-8", "performer[1].function.coding.system"): Reason.PROSE,
        ("PR1-11", "performer[2].function.coding.system"): Reason.PROSE,
    },
    "PD1[Observation-LivingWill]": {("", "code.coding.system"): Reason.PROSE},
    "MSH[Provenance-Source]": {
        ("MSH", "entity[1].what(DocumentReference.status)"): Reason.PROSE,
        ("MSH", "entity[1].role"): Reason.PROSE,
        ("MSH-7", "occurred"): {"to": "occurredDateTime"},
    },
    "MSH[Provenance-Transformation]": {
        ("MSH", "entity[1].what(DocumentReference.status)"): Reason.PROSE,
        ("MSH", "entity[1].role"): Reason.PROSE,
    },
    "FN[HumanName]": {
        ("FN.5", "family.extension[3].url"): {"to": "family.extension[4].url"},
        ("FN.5", "family.extension[3].valueString"): {"to": "family.extension[4].valueString"},
    },
    "RXO[MedicationRequest]": {
        ("RXO-1", "medication(Medication.code)"): {"to": "medicationReference(Medication.code)"},
    },
    "IAM[AllergyIntolerance]": {
        ("IAM-14", "recorder.reference(Practitioner.name)"): {"to": "recorder(Practitioner.name)"},
        # The patient is there already, and the name in IAM-14 would be put beside PID-5.
        ("IAM-14", "recorder.reference(Patient[1].name)"): Reason.PROSE,
        ("IAM-14", "recorder.reference(RelatedPerson.name)"): {"to": "recorder(RelatedPerson.name)"},
        ("IAM-15", "recorder.reference(RelatedPerson.relationship)"): {"to": "recorder(RelatedPerson.relationship)"},
        # Table 0438 tells whether the allergy is certain; R4's clinical status takes none of its codes.
        ("IAM-17", "clinicalStatus"): Reason.BAD_CODE,
        # The sheet's `active` for all would call active what is confirmed but inactive, or erroneous.
        ("", "clinicalStatus.coding.code"): {"when": ["not", ["in", "IAM-17.1", ["E", "I"]]]},
        ("", "clinicalStatus.coding.system"): {"when": ["not", ["in", "IAM-17.1", ["E", "I"]]]},
        ("IAM-27", "code[1]"): Reason.ONE_VALUE,
        ("IAM-5", "reaction.manifestation.text"): {"to": "reaction.manifestation"},
    },
    "TQ[ServiceRequest]": {
        ("TQ.3", "occurrenceTiming.repeat.boundsDuration.system"): Reason.PROSE,
        ("TQ.3", "occurrenceTiming.repeat.boundsDuration.value"): Reason.PROSE,
        ("TQ.3", "occurrenceTiming.repeat.boundsDuration.unit"): Reason.PROSE,
    },
    "TQ[MedicationRequest]": {
        ("TQ.3", "dosageInstruction.timing.repeat.duration"): Reason.PROSE,
        ("TQ.3", "dosageInstruction.timing.repeat.boundsDuration.unit"): Reason.PROSE,
        ("TQ.3", "dosageInstruction.timing.repeat.boundsDuration.system"): Reason.PROSE,
    },
    "ROL[Encounter-PractitionerRole]": {
        ("ROL-1", "participant[1].individual.reference"): Reason.PROSE,
        ("ROL-1", "participant[1].individual[1](PractitionerRole.identifier)"): Reason.PROSE,
    },
}

MERGED: Final = (
    MapRow(map="MRG[Patient]", v2="MRG-1", to="identifier", base="Patient", data_type_map="CX[Identifier]", ours=True),
    MapRow(map="MRG[Patient]", v2="MRG-7", to="name", base="Patient", data_type_map="XPN[HumanName]", ours=True),
)
"""The patient who is merged into another. The guide knows the account of an MRG alone."""

ADDED: Final[dict[str, tuple[MapRow, ...]]] = {
    "MRG[Patient]": MERGED,
    "XTN[ContactPoint]": (
        MapRow(
            ours=True,
            map="XTN[ContactPoint]",
            v2="XTN.3",
            to="system.extension[1].url",
            base="ContactPoint",
            when=["and", ["not", ["valued", "XTN.3"]], ["not", ["valued", "XTN.4"]]],
            constant=_DAR,
        ),
    ),
    # The guide proposes extensions for the assigning authority; where it is unique everywhere, R4 has a place for it.
    "EI[Identifier-Extension]": (
        MapRow(
            map="EI[Identifier-Extension]",
            v2="EI.3",
            to="system",
            base="Identifier",
            type="uri",
            when=_UNIQUE_EI,
            ours=True,
        ),
    ),
}

UNNAMED: Final = {
    "IAM": Use(
        message="",
        at="IAM",
        to="AllergyIntolerance",
        map="IAM[AllergyIntolerance]",
        cardinality="0..*",
        when=["not", ["eq", "IAM-6.1", "D"]],
        narrative=False,
        references=(),
    ),
    "MRG": Use(
        message="",
        at="MRG",
        to="Patient[MRG]",
        map="MRG[Patient]",
        cardinality="0..*",
        when=["in", "MSH-9.2", ["A18", "A30", "A34", "A36", "A39", "A40"]],
        narrative=False,
        references=(
            "Patient[MRG].link.other.reference=Patient[1].id",
            'Patient[MRG].link.type="replaced-by"',
            "Patient[1].link.other.reference=Patient[MRG].id",
            'Patient[1].link.type="replaces"',
        ),
    ),
}
"""Segments that no message map names. IAM, for which the guide has a map: ADT^A60 consists of them, and what is to be
deleted (table 0323) is no allergy of the patient. MRG, in the events that merge patients (HL7 v2.9, 3.3)."""

LOCATION_ORDER: Final = {"PL[Location]": (1, 2, 4, 3, 5, 6), "NDL[PractitionerRole]": (3, 2, 1, 6, 5, 4)}
"""The parts of a place from the inside out (bed, room, ward, level, building, site), by the number that the map gives
each Location. The sheet's `partOf` rows contradict each other, so each part lies in the next one that is valued."""
