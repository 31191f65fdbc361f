"""Places of FHIR R4 that hold patient data of a kind that their data type does not tell, by path.

Sources: 45 CFR 164.514(b)(2), the R4 resource pages, and the decisions of the HL7 v2 plugin, whose fields these
elements come from (PID-18 and Account.identifier, PV1-3 and Location.name), so that one value has one stand-in in both.
"""

from __future__ import annotations

from typing import Final

from trivium.api import Kind


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _paths(kinds: dict[Kind, str]) -> dict[str, Kind]:
    return {path: kind for kind, paths in kinds.items() for path in paths.split()}


IDENTIFIERS: Final = _paths(
    {
        Kind.PATIENT_ID: """Patient RelatedPerson Person Account Coverage Encounter EpisodeOfCare Group Claim
            ClaimResponse ExplanationOfBenefit CoverageEligibilityRequest CoverageEligibilityResponse Consent Contract
            EnrollmentRequest EnrollmentResponse InsurancePlan ResearchSubject CareTeam Flag""",
        Kind.NAME: "Practitioner PractitionerRole Organization OrganizationAffiliation HealthcareService",
        Kind.ADDRESS: "Location",
        Kind.ORDER: """Observation DiagnosticReport ServiceRequest ImagingStudy Specimen Task Appointment
            AppointmentResponse Schedule Slot MedicationRequest MedicationDispense MedicationAdministration
            MedicationStatement Immunization ImmunizationEvaluation ImmunizationRecommendation SupplyRequest
            SupplyDelivery NutritionOrder DeviceRequest VisionPrescription DocumentReference DocumentManifest
            Composition Bundle Procedure Condition AllergyIntolerance CarePlan Goal RequestGroup Communication
            CommunicationRequest QuestionnaireResponse ClinicalImpression RiskAssessment DetectedIssue Media
            BodyStructure MolecularSequence GuidanceResponse FamilyMemberHistory AdverseEvent ChargeItem Invoice
            MeasureReport List Basic Medication Substance BiologicallyDerivedProduct DeviceUseStatement""",
    }
)
"""What the identifiers of a resource number. Those of any other resource are `TEXT`."""

IDS: Final = _paths(
    {
        Kind.PATIENT_ID: "Patient RelatedPerson Person Account Coverage Encounter EpisodeOfCare Group",
        Kind.NAME: "Practitioner PractitionerRole",
    }
)
"""Logical ids that sites make from a record number or a name; those of other resources are `ORDER` or `UID`."""

DISPLAYS: Final = _paths(
    {
        Kind.NAME: "Patient RelatedPerson Person Practitioner PractitionerRole Organization HealthcareService CareTeam",
        Kind.ADDRESS: "Location",
        Kind.PATIENT_ID: "Account Coverage Encounter EpisodeOfCare",
    }
)
"""What `Reference.display` tells, by the type that is referred to; of any other it is `TEXT`."""

TYPES: Final = {
    "HumanName": Kind.NAME,
    "Address": Kind.ADDRESS,
    "ContactPoint": Kind.CONTACT,
}
"""Data types whose strings are all of one kind."""

PATHS: Final = _paths(
    {
        Kind.NAME: """Organization.name Organization.alias HealthcareService.name ContactDetail.name Group.name
            AuditEvent.agent.altId AuditEvent.agent.name AuditEvent.source.site Contributor.name CareTeam.name
            Annotation.authorString ServiceRequest.performerString FamilyMemberHistory.name""",
        Kind.PATIENT_ID: """Coverage.subscriberId Coverage.dependent Coverage.class.value Account.name
            ClaimResponse.preAuthRef Claim.insurance.preAuthRef ExplanationOfBenefit.preAuthRef""",
        Kind.ADDRESS: """Location.name Location.alias Location.description Location.position.longitude
            Location.position.latitude Location.position.altitude""",
        Kind.CONTACT: "AuditEvent.agent.network.address Attachment.url",
        Kind.BIRTH_DATE: """Patient.birthDate RelatedPerson.birthDate Person.birthDate Practitioner.birthDate
            FamilyMemberHistory.bornPeriod FamilyMemberHistory.bornDate Age.value""",
        Kind.UID: "ImagingStudy.series.uid ImagingStudy.series.instance.uid",
        Kind.ORDER: "Meta.versionId",
    }
)
"""Elements whose kind is this, whatever type they have."""

CODE_STRINGS: Final = words(
    """Coding.version MessageHeader.source.name MessageHeader.source.version MessageHeader.destination.name
    Bundle.entry.response.status Bundle.entry.response.etag Bundle.link.relation Device.version.value
    CapabilityStatement.software.version CapabilityStatement.version Bundle.entry.request.ifNoneMatch
    Bundle.entry.request.ifMatch"""
)
"""Strings that are public where they look like a code."""

PATH_STRINGS: Final = frozenset({"OperationOutcome.issue.expression"})
"""Strings that are FHIRPath, public where they name elements and nothing else."""

EXTENSIONS: Final = _paths(
    {
        Kind.BIRTH_DATE: "patient-birthTime",
        Kind.NAME: """patient-mothersMaidenName humanname-own-name humanname-own-prefix humanname-partner-name
            humanname-partner-prefix humanname-fathers-family humanname-mothers-family humanname-assembly-order
            iso21090-EN-qualifier iso21090-EN-representation iso21090-EN-use""",
        Kind.ADDRESS: "patient-birthPlace geolocation",
    }
)
"""Extensions of the standard, by the end of their URL, whose values are of one kind."""
ADDRESS_PART: Final = "iso21090-ADXP-"
EXTENSION_PARTS: Final = words("ombCategory detailed text tribalAffiliation isEnrolled")
"""Names of parts of the guides' extensions (US Core), beside those of R4's own."""

NUMBERED_PEOPLE: Final = words("MR PI PT PN SS SB DL PPN AN VN AC MA MC MCD MCR HC JHN NH NI NIIP SN U WP")
"""Identifier types (v2 table 0203) of a person's numbers."""
NUMBERED_ORDERS: Final = words("PLAC FILL ACSN PGN FGN PON FON")
"""Those of orders."""
