"""Messages a second: reading and validating, against python-hl7 and hl7apy, in the same run.

    uv run python bench/messages.py [ROUNDS]

The messages are our own samples, so the figures say nothing of a site's traffic; the ratios do. Each takes every field
apart into its components. hl7apy reads and validates a few only, as it takes a tenth of a second for each.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import ValidationError
from hl7apy.parser import parse_message as hl7apy_parse
from hl7apy.validation import Validator

import hl7
from trivium_hl7.reader import parse_message
from trivium_hl7.samples import sample
from trivium_hl7.validation.checking import validate

TYPES = ("ADT^A01", "ADT^A08", "ADT^A40", "ORM^O01", "OML^O21", "ORU^R01", "MDM^T02", "SIU^S12", "DFT^P03", "VXU^V04")
PEER_FEW = 5

Way = Callable[[Any], object]


def read(text: str) -> object:
    return [seg.tree() for seg in parse_message(text).segments]


def judge(text: str) -> object:
    return validate(parse_message(text))


python_hl7: Way = hl7.parse
hl7apy_read: Way = partial(hl7apy_parse, validation_level=VALIDATION_LEVEL.TOLERANT)
hl7apy_verdict: Way = Validator.validate


def hl7apy_judge(text: str) -> object:
    with suppress(ValidationError):  # it demands every member of a choice, of an ORM^O01 for one
        return hl7apy_verdict(hl7apy_read(text))
    return None


def rate(way: Way, messages: Sequence[str]) -> float:
    began = time.perf_counter()
    for text in messages:
        way(text)
    return len(messages) / (time.perf_counter() - began)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    warnings.simplefilter("ignore")
    kinds = [kind.split("^") for kind in TYPES]
    texts = [sample(code, event, "2.5.1", seed=seed) for seed in range(10) for code, event in kinds]
    few = texts[:PEER_FEW]
    ways: dict[str, tuple[Way, Sequence[str]]] = {
        "read: trivium": (read, texts),
        "read: python-hl7": (python_hl7, texts),
        "read: hl7apy": (hl7apy_read, few),
        "validate: trivium": (judge, texts),
        "validate: hl7apy": (hl7apy_judge, few),
    }
    for way, messages in ways.values():
        way(messages[0])  # what is loaded once
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, messages) in ways.items():
            found[name].append(rate(way, messages))
    print(f"{'messages a second, median':28}{'':>10}{'x trivium':>12}")
    for name, rates in found.items():
        own = statistics.median(found[f"{name.partition(':')[0]}: trivium"])
        print(f"{name:28}{statistics.median(rates):10.0f}{statistics.median(rates) / own:12.3f}")


main()
