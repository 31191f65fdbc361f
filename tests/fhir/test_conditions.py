"""The guide's conditions, in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium_fhir.conditions import in_words, read_condition
from trivium_fhir.guide import data_type_maps, index, segment_maps

SENTENCES: list[tuple[object, str]] = [
    (["valued", "AIG-8"], "AIG-8 is valued"),
    (["not", ["valued", "AIG-8"]], "AIG-8 is not valued"),
    (["valued", "ORC"], "the message has a segment ORC"),
    (["not", ["valued", "PID"]], "the message has no PID segment"),
    (["not", ["eq", "EVN-4", "U"]], 'EVN-4 is not "U"'),
    (["in", "OBX-2", ["ST", "FT", "TX"]], 'OBX-2 is one of "ST", "FT" or "TX"'),
    (["not", ["in", "OBR-11", ["G", "A"]]], 'OBR-11 is none of "G" or "A"'),
    (["len", "PID-7", ">", 8], "PID-7 is longer than 8 characters"),
    (["count", "OBX-33", "=", 1], "OBX-33 has exactly 1 repetition"),
    (["count", "OBX-5", ">", 1], "OBX-5 has more than 1 repetition"),
    (
        ["and", ["count", "PID-11", "=", 1], ["and", ["valued", "PID-11.9"], ["not", ["same", "PID-11.9", "PID-12"]]]],
        "PID-11 has exactly 1 repetition, PID-11.9 is valued and PID-11.9 is not the same as PID-12",
    ),
    (
        ["and", ["not", ["valued", "EVN-5"]], ["or", ["valued", "MSH-22"], ["valued", "MSH-4"]]],
        "EVN-5 is not valued, and either MSH-22 is valued or MSH-4 is valued",
    ),
    (
        ["and", ["or", ["count", "OBX-5", "<=", 1], ["eq", "OBX-2", "NA"]], ["not", ["in", "OBX-29", ["QST", "SCI"]]]],
        'OBX-29 is none of "QST" or "SCI", and either OBX-5 has at most 1 repetition or OBX-2 is "NA"',
    ),
    (
        ["and", ["eq", "OBX-2", "SN"], ["not", ["eq", "OBX-5.1", "<>"]], ["in", "OBX-5.3", [":", "/"]]],
        'OBX-2 is "SN", OBX-5.1 is not "<>" and OBX-5.3 is one of ":" or "/"',
    ),
    (
        ["in", "CX.4", {"ref": "http://hl7.org/implement/standards/fhir/identifier-registry.html"}],
        "CX.4 is in the list at http://hl7.org/implement/standards/fhir/identifier-registry.html",
    ),
    (["not", ["or", ["valued", "A-1"], ["eq", "A-2", "x"]]], 'A-1 is not valued and A-2 is not "x"'),
    (["or", ["and", ["valued", "A-1"], ["valued", "A-2"]], ["valued", "A-3"]],
     "both A-1 is valued and A-2 is valued, or A-3 is valued"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "sentence"), SENTENCES)
def test_a_condition_reads_as_a_sentence(expression: object, sentence: str) -> None:
    assert in_words(read_condition(expression)) == sentence


def _all_conditions() -> list[object]:
    segments = [segment_maps(segment) for segment in (*index().segments, *index().named_without_map)]
    rows = [row for maps in segments for rows in maps.maps.values() for row in rows]
    rows += [row for data_type in data_type_maps().values() for row in data_type.rows]
    uses = [use for maps in segments for use in maps.uses]
    return [when for when in [*(row.when for row in rows), *(use.when for use in uses)] if when]


def test_every_condition_of_the_guide_renders_with_every_field_and_value_and_no_brackets() -> None:
    conditions = _all_conditions()
    assert len(conditions) == 519
    for expression in conditions:
        sentence = in_words(read_condition(expression))
        assert re.search(r"[\[\](){}']", sentence) is None
        for leaf in _leaves(expression):
            assert leaf in sentence, (leaf, sentence)


def _leaves(expression: object) -> list[str]:
    """Fields, values and numbers of an expression."""
    match expression:
        case ["and" | "or" | "not", *parts]:
            return [leaf for part in parts for leaf in _leaves(part)]
        case [str(), *rest]:
            return [leaf for value in rest for leaf in _values(value)]
    raise AssertionError(expression)


def _values(value: object) -> list[str]:
    match value:
        case {"ref": str(url)}:
            return [url]
        case [*values]:
            return [str(one) for one in values]
        case "=" | "<" | ">" | "<=" | ">=":
            return []
    return [str(value)]


FIELDS = st.sampled_from(["PID-3", "PID-5.1", "CX.4", "ORC"])
LEAVES = st.one_of(
    st.builds(lambda f: ["valued", f], FIELDS),
    st.builds(lambda f, v: ["eq", f, v], FIELDS, st.sampled_from(["A", "B", "-"])),
    st.builds(lambda f, v: ["in", f, v], FIELDS, st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=3)),
    st.builds(
        lambda f, o, n: ["count", f, o, n], FIELDS, st.sampled_from(["=", "<", ">", "<=", ">="]), st.integers(0, 9)
    ),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda x: ["not", x], inner),
        st.builds(lambda w, xs: [w, *xs], st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=4)),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS)
def test_any_condition_renders_without_brackets(expression: object) -> None:
    assert re.search(r"[\[\](){}']", in_words(read_condition(expression))) is None


@given(EXPRESSIONS)
def test_a_twofold_not_changes_nothing(expression: object) -> None:
    assert read_condition(["not", ["not", expression]]) == read_condition(expression)


@pytest.mark.parametrize("expression", [None, [], ["and"], ["valued"], ["eq", "PID-3"], ["count", "PID-3", "~", 1]])
def test_what_is_no_condition_is_refused(expression: object) -> None:
    with pytest.raises(ValueError, match=r"condition|parts"):
        read_condition(expression)
