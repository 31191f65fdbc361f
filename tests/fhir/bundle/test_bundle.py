"""A Bundle of drafts: its kinds, its ids, its requests, and what is made once."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid5

import pytest
from tests.fhir.bundle.drafts import SYSTEM, bundled, draft, header, requests, resources

from trivium_fhir.bundle.names import NAMESPACE, uuid_of
from trivium_fhir.convert.model import Draft


def identified(value: str = "7", **more: Any) -> dict[str, Any]:
    return {"system": SYSTEM, "value": value} | more


def patient(**more: Any) -> Draft:
    return draft("Patient", identifier=[identified()], **more)


def observation(of: Draft, segment: int = 3, text: str = "Glucose") -> Draft:
    made = draft("Observation", segment, status="final", code={"text": text})
    made.body["subject"] = of.reference()
    return made


def ward_of(encounter: Draft, **location: Any) -> Draft:
    place = draft("Location", 3, encounter, **location)
    encounter.body.setdefault("location", []).append({"location": place.reference()})
    return place


def references(made: Any) -> list[str]:
    text = json.dumps(made.resource)
    return [part.split('"')[0] for part in text.split('"reference": "')[1:]]


def test_every_reference_leads_to_an_entry() -> None:
    person = patient()
    made = bundled(header(), person, observation(person), observation(person, 4))
    known = {entry["fullUrl"] for entry in made.resource["entry"]}
    assert set(references(made)) <= known
    assert len(references(made)) == 3
    assert len(known) == 4


def test_a_message_begins_with_its_header_and_asks_for_nothing() -> None:
    person = patient()
    made = bundled(person, header(), kind="message")
    assert [one["resourceType"] for one in resources(made)] == ["MessageHeader", "Patient"]
    assert resources(made)[0]["focus"] == [{"reference": made.resource["entry"][1]["fullUrl"]}]
    assert not any("request" in entry for entry in made.resource["entry"])


def test_a_collection_asks_for_nothing_and_an_empty_one_has_no_entries() -> None:
    assert "request" not in bundled(patient(), kind="collection").resource["entry"][0]
    assert bundled(kind="collection").resource == {"resourceType": "Bundle", "type": "collection"}


def test_a_result_is_about_its_report_and_a_message_of_another_kind_about_its_patient() -> None:
    def focus(type_: str) -> list[str]:
        person = patient()
        made = bundled(header(), person, draft("DiagnosticReport", 3, code={}), type_=type_)
        named = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in made.resource["entry"]}
        return [named[one["reference"]] for one in resources(made)[0]["focus"]]

    assert focus("ORU^R01") == ["DiagnosticReport"]
    assert focus("QRY^A19") == ["Patient"]


def test_what_is_told_of_the_bundle_is_told_of_the_header() -> None:
    envelope, head = draft("Bundle", 1, identifier={"value": "1"}, timestamp="2024-01-01T00:00:00Z"), header()
    origin = draft("Provenance", 1, recorded="2024-01-01T00:00:00Z", agent=[{"who": {"display": "x"}}])
    origin.body["target"] = [envelope.reference()]
    made = bundled(head, origin, envelope=envelope)
    assert made.resource["identifier"] == {"value": "1"}
    assert made.resource["timestamp"] == "2024-01-01T00:00:00Z"
    assert resources(made)[1]["target"] == [{"reference": made.resource["entry"][0]["fullUrl"]}]


def test_the_patient_of_an_admission_is_updated_and_that_of_a_result_only_made_if_new() -> None:
    search = "identifier=urn:oid:1.2.3|7"
    assert requests(bundled(patient())) == [{"method": "PUT", "url": f"Patient?{search}"}]
    assert requests(bundled(patient(), type_="ORU^R01")) == [
        {"method": "POST", "url": "Patient", "ifNoneExist": search}
    ]


def test_a_patient_who_is_merged_into_another_is_only_made_if_new() -> None:
    gone = patient()
    gone.body["link"] = [{"other": {"display": "who stays"}, "type": "replaced-by"}]
    assert requests(bundled(gone)) == [
        {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:oid:1.2.3|7"}
    ]


def test_what_has_a_meaning_in_a_search_is_escaped() -> None:
    [asked] = requests(bundled(draft("Patient", identifier=[identified("a,b|c&d $\\é")])))
    assert asked["url"] == "Patient?identifier=urn:oid:1.2.3|a%5C%2Cb%5C%7Cc%26d%20%5C%24%5C%5C%C3%A9"


def test_the_medical_record_number_is_preferred_and_an_old_number_is_none() -> None:
    kinds = [
        identified("1", type={"coding": [{"code": "SS"}]}),
        identified("2", type={"coding": [{"code": "MR"}]}),
        identified("3", use="old"),
    ]
    [asked] = requests(bundled(draft("Patient", identifier=kinds)))
    assert asked["url"].endswith("|2")
    [asked] = requests(bundled(draft("Patient", identifier=[identified("3", use="old")])))
    assert asked["url"].startswith("Patient/")


def test_a_number_without_a_system_is_no_search_and_gives_an_id_of_this_sender() -> None:
    def asked(system: str | None, control: str = "1") -> str:
        numbered = {"value": "7"} | ({"system": system} if system else {})
        return requests(bundled(draft("Patient", identifier=[numbered]), control=control))[0]["url"]

    assert asked(None).startswith("Patient/")
    assert asked(None) == asked(None, control="2")
    assert asked("HOSPITAL").startswith("Patient/")


def test_what_has_no_number_is_known_by_its_message() -> None:
    def url(control: str) -> str:
        person = patient()
        return requests(bundled(person, observation(person), control=control))[1]["url"]

    assert url("1") == url("1")
    assert url("1") != url("2")


def test_an_id_in_a_request_is_the_resources_own() -> None:
    [one] = bundled(draft("Patient", name=[{"text": "x"}])).resource["entry"]
    assert one["request"]["url"] == f"Patient/{one['resource']['id']}"
    assert one["fullUrl"] == f"urn:uuid:{one['resource']['id']}"


def test_two_patients_with_one_number_are_not_asked_for_by_it() -> None:
    made = bundled(patient(), draft("Patient", 4, identifier=[identified()], gender="male"))
    assert all(asked["url"].startswith("Patient/") for asked in requests(made))
    assert len({asked["url"] for asked in requests(made)}) == 2


def test_equal_places_are_made_once_with_the_places_they_lie_in() -> None:
    first, second = draft("Encounter", 3, status="unknown"), draft("Encounter", 4, status="unknown")
    for encounter in (first, second):
        room = ward_of(encounter, name="12")
        ward = draft("Location", 3, encounter, name="North")
        room.body["partOf"] = ward.reference()
        encounter.slots["parts"] = (room, ward)
    made = bundled(first, *first.slots["parts"], second, *second.slots["parts"])
    assert [one["resourceType"] for one in resources(made)] == ["Encounter", "Location", "Location", "Encounter"]
    assert made.entries[first.slots["parts"][0]] == made.entries[second.slots["parts"][0]] == 1


def test_rooms_of_one_number_in_two_wards_are_two() -> None:
    encounter = draft("Encounter", 3, status="unknown")
    wards = [draft("Location", 3, encounter, name=name) for name in ("North", "South")]
    rooms = [ward_of(encounter, identifier=[{"value": "12"}]) for _ in wards]
    for room, ward in zip(rooms, wards, strict=True):
        room.body["partOf"] = ward.reference()
    assert len(resources(bundled(encounter, *rooms, *wards))) == 5


def test_one_practitioner_has_what_each_place_tells_of_them() -> None:
    first = draft("Practitioner", 3, identifier=[identified("9")], name=[{"family": "Weiss"}])
    second = draft("Practitioner", 4, identifier=[identified("9")], name=[{"family": "Weiß"}], gender="male")
    made = bundled(first, second)
    [one] = resources(made)
    assert one == {
        "resourceType": "Practitioner",
        "identifier": [identified("9")],
        "name": [{"family": "Weiss"}, {"family": "Weiß"}],
        "gender": "male",
    }
    assert requests(made)[0]["ifNoneExist"] == "identifier=urn:oid:1.2.3|9"


def test_places_that_lie_in_each_other_do_not_hang() -> None:
    first, second = draft("Location", name="a"), draft("Location", name="b")
    first.body["partOf"], second.body["partOf"] = second.reference(), first.reference()
    assert len(resources(bundled(first, second))) == 2


@pytest.mark.parametrize("kind", ["transaction", "message", "collection"])
def test_the_same_drafts_give_the_same_bytes(kind: Any) -> None:
    def made() -> bytes:
        person = patient()
        return bundled(header(), person, observation(person), kind=kind).encode()

    assert made() == made()


@pytest.mark.parametrize("name", ["", "a", "Patient\nurn:oid:1\n7", "\u00e9\U0001f600"])
def test_names_are_uuids_of_version_5(name: str) -> None:
    assert uuid_of(NAMESPACE, name) == str(uuid5(UUID(bytes=NAMESPACE), name))
