"""Resources written to hurt: each ends in findings or a coded error, in bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from trivium.api import BadInput, TooLarge
from trivium_fhir.validation import read, report
from trivium_fhir.validation.problems import ResourceProblem

FHIR = 'xmlns="http://hl7.org/fhir"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
SECONDS = 30.0
"""Ten times what the slowest takes; what grows with the square of its size takes minutes."""


def laughs() -> str:
    first = '<!ENTITY a "ha"><!ENTITY a0 "&a;&a;">'
    more = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    return f"<!DOCTYPE Patient [{first}{more}]>"


DOCTYPES = {
    "a billion laughs": f'{laughs()}<Patient {FHIR}><id value="&a9;"/></Patient>',
    "a file": f'<!DOCTYPE P [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient {FHIR}><id value="&x;"/></Patient>',
    "a parameter entity": f'<!DOCTYPE P [<!ENTITY % x SYSTEM "http://example.org/x"> %x;]><Patient {FHIR}/>',
    "a public identifier": f'<!DOCTYPE P PUBLIC "x" "http://example.org/x.dtd"><Patient {FHIR}/>',
}


@pytest.mark.parametrize("text", DOCTYPES.values(), ids=DOCTYPES)
def test_nothing_that_xml_can_declare_is_read(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert ResourceProblem.DOCTYPE.value in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f'<Patient {FHIR}><id value="&x;"/></Patient>',
        f'<Patient {FHIR}><id value="\0"/></Patient>',
        f'<Patient {FHIR}><id value="\ud800"/></Patient>',
        f"<Patient {FHIR}>" + "<a>" * 100_000,
    ],
)
def test_what_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert ResourceProblem.NOT_XML.value in str(refused.value)


TOO_LARGE = {
    "deep XML": f"<Patient {FHIR}>" + "<a>" * 100_000 + "</a>" * 100_000 + "</Patient>",
    "more than 10 MB": f"<Patient {FHIR}><id value='" + "x" * 10_000_000 + "'/></Patient>",
    "deep JSON": '{"a":' * 100_000,
    "deep extensions": '{"extension":[' * 100 + "{}" + "]}" * 100,
    "a long number": '{"resourceType":"Patient","multipleBirthInteger":' + "9" * 100_000 + "}",
    "a long exponent": '{"a":1e' + "9" * 401 + "}",
}


@pytest.mark.parametrize("text", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        read(text)


def test_an_inclusion_is_an_unknown_element() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    found = report(read(f"<Patient {FHIR}>{include}</Patient>")).findings
    assert found[0].code == "unknown-element"


def patient(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **members}


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def narrative(div: str) -> dict[str, Any]:
    return patient(text={"status": "generated", "div": div})


def organizations(number: int) -> list[dict[str, Any]]:
    return [
        {"resourceType": "Organization", "id": f"o{i}", "name": "x", "partOf": {"reference": f"#o{i + 1}"}}
        for i in range(number)
    ]


LARGE: dict[str, dict[str, Any]] = {
    "100,000 entries": bundle(*[patient()] * 100_000),
    "100,000 unknown names": patient(**{f"x{i}": 1 for i in range(100_000)}),
    "10,000 contained in a chain": patient(contained=organizations(10_000), managingOrganization={"reference": "#o0"}),
    "bundles in bundles": bundle(bundle(bundle(bundle(bundle(patient()))))),
    "a narrative of 100,000 levels": narrative(f"<div {XHTML}>" + "<b>" * 100_000 + "x" + "</b>" * 100_000 + "</div>"),
    "a narrative of entities": narrative(f"<div {XHTML}>" + "&nbsp;" * 300_000 + "</div>"),
    "a narrative that declares some": narrative(f"{laughs()}<div {XHTML}>&a9;</div>"),
    "texts for the forms of types": patient(
        identifier=[{"system": "urn:" + "a" * 1_000_000 + " "}],
        photo=[{"data": " A" * 1_000_000, "contentType": "a/" + "a" * 100_000, "url": "http://" + "/" * 100_000}],
        birthDate="1" * 1_000_000,
        language="-" * 100_000,
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_takes_seconds(name: str, say: Callable[[str], None]) -> None:
    text = json.dumps(LARGE[name])
    start = time.perf_counter()
    found = report(read(text))
    took = time.perf_counter() - start
    say(f"validation of {name} ({len(text) / 1e6:.1f} MB): {took:.1f} s")
    assert found.resources
    assert took < SECONDS


@pytest.mark.parametrize("kind", [7, None, True, [], ["Patient"], {}, {"a": 1}, "\ud800", "Nothing"])
def test_a_type_that_is_none_is_a_finding_wherever_it_stands(kind: Any) -> None:
    (only,) = report(read(json.dumps({"resourceType": kind}))).findings
    assert only.code == "unknown-resource-type"
    codes = {one.code.value for one in report(read(json.dumps(bundle({"resourceType": kind})))).findings}
    assert "unknown-resource-type" in codes


def test_half_a_pair_of_surrogates_is_no_text_of_json_that_hurts() -> None:
    text = '{"resourceType":"Patient","id":"\\ud800","name":[{"family":"\\udc00"}],"\\ud800":1}'
    codes = [one.code.value for one in report(read(text)).findings if one.severity == "error"]
    assert codes == ["unknown-element", "form"]


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "0E+400", "-0.0"])
def test_a_number_is_never_written_out(number: str) -> None:
    quantity = '{"value":' + number + "}"
    text = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":' + quantity
    text += ',"referenceRange":[{"low":' + quantity + ',"high":' + quantity + "}]}"
    assert [one for one in report(read(text)).findings if one.severity == "error"] == []
