"""Bundles that are no FHIR: whatever stands in them, the answer is a message or a coded refusal."""

from __future__ import annotations

import copy
import random
import time
from typing import Any

import pytest
from tests.fhir.reverse.bundles import COLOR, ENCOUNTER, GLUCOSE, PATIENT, REPORT, bundle

from trivium.api import BadInput
from trivium_fhir.reverse.engine import Options, convert
from trivium_fhir.reverse.header import TYPES

_ODD: tuple[Any, ...] = (None, "", "x|^~\\&\r\n", 7, True, [], {}, [None], [[1]], {"a": {"b": []}}, ["x", 1], "9" * 400)


@pytest.mark.parametrize("seed", range(120))
def test_odd_values_anywhere_make_a_message_or_a_refusal(seed: int) -> None:
    chance = random.Random(seed)
    made = copy.deepcopy(bundle(PATIENT, ENCOUNTER, REPORT, GLUCOSE, COLOR, event="R01"))
    for _ in range(chance.randint(1, 6)):
        _spoil(made, chance)
    try:
        found = convert(made, Options(chance.choice(TYPES)))
    except BadInput:
        return
    assert found.totals().total() == len(found.leaves)
    assert all(segment.id for segment in found.message.segments)


def _spoil(value: Any, chance: random.Random) -> None:
    """Put something odd in the place of one value, at any depth."""
    for _ in range(12):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and chance.random() < 0.8:
            value = value[key]
        else:
            value[key] = copy.deepcopy(chance.choice(_ODD))
            return


def test_two_thousand_contained_resources_take_seconds() -> None:
    """Each is looked up by many rows of the guide."""
    number = 2_000
    practitioners = [
        {"resourceType": "Practitioner", "id": f"c{i}", "name": [{"family": "Doe"}]} for i in range(number)
    ]
    references = [{"reference": f"#c{i}"} for i in range(number)]
    crowded = {**PATIENT, "contained": practitioners, "generalPractitioner": references}
    start = time.perf_counter()
    found = convert(bundle(crowded, ENCOUNTER, event="A08"), Options("ADT^A08"))
    assert found.totals().total() == len(found.leaves)
    assert time.perf_counter() - start < 20
