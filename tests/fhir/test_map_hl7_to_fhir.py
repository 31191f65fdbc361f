"""The tool, as a caller sees it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import PUBLIC, BadInput, Effect, NotFound
from trivium_fhir import plugin
from trivium_fhir.guide import MapRow, concept_maps, index, segment_maps
from trivium_fhir.mapping import Code, FhirMapping, Reference, Row, Status
from trivium_fhir.settings import FhirSettings
from trivium_fhir.tools.map_hl7_to_fhir import map_hl7_to_fhir


def ask(field_ref: str, **more: object) -> FhirMapping:
    answer = map_hl7_to_fhir(field_ref=field_ref, **more)
    assert isinstance(answer, FhirMapping)
    return answer


def all_rows(field_ref: str) -> list[Row]:
    rows: list[Row] = []
    answer = ask(field_ref, limit=200)
    rows.extend(answer.rows)
    while answer.next_offset is not None:
        answer = ask(field_ref, limit=200, offset=answer.next_offset)
        rows.extend(answer.rows)
    return rows


GUIDE_ROWS = [
    (segment, row) for segment in index().segments for rows in segment_maps(segment).maps.values() for row in rows
]


@pytest.mark.parametrize("segment", index().segments)
def test_every_row_of_every_segment_map_is_reported_whole(segment: str) -> None:
    mine = [row for of, row in GUIDE_ROWS if of == segment]
    asked = {row.v2 for row in mine if "-" in row.v2} | {segment}
    found = {name: all_rows(name) for name in asked}
    for row in mine:
        name = row.v2 if row.v2 in found else segment
        assert any(_tells(one, row) for one in found[name]), row
        assert any(_tells(one, row) for one in found[segment]), row
    assert len(found[segment]) == len(mine)


def _tells(said: Row, row: MapRow) -> bool:
    """The answer's row says all that the guide's row says. Conditions have tests of their own."""
    path = None if row.local else row.base if row.to == "$this" else f"{row.base}.{row.to}"
    return (
        said.source == [f"{row.map} {row.v2}".rstrip()]
        and (said.path == path or row.to in ODD_SPELLINGS)
        and said.type == row.type
        and said.cardinality == row.cardinality
        and (said.condition is None) == (row.when is None)
        and said.prose_condition == row.narrative
        and said.data_type_map == row.data_type_map
        and said.code_maps == ([row.concept_map] if row.concept_map else [])
        and said.constant == row.constant
        and said.expression == row.expression
        and said.refused_codes == list(row.bad_codes)
        and said.r4_error == row.error
        and said.sheet_path == row.sheet_path
        and said.sheet_constant == row.sheet_constant
        and said.restricted == row.restricted
        and ("the guide names an extension here that nobody has defined" in said.notes) == row.proposed
        and ("the guide leaves this to the local implementation" in said.notes) == row.local
    )


ODD_SPELLINGS = {
    "policyHolder([1]Organization.identifier)",
    "generalPractitioner(PractitionerRole.organization.(Organization.address))",
    "generalPractitioner(PractitionerRole.organization.(Organization))",
}


def test_the_guide_s_1097_rows_are_all_there() -> None:
    assert len(GUIDE_ROWS) == 1097


# Checked by hand against the guide's sheets.
LANDINGS = {
    "PID-3.1": [("Patient.identifier[2].value", "string", None)],
    "PID-3.4": [
        ("Patient.identifier[2].assigner(Organization)", "Reference(Organization)", None),
        (
            "Patient.identifier[2].system",
            "uri",
            "PID-3.4 is in the list at http://hl7.org/implement/standards/fhir/identifier-registry.html",
        ),
    ],
    "PID-3.5": [("Patient.identifier[2].type.coding.code", "code", None)],
    "PID-5.1": [("Patient.name[1].family", "string", None)],
    "PID-5.1.1": [("Patient.name[1].family", "string", None)],
    "PID-5.2": [("Patient.name[1].given[1]", "string", None)],
    "PID-5.15": [("Patient.name.given", "string", None), ("Patient.name.use", "code", None)],
    "PID-7.1": [
        ("Patient.birthDate", "date", None),
        ("Patient.birthDate.extension[1].valueDateTime", "dateTime", "PID-7 is longer than 8 characters"),
    ],
    "PID-8.1": [("Patient.gender", "code", None)],
    "PID-21.1": [("RelatedPerson.identifier.value", "string", None)],
    "PV1-7.1": [("Encounter.participant[1].individual(Practitioner.identifier[1].value)", "string", None)],
    "PV1-7.2.1": [("Encounter.participant[1].individual(Practitioner.name.family)", "string", None)],
    "OBX-3.1": [
        ("Observation.code.coding[1].code", "code", None),
        ("Observation.component[each].code.coding[1].code", "code", None),
        ("Observation.code.coding[1].code", "code", None),
    ],
    "OBX-11.1": [
        ("Observation.status", "code", None),
        ("Observation.status", "code", None),
    ],
    "OBR-4.1": [
        ("ServiceRequest.code.coding[1].code", "code", None),
        ("DiagnosticReport.code.coding[1].code", "code", None),
    ],
    "OBR-4.3": [
        ("ServiceRequest.code.coding[1].system", "uri", None),
        ("DiagnosticReport.code.coding[1].system", "uri", None),
    ],
    "MSH-3.1": [
        ("MessageHeader.source[1].name", "string", None),
        (
            "MessageHeader.source[1].name",
            "string",
            'MSH-24 is not valued, MSH-3.2 is not valued and MSH-3.3 is none of "ISO", "UUID", "DNS" or "URI"',
        ),
        (
            "MessageHeader.source[1].name",
            None,
            'MSH-24 is not valued and MSH-3.3 is none of "ISO", "UUID", "DNS" or "URI"',
        ),
        (
            "Provenance.entity[2].what(Device.identifier.value[1])",
            "string",
            "MSH-3 is valued and MSH-24 is valued",
        ),
    ],
    "AIL-3.3.1": [("Appointment.participant.actor[1](Location[1].identifier[1].value[1])", "string", None)],
    "PRT-10.1": [
        ("Device.udiCarrier[1].deviceIdentifier", "string", None),
        ("Device.identifier.value", "string", None),
    ],
}


@pytest.mark.parametrize(("reference", "landings"), LANDINGS.items())
def test_a_component_is_followed_to_its_full_path(
    reference: str, landings: list[tuple[str, str | None, str | None]]
) -> None:
    assert [(row.path, row.type, row.condition) for row in ask(reference).rows] == landings


def test_a_component_s_row_cites_every_row_on_the_way() -> None:
    row = ask("PID-3.4.1").rows[0]
    assert row.path == "Patient.identifier[2].assigner(Organization.identifier[1].value)"
    assert row.source == ["PID[Patient] PID-3", "CX[Identifier] CX.4", "HD[Organization] HD.1"]
    assert row.references == [Reference(element="Patient.identifier[2].assigner", target="Organization")]
    assert row.prose_condition
    assert row.notes == ["the guide adds a condition in prose here that somebody must choose on"]


def test_conditions_of_the_field_and_of_the_component_are_joined() -> None:
    rows = {row.path: row.condition for row in ask("OBX-5.2", message_structure="ORU^R01").rows}
    assert rows["Observation.valueQuantity[1].value"] == (
        'OBX-2 is "SN", OBX-5.1 is not "<>" and OBX-5.3 is none of ":", "/", "-" or "+"'
    )
    assert rows["Observation.valuePeriod.end"] == 'OBX-2 is "DR"'


def test_a_whole_answer_for_a_coded_field() -> None:
    answer = ask("pid.8", message_structure="ADT^A04")
    assert answer.model_dump(exclude={"used_by", "silent_maps"}) == {
        "status": Status.MAPPED,
        "summary": "In ADT_A01 the guide maps PID-8 (Administrative Sex, CWE) to 1 place.",
        "reference": "PID-8",
        "message_structure": "ADT_A01",
        "listings": [{"name": "Administrative Sex", "data_type": "CWE", "cardinality": "0..1"}],
        "rows": [
            {
                "source": ["PID[Patient] PID-8"],
                "path": "Patient.gender",
                "references": [],
                "type": "code",
                "cardinality": "0..1",
                "condition": None,
                "prose_condition": False,
                "data_type_map": "CWE[code]",
                "code_maps": ["AdministrativeSex"],
                "constant": None,
                "expression": None,
                "refused_codes": [],
                "r4_error": None,
                "sheet_path": None,
                "sheet_constant": None,
                "restricted": None,
                "notes": [],
            }
        ],
        "total": 1,
        "next_offset": None,
        "unfollowed": [],
        "code_maps": [
            {
                "name": "AdministrativeSex",
                "table": "HL70001",
                "codes": [
                    {"v2": v2, "code": code, "system": "http://hl7.org/fhir/administrative-gender", "display": display}
                    for v2, code, display in (
                        ("F", "female", "Female"),
                        ("M", "male", "Male"),
                        ("O", "other", "Other"),
                        ("U", "unknown", "Unknown"),
                        ("A", "other", "Other"),
                        ("N", "other", "Other"),
                    )
                ],
                "total": 6,
                "without_target": 0,
            }
        ],
        "near_segments": [],
        "guide": "HL7 V2-to-FHIR 1.0.0 (STU 1)",
    }
    assert [(use.map, [place.fills for place in use.places]) for use in answer.used_by] == [
        ("PID[Patient]", ["Patient[1]"]),
        ("PID[Account]", ["Account"]),
        ("PID[Provenance-Patient]", ["Provenance[4]"]),
    ]


def test_a_message_narrows_the_maps_to_those_it_uses() -> None:
    assert ask("OBX-3", message_structure="ORU_R01").silent_maps == []
    everywhere = {row.source[0] for row in ask("PID-3").rows}
    in_adt = {row.source[0] for row in ask("PID-3", message_structure="ADT_A01").rows}
    assert everywhere == {"PID[Appointment] PID-3", "PID[Patient] PID-3"}
    assert in_adt == {"PID[Patient] PID-3"}


def test_a_message_that_does_not_take_the_segment_up_says_so() -> None:
    answer = ask("SCH-1", message_structure="ORU^R01")
    assert (answer.status, answer.summary) == (
        Status.NOT_IN_MESSAGE,
        "The guide's map of ORU_R01 does not take SCH up.",
    )


def test_a_segment_that_messages_name_without_a_map_says_which_messages() -> None:
    answer = ask("IN2-1")
    assert answer.reference == "IN2-1"
    assert [(use.map, "ADT_A01" in use.messages or "ORM_O01" in use.messages) for use in answer.used_by] == [
        (None, True)
    ]


def test_which_messages_use_which_map_is_told() -> None:
    uses = {use.map: use.messages for use in ask("OBX").used_by}
    assert "ORU_R01" in uses["OBX[Observation]"]
    assert uses["OBX[DocumentReference]"] == ["MDM_T02"]


@pytest.mark.parametrize(
    ("reference", "status", "summary"),
    [
        ("PID-1", Status.NOT_MAPPED, "The guide knows PID-1 (Set ID - PID, SI) and does not map it."),
        ("PID-99", Status.NOT_LISTED, "The guide's maps of PID do not list PID-99."),
        (
            "PID-3.9",
            Status.NOT_MAPPED,
            "The guide does not say where PID-3.9, in PID-3 (Patient Identifier List, CX), goes; unfollowed says why.",
        ),
        (
            "ZPI-3",
            Status.SEGMENT_NOT_MAPPED,
            "A segment whose id begins with Z is a site's own; the guide cannot map it.",
        ),
        (
            "IN2-1",
            Status.SEGMENT_NOT_MAPPED,
            "The guide's message maps name IN2, but the guide has no map for this segment.",
        ),
    ],
)
def test_what_the_guide_does_not_map_is_told_apart(reference: str, status: Status, summary: str) -> None:
    answer = ask(reference)
    assert (answer.status, answer.summary, answer.rows) == (status, summary, [])


def test_a_segment_without_a_map_brings_near_ones_and_is_not_repeated() -> None:
    answer = ask("PIX-3")
    assert answer.reference is None
    assert answer.near_segments[0] == "PID"
    assert "PIX" not in answer.model_dump_json()


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("PID-3.9", "the data type map knows the component and does not map it"),
        ("PID-3.99", "the data type map does not list the component"),
        ("PID-7.2", "the data type has no such component: it has none"),
        ("AIS-10.1", "the row and the data type map it names do not fit together"),
        ("PV1-7.1", "the row sets a fixed value, whatever the component holds"),
    ],
)
def test_a_row_that_does_not_lead_to_the_component_says_why(reference: str, why: str) -> None:
    assert why in [end.why for end in ask(reference).unfollowed]


def test_a_field_in_another_segment_s_map_is_found_there() -> None:
    rows = ask("RXE-19").rows
    assert {row.source[0] for row in rows} == {"RXO[MedicationRequest] RXE-19"}
    assert rows[0].path == "MedicationRequest.dosageInstruction.maxDosePerPeriod.numerator"


def test_codes_are_bounded_and_counted() -> None:
    answer = ask("PID-3.5", code_limit=3)
    (codes,) = answer.code_maps
    assert (codes.name, codes.table, codes.total, len(codes.codes)) == ("IdentifierType", "HL70203", 108, 3)
    assert codes.codes[0] == Code(
        v2="ACSN", code="ACSN", system="http://terminology.hl7.org/CodeSystem/v2-0203", display="Accession ID"
    )


def test_every_code_map_that_a_row_names_exists() -> None:
    assert {row.concept_map for _, row in GUIDE_ROWS if row.concept_map} <= concept_maps().keys()


def test_pages_join_to_the_whole() -> None:
    whole = ask("PID", limit=200).rows
    pages = [ask("PID", limit=30, offset=offset).rows for offset in range(0, len(whole), 30)]
    assert [row for page in pages for row in page] == whole
    assert ask("PID", limit=30, offset=1000).rows == []


def test_a_value_in_the_reference_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput) as refused:
        ask("PID-5 ZORBLAX^QUENTIN")
    assert "ZORBLAX" not in str(refused.value)
    with pytest.raises(NotFound):
        ask("PID-5", message_structure="ADT_A40")


@given(st.from_regex(r"[A-Z][A-Z0-9]{2}-[1-9][0-9]?(\.[1-9]){0,2}", fullmatch=True) | st.text(max_size=20))
def test_anything_is_an_answer_or_a_coded_error(field_ref: str) -> None:
    try:
        answer = ask(field_ref)
    except BadInput:
        return
    assert (answer.status is Status.MAPPED) == bool(answer.rows)


@given(st.sampled_from(sorted(index().segments)), st.integers(1, 60), st.lists(st.integers(1, 24), max_size=2))
def test_any_component_of_any_mapped_segment_is_answered(segment: str, field: int, below: list[int]) -> None:
    answer = ask(".".join([f"{segment}-{field}", *map(str, below)]))
    assert answer.reference == ".".join([f"{segment}-{field}", *map(str, below)])
    assert all(row.source for row in answer.rows)


def test_the_plugin_offers_it_as_a_public_local_tool() -> None:
    assert plugin.trivium_plugin().name == "fhir"
    offered = {tool.name: tool for tool in plugin.trivium_tools(settings=FhirSettings())}
    assert (offered["map_hl7_to_fhir"].effect, offered["map_hl7_to_fhir"].mark) == (Effect.LOCAL, PUBLIC)


def test_the_description_counts_what_the_guide_maps() -> None:
    known = index()
    told = f"Covers {len(known.segments)} segments and {len(known.messages)} message structures."
    assert map_hl7_to_fhir.description.endswith(told)


def test_importing_the_plugin_reads_no_knowledge() -> None:
    program = (
        "import sys, trivium_fhir.plugin;"
        "print([m for m in ('trivium_fhir.guide', 'trivium_fhir.answer', 'difflib') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_map_that_most_messages_use_comes_first() -> None:
    rows = map_hl7_to_fhir(field_ref="PID-3").rows
    assert [row.source[0].partition("]")[0] for row in rows] == ["PID[Patient", *["PID[Appointment"] * 3]
