"""Every element that R4 has, in all its resources: no word of a record leaves, whichever it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Say
from tests.fhir.whole_resources import LETTERS, STEM, Maker

from trivium.api import Kind
from trivium.pipeline.redact import Mode, Redactor
from trivium_fhir.phi import composed
from trivium_fhir.phi.places import CODE_STRINGS, PATH_STRINGS
from trivium_fhir.phi.tables import Slot, table
from trivium_fhir.r4.elements import children, definition, is_primitive, resources, types
from trivium_fhir.servers.results import ReadResource


def rendered(resource: dict[str, Any], mode: Mode) -> str:
    """The resource as a client gets it."""
    shown = ReadResource(endpoint="main", type="Patient", resource=composed(resource))
    return str(Redactor(mode).render(shown).content["resource"])


@pytest.mark.parametrize("mode", ["redact", "tokens"])
def test_no_word_leaves_whichever_element_of_r4_it_stands_in(mode: Mode, say: Say) -> None:
    words, left = 0, []
    for name in resources():
        maker = Maker()
        text = rendered(maker.resource(name), mode)
        words += len(maker.places)
        left += [maker.places[one] for one in re.findall(rf"{STEM}[a-z]{{{LETTERS}}}", text)]
    say(f"FHIR canaries: {words} words in {len(resources())} resources, mode {mode}: {len(left)} left")

    assert left == []


@pytest.mark.parametrize("name", ["Patient", "Practitioner", "Location", "Observation", "Basic"])
def test_no_word_leaves_whichever_value_of_an_extension_it_is(name: str) -> None:
    maker = Maker()
    text = rendered({"resourceType": name, "extension": maker.extensions(name)}, "tokens")

    assert len(maker.places) > 500
    assert [maker.places[one] for one in re.findall(rf"{STEM}[a-z]{{{LETTERS}}}", text)] == []


_TEXTS = (
    *("Quentin Zorblax", "Zorblax", "MRN-4711", "4711", "19610203", "AB12", "g", "Patient.name"),
    *("1961-02-03", "135-145", "http://hospital.example/4711", "zorblax@hospital.example", "urn:oid:Zorblax"),
)


_DEFINITIONS = (
    *(
        "CodeSystem",
        "ConceptMap",
        "ElementDefinition",
        "EvidenceVariable",
        "ImplementationGuide",
        "OperationDefinition",
    ),
    *("ParameterDefinition", "SearchParameter", "StructureMap", "TerminologyCapabilities", "ValueSet"),
)
"""Resources and types that are about no person."""


def judged() -> Iterator[tuple[str, str, Slot]]:
    """Path, data type and judgement of every leaf in every type, resource and backbone element of R4."""
    for name in (*types(), *resources()):
        if is_primitive(name):
            continue
        inner = definition(name).elements.items()
        rows = [f"{name}.{path}" for path, one in inner if {"BackboneElement", "Element"} & {*one.types}]
        for of in (name, *rows):
            slots = table(of, Kind.TEXT)
            for key, element in children(of).items():
                if slots[key].judge:
                    yield f"{of}.{key}", element.types[0], slots[key]


def test_few_texts_of_r4_are_ever_public() -> None:
    public = {
        path
        for path, datatype, slot in judged()
        if datatype != "code" and any(slot.judge(text, {}) is None for text in _TEXTS if slot.judge)
    }

    assert public == {*CODE_STRINGS, *PATH_STRINGS, "Observation.referenceRange.text", "Quantity.unit"}


def test_a_code_that_its_value_set_does_not_have_is_withheld() -> None:
    codes = [(path, slot.judge) for path, datatype, slot in judged() if datatype == "code" and slot.judge]
    open_ones = {path for path, judge in codes if judge("MRN-4711", {}) is None and not path.startswith(_DEFINITIONS)}

    assert [path for path, judge in codes if judge("Zorblax", {}) is None] == []
    assert open_ones == {
        *(f"{one}.code" for one in ("Age", "Coding", "Count", "Distance", "Duration", "Quantity")),
        *(f"{one}.valueCode" for one in ("Extension", "Parameters.parameter", "Task.input", "Task.output")),
    }
    assert len(codes) > 500
