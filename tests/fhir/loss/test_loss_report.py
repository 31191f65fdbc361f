"""The loss report adds up, names the guide's rows, and is paged; over made messages and the open corpus."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import Say

from trivium_fhir.bundle.assembling import Bundled, make_bundle
from trivium_fhir.convert.engine import convert
from trivium_fhir.convert.model import Conversion
from trivium_fhir.loss.reporting import loss_report
from trivium_fhir.loss.results import LossReport
from trivium_hl7.reader import Message, parse_message

RESULT = (
    "MSH|^~\\&|LAB|HOSP|EHR|CLINIC|20240102030405||ORU^R01^ORU_R01|M1|P|2.5.1\r"
    "PID|1||123^^^HOSP&1.2.3.4&ISO^MR||MUSTER^ANNA||19700131|F\r"
    "OBR|1||F1^LAB|GLU^Glucose^L|||20240101\r"
    "OBX|1|NM|GLU^Glucose^L||5.10|mmol/L|||||F\r"
    "ZXX|a|b\r"
)
PLACE = re.compile(r"\d+: [A-Z][A-Z0-9]{2}-\d+\[\d+\]\.\d+\.\d+")


def done(message: Message) -> tuple[Conversion, Bundled]:
    conversion = convert(message)
    return conversion, make_bundle(conversion, message)


def reported(text: str, *, full: bool = False, limit: int = 1000, offset: int = 0) -> LossReport:
    message = parse_message(text)
    conversion, made = done(message)
    return loss_report(conversion, message, made.entries, full=full, limit=limit, offset=offset)


def adds_up(report: LossReport) -> bool:
    totals = report.totals
    return (
        totals.values == totals.mapped + totals.defaulted + totals.not_mapped + totals.refused
        and totals.values == sum(one.values for one in report.segments)
        and all(one.values == one.mapped + one.defaulted + one.not_mapped + one.refused for one in report.segments)
    )


def counted(message: Message) -> int:
    """Values of a message, counted without the engine: what is left between separators."""
    found = 0
    for seg in message.segments:
        for number in range(1, len(seg.fields)):
            parts = [text for repetition in seg.field(number) for text in repetition]
            found += sum(bool(one) for part in parts for one in ((part,) if isinstance(part, str) else part))
    return found


def test_every_value_is_counted_once() -> None:
    report = reported(RESULT, full=True)
    assert adds_up(report)
    assert report.totals.values == counted(parse_message(RESULT)) == len(report.values or ())
    assert [one.segment for one in report.segments] == ["MSH", "PID", "OBR", "OBX", "ZXX"]


def test_a_mapped_value_has_its_path_its_entry_and_the_guides_rows() -> None:
    found = {one.at: one for one in reported(RESULT, full=True).values or ()}
    _, made = done(parse_message(RESULT))
    name = found["2: PID-5[1].1.1"]
    assert name.state == "mapped"
    assert name.to is not None
    assert [one.path for one in name.to] == ["Patient.name.family"]
    assert name.to[0].rows[:2] == ("PID[Patient] PID-5", "XPN[HumanName] XPN.1")
    assert name.to[0].entry is not None
    assert made.resource["entry"][name.to[0].entry]["resource"]["resourceType"] == "Patient"


def test_a_segment_that_nobody_maps_says_so() -> None:
    found = {one.at: one for one in reported(RESULT, full=True).values or ()}
    assert found["5: ZXX-1[1].1.1"].state == "not_mapped"
    assert found["5: ZXX-1[1].1.1"].reason == "the guide has no map for the segment"
    assert found["5: ZXX-1[1].1.1"].to is None


def test_pages_are_the_whole_report() -> None:
    whole = reported(RESULT, full=True).values
    assert whole is not None
    read = [reported(RESULT, full=True, limit=7, offset=offset) for offset in range(0, len(whole), 7)]
    assert tuple(one for page in read for one in page.values or ()) == whole
    assert [page.next_offset for page in read] == [*range(7, len(whole), 7), None]


def test_what_was_filled_in_is_told() -> None:
    filled = {one.path: one.count for one in reported(RESULT).filled}
    assert filled["DiagnosticReport.status"] == 1


def test_no_value_of_the_message_is_in_the_report() -> None:
    text = reported(RESULT, full=True).model_dump_json()
    for value in ("MUSTER", "ANNA", "19700131", "5.10", "M1", "CLINIC"):
        assert f'"{value}"' not in text
    assert all(PLACE.fullmatch(one.at) for one in reported(RESULT, full=True).values or ())


@pytest.mark.parametrize(
    "text",
    [
        "MSH|^~\\&|\r",
        "MSH|^~\\&|||||||ADT^A01|1|P|2.5\rPID||" + "~".join(["1^^^A"] * 3000) + "\r",
        "MSH|^~\\&|||||||ADT^A01|1|P|2.5\r" + "PID|1||1|||||" * 1 + "\r" * 3 + "PV1||I|" + "^&" * 2000 + "\r",
        "MSH|^~\\&|||||||ORU^R01|1|P|2.5\r" + "OBX|1|NM|A||x|\r" * 500,
        "MSH|^~\\&|||||||ZZZ^Z99|1|P|2.5\r" + "Z01|a|b~c^d&e\r" * 300,
        'MSH|^~\\&|""|""||||||""^""|""|""|""\rPID|""||""|""|""\r',
    ],
)
def test_hostile_messages_are_counted_too(text: str) -> None:
    report = reported(text)
    assert adds_up(report)
    assert report.totals.values == counted(parse_message(text))


@pytest.mark.corpus
def test_it_adds_up_and_repeats_itself_over_the_open_corpus(corpora: Path, say: Say) -> None:
    values = mapped = count = 0
    for file in sorted(path for path in (corpora / "hl7" / "open").rglob("*") if path.is_file())[::3]:
        message = parse_message(file.read_bytes())
        conversion, made = done(message)
        report = loss_report(conversion, message, made.entries)
        assert adds_up(report), file.name
        assert report.totals.values == counted(message), file.name
        if count % 5 == 0:
            assert made.encode() == done(message)[1].encode(), file.name
        values, mapped, count = values + report.totals.values, mapped + report.totals.mapped, count + 1
    say(f"loss report: {count} messages, {values} values, {mapped / values:.1%} mapped; totals add up on all")
