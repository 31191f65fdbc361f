"""Elements and resources explained: all of R4, against its tables read by other means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripts.make_fhir_r4_knowledge import FOREIGN
from tests.conftest import ROOT, leave_out

from trivium.api import BadInput, NotFound
from trivium_fhir.explain.elements import explain
from trivium_fhir.explain.kinds import explain as explain_kind
from trivium_fhir.explain.searching import reading
from trivium_fhir.explain.spelling import near, parse_element_path
from trivium_fhir.tools.explain_fhir_element import explain_fhir_element
from trivium_fhir.tools.explain_fhir_resource import explain_fhir_resource


@pytest.fixture(scope="module")
def data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        leave_out("the standards data are not beside this working copy")
    return folder


def load(data: Path, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((data / f"fhir_r4_{name}.json").read_text(encoding="utf-8"))[name]
    return read


@pytest.mark.corpus
@pytest.mark.parametrize("kind", ["resources", "types"])
def test_every_element_of_r4_is_explained(data: Path, kind: str) -> None:
    every = [(name, row) for name, body in load(data, kind).items() for row in body["el"] if row[0]]
    rows = [(name, row) for name, row in every if row[0] not in FOREIGN.get(name, ())]
    assert len(rows) > {"resources": 7000, "types": 400}[kind]
    for name, (below, least, most, written, *rest) in rows:
        path = f"{name}.{below}"
        told = explain(parse_element_path(path.lower(), where="path"), code_limit=2)
        assert (told.found, told.path, told.cardinality) == (True, path, f"{least}..{most or '*'}")
        if written.startswith("@"):
            assert told.content_of == written[1:]
        else:
            wanted = [
                one.partition("(")[0].partition("{")[0].replace("System.String", "string") for one in _split(written)
            ]
            assert [one.name for one in told.types or ()] == list(dict.fromkeys(wanted)), path
        bound = rest[1] if len(rest) > 1 else None
        assert (told.binding.value_set if told.binding else None) == (bound[1] if bound else None), path


def _split(written: str) -> list[str]:
    """Types between commas; targets stand between bars."""
    names = (one.partition("(")[0].partition("{")[0] for one in written.split(",") if one)
    return ["string" if name == "System.String" else name for name in names]


@pytest.mark.corpus
def test_every_resource_of_r4_is_explained_whole(data: Path) -> None:
    for name, body in load(data, "resources").items():
        own = {f"{name}.{row[0]}" for row in body["el"] if row[0]}
        told = explain_kind(name, limit=300, offset=0)
        assert told.total == len(told.elements or ())
        assert own - {one.path for one in told.elements or ()} <= {
            path for path in own if path.rpartition(".")[2] in ("id", "extension", "modifierExtension")
        }


@pytest.mark.corpus
def test_every_search_parameter_is_told_of_its_resource(data: Path) -> None:
    searched = load(data, "search")
    for name, rows in searched.items():
        if name in ("Resource", "DomainResource"):
            continue
        told = explain_kind(name, limit=1, offset=0)
        names = {one.partition(" ")[0] for one in (*(told.search or ()), *(told.search_everywhere or ()))}
        assert set(rows) | set(searched["Resource"]) <= names


@pytest.mark.corpus
def test_every_plain_search_path_is_told_of_its_element(data: Path) -> None:
    """Those that are a path and nothing else, whose element the parameter therefore reads."""
    told = 0
    for name, rows in load(data, "search").items():
        for parameter, (kind, *rest) in rows.items():
            path = rest[0] if rest else ""
            if path and path.startswith(f"{name}.") and path.replace(".", "").isalnum() and name != "Resource":
                known = parse_element_path(path, where="path")
                assert f"{parameter} ({kind})" in reading(known), path
                told += 1
    assert told > 800


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("Patient.name", "Patient.name"),
        ("patient.NAME.Given", "Patient.name.given"),
        (" Patient/name[0]/given[1] ", "Patient.name.given"),
        ("Observation.value", "Observation.value[x]"),
        ("Observation.value[x]", "Observation.value[x]"),
        ("observation.valuequantity.UNIT", "Observation.valueQuantity.unit"),
        ("Bundle.entry.resource", "Bundle.entry.resource"),
        ("Bundle.entry.resource.Patient.name", "Patient.name"),
        ("Questionnaire.item.item.item.text", "Questionnaire.item.item.item.text"),
        ("humanname.family", "HumanName.family"),
        ("patient", "Patient"),
    ],
)
def test_any_spelling_is_read(written: str, path: str) -> None:
    assert parse_element_path(written, where="path") == path


def test_what_is_no_path_is_refused_without_repeating_it() -> None:
    for text in ("", "Patient..name", "Patient.name='Doe'", "a" * 301, "Patient.näme", "1.2"):
        with pytest.raises((BadInput, NotFound)) as refused:
            parse_element_path(text, where="path")
        assert "Doe" not in str(refused.value)


def test_an_unknown_element_gives_near_ones() -> None:
    assert explain_fhir_element.function("Patient.brithDate").model_dump(exclude_none=True) == {
        "found": False,
        "near": ["Patient.birthDate"],
        "source": "FHIR R4 4.0.1",
    }
    assert "Observation" in near("Observatoin")
    assert explain_fhir_resource.function("Pateint").near == ["Patient"]
    with pytest.raises(NotFound):
        explain_fhir_resource.function("Qqqqq")


def test_gender_is_explained() -> None:
    told = explain_fhir_element.function("Patient.gender")
    assert told.binding is not None
    assert [one.code for one in told.binding.codes] == ["male", "female", "other", "unknown"]
    assert (told.binding.strength, told.binding.complete) == ("required", True)
    assert (told.cardinality, told.search, told.v2_by_r4) == ("0..1", ["gender (token)"], ["Patient.gender: PID-8"])
    assert (told.v2_by_guide or [])[0] == "PID-8"


def test_a_choice_is_explained_with_its_json_names() -> None:
    told = explain("Observation.value[x]", code_limit=0)
    assert [(one.name, one.json_name) for one in (told.types or ())[:2]] == [
        ("Quantity", "valueQuantity"),
        ("CodeableConcept", "valueCodeableConcept"),
    ]


def test_a_licensed_terminology_is_named_and_not_carried() -> None:
    bound = explain("Observation.code", code_limit=5).binding
    assert bound is not None
    assert (bound.codes, bound.complete) == ([], False)
    assert bound.outside == ["LOINC: a look-up needs acceptance of the LOINC license; free of charge"]


def test_dicom_counterparts_are_r4s_own_column() -> None:
    assert explain("ImagingStudy.series.uid", code_limit=0).dicom == ["(0020,000E)"]


def test_a_resource_is_paged() -> None:
    first = explain_fhir_resource.function("patient", limit=20)
    second = explain_fhir_resource.function("Patient", limit=20, offset=20)
    assert (first.total, first.next_offset, second.next_offset) == (35, 20, None)
    assert len(first.elements or ()) + len(second.elements or ()) == 35
    assert (second.search, second.segments) == (None, None)
    assert "PID[Patient]" in (first.segments or {})
    assert (first.compartments or {})["Patient"] == ["link"]
