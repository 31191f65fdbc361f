"""Every kind of message of every version is valid: under our own validator, and for two parsers that are not ours."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import islice

import pytest
from hl7apy.core import Message
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_segments
from tests.conftest import Say

import hl7
from trivium_hl7 import structures
from trivium_hl7.dictionary import versions
from trivium_hl7.reader import parse_message
from trivium_hl7.samples.asked import Kind, kinds
from trivium_hl7.samples.composing import message_of
from trivium_hl7.validation.checking import validate

HL7APY_VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2")
STEP = 41
"""hl7apy takes 30 to 80 ms a message: one in so many, the first of them another in each version."""
MANY_WORDS = (
    "emergency mri left knee newborn stat cancel three orders allergy death vip insured abnormal",
    "urinalysis pregnant preliminary hold transfer self pay tetanus insulin elderly",
)


@pytest.mark.parametrize("version", versions())
def test_every_message_and_structure_is_valid_and_read_alike_by_python_hl7(version: str, say: Say) -> None:
    argued: Counter[str] = Counter()
    findings: Counter[tuple[str, str, str]] = Counter()
    for kind in kinds(version):
        findings.update(_findings(_message(kind, version), kind, version, argued))
    for kind in _one_of_each_structure(version):
        text = _message(kind, version)
        theirs = hl7.parse(text)
        assert [str(segment[0]) for segment in theirs] == [line[:3] for line in text.split("\r")[:-1]]
        assert str(theirs).rstrip("\r") == text.rstrip("\r")
    assert findings == {}
    say(f"samples {version}: {len(kinds(version))} valid, read by python-hl7; argued: {dict(argued)}")


@pytest.mark.parametrize("scenario", MANY_WORDS, ids=["imaging", "lab"])
@pytest.mark.parametrize("version", ["2.3", "2.5.1"])
def test_a_scenario_of_many_words_leaves_messages_valid(version: str, scenario: str) -> None:
    argued: Counter[str] = Counter()
    findings: Counter[tuple[str, str, str]] = Counter()
    for kind in _one_of_each_structure(version):
        findings.update(_findings(_message(kind, version, scenario), kind, version, argued))
    assert findings == {}


def _findings(text: str, kind: Kind, version: str, argued: Counter[str]) -> Counter[tuple[str, str, str]]:
    """Errors and warnings, without those that are argued."""
    report = validate(parse_message(text))
    found: Counter[tuple[str, str, str]] = Counter()
    for finding in report.findings:
        if finding.severity == "note":
            continue
        reason = _argument(finding.rule.id, str(finding.path))
        if reason:
            argued[reason] += 1
        else:
            found[finding.rule.id, str(finding.path), kind.structure] += 1
    return found


def _one_of_each_structure(version: str) -> Iterable[Kind]:
    return {one.structure: one for one in kinds(version)}.values()


def _message(kind: Kind, version: str, scenario: str | None = None) -> str:
    return message_of(kind, version, scenario=scenario)


def _argument(rule: str, path: str) -> str:
    """Why a finding is not a fault of the sample; empty if it is."""
    if rule == "table.unknown_code" and path in ("MSH-9.1", "MSH-9.2", "MSH-9.3"):
        return "type, event or structure that the message list has and tables 0076, 0003, 0354 have not"
    return ""


@pytest.mark.parametrize("version", HL7APY_VERSIONS)
def test_hl7apy_accepts_samples(
    version: str,
    tmp_path_factory: pytest.TempPathFactory,
    say: Say,
) -> None:
    report = tmp_path_factory.mktemp("hl7apy") / "report.txt"
    outcomes: Counter[str] = Counter()
    refused: list[tuple[Kind, list[str]]] = []
    for kind in islice(kinds(version), HL7APY_VERSIONS.index(version), None, STEP):
        lines = _hl7apy(kind, version, str(report))
        reasons = {_excuse(line, kind, version) for line in lines}
        outcomes[" + ".join(sorted(reasons)) or "accepted"] += 1
        if "" in reasons:
            refused.append((kind, [line for line in lines if not _excuse(line, kind, version)]))
    assert refused == []
    say(f"hl7apy {version}: {dict(outcomes)}")


def _hl7apy(kind: Kind, version: str, report: str) -> list[str]:
    """What hl7apy objects to; it is told the structure, which the versions before 2.3.1 do not say."""
    text = _message(kind, version)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _judge(text, structures.plain(kind.structure), version, report)
    except (HL7apyException, AttributeError, TypeError, IndexError) as failure:
        return [f"{type(failure).__name__} {failure}"]
    return []


def _judge(text: str, structure: str, version: str, report: str) -> None:
    flat = parse_segments(text, version=version, find_groups=False)  # type: ignore[no-untyped-call]  # nor has hl7apy
    assert [child.name for child in flat] == [line[:3] for line in text.split("\r")[:-1]]
    message = Message(structure, version=version)  # type: ignore[no-untyped-call]
    message.children = parse_segments(  # type: ignore[no-untyped-call]
        text, version=version, references=message.reference, find_groups=True
    )
    message.validate(report_file=report)  # type: ignore[no-untyped-call]


def _excuse(line: str, kind: Kind, version: str) -> str:
    """Why an objection of hl7apy is none to the sample; empty if it is one."""
    for pattern, reason in _EXCUSES:
        if re.search(pattern, line):
            return reason
    for pattern, segment, lacking in _LACKING:
        if re.match(pattern, version) and f"\r{segment}|" in _message(kind, version) and _CRASH.match(line):
            return lacking
    return _group_excuse(line, kind, version)


def _group_excuse(line: str, kind: Kind, version: str) -> str:
    """hl7apy puts a segment into the first group that knows it, and misses there, or finds too often, what follows."""
    missing = re.search(r"(?:Missing required child|Child limit exceeded) (\S+)\.(\S+)", line)
    if not missing:
        return ""
    present = {node[:3] for node in _message(kind, version).split("\r")}
    group, child = (name.removeprefix(f"{structures.plain(kind.structure)}_") for name in missing.groups())
    nodes = list(structures.walk(structures.structure(kind.structure, version) or ()))
    if any(node.id == group and node.choice for node in nodes):
        return "takes a choice for a sequence"
    taken = {child} if child not in present else set()
    optional = [node for node in nodes if node.id == child or (node.id == group and not node.minimum and taken)]
    inside = {node.id for found in optional for node in structures.walk(found.children or (found,))}
    return "puts a segment into the first group that knows it" if inside & present else ""


_CRASH = re.compile(r"(?:TypeError|IndexError) ")
_LACKING = (
    (r"2\.1$", "ORO", "lacks the components of ORO in 2.1"),
    (r"2\.7$", "TQ1", "lacks TQ1 in 2.7"),
    (r"2\.[78]", "QRD", "lacks QRD in 2.7 and 2.8"),
    (r"2\.[78]", "URD", "lacks URD in 2.7 and 2.8"),
)
_EXCUSES = (
    (r"_CHOICE|SUPPGRP", "takes a choice for a sequence"),
    (r"not in table HL70396", "knows no coding system HL7nnnn"),
    (r"ANYHL7SEGMENT", "takes a place for any segment for a segment"),
    (r"^InvalidName .*_[QKZ]NN$", "cannot be told a structure with small letters"),
    (r"^InvalidName .*(?:MFN_M0[456]|RPR_I03|RRE_O02|RSP_K22)$", "lacks a structure that the standard has"),
    (r"OBX\.OBX_4$", "always wants OBX-4, which is conditional"),
    (r"RXG\.RXG_2$", "has the usage of RXG-1 and RXG-2 the wrong way round in 2.3"),
    (r"it must be None", "has no data type for STF-10 in 2.3"),
    (r"TS_2", "wants the degree of precision in 2.1"),
    (r"Invalid children detected", "has other fields or components"),
)
