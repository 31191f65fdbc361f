"""Segments in the groups of their structure."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trivium_hl7 import dictionary, structures
from trivium_hl7.grouping import Group, Grouping, Misfit, MisfitKind, group
from trivium_hl7.grouping.grammar import is_wildcard
from trivium_hl7.reader import Segment, parse_message
from trivium_hl7.structures import Node

HEADER = "MSH|^~\\&|A|B|C|D|20260102030405||ORU^R01^ORU_R01|1|T|2.5.1"


def grouped(segments: str, structure: str, version: str = "2.5.1") -> Grouping:
    """Of a message with these segments after MSH."""
    found = group(parse_message("\r".join([HEADER, *(f"{name}|1" for name in segments.split())])), structure, version)
    assert found is not None
    return found


def outline(part: Group | Segment) -> object:
    return part.id if isinstance(part, Segment) else (part.id, *(outline(inner) for inner in part.parts))


def kinds(found: Grouping) -> list[tuple[MisfitKind, str, tuple[str, ...]]]:
    return [(misfit.kind, misfit.id, misfit.path) for misfit in found.misfits]


def test_segments_stand_in_their_groups() -> None:
    found = grouped("PID NTE PV1 ORC OBR NTE OBX NTE OBX OBR OBX SPM", "ORU_R01")
    assert outline(found.root) == (
        "ORU_R01",
        "MSH",
        (
            "PATIENT_RESULT",
            ("PATIENT", "PID", "NTE", ("VISIT", "PV1")),
            ("ORDER_OBSERVATION", "ORC", "OBR", "NTE", ("OBSERVATION", "OBX", "NTE"), ("OBSERVATION", "OBX")),
            ("ORDER_OBSERVATION", "OBR", ("OBSERVATION", "OBX"), ("SPECIMEN", "SPM")),
        ),
    )
    assert found.misfits == ()
    result = found.root.groups("PATIENT_RESULT")[0]
    assert [len(list(order.all("OBX"))) for order in result.groups("ORDER_OBSERVATION")] == [2, 1]
    assert result.first("OBX") is None
    assert len(list(found.root.walk())) == 10


def test_a_version_without_the_structure_gives_no_grouping() -> None:
    message = parse_message(HEADER)
    assert group(message, "OML_O21", "2.3") is None
    assert group(message, "XXX_X01", "2.5.1") is None


def test_a_new_order_is_no_prior_result_of_the_order_before() -> None:
    found = grouped("PID ORC OBR OBX ORC OBR OBX ORC OBR", "OML_O21")
    assert [part.id for part in found.root.parts if isinstance(part, Group)] == ["PATIENT", "ORDER", "ORDER", "ORDER"]
    assert found.misfits == ()


def test_a_segment_stays_in_the_group_that_is_open() -> None:
    found = grouped("EVN PID PV1 PRT PR1 PRT", "BAR_P01", "2.8")
    (visit,) = found.root.groups("VISIT")
    assert outline(visit) == ("VISIT", "PV1", "PRT", ("PROCEDURE", "PR1", "PRT"))


def test_z_segments_stay_where_they_stand_and_are_no_fault() -> None:
    found = grouped("ZAA PID ZBB OBR OBX ZCC NTE", "ORU_R01")
    assert outline(found.root) == (
        "ORU_R01",
        "MSH",
        "ZAA",
        (
            "PATIENT_RESULT",
            ("PATIENT", "PID", "ZBB"),
            ("ORDER_OBSERVATION", "OBR", ("OBSERVATION", "OBX", "ZCC", "NTE")),
        ),
    )
    assert [misfit.kind for misfit in found.misfits] == [MisfitKind.LOCAL] * 3
    assert found.fits


def test_a_missing_segment_is_told_with_its_groups_and_the_segment_before() -> None:
    found = grouped("PID OBX OBX", "ORU_R01")
    assert kinds(found) == [(MisfitKind.MISSING, "OBR", ("PATIENT_RESULT", "ORDER_OBSERVATION"))]
    assert found.misfits[0].after is not None
    assert found.misfits[0].after.id == "PID"
    assert not found.fits


def test_a_missing_group_is_told_by_its_required_segments() -> None:
    assert kinds(grouped("PID", "ORM_O01")) == [(MisfitKind.MISSING, "ORC", ("ORDER",))]


def test_a_missing_choice_names_the_alternatives() -> None:
    found = grouped("PID ORC OBX", "ORM_O01")
    (missing,) = found.misfits
    assert (missing.kind, missing.id) == (MisfitKind.MISSING, "OBR")
    assert missing.alternatives == ("RQD", "RQ1", "RXO", "ODS", "ODT")


def test_a_segment_in_the_wrong_place_is_one_misfit() -> None:
    found = grouped("PID EVN PV1", "ADT_A01")
    assert kinds(found) == [(MisfitKind.MISPLACED, "EVN", ())]
    assert found.misfits[0].segment is not None
    assert found.misfits[0].segment.ordinal == 3


def test_what_comes_too_often_is_repeated() -> None:
    assert kinds(grouped("EVN PID PID PV1", "ADT_A01")) == [(MisfitKind.REPEATED, "PID", ())]
    assert kinds(grouped("PID PV1 PV2 PV1 ORC OBR", "OML_O21")) == [
        (MisfitKind.GROUP_REPEATED, "PATIENT_VISIT", ("PATIENT",))
    ]
    assert kinds(grouped("PID ORC OBR RXO", "ORM_O01")) == [
        (MisfitKind.GROUP_REPEATED, "OBRRQDRQ1RXOODSODT_SUPPGRP", ("ORDER", "ORDER_DETAIL"))
    ]


def test_what_comes_again_without_the_beginning_of_its_group_lacks_that() -> None:
    assert kinds(grouped("PID ORC RXA RXA", "VXU_V04")) == [(MisfitKind.MISSING, "ORC", ("ORDER",))]
    assert kinds(grouped("EVN PID PID MRG", "ADT_A39")) == [(MisfitKind.MISSING, "MRG", ("PATIENT",))]


def test_a_segment_of_another_message_is_unexpected() -> None:
    found = grouped("EVN PID TXA PV1", "ADT_A01")
    assert kinds(found) == [(MisfitKind.UNEXPECTED, "TXA", ())]
    assert outline(found.root) == ("ADT_A01", "MSH", "EVN", "PID", "TXA", "PV1")


def test_any_segment_fits_where_the_structure_says_so() -> None:
    found = grouped("MSA QAK QPD RDF OBX DSC", "RTB_Knn", "2.5.1")
    assert kinds(found) == []


_HEADERS = {"MSH", "BHS", "FHS"}
"""Some sources run a query and its answer together; no message has two headers."""


def _pattern(nodes: Sequence[Node]) -> str:
    """The structure as a regular expression over segment ids: what the grammar must agree with."""
    return "".join(map(_node_pattern, nodes))


def _node_pattern(node: Node) -> str:
    if node.is_group:
        inner = "|".join(map(_node_pattern, node.children)) if node.choice else _pattern(node.children)
    else:
        inner = "[A-Z][A-Z0-9]{2}," if is_wildcard(node) else f"{node.id},"
    return f"(?:{inner}){{{node.minimum},{node.maximum or ''}}}"


def _minimal(node: Node) -> Iterator[str]:
    if not node.is_group:
        yield "NTE" if is_wildcard(node) else node.id
        return
    for child in node.children[:1] if node.choice else node.children:
        if child.minimum or node.choice:
            yield from _minimal(child)


def _maximal(node: Node, times: int = 2) -> Iterator[str]:
    for _ in range(times if node.maximum == 0 else 1):
        if not node.is_group:
            yield "NTE" if is_wildcard(node) else node.id
        for child in node.children[-1:] if node.choice else node.children:
            yield from _maximal(child, 1 if node.maximum == 0 else times)


@pytest.mark.parametrize("version", dictionary.versions())
def test_every_structure_takes_its_own_segments(version: str) -> None:
    for name in structures.structures(version):
        nodes = structures.structure(name, version)
        assert nodes is not None
        for make in (_minimal, _maximal):
            ids = [one for node in nodes for one in make(node)]
            if ids[0] == "MSH" and not _HEADERS & {*ids[1:]}:
                assert grouped(" ".join(ids[1:]), name, version).fits, (name, ids)


@pytest.mark.parametrize("version", ["2.3", "2.5.1", "2.9.1"])
def test_every_required_segment_is_missed(version: str) -> None:
    missed = 0
    for name in structures.structures(version):
        nodes = structures.structure(name, version)
        assert nodes is not None
        ids = [one for node in nodes if node.minimum for one in _minimal(node)]
        pattern = re.compile(_pattern(nodes))
        if _HEADERS & {*ids[1:]} or "NTE" in ids:  # which stands for any segment, too
            continue
        for position in range(1, len(ids)):
            rest = ids[:position] + ids[position + 1 :]
            found = grouped(" ".join(rest[1:]), name, version)
            if pattern.fullmatch("".join(f"{one}," for one in rest)):
                assert found.misfits == ()
            else:
                told = {misfit.id for misfit in found.misfits} | {
                    other for misfit in found.misfits for other in misfit.alternatives
                }
                assert ids[position] in told, (name, ids, position)
                missed += 1
    assert missed > 250


_IDS = tuple("EVN PID PD1 NTE PV1 ORC OBR OBX TQ1 RXO RXE RXR SPM AIS RGS SCH TXA".split())  # noqa: SIM905
_SOME = ("ADT_A01", "ORU_R01", "ORM_O01", "OML_O21", "RDE_O11", "SIU_S12", "PPR_PC1", "BAR_P01", "MDM_T02")


@given(
    name=st.sampled_from(_SOME),
    ids=st.lists(st.sampled_from(_IDS), max_size=9),
)
@settings(max_examples=300, deadline=None)
def test_a_message_fits_just_when_its_structure_allows_it(name: str, ids: list[str]) -> None:
    nodes = structures.structure(name, "2.5.1")
    assert nodes is not None
    allowed = re.fullmatch(_pattern(nodes), "MSH," + "".join(f"{one}," for one in ids)) is not None
    found = grouped(" ".join(ids), name)
    assert found.fits is allowed
    assert [seg.ordinal for seg in _flat(found.root)] == list(range(1, len(ids) + 2))


def _flat(part: Group) -> Iterator[Segment]:
    for inner in part.parts:
        if isinstance(inner, Segment):
            yield inner
        else:
            yield from _flat(inner)


@pytest.mark.parametrize(
    "segments", ["OBX", "PID", "ORC OBR", "NTE", "OBX ORC PID NTE OBR", "ZZZ"], ids=lambda text: text.replace(" ", "-")
)
def test_long_messages_are_matched_in_linear_time(segments: str) -> None:
    ids = (segments.split() * 19_000)[:19_000]
    started = time.process_time()
    found = grouped(" ".join(ids), "OML_O21")
    assert time.process_time() - started < 15
    assert len(list(_flat(found.root))) == 19_001


def test_a_misfit_holds_no_value() -> None:
    assert Misfit._fields == ("kind", "id", "path", "segment", "after", "alternatives")
    (misfit,) = grouped("EVN PID TXA PV1", "ADT_A01").misfits
    assert "|" not in repr(misfit)
