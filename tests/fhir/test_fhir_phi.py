"""Which values of a resource are whose: nothing of a person is public, and the text stays JSON whatever is withheld."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Say

from trivium.api import Composed, Kind, TooLarge
from trivium_fhir.phi import composed, kind_of

UUID = "0a7545d7-202f-46e5-91e9-bb7d27ade3c2"
_SNOMED = "http://snomed.info/sct"
_V2 = "http://terminology.hl7.org/CodeSystem/v2-"
_TYPES = f"{_V2}0203"
_HEMOGLOBIN = {"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}
_CT = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}


def text_of(found: Composed) -> str:
    return "".join(part.text for part in found.parts)


def hidden(found: Composed) -> dict[str, Any]:
    """What a reader sees to whom everything but public values is withheld."""
    parsed = json.loads(
        "".join(part.text if part.phi is None else f"[withheld: {part.phi.value}]" for part in found.parts)
    )
    assert isinstance(parsed, dict)
    return parsed


def seen(resource: dict[str, Any]) -> Any:
    """The resource with its kinds in the place of values."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return {short(key): short(one) for key, one in value.items()}
        if isinstance(value, list):
            return [short(one) for one in value]
        return value.replace("[withheld: ", "<").replace("]", ">") if isinstance(value, str) else value

    return short(hidden(composed(resource)))


def test_a_patient_has_nothing_public_but_codes() -> None:
    patient = {
        "resourceType": "Patient",
        "id": "MRN-4711",
        "meta": {"versionId": "3", "lastUpdated": "2026-03-01T10:00:00Z", "source": "https://hospital.example/adt"},
        "text": {"status": "generated", "div": "<div>Quentin Zorblax</div>"},
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Ayo"},
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                "valueDateTime": "1961-02-03T04:05:00Z",
            },
            {"url": "https://hospital.example/vip", "valueCode": "yes"},
        ],
        "identifier": [{"use": "usual", "system": "urn:oid:1.2.3", "value": "MRN-4711"}],
        "active": True,
        "name": [{"use": "official", "family": "Zorblax", "given": ["Quentin"], "period": {"start": "1961"}}],
        "telecom": [{"system": "phone", "value": "555-0100", "rank": 1}],
        "gender": "male",
        "birthDate": "1961-02-03",
        "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]},
        "deceasedDateTime": "2026-03-01",
        "address": [{"use": "home", "line": ["1 Elm Street"], "city": "Springfield", "country": "US"}],
        "maritalStatus": {"coding": [{"system": _SNOMED, "code": "36629006", "display": "Married"}], "text": "Married"},
        "multipleBirthInteger": 2,
        "photo": [{"contentType": "image/png", "data": "iVBORw0K", "url": "https://hospital.example/p.png"}],
        "contact": [{"name": {"text": "Ayo Zorblax"}, "gender": "female"}],
        "generalPractitioner": [{"reference": "Practitioner/jsmith1", "display": "Dr. Smith"}],
        "managingOrganization": {"reference": f"Organization/{UUID}", "display": "Mercy"},
        "link": [{"other": {"reference": "Patient/MRN-4712"}, "type": "replaced-by"}],
    }

    assert seen(patient) == {
        "resourceType": "Patient",
        "id": "<patient_id>",
        "meta": {"versionId": "<order>", "lastUpdated": "<date>", "source": "<contact>"},
        "text": {"status": "generated", "div": "<text>"},
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "<name>"},
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "<birth_date>"},
            {"url": "<contact>", "valueCode": "<text>"},
        ],
        "identifier": [{"use": "usual", "system": "urn:oid:1.2.3", "value": "<patient_id>"}],
        "active": True,
        "name": [{"use": "official", "family": "<name>", "given": ["<name>"], "period": {"start": "<date>"}}],
        "telecom": [{"system": "phone", "value": "<contact>", "rank": 1}],
        "gender": "male",
        "birthDate": "<birth_date>",
        "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]},
        "deceasedDateTime": "<date>",
        "address": [{"use": "home", "line": ["<address>"], "city": "<address>", "country": "<address>"}],
        "maritalStatus": {"coding": [{"system": _SNOMED, "code": "36629006", "display": "Married"}], "text": "Married"},
        "multipleBirthInteger": 2,
        "photo": [{"contentType": "image/png", "data": "<text>", "url": "<contact>"}],
        "contact": [{"name": {"text": "<name>"}, "gender": "female"}],
        "generalPractitioner": [{"reference": "Practitioner/<name>", "display": "<name>"}],
        "managingOrganization": {"reference": "Organization/<uid>", "display": "<name>"},
        "link": [{"other": {"reference": "Patient/<patient_id>"}, "type": "replaced-by"}],
    }


