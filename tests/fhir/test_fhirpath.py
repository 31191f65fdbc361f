"""FHIRPath: what expressions give, where the library under it gives something else, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from trivium.api import BadInput, TooLarge, ToolFailure
from trivium_fhir.fhirpath import Environment, environment, evaluate, expression, node_of
from trivium_fhir.fhirpath.functions import FUNCTIONS
from trivium_fhir.fhirpath.operators import OPERATORS
from trivium_fhir.fhirpath.parsing import parse
from trivium_fhir.r4.invariants import invariants
from trivium_fhir.r4.terminology import contains

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A &nbsp; B</div>'},
    "contained": [{"resourceType": "Organization", "id": "o", "name": "North"}],
    "name": [
        {"use": "official", "family": "Example", "given": ["Ada", "Bea"], "_given": [None, {"id": "second"}]},
        {"use": "nickname", "given": ["Addy"]},
    ],
    "gender": "female",
    "birthDate": "1980-02",
    "_birthDate": {"extension": [{"url": "http://example.org/time", "valueDateTime": "1980-02-03T04:05:06Z"}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#o"},
    "contact": [{"name": {"family": "Friend"}}],
}


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("Patient.name.given", ["Ada", "Bea", "Addy"]),
        ("name.where(use = 'official').given[1]", ["Bea"]),
        ("name.given.select($this & '!').join(',')", ["Ada!,Bea!,Addy!"]),
        ("Observation.name", []),
        ("name.exists() and gender = 'female'", [True]),
        ("contact.name.family | name.family | contact.name.family", ["Friend", "Example"]),
        ("multipleBirth", [2]),
        ("multipleBirth is integer", [True]),
        ("multipleBirth.ofType(boolean)", []),
        ("multipleBirth is Integer and multipleBirth is System.Integer", [True]),
        ("contact.name is FHIR.HumanName", [True]),
        ("Patient is DomainResource", [True]),
        ("(1 | 2 | 3).aggregate($this + $total, 0)", [6]),
        ("name.given.select($index)", [0, 1, 2]),
        ("1 + 2 * 3 - 4 div 3 mod 2", [6]),
        ("5 / 0", []),
        ("'a\\'b\\u0041'", ["a'bA"]),
        ("'abcdef'.substring(1, 3) + 'x'.upper()", ["bcdX"]),
        ("'2024-01-31'.toDate() + 1 month", ["2024-02-29"]),
        ("@2020-01-01T10:00:00Z = @2020-01-01T11:00:00+01:00", [True]),
        ("@2020-01 < @2020-01-05", []),
        ("birthDate < @1990", [True]),
        ("@T10:30 > @T09", [True]),
        ("1 'mg' < 2 'mg'", [True]),
        ("1 'mg' < 2 'kg'", []),
        ("{} or true", [True]),
        ("{} and false", [False]),
        ("({} implies false).empty()", [True]),
        ("name.given contains 'Bea'", [True]),
        ("gender in ('male' | 'female')", [True]),
        ("iif(gender = 'male', 1, 2)", [2]),
        ("name.given.repeat(%resource.id)", ["p"]),
        ("%ucum", ["http://unitsofmeasure.org"]),
        ("'1.50'.toDecimal().toString()", ["1.50"]),
        ("(-3.7).abs().ceiling()", [4]),
        ("name.given.matches('^A').empty()", None),
    ],
)
def test_an_expression_gives(asked: str, given: list[Any] | None) -> None:
    if given is None:
        with pytest.raises(BadInput, match="several values at character 12"):
            evaluate(PATIENT, asked)
    else:
        assert evaluate(PATIENT, asked) == given


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("birthDate.count()", [1]),  # the library counts the value and its extensions
        ("birthDate.hasValue()", [True]),
        ("deceased.hasValue()", [False]),
        ("birthDate.extension('http://example.org/time').value", ["1980-02-03T04:05:06Z"]),
        ("name[0].given[1].id", ["second"]),
        ("managingOrganization.resolve().name", ["North"]),
        ("managingOrganization.resolve() is Organization", [True]),
        ("text.`div`.htmlChecks()", [True]),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", [True]),
        ("conformsTo('http://example.org/profile')", []),
        ("gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", [True]),
        ("name.use.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", [False]),
        ("name.where(given.where($this = 'Addy').exists()).use", ["nickname"]),
        ("name.select(given.where($this = 'Ada') | $this.use)", ["Ada", "official", "nickname"]),
        ("descendants().as(string).count()", [15]),  # codes are strings; the library takes no collection
        ("trace('name', name).count()", [1]),
    ],
)
def test_what_the_library_lacks_or_does_otherwise(
    asked: str, given: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    around = environment(PATIENT, decide=contains)
    assert [getattr(one, "value", one) for one in expression(asked).items(around.resource, around)] == given
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("asked", "position"),
    [("a.(", 3), ("a b", 3), ("a[", 3), ("((((", 5), ("'", 1), ("", 1), ("name.where(use =)", 17), ("a\n..b", 4)],
)
def test_an_unreadable_expression_says_where(asked: str, position: int) -> None:
    with pytest.raises(BadInput, match=f"cannot be read as FHIRPath from character {position} on"):
        expression(asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("name.foo()", "calls a function at character 6 that FHIRPath and FHIR R4 do not define"),
        ("where()", "gives the function at character 1 a wrong number of arguments"),
        ("1 + %environ", "names a variable at character 5 that is not set"),
        ("1 > 'a'", "has a value of the wrong type at character 1"),
        ("'x'.matches('(')", "has a regular expression at character 5 that cannot be read"),
        ("(" * 200 + "1" + ")" * 200, "is nested too deep"),
        ("1" * 5000, "is longer than 4000 characters"),
        ("2.power(100000)", "makes a value at character 3 that is too big"),
    ],
)
def test_a_refused_expression_says_why_and_repeats_no_value(asked: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        evaluate(PATIENT, asked)
    assert str(refused.value) == f"expression {said}"


@pytest.mark.parametrize("asked", ["name.given.repeat($this & 'x')", "(1|2).repeat($this + 1)"])
def test_an_endless_expression_ends(asked: str) -> None:
    with pytest.raises(TooLarge, match="visits more than 2000000 elements"):
        evaluate(PATIENT, asked)


def test_no_resource_makes_it_stumble() -> None:
    """Wrong types everywhere: an answer, or a refusal of ours."""
    odd = {
        "resourceType": "Patient",
        "name": [{"given": ["a", 5, None, {"x": [1]}], "family": {"a": 1}}, [["x"]], 3],
        "birthDate": 3,
        "text": "x",
        "contained": "z",
        "multipleBirthInteger": Decimal("1e999999"),
        "deceasedBoolean": "maybe",
        "_active": 3,
        "extension": {"url": 5},
        "managingOrganization": {"reference": ["#"]},
    }
    functions = [f"{name}({', '.join(['1'] * f.least)})" for name, f in FUNCTIONS.items() if not f.takes_type]
    operators = [f" {one} " for one in OPERATORS]
    starts = ["name", "multipleBirth", "birthDate", "managingOrganization", "descendants()", "1 'mg'", "@2020", "{}"]
    asked = [f"({start}){join}({end})" for start in starts for join in operators for end in starts]
    asked += [f"({start}).{function}" for start in starts for function in functions]
    answered = 0
    for text in asked:
        with suppress(ToolFailure):
            evaluate(odd, text)
            answered += 1
    assert answered > len(asked) // 3


def test_every_invariant_of_r4_compiles() -> None:
    assert len(invariants()) >= 238
    for one in invariants().values():
        expression(one.expression)


def test_an_invariant_is_asked_of_an_element_within_its_resource() -> None:
    around = environment(PATIENT)
    holds = {
        ("pat-1", "Patient.contact"): PATIENT["contact"][0],
        ("dom-3", "Patient"): PATIENT,
        ("ref-1", "Reference"): PATIENT["managingOrganization"],
        ("txt-1", "xhtml"): PATIENT["text"]["div"],
    }
    for (key, type_), value in holds.items():
        assert expression(invariants()[key].expression).holds(value, type_, around) is True, key
    broken = {
        ("pat-1", "Patient.contact"): {"gender": "male"},
        ("ref-1", "Reference"): {"reference": "#nobody"},
        ("txt-1", "xhtml"): '<div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div>',
    }
    for (key, type_), value in broken.items():
        assert expression(invariants()[key].expression).holds(value, type_, around) is False, key


def test_an_unreferenced_contained_resource_breaks_dom_3() -> None:
    alone = {key: value for key, value in PATIENT.items() if key != "managingOrganization"}
    assert expression(invariants()["dom-3"].expression).holds(alone, "Patient", environment(alone)) is False


@pytest.mark.parametrize(
    ("div", "fine"),
    [
        ("<div>no namespace</div>", False),
        ('<div xmlns="http://www.w3.org/1999/xhtml"> </div>', False),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><img src="a.png"/></div>', True),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><a href="javascript:x()">a</a></div>', False),
        ('<div xmlns="http://www.w3.org/1999/xhtml" onclick="x()">a</div>', False),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><p>open</div>', False),
        ('<!DOCTYPE x [<!ENTITY a "b">]><div xmlns="http://www.w3.org/1999/xhtml">&a;</div>', False),
    ],
)
def test_a_narrative_keeps_to_what_is_allowed(div: str, fine: bool) -> None:
    node = node_of(div, "xhtml")
    assert expression("htmlChecks()").items(node, Environment(node, node)) == [fine]


def test_a_reference_is_resolved_in_the_bundle_around_it() -> None:
    patient = {"resourceType": "Patient", "id": "1", "gender": "other"}
    observation = {"resourceType": "Observation", "subject": {"reference": "urn:uuid:1"}}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:1", "resource": patient}, {"resource": observation}],
    }
    assert evaluate(bundle, "Bundle.entry.resource.ofType(Observation).subject.resolve().gender") == ["other"]
    around = environment(observation, root=bundle)
    assert expression("subject.resolve() is Patient").items(around.resource, around) == [True]


def test_the_position_of_a_tree_is_that_of_the_text() -> None:
    assert parse("name.where(a = 1)").children[1].position == 6


@pytest.mark.parametrize("kind", [7, None, [], {}, "Nothing", "HumanName.given"])
def test_a_type_that_r4_does_not_have_is_none(kind: Any) -> None:
    odd = {"resourceType": kind, "id": "a"}
    assert evaluate(odd, "id | type().name") == ["a", "Resource"]
    assert evaluate({"resourceType": "Bundle", "entry": [{"resource": odd}]}, "entry.resource.ofType(Nothing)") == []
