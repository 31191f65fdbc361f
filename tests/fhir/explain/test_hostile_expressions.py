"""FHIRPath written to hurt: each ends in an answer or a coded error, in the time and memory of the worker."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from trivium.api import BadInput, TooLarge, TriviumError, Workers
from trivium_fhir.explain.evaluation_model import Evaluation
from trivium_fhir.tools.evaluate_fhirpath import evaluate_fhirpath

RESOURCE = json.dumps(
    {
        "resourceType": "Patient",
        "name": [{"use": "official", "family": "a" * 10_000 + "!", "given": ["a"] * 200}],
        "generalPractitioner": [{"reference": "\ud800"}],
    }
)
SECONDS = 15.0


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(memory=1 << 30)
    yield made
    made.close()


def asked(workers: Workers, expression: str) -> Evaluation | TriviumError:
    try:
        told: Evaluation = evaluate_fhirpath.function(workers, RESOURCE, expression)
    except TriviumError as error:
        return error
    return told


GROWING = {
    "a text": "name.use.repeat($this & 'x')",
    "numbers": "1.repeat($this + 1)",
    "a collection": "(1 | 2)" + ".select($this.combine($this))" * 30,
    "descendants": "descendants()" + ".select(%resource.descendants())" * 5,
}


@pytest.mark.parametrize("expression", GROWING.values(), ids=GROWING)
def test_what_grows_without_end_is_stopped(workers: Workers, expression: str) -> None:
    start = time.perf_counter()
    assert isinstance(asked(workers, expression), TooLarge)
    assert time.perf_counter() - start < SECONDS


TOO_BIG = {
    "text": "'x'" + ".select($this & $this)" * 40,
    "sum of texts": "(1 | 2 | 3).aggregate($total & $total & 'x', 'x')" + ".select($this & $this)" * 25,
    "power": "9.power(128).power(128)",
    "exponential": "1000000.exp()",
}


@pytest.mark.parametrize("expression", TOO_BIG.values(), ids=TOO_BIG)
def test_a_value_that_is_too_big_is_refused(workers: Workers, expression: str) -> None:
    assert "too big" in str(asked(workers, expression))


@pytest.mark.parametrize(
    "expression",
    [
        "name.family.toChars().select(%resource.name.family.toChars()).count()",
        f"name.family.replace('a', '{'b' * 3_000}')",
        f"name.family.replaceMatches('a', '{'b' * 3_000}')",
        "name.family.replaceMatches('(a+)', '$1$1$1$1$1$1$1$1')" + ".replaceMatches('(.+)', '$1$1$1$1$1$1$1$1')" * 5,
    ],
)
def test_what_is_made_of_a_patients_text_is_bounded_too(workers: Workers, expression: str) -> None:
    told = asked(workers, expression)
    assert isinstance(told, Evaluation)
    assert "too big" in str(told.derived) or "visits more than" in str(told.derived)


def test_a_pattern_that_never_ends_is_ended_and_the_next_question_is_answered(workers: Workers) -> None:
    assert isinstance(asked(workers, f"'{'a' * 40}!'.matches('^(a+)+$')"), TooLarge)
    told = asked(workers, "name.count()")
    assert isinstance(told, Evaluation)
    assert told.count == 1


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 2_000 + "1" + ")" * 2_000,
        "(" * 70 + "1" + ")" * 70,
        "-" * 3_000 + "1",
        "iif(" * 61 + "1" + ")" * 61,
        "/* " + "x" * 3_000,
        "'" + "\\" * 3_999,
        "`" * 3_999,
        "'a'.matches('(')",
        "%env",
        "@9999-12-31 + 1 year",
    ],
)
def test_what_cannot_be_read_or_done_is_an_error_with_its_place(workers: Workers, expression: str) -> None:
    start = time.perf_counter()
    told = asked(workers, expression)
    assert isinstance(told, BadInput)
    assert str(told).startswith("expression ")
    assert time.perf_counter() - start < SECONDS


LONG = {
    "sum": ("1" + "+1" * 1_900, "1901"),
    "path": ("a" + ".a" * 1_900, None),
    "indexes": ("name" + "[0]" * 1_300 + ".use", "official"),
    "calls": ("true" + ".not()" * 660, "true"),
    "conditions": ("true" + " and true" * 440, "true"),
}


@pytest.mark.parametrize(("expression", "value"), LONG.values(), ids=LONG)
def test_a_long_expression_is_answered(workers: Workers, expression: str, value: str | None) -> None:
    told = asked(workers, expression)
    assert isinstance(told, Evaluation)
    assert [one.value for one in told.values] == ([] if value is None else [value])


def test_half_a_pair_of_surrogates_comes_back_as_a_question_mark(workers: Workers) -> None:
    for expression in ("'\\ud800'", "generalPractitioner.reference"):
        told = asked(workers, expression)
        assert isinstance(told, Evaluation)
        assert [one.value for one in told.values] == ["?"]


def test_nothing_outside_is_reached(workers: Workers) -> None:
    for expression in ("'http://169.254.169.254/'.resolve()", "'file:///etc/passwd'.resolve()"):
        told = asked(workers, expression)
        assert isinstance(told, Evaluation)
        assert told.derived == '{"count":0,"values":[]}'
