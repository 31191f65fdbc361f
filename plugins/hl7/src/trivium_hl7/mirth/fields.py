"""The record that a channel makes of every message: its names, and where each value stands in HL7 v2 and DICOM.

The pairs of HL7 fields and DICOM attributes are those of IHE RAD TF-2x appendix B, as the conformance statement of
dcm4chee-arc lists them; the accession number stands in OBR-18 of ORM and in IPC-1 of OMI.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Place(NamedTuple):
    """A component, or its sub-component, in the first segment of its kind."""

    segment: str
    field: int
    component: int
    subcomponent: int

    def __str__(self) -> str:
        below = f".{self.subcomponent}" if self.subcomponent > 1 else ""
        return f"{self.segment}-{self.field}.{self.component}{below}"


class Entry(NamedTuple):
    name: str
    hl7: tuple[Place, ...]
    """The first that has a value counts."""
    dicom: str = ""
    """Attribute, as eight digits; empty where there is none."""
    fhir: str = ""
    """Where it goes in FHIR R4."""


def _entry(name: str, hl7: str, dicom: str = "", fhir: str = "") -> Entry:
    places = []
    for text in hl7.split():
        segment, _, numbers = text.partition("-")
        field, component, subcomponent = (int(number) for number in [*numbers.split("."), "1", "1"][:3])
        places.append(Place(segment, field, component, subcomponent))
    return Entry(name, tuple(places), dicom, fhir)


RECORD: Final = (
    _entry("message_code", "MSH-9.1"),
    _entry("trigger_event", "MSH-9.2"),
    _entry("control_id", "MSH-10.1"),
    _entry("message_time", "MSH-7.1"),
    _entry("patient_id", "PID-3.1", "00100020", "Patient.identifier.value"),
    _entry("patient_id_authority", "PID-3.4", "00100021"),
    _entry("patient_id_system", "PID-3.4.2", "", "Patient.identifier.system"),
    _entry("family_name", "PID-5.1", "00100010", "Patient.name.family"),
    _entry("given_name", "PID-5.2", "00100010", "Patient.name.given"),
    _entry("middle_name", "PID-5.3", "00100010", "Patient.name.given"),
    _entry("birth_date", "PID-7.1", "00100030", "Patient.birthDate"),
    _entry("sex", "PID-8.1", "00100040", "Patient.gender"),
    _entry("patient_class", "PV1-2.1"),
    _entry("location", "PV1-3.1"),
    _entry("visit_number", "PV1-19.1 PID-18.1", "00380010"),
    _entry("order_control", "ORC-1.1", "", "ServiceRequest.status"),
    _entry("placer_order_number", "ORC-2.1 OBR-2.1", "00402016", "ServiceRequest.identifier (PLAC)"),
    _entry("filler_order_number", "ORC-3.1 OBR-3.1", "00402017", "ServiceRequest.identifier (FILL)"),
    _entry("accession_number", "IPC-1.1 OBR-18.1", "00080050", "ServiceRequest.identifier (ACSN)"),
    _entry("procedure_code", "OBR-4.1", "", "ServiceRequest.code.coding.code"),
    _entry("procedure_name", "OBR-4.2", "00081030", "ServiceRequest.code.text"),
    _entry("procedure_coding_system", "OBR-4.3", "", "ServiceRequest.code.coding.system"),
    _entry("observation_time", "OBR-7.1", "00080020", "DiagnosticReport.effectiveDateTime"),
    _entry("result_status", "OBR-25.1", "", "DiagnosticReport.status"),
    _entry("modality", "OBR-24.1 IPC-5.1", "00080060", "ImagingStudy.modality"),
    _entry("study_instance_uid", "IPC-3.1 ZDS-1.1", "0020000D", "ImagingStudy.identifier"),
)
OBSERVATIONS: Final = "observations"
"""The repeating part: every OBX, as a list; one column of JSON in a database."""
DOCUMENT: Final = "document"
"""A PDF in Base64, from an OBX of type ED; never a column."""
