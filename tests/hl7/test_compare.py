"""The tool compare_hl7_messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hl7.messages import ORU

from trivium.api import BadInput, Kind
from trivium_hl7.pairing import keep_order, pair
from trivium_hl7.problems import ReferenceProblem
from trivium_hl7.reader import Limits
from trivium_hl7.tools.compare_messages import ComparedValue, Comparison, compare_hl7_messages

TOOL = compare_hl7_messages.given(limits=Limits())
HEAD = "MSH|^~\\&|A|B|C|D|20260102||ORU^R01|1|P|2.5"


def compare(left: str, right: str, **arguments: object) -> Comparison:
    result = TOOL(**TOOL.input(left=left, right=right, **arguments).__dict__)
    assert isinstance(result, Comparison)
    return result


def found(left: str, right: str, **arguments: object) -> list[tuple[str, str, str | None, str | None]]:
    rows = compare(f"{HEAD}\r{left}", f"{HEAD}\r{right}", **arguments).differences
    return [(row.change, row.path, row.left, row.right) for row in rows]


def test_a_message_equals_itself() -> None:
    result = compare(ORU, ORU)
    assert (result.equal, result.total, result.differences, result.noise) == (True, 0, (), ())


def test_a_changed_value_has_both_sides_with_their_marks() -> None:
    result = compare(ORU, ORU.replace("SEAN", "JOHN").replace("|180|", "|190|"))
    assert result.differences == (
        ComparedValue(
            change="changed",
            path="PID-5.2",
            name="Patient Name / Given Name",
            left="SEAN",
            left_phi=Kind.NAME,
            right="JOHN",
            right_phi=Kind.NAME,
        ),
        ComparedValue(change="changed", path="OBX[1]-5", name="Observation Value", left="180", right="190"),
    )
    assert (result.counts, result.places) == ({"changed": 2}, {"PID-5": 1, "OBX-5": 1})


def test_time_and_number_of_the_message_are_noise() -> None:
    result = compare(ORU, ORU.replace("MSG0001", "MSG0002").replace("20260102030405", "20260102030406"))
    assert (result.equal, result.total) == (True, 0)
    assert [row.path for row in result.noise] == ["MSH-7", "MSH-10"]


def test_an_inserted_result_does_not_make_the_others_differ() -> None:
    left = "OBR|1|P1||A\rOBX|1|NM|X^x||1\rOBX|2|NM|Y^y||2"
    right = "OBR|1|P1||A\rOBX|1|NM|W^w||0\rOBX|2|NM|X^x||1\rOBX|3|NM|Y^y||2"
    assert found(left, right, ignore=["OBX-1"]) == [("segment_only_right", "OBX[1]", None, None)]
    assert [row[1:] for row in found(left, right)] == [
        ("OBX[1]-1", "1", "2"),
        ("OBX[2]-1", "2", "3"),
        ("OBX[1]", None, None),
    ]


def test_an_inserted_line_of_text_does_not_make_the_others_differ() -> None:
    assert found("NTE|||a\rNTE|||b", "NTE|||new\rNTE|||a\rNTE|||b") == [("segment_only_right", "NTE[1]", None, None)]


def test_orders_are_paired_by_number_wherever_they_stand() -> None:
    left = "ORC|RE|1\rOBR|1|1||A\rOBX|1|ST|N||one\rORC|RE|2\rOBR|2|2||A\rOBX|1|ST|N||two"
    right = "ORC|RE|2\rOBR|2|2||A\rOBX|1|ST|N||zwei\rORC|RE|1\rOBR|1|1||A\rOBX|1|ST|N||one"
    rows = found(left, right)
    assert rows[0] == ("changed", "OBX[2]-5", "two", "zwei")
    assert {row[0] for row in rows[1:]} == {"segment_moved"}
    assert len(rows) == 4


def test_a_result_whose_code_changed_is_the_same_result() -> None:
    assert found("OBX|1|NM|X^x||1\rOBX|2|NM|Y||2", "OBX|1|NM|Z^x||1\rOBX|2|NM|Y||2") == [
        ("changed", "OBX[1]-3.1", "X", "Z")
    ]


def test_repetitions_are_paired_by_value_and_their_order_is_said() -> None:
    assert found("PID|||1^^^A~2^^^B", "PID|||2^^^C~1^^^A~3^^^D") == [
        ("reordered", "PID-3", None, None),
        ("changed", "PID-3[2].4.1", "B", "C"),
        ("only_right", "PID-3[3].1", None, "3"),
        ("only_right", "PID-3[3].4.1", None, "D"),
    ]


def test_a_segment_of_one_side_is_said_once_with_the_number_of_its_values() -> None:
    (row,) = compare(f"{HEAD}\rZPI|a|b^c", HEAD).differences
    assert row == ComparedValue(change="segment_only_left", path="ZPI", name="", values=3)


def test_how_a_value_is_written_is_no_difference() -> None:
    left = f"{HEAD}\rNTE|1||a\\T\\b|\rPID|||1"
    right = "MSH|^~\\@|A|B|C|D|20260102||ORU^R01|1|P|2.5\nNTE|1||a&b\nPID|||1^^"
    assert [row.path for row in compare(left, right).differences] == ["MSH-2"]


def test_null_and_empty_differ() -> None:
    assert found('PID||||||||""', "PID||||||||") == [("only_left", "PID-8", '""', None)]


def test_places_can_be_ignored() -> None:
    right = ORU.replace("SEAN", "JOHN").replace("ZPI|", "ZPX|").replace("|180|", "|190|")
    assert [row.path for row in compare(ORU, right, ignore=["PID-5.2", "ZPI", "ZPX"]).differences] == ["OBX[1]-5"]
    assert compare(ORU, right, ignore=["PID", "ZPI", "ZPX", "OBX[1]-5"]).equal


def test_pages_together_are_the_whole() -> None:
    right = ORU.replace("|", "|x", 40).replace("MSH|x^~\\&", "MSH|^~\\&").replace("\rxOBX", "\rOBX")
    whole = compare(ORU, right).differences
    paged: list[ComparedValue] = []
    offset: int | None = 0
    while offset is not None:
        page = compare(ORU, right, limit=3, offset=offset)
        paged += page.differences
        offset = page.next_offset
    assert tuple(paged) == whole
    assert len(whole) > 6


def test_a_long_value_is_cut_and_says_so() -> None:
    (row,) = compare(f"{HEAD}\rNTE|1||{'x' * 900}", f"{HEAD}\rNTE|1||{'y' * 30}").differences
    assert (row.left, row.left_length, row.right, row.right_length) == ("x" * 500, 900, "y" * 30, None)


def test_oddities_of_both_sides_are_noted() -> None:
    result = compare(ORU, f"\x0b{ORU}\x1c\r")
    assert result.notes == ("right: message stands in MLLP framing bytes, left out",)


def test_what_is_no_place_is_refused_without_its_text() -> None:
    with pytest.raises(BadInput) as caught:
        compare(ORU, ORU, ignore=["PID", "SECRET"])
    assert (caught.value.where, caught.value.problem) == ("ignore, entry 2,", ReferenceProblem.NOT_A_PATH)
    with pytest.raises(BadInput) as caught:
        compare(ORU, "hello")
    assert caught.value.where == "right"


LINES = st.lists(st.sampled_from(["NTE|1||a", "NTE|1||b", "OBX|1|ST|X||1", "OBX|2|ST|Y||2", "OBR|1|P||S", "ZZ1|q"]))


@given(LINES, LINES)
def test_every_segment_is_accounted_for_once(left: list[str], right: list[str]) -> None:
    result = compare("\r".join([HEAD, *left]), "\r".join([HEAD, *right]), limit=1000)
    counts = result.counts
    kept = len(left) - counts.get("segment_only_left", 0)
    assert kept == len(right) - counts.get("segment_only_right", 0)
    assert result.equal is (left == right)


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_pairing_loses_nothing(left: list[int], right: list[int]) -> None:
    pairs = pair(left, right, [lambda one: one, lambda one: one % 2])
    assert [a for a, _ in pairs if a is not None] == left
    assert sorted(b for _, b in pairs if b is not None) == sorted(right)
    assert all(a is None or b is None or a % 2 == b % 2 for a, b in pairs)


@given(st.permutations(range(8)))
def test_what_kept_its_order_rises(numbers: list[int]) -> None:
    kept = [numbers[n] for n in sorted(keep_order(numbers))]
    assert kept == sorted(kept)
    assert bool(kept) is bool(numbers)
