"""Every open message becomes a bundle that four validators of others and ours hold nothing against.

All 888 messages are converted: those whose type the guide has a map for, and those that are put through its segment
maps by their own grammar. Each is judged as a transaction, every sixteenth as a message and as a collection too, whose
resources are the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Say
from tests.fhir.judges.asking import verdicts
from tests.fhir.judges.no_faults import NO_FAULTS, NoFault

from trivium_fhir.bundle.assembling import BundleType, make_bundle
from trivium_fhir.convert.engine import convert
from trivium_fhir.validation import Severity, validate
from trivium_hl7.reader import parse_message

_PROCESSES = 2


def bundles(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and JSON of each."""
    for number, file in enumerate(sorted(folder.glob("*/*.hl7"))):
        more: tuple[BundleType, ...] = () if number % 16 else ("message", "collection")
        for kind in ("transaction", *more):
            message = parse_message(file.read_bytes())
            yield f"{file.name} as {kind}", make_bundle(convert(message), message, kind).encode().decode()


def ours(bundle: dict[str, Any]) -> list[str]:
    return [f"{one.code}: {one}" for one in validate(bundle) if one.severity is Severity.ERROR]


def no_fault(judge: str, finding: str, bundle: dict[str, Any]) -> NoFault | None:
    return next((rule for rule in NO_FAULTS if rule.judge == judge and rule.covers(finding, bundle)), None)


@pytest.mark.corpus
def test_no_validator_holds_anything_against_a_bundle_of_the_open_corpus(node: str, corpora: Path, say: Say) -> None:
    made = list(bundles(corpora / "hl7" / "open"))
    texts = [text for _, text in made]
    with ThreadPoolExecutor(_PROCESSES) as pool:
        asked = [pool.submit(verdicts, node, texts[start::_PROCESSES]) for start in range(_PROCESSES)]
        read = [json.loads(text) for text in texts]
        held = [{"ours": ours(bundle)} for bundle in read]
        for start, answer in enumerate(asked):
            for mine, theirs in zip(held[start::_PROCESSES], answer.result(), strict=True):
                mine.update(theirs)
    used: Counter[NoFault] = Counter()
    faults = []
    for (name, _), bundle, verdict in zip(made, read, held, strict=True):
        assert len(verdict) == 5, name
        for judge, finding in ((judge, finding) for judge, findings in verdict.items() for finding in findings):
            rule = no_fault(judge, finding, bundle)
            if rule is None:
                faults.append(f"{name}: {judge}: {finding}")
            else:
                used[rule] += 1
    assert not faults, "\n".join(faults[:50])
    assert set(used) == set(NO_FAULTS), "a rule is not needed any more"
    says = ", ".join(f"{rule.judge} {count}" for rule, count in used.items())
    say(f"judges: {len(made)} bundles of the open corpus, five validators, no fault; argued by rule: {says}")


ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


@pytest.mark.parametrize(
    ("judge", "finding", "resource", "covered"),
    [
        ("lantana", "Coverage.status: Missing property", {"_status": ABSENT}, True),
        ("lantana", "Coverage.status: Missing property", {}, False),
        ("lantana", "Coverage.status: Missing property", {"_status": {"id": "a"}}, False),
        ("lantana", "Coverage.payor: Missing property", {"_status": ABSENT}, False),
        ("medplum", "Coverage.status: Missing property", {"_status": ABSENT}, False),
        ("asymmetrik", r'.entry[0].resource.type.text: should match pattern "^[ \S]+$"', "a\u00a0b", True),
        ("asymmetrik", r'.entry[0].resource.type.text: should match pattern "^[ \S]+$"', "a b", False),
    ],
)
def test_a_rule_covers_its_own_kind_of_finding_alone(judge: str, finding: str, resource: Any, covered: bool) -> None:
    body = {"type": {"text": resource}} if isinstance(resource, str) else resource
    bundle = {"entry": [{"resource": {"resourceType": "Coverage"} | body}]}
    assert (no_fault(judge, finding, bundle) is not None) is covered
