"""Resources from text: JSON and XML, bounded, nothing ambiguous let through."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from trivium.api import BadInput, TooLarge
from trivium_fhir.validation import Severity, read, validate
from trivium_fhir.validation.problems import ResourceProblem

FHIR = 'xmlns="http://hl7.org/fhir"'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ResourceProblem.EMPTY),
        ("[]", ResourceProblem.NOT_OBJECT),
        ('{"a": 1, "a": 2}', ResourceProblem.DUPLICATE_KEY),
        ('{"a": {"b": 1, "b": 1}}', ResourceProblem.DUPLICATE_KEY),
        ('{"a": NaN}', ResourceProblem.NOT_A_NUMBER),
        ('{"a": -Infinity}', ResourceProblem.NOT_A_NUMBER),
        ("<a", ResourceProblem.NOT_XML),
        ("<Patient/>", ResourceProblem.NOT_FHIR_XML),
        (f"<Nothing {FHIR}/>", ResourceProblem.NOT_FHIR_XML),
        (f'<!DOCTYPE P [<!ENTITY a "b">]><Patient {FHIR}/>', ResourceProblem.DOCTYPE),
        (f'<!DOCTYPE P SYSTEM "file:///etc/passwd"><Patient {FHIR}/>', ResourceProblem.DOCTYPE),
    ],
)
def test_what_is_no_resource_is_refused(text: str, problem: ResourceProblem) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert problem.value in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 5000 + "1" + "}" * 5000,
        "[" * 200_000,
        '{"a":1' + "0" * 5000 + "}",
        '{"a":1.' + "0" * 5000 + "}",
        f"<Patient {FHIR}>" + "<a>" * 300 + "</a>" * 300 + "</Patient>",
    ],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        read(text)


def test_where_json_breaks_is_said_and_not_what_stands_there() -> None:
    with pytest.raises(BadInput) as refused:
        read('{"name": secret}')
    assert "is not JSON (about character 10)" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_decimals_stay_as_written() -> None:
    assert read('{"a": 1.500, "b": 7}') == {"a": Decimal("1.500"), "b": 7}
    assert str(read('{"a": 1.500}')["a"]) == "1.500"


XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<Patient {FHIR}><!-- not read -->
  <id value="p1"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div></text>
  <contained><Organization><id value="o"/><name value="N"/></Organization></contained>
  <extension url="http://example.org/x"><valueDecimal value="1.50"/></extension>
  <active value="true"/>
  <name id="n1"><given value="A"/>
    <given><extension url="http://example.org/y"><valueCode value="c"/></extension></given></name>
  <multipleBirthInteger value="2"/>
  <managingOrganization><reference value="#o"/></managingOrganization>
</Patient>"""


def test_xml_becomes_the_json_form() -> None:
    assert read(XML) == {
        "resourceType": "Patient",
        "id": "p1",
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div>'},
        "contained": [{"resourceType": "Organization", "id": "o", "name": "N"}],
        "extension": [{"url": "http://example.org/x", "valueDecimal": Decimal("1.50")}],
        "active": True,
        "name": [
            {
                "id": "n1",
                "given": ["A", None],
                "_given": [None, {"extension": [{"url": "http://example.org/y", "valueCode": "c"}]}],
            }
        ],
        "multipleBirthInteger": 2,
        "managingOrganization": {"reference": "#o"},
    }
    assert [one for one in validate(read(XML)) if one.severity is not Severity.NOTE] == []


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<nick value="x"/>', ("unknown-element", "Patient")),
        ('<gender value="male"/><gender value="male"/>', ("array-unexpected", "Patient.gender")),
        ('<birthDate value="x"/>', ("form", "Patient.birthDate")),
        ('<active value="yes"/>', ("json-type", "Patient.active")),
        ("<birthDate/>", ("empty-object", "Patient._birthDate")),
        ("<name/>", ("empty-object", "Patient.name[0]")),
        ("loose text", ("unknown-element", "Patient")),
        ('<name strange="x"><family value="y"/></name>', ("unknown-element", "Patient.name[0]")),
        ('<x:gender xmlns:x="http://example.org" value="male"/>', ("unknown-element", "Patient")),
        ("<contained><Organization/><Organization/></contained>", ("unknown-resource-type", "Patient.contained[0]")),
    ],
)
def test_nothing_of_xml_is_dropped(inside: str, expected: tuple[str, str]) -> None:
    found = validate(read(f"<Patient {FHIR}>{inside}</Patient>"))
    assert [(one.code.value, one.first) for one in found if one.severity is Severity.ERROR] == [expected]


def test_xml_and_json_of_one_resource_have_the_same_findings() -> None:
    as_json = read(json.dumps({"resourceType": "Patient", "gender": "M", "contact": [{"gender": "male"}]}))
    as_xml = read(f'<Patient {FHIR}><contact><gender value="male"/></contact><gender value="M"/></Patient>')
    assert validate(as_xml) == validate(as_json)
