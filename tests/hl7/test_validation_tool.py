"""The tool validate_hl7_message."""

from __future__ import annotations

import json
import time
from unittest.mock import ANY

import pytest
from tests.hl7.test_validation import ADT, EVN, OBR, ORU, PID, PV1, message, run

from trivium.api import BadInput, Effect, Kind, TooLarge
from trivium_hl7.problems import MessageProblem
from trivium_hl7.tools.results import BatchPlace
from trivium_hl7.tools.validate_message import FindingEntry, FoundValue, Totals, validate_hl7_message
from trivium_hl7.validation.codes import code_faults
from trivium_hl7.validation.rules import Severity

RESULT = "OBX|{0}|NM|a^b^L||{1}||||||F"


def test_a_good_message_conforms() -> None:
    result = run(message(EVN, PID, PV1))
    assert result.model_dump(exclude_none=True) == {
        "verdict": "conforms",
        "version": "2.5.1",
        "structure": "ADT_A01",
        "totals": {"error": 0, "warning": 0, "note": 0},
        "notes": (),
        "total": 0,
        "findings": (),
        "values": (),
    }


def test_equal_findings_are_one_with_a_count_and_the_first_places() -> None:
    results = [RESULT.format(n, "five") for n in range(1, 8)]
    result = run(message(PID, OBR, *results, header=ORU))
    assert result.totals == Totals(error=7, warning=0, note=0)
    (finding,) = result.findings
    assert finding == FindingEntry(
        rule="type.number",
        severity=Severity.ERROR,
        path="OBX-5",
        problem="is no number",
        fix="digits with an optional sign and decimal point; for a comparison, a range or a ratio OBX-2 is SN, "
        "for words ST",
        source="HL7 v2.5.1 chapter 2.A",
        count=7,
        at=tuple(f"OBX[{n}]-5" for n in range(1, 6)),
    )
    assert result.values == tuple(
        FoundValue(path=f"OBX[{n}]-5", rule="type.number", value="five", phi=Kind.TEXT) for n in range(1, 6)
    )


def test_values_are_marked_by_what_they_tell() -> None:
    result = run(message(EVN, "PID|1||4711^^^NCL||Doe^Jane||2026-01-02|x y", PV1))
    found = {value.path: value for value in result.values if value.value}
    assert found["PID-7"] == FoundValue(path="PID-7", rule="type.date", value="2026-01-02", phi=Kind.BIRTH_DATE)
    assert found["PID-8"].phi is Kind.TEXT


def test_no_sentence_holds_a_value_of_the_message() -> None:
    canary = "CANARY"
    text = message(EVN, f"PID|{canary}||{canary}&{canary}^^^{canary}&{canary}&ISO||{canary}||{canary}|{canary}", PV1)
    result = run(text)
    assert result.totals.error == 3
    assert canary not in json.dumps(result.model_dump(exclude={"values"}))
    assert all(value.phi is not None for value in result.values if canary in (value.value or ""))


def test_what_is_missing_is_placed_behind_a_segment() -> None:
    (finding,) = run(message(EVN, PID)).findings
    assert (finding.path, finding.at, finding.after_segment) == ("PV1", None, 3)


def test_findings_come_in_pages_and_by_severity() -> None:
    text = message(EVN, "PID|x||4711^^^NCL~^^^&1||Doe^Jane||2026-01-02|x", "PV1|1|LOCAL", "ZPI|1", "NTE|1")
    whole = run(text)
    assert whole.total > 5
    collected: list[FindingEntry] = []
    offset: int | None = 0
    while offset is not None:
        page = run(text, limit=2, offset=offset)
        assert page.totals == whole.totals
        collected += page.findings
        offset = page.next_offset
    assert tuple(collected) == whole.findings
    assert [one.severity.rank for one in collected] == sorted(one.severity.rank for one in collected)
    errors = run(text, severity="error")
    assert {one.severity for one in errors.findings} == {Severity.ERROR}
    assert errors.totals == whole.totals
    assert run(text, offset=1000).findings == ()


