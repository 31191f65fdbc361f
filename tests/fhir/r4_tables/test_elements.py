"""R4's element tables: every path of the definitions resolves, through types, choices and content references."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripts.make_fhir_r4_knowledge import FOREIGN

from trivium_fhir.r4 import elements
from trivium_fhir.r4.elements import Binding, children, definition, element

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.parametrize(
    ("path", "defined", "types"),
    [
        ("Patient", "Patient", ()),
        ("Patient.name.given", "HumanName.given", ("string",)),
        ("Patient.contact.name", "Patient.contact.name", ("HumanName",)),
        ("Patient.contact.id", "Patient.contact.id", ("string",)),
        ("Patient.deceasedBoolean", "Patient.deceased[x]", ("boolean",)),
        ("Patient.deceased", "Patient.deceased[x]", ("boolean", "dateTime")),
        ("Patient.deceased[x]", "Patient.deceased[x]", ("boolean", "dateTime")),
        ("Observation.valueQuantity.unit", "Quantity.unit", ("string",)),
        ("Questionnaire.item.item.item.text", "Questionnaire.item.text", ("string",)),
        ("Bundle.entry.link.url", "Bundle.link.url", ("uri",)),
        ("Age.value", "Quantity.value", ("decimal",)),
        ("Patient.meta.lastUpdated", "Meta.lastUpdated", ("instant",)),
    ],
)
def test_a_path_resolves_to_where_it_is_defined(path: str, defined: str, types: tuple[str, ...]) -> None:
    assert (element(path).path, element(path).types) == (defined, types)


@pytest.mark.parametrize("path", ["Foo", "Patient.nickname", "Patient.deceasedQuantity", "Patient.name.given.x.y", ""])
def test_what_r4_does_not_have_is_a_key_error(path: str) -> None:
    with pytest.raises(KeyError):
        element(path)


def test_an_element_says_what_it_may_be() -> None:
    gender = element("Patient.gender")
    assert (gender.minimum, gender.maximum, gender.summary, gender.modifier) == (0, 1, True, False)
    assert gender.binding == Binding("required", "http://hl7.org/fhir/ValueSet/administrative-gender")
    assert element("Patient.name").maximum is None
    assert element("Observation.status").modifier
    assert element("Observation.subject").targets == ("Patient", "Group", "Device", "Location")
    assert element("Patient.contact").invariants == ("pat-1",)
    assert element("Patient.language").binding == Binding(
        "preferred", "http://hl7.org/fhir/ValueSet/languages", "http://hl7.org/fhir/ValueSet/all-languages"
    )


def test_children_have_their_choices_spelled_out_and_inherited_ones_first() -> None:
    assert list(children("Period")) == ["id", "extension", "start", "end"]
    assert [name for name in children("Patient") if name.startswith("deceased")] == [
        "deceasedBoolean",
        "deceasedDateTime",
    ]
    assert list(children("Patient.contact"))[:4] == ["id", "extension", "modifierExtension", "relationship"]


def test_a_narrowed_choice_has_the_targets_of_its_own_type_only() -> None:
    medication = children("MedicationRequest")
    assert medication["medicationReference"].targets == ("Medication",)
    assert medication["medicationCodeableConcept"].targets == ()


def test_kinds_of_definitions() -> None:
    kinds = {name: definition(name).kind for name in ("Patient", "HumanName", "date", "Patient.contact")}
    assert kinds == {"Patient": "resource", "HumanName": "complex", "date": "primitive", "Patient.contact": "backbone"}
    assert definition("DomainResource").abstract


def test_all_resources_and_types_are_there() -> None:
    assert (len(elements.resources()), len(elements.types())) == (146, 59)


@pytest.mark.skipif(not DATA.is_dir(), reason="the definitions are not beside this working copy")
def test_no_row_of_the_definitions_is_lost() -> None:
    for name in ("types", "resources"):
        source = json.loads((DATA / f"fhir_r4_{name}.json").read_text(encoding="utf-8"))[name]
        for type_name, body in source.items():
            rows = [row for row in body["el"] if row[0] not in FOREIGN.get(type_name, ())]
            assert [row[0] for row in rows if row[0]] == list(definition(type_name).elements)
            for row in rows:
                found = definition(type_name).elements[row[0]] if row[0] else definition(type_name).root
                assert (found.minimum, found.maximum) == (row[1], row[2] or None)


def test_meta_has_what_r4_gives_it_and_nothing_of_a_server() -> None:
    assert set(children("Meta")) == {
        "id",
        "extension",
        "versionId",
        "lastUpdated",
        "source",
        "profile",
        "security",
        "tag",
    }