def test_an_observation_shows_what_was_measured_and_not_what_was_written() -> None:
    observation = {
        "resourceType": "Observation",
        "id": "17",
        "identifier": [
            {"value": "ACC-77"},
            {
                "type": {"coding": [{"system": _TYPES, "code": "MR"}]},
                "value": "4711",
            },
        ],
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}],
            "text": "for Q. Z.",
        },
        "subject": {"reference": "Patient/4711", "display": "Quentin Zorblax", "identifier": {"value": "4711"}},
        "effectiveDateTime": "2026-03-01T10:00:00+01:00",
        "valueQuantity": {"value": 7.3, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
        "note": [{"authorString": "Dr. Smith", "time": "2026-03-01", "text": "tell Quentin"}],
        "component": [
            {"code": {"coding": [{"system": "https://lab.example/codes", "code": "smith", "display": "Smith"}]}},
            {"code": {"text": "free"}, "valueString": "positive"},
        ],
    }

    assert seen(observation) == {
        "resourceType": "Observation",
        "id": "<order>",
        "identifier": [
            {"value": "<order>"},
            {
                "type": {"coding": [{"system": _TYPES, "code": "MR"}]},
                "value": "<patient_id>",
            },
        ],
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}],
            "text": "<text>",
        },
        "subject": {"reference": "Patient/<patient_id>", "display": "<name>", "identifier": {"value": "<patient_id>"}},
        "effectiveDateTime": "<date>",
        "valueQuantity": {"value": 7.3, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
        "note": [{"authorString": "<name>", "time": "<date>", "text": "<text>"}],
        "component": [
            {"code": {"coding": [{"system": "<contact>", "code": "<text>", "display": "<text>"}]}},
            {"code": {"text": "<text>"}, "valueString": "<text>"},
        ],
    }


def test_entries_of_a_bundle_show_what_is_asked_for_and_not_whom_it_is_about() -> None:
    entry = {
        "fullUrl": f"urn:uuid:{UUID}",
        "resource": {"resourceType": "Patient", "id": "4711"},
        "request": {"method": "PUT", "url": "Patient?identifier=urn:oid:1.2.3|4711"},
    }
    other = {
        "fullUrl": "https://hospital.example/fhir/Patient/4711",
        "request": {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=urn:oid:1.2|A-1"},
        "response": {"status": "201", "location": "Patient/4711/_history/2"},
    }

    assert seen({"resourceType": "Bundle", "type": "transaction", "entry": [entry, other]})["entry"] == [
        {
            "fullUrl": f"urn:uuid:{UUID}",
            "resource": {"resourceType": "Patient", "id": "<patient_id>"},
            "request": {"method": "PUT", "url": "Patient?identifier=urn:oid:1.2.3|<patient_id>"},
        },
        {
            "fullUrl": "<contact>Patient/<patient_id>",
            "request": {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=urn:oid:1.2|<order>"},
            "response": {"status": "201", "location": "Patient/<patient_id>/_history/<order>"},
        },
    ]


def test_numbers_of_a_study_are_keys_and_its_uids_are_uids() -> None:
    study = {
        "resourceType": "ImagingStudy",
        "identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.3.4"}, {"value": "ACC-1"}],
        "series": [{"uid": "1.2.3.4.5", "modality": _CT}],
    }

    assert seen(study) == {
        "resourceType": "ImagingStudy",
        "identifier": [{"system": "urn:dicom:uid", "value": "<uid>"}, {"value": "<order>"}],
        "series": [{"uid": "<uid>", "modality": _CT}],
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("Patient?identifier=urn%3Aoid%3A1.2.3%7CMRN-1", "Patient?identifier=urn%3Aoid%3A1.2.3%7C<patient_id>"),
        ("ServiceRequest?identifier=|A-1", "ServiceRequest?identifier=|<order>"),
        ("ImagingStudy?identifier=urn:dicom:uid|urn:oid:1.2.3", "ImagingStudy?identifier=urn:dicom:uid|<uid>"),
        ("Endpoint?identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Aoid%3A1.2.3", None),
        ("Substance?identifier=urn:oid:1.2.3.4", "Substance?identifier=<uid>"),
        ("Patient?identifier=urn:oid:1.2.3.4", "Patient?identifier=<patient_id>"),
        ("Patient?identifier=https://hospital.example|1", "Patient?identifier=<contact>|<patient_id>"),
        ("Patient?family=Zorblax", "Patient?<text>"),
        ("Patient?identifier=a|1&family=Zorblax", "Patient?<text>"),
    ],
)
def test_the_condition_of_a_request_shows_a_uid_and_hides_a_person(url: str, expected: str | None) -> None:
    request = {"method": "PUT", "url": url}
    found = seen({"resourceType": "Bundle", "entry": [{"request": request}]})["entry"][0]["request"]["url"]

    assert found == (expected or "Endpoint?identifier=urn%3Aietf%3Arfc%3A3986%7C<uid>")


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": "urn:oid:1.2.3.4", "code": "SMITH", "display": "Smith"}, ("<text>", "<text>")),
        ({"system": _SNOMED, "code": "Zorblax", "display": "Zorblax"}, ("<text>", "<text>")),
        ({"system": f"{_V2}0001", "code": "Zorblax", "display": "Zorblax"}, ("<text>", "<text>")),
        ({"system": f"{_V2}0069", "code": "M7", "display": "Dr. Zorblax"}, ("M7", "<text>")),
        ({"system": f"{_V2}0001", "code": "F", "display": "Female"}, ("F", "Female")),
        (
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": "Hypertension"},
            ("I10", "Hypertension"),
        ),
        (
            {"system": "http://hl7.org/fhir/sid/us-ssn", "code": "123-45-6789", "display": "x"},
            ("<text>", "<text>"),
        ),
        ({"code": "1961-02-03", "display": "x"}, ("<text>", "<text>")),
        ({"code": "GLU1", "display": "x"}, ("GLU1", "<text>")),
    ],
)
def test_a_code_is_public_where_a_standard_may_have_it(coding: dict[str, str], expected: tuple[str, str]) -> None:
    found = seen({"resourceType": "Observation", "code": {"coding": [coding]}})["code"]["coding"][0]

    assert (found["code"], found["display"]) == expected