def test_another_version_can_be_asked_for() -> None:
    text = message(EVN, PID, PV1)
    assert run(text, version="2.3").version == "2.3"
    assert run(text, version="2.6.1").version == "2.6"
    with pytest.raises(BadInput, match="version is no version of HL7 v2 that is known"):
        run(text, version="3.0")


def test_the_verdict_says_the_worst() -> None:
    assert run(message(EVN, PID, PV1, "NTE|1")).verdict == "conforms with warnings"
    assert run(message(EVN, PID)).verdict == "does not conform"


def test_the_tool_touches_nothing_outside() -> None:
    assert (validate_hl7_message.effect, validate_hl7_message.name) == (Effect.LOCAL, "validate_hl7_message")


HOSTILE = {
    "results": message("OBX|1|NM|a^b^L||abc||||||F\r" * 19_000, header=ORU),
    "orders": message("ORC|NW\rOBR|1\r" * 9_000, header=ORU),
    "repetitions": message(EVN, "PID|||" + "~".join(["x^^^NCL&1.x&ISO^QQ"] * 9_000), PV1),
    "long value": message(PID, OBR, "OBX|1|ED|||" + "A" * 10_000_000, header=ORU),
    "long number": message(PID, OBR, "OBX|1|NM|||" + "1" * 10_000_000, header=ORU),
    "sub-components": message(EVN, "PID|||" + "&".join(["x"] * 90_000), PV1),
    "components": message(EVN, "PID|||" + "^".join(["x"] * 90_000), PV1),
    "separators": message(EVN, "PID|" + "|" * 400_000, PV1),
    "fields": message(EVN, "PID|" + "|x" * 200_000, PV1),
    "odd text": message("PID|\u0661||\u202e|\x00y", "OBX|1|\U0001f600|a||b||||||F", header=ADT),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_gets_a_bounded_answer(name: str) -> None:
    started = time.process_time()
    result = run(HOSTILE[name], limit=500)
    assert time.process_time() - started < 20
    assert len(result.model_dump_json()) < 200_000
    assert result.verdict == "does not conform"


def test_limits_hold() -> None:
    with pytest.raises(TooLarge):
        run(message("NTE|1\r" * 20_001))


@pytest.mark.parametrize(
    ("number", "place", "verdict"),
    [(None, 1, "conforms"), (1, 1, "conforms"), (2, 2, "does not conform")],
)
def test_one_message_of_a_batch_is_checked(number: int | None, place: int, verdict: str) -> None:
    good, bad = message(EVN, PID, PV1), message(PID, OBR, RESULT.format(1, "x"), header=ORU)
    result = run(f"BHS|^~\\&|LAB\r{good}\r{bad}\rBTS|2\r", message_number=number)
    assert result.batch == BatchPlace(message_number=place, message_count=2)
    assert result.verdict == verdict


def test_a_message_that_the_batch_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        run(message(EVN, PID, PV1), message_number=2)
    assert str(caught.value) == str(BadInput(where="message_number", problem=MessageProblem.NO_SUCH_NUMBER, found=1))


@pytest.mark.parametrize(
    ("table", "code", "known"),
    [
        ("0335", "Q6H", True),
        ("0335", "Q1J135", True),
        ("0335", "5ID", True),
        ("0335", "PRNBID", True),
        ("0335", "ACM", True),
        ("0335", "QID", True),
        ("0335", "QH", False),
        ("0335", "Q<integer>H", False),
        ("0335", "4ID", False),
        ("0335", "Q6H and more", False),
        ("0485", "TS30", True),
        ("0485", "TX30", False),
        ("0338", "NNDEU", True),
        ("0078", "H>", True),
    ],
)
def test_a_code_that_its_table_describes_is_matched_as_described(table: str, code: str, known: bool) -> None:
    assert list(code_faults(code, table, "IS", None)) == ([] if known else [ANY])