@pytest.mark.parametrize(
    ("text", "shown"), [("3.5-5.0", True), ("<5", True), ("135-145", True), ("555-1234", False), ("1e9-Zorblax", False)]
)
def test_what_is_normal_is_public_where_it_is_two_numbers(text: str, shown: bool) -> None:
    found = seen({"resourceType": "Observation", "referenceRange": [{"text": text}]})

    assert found["referenceRange"] == [{"text": text if shown else "<text>"}]


def test_an_age_is_a_date_of_birth() -> None:
    condition = {"resourceType": "Condition", "onsetAge": {"value": 93, "unit": "a", "code": "a"}}

    assert seen(condition)["onsetAge"]["value"] == "<birth_date>"


def test_a_part_of_an_extension_has_a_name_that_a_guide_gives() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/patient-nationality"
    parts = [{"url": "code"}, {"url": "ombCategory"}, {"url": "Zorblax"}]
    found = seen({"resourceType": "Patient", "extension": [{"url": url, "extension": parts}]})

    assert [one["url"] for one in found["extension"][0]["extension"]] == ["code", "ombCategory", "<text>"]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Zorblax", "name": "Quentin", "number": 4711},
        {"resourceType": "Patient", "Quentin Zorblax": "x"},
        {"resourceType": "Patient", "gender": "Zorblax"},
        {"resourceType": "Patient", "gender": {"value": "Zorblax"}},
        {"resourceType": "Patient", "active": "Zorblax"},
        {"resourceType": "Patient", "name": "Zorblax"},
        {"resourceType": "Patient", "name": [["Zorblax"]]},
        {"resourceType": "Patient", "birthDate": ["Zorblax"]},
        {"resourceType": ["Zorblax"]},
        {"name": "Zorblax"},
        {"resourceType": "Patient", "identifier": [{"system": "urn:oid:Zorblax", "value": 4711}]},
        {"resourceType": "Patient", "implicitRules": "Quentin Zorblax"},
        {"resourceType": "Observation", "status": "zorblax"},
        {"resourceType": "Observation", "contained": [{"resourceType": "Patient", "name": [{"family": "Zorblax"}]}]},
        {"resourceType": "Observation", "subject": {"reference": "Zorblax/1", "type": "Zorblax"}},
        {"resourceType": "Observation", "subject": {"reference": "#Zorblax"}},
        {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Zorblax", "expression": ["Zorblax.name"]}]},
        {"resourceType": "Parameters", "parameter": [{"name": "Zorblax", "valueString": "Quentin"}]},
        {"resourceType": "Patient", "extension": [{"url": "http://x.example/a", "extension": [{"url": "Zorblax"}]}]},
    ],
)
def test_what_r4_does_not_have_is_withheld(resource: dict[str, Any]) -> None:
    found = composed(resource)
    public = "".join(part.text for part in found.parts if part.phi is None)

    assert "orblax" not in public
    assert "Quentin" not in public
    assert "4711" not in public
    hidden(found)


def test_a_place_of_somebody_has_no_coordinates() -> None:
    place = {"resourceType": "Location", "name": "Ward 3", "position": {"longitude": Decimal("8.51"), "latitude": 47.1}}

    assert seen(place) == {
        "resourceType": "Location",
        "name": "<address>",
        "position": {"longitude": "<address>", "latitude": "<address>"},
    }


def test_a_value_that_json_must_escape_gets_no_stand_in() -> None:
    patient = {"resourceType": "Patient", "name": [{"family": 'O"Brien', "given": ["Ann", "x" * 300, "a\\b", "a\nb"]}]}

    found = composed(patient)

    assert json.loads(text_of(found)) == patient
    assert seen(patient)["name"] == [{"family": "<text>", "given": ["<name>", "<text>", "<text>", "<text>"]}]


def test_decimals_stay_as_they_are_written() -> None:
    text = '{"resourceType":"Observation","valueQuantity":{"value":0.10}}'

    assert text_of(composed(json.loads(text, parse_float=Decimal))) == text


def test_lines_are_indented_as_json_does() -> None:
    resource = {"resourceType": "Patient", "name": [{"given": ["A", "B"]}], "contact": [], "meta": {}}

    assert text_of(composed(resource, indent=2)) == json.dumps(resource, indent=2)


def test_a_resource_nested_too_deep_is_refused() -> None:
    item: dict[str, Any] = {"linkId": "1"}
    for _ in range(100):
        item = {"linkId": "1", "item": [item]}

    with pytest.raises(TooLarge):
        composed({"resourceType": "Questionnaire", "item": [item]})


def test_one_value_is_judged_as_in_its_resource() -> None:
    assert kind_of("Patient.birthDate", "date", "1961-02-03", {}) is Kind.BIRTH_DATE
    assert kind_of("HumanName.family", "string", "Zorblax", {}) is Kind.NAME
    assert kind_of("Identifier.value", "string", "4711", {}, role=Kind.PATIENT_ID) is Kind.PATIENT_ID
    assert kind_of("Identifier.value", "string", "4711", {}) is Kind.TEXT
    assert kind_of("Observation.valueString", "string", "x", {}) is Kind.TEXT
    assert kind_of("Quantity.value", "decimal", 4.2, {}) is None
    assert kind_of("Patient.active", "boolean", True, {}) is None
    assert kind_of("Zorblax.name", "zorblax", "x", {}) is Kind.TEXT


def strings_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings_of(one)


def secrets_of(value: Any) -> Iterator[str]:
    """Values under the names that always hold somebody's data."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("family", "given", "div", "birthDate", "line", "city", "note"):
                yield from (text for text in strings_of(one) if len(text) > 4)
            else:
                yield from secrets_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from secrets_of(one)


@pytest.mark.corpus
def test_no_bundle_of_the_corpus_shows_a_person(corpora: Path) -> None:
    for path in sorted((corpora / "fhir" / "pairs").glob("*.fhir.json")):
        bundle = json.loads(path.read_text(encoding="utf-8"))
        found = composed(bundle)
        assert json.loads(text_of(found)) == bundle
        public = set(strings_of(hidden(found)))
        assert [one for one in secrets_of(bundle) if one in public] == [], path.name


@pytest.mark.corpus
def test_a_large_bundle_takes_few_milliseconds(corpora: Path, say: Say) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (corpora / "fhir" / "pairs").glob("*.fhir.json")]
    bundle = json.loads(max(texts, key=len))
    composed(bundle)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        composed(bundle)
        times.append(time.perf_counter() - start)
    say(f"FHIR bundle of {len(bundle['entry'])} entries composed in {1000 * min(times):.1f} ms")

    assert min(times) < 0.15
