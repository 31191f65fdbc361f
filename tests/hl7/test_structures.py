"""Which structure a message has, in every version."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trivium_hl7 import dictionary, structures
from trivium_hl7.structures import ANY_SEGMENT, Node

VERSIONS = dictionary.versions()


@pytest.mark.parametrize(
    ("code", "event", "version", "structure", "names"),
    [
        ("ADT", "A01", "2.5.1", "ADT_A01", ("ADT_A01",)),
        ("ADT", "A04", "2.5.1", "ADT_A01", ("ADT_A01",)),
        ("ADT", "A04", "2.1", "ADT_A04", ("ADT_A04",)),
        ("ADT", "A04", "2.9.1", "ADT_A01-B", ("ADT_A01",)),
        ("ADT", "A05", "2.3.1", "ADT_A01", ("ADT_A01",)),
        ("ADT", "A12", "2.4", "ADT_A09", ("ADT_A09",)),
        ("ADT", "A15", "2.3.1", "ADT_A09", ("ADT_A09",)),
        ("ADT", "A21", "2.3.1", "ADT_A02", ("ADT_A02",)),
        ("ADT", "A31", "2.3", "ADT_A01", ("ADT_A01",)),
        ("ADT", "A31", "2.3.1", "ADT_A01", ("ADT_A01", "ADT_A28")),
        ("ADT", "A31", "2.5.1", "ADT_A05", ("ADT_A05",)),
        ("ADT", "A34", "2.3", "ADT_A30", ("ADT_A30",)),
        ("ADT", "A34", "2.6", "ADT_A30", ("ADT_A30",)),
        ("ADT", "A34", "2.9.1", None, ()),
        ("ADT", "A40", "2.7.1", "ADT_A40", ("ADT_A39",)),
        ("ADT", "A44", "2.5.1", "ADT_A43", ("ADT_A43",)),
        ("ADT", "A47", "2.6", "ADT_A30", ("ADT_A30",)),
        ("ADT", "A47", "2.7", "ADT_A44", ("ADT_A44",)),
        ("ADT", "A49", "2.6", "ADT_A30", ("ADT_A30",)),
        ("ADT", "A49", "2.7", "ADT_A43", ("ADT_A43",)),
        ("ADR", "A19", "2.3", "ARD_A19", ("ARD_A19",)),
        ("ORM", "O01", "2.6", "ORM_O01", ("ORM_O01",)),
        ("ORM", "O01", "2.8", None, ()),
        ("ORM", "", "2.2", "ORM_O01", ("ORM_O01",)),
        ("ADT", "", "2.2", None, ()),
        ("PIN", "I07", "2.5.1", "RQI_I01", ("RQI_I01",)),
        ("QBP", "Q25", "2.9.1", "QBP_Q21-F", ("QBP_Q21",)),
        ("REF", "I14", "2.8", "REF_I12", ("REF_I12",)),
        ("RSP", "K22", "2.5", "RSP_K22", ("RSP_K22", "RSP_K21")),
        ("RSP", "K24", "2.4", "RSP_K24", ("RSP_K24",)),
        ("SIU", "S13", "2.5", "SIU_S12", ("SIU_S12",)),
        ("SMD", "S32", "2.7.1", "SDR_S32", ("SDR_S32",)),
        ("ACK", "A01", "2.3", "ACK", ("ACK",)),
        ("ZZZ", "Z01", "2.5", None, ()),
    ],
)
def test_a_message_has_the_structure_of_its_version(
    code: str, event: str, version: str, structure: str | None, names: tuple[str, ...]
) -> None:
    assert (structures.structure_of(code, event, version), structures.names_of(code, event, version)) == (
        structure,
        names,
    )


def test_every_message_of_a_version_has_a_structure_that_begins_with_msh() -> None:
    for version in VERSIONS:
        for code, event in structures.messages(version):
            found = structures.structure_of(code, event, version)
            assert found is not None, (code, event, version)
            nodes = structures.structure(found, version)
            assert nodes is not None
            assert nodes[0] == Node("MSH", 1, 1, (), False, "")
            assert structures.names_of(code, event, version)


def test_every_segment_of_a_structure_is_defined_in_its_version() -> None:
    unknown = {
        (version, name, node.id)
        for version in VERSIONS
        for name, node in _nodes(version)
        if not node.is_group and node.id != ANY_SEGMENT and node.id not in dictionary.segments(version)
    }
    assert unknown == set()


def test_a_structure_is_one_message() -> None:
    headers = {
        (name, version): [node.id for node in structures.structure(name, version) or ()].count("MSH")
        for version in VERSIONS
        for name in structures.structures(version)
    }
    assert {place for place, count in headers.items() if count != 1} == set()


@pytest.mark.parametrize("version", ["2.5", "2.5.1", "2.6"])
def test_the_timing_of_an_order_is_spelled_alike_in_every_version(version: str) -> None:
    order = next(node for node in structures.structure("OML_O21", version) or () if node.id == "ORDER")
    assert order.children[1][:3] == ("TIMING", 0, 0)


def test_2_7_1_has_what_its_neighbors_have() -> None:
    for name in ("EHC_E24", "QVR_Q17", "RSP_K11"):
        assert structures.structure(name, "2.7.1") == structures.structure(name, "2.7")


def test_a_choice_is_between_alternatives_that_stand_once() -> None:
    choices = [node for version in VERSIONS for _, node in _nodes(version) if node.choice]
    assert {(one.minimum, one.maximum) for choice in choices for one in choice.children} == {(1, 1)}
    assert len(choices) > 200


def test_the_number_of_messages_by_version_is_known() -> None:
    assert {version: len(structures.messages(version)) for version in VERSIONS} == {
        "2.1": 47, "2.2": 88, "2.3": 242, "2.3.1": 252, "2.4": 321, "2.5": 357, "2.5.1": 355, "2.6": 368,
        "2.7": 364, "2.7.1": 374, "2.8": 361, "2.8.1": 365, "2.8.2": 371, "2.9.1": 377,
    }  # fmt: skip


def test_a_message_is_told_from_one_whose_structure_merely_fits() -> None:
    assert structures.structure_of("RDE", "O25", "2.4") == "RDE_O11"
    assert not structures.has("RDE", "O25", "2.4")
    assert structures.has("RDE", "O25", "2.5")
    assert not structures.has("ADT", "A34", "2.9.1")
    assert structures.has("REF", "I13", "2.9.1")


@pytest.mark.parametrize(
    ("name", "version", "structure"),
    [
        ("QBP_Q11", "2.5.1", "QBP_Q11"),
        ("QBP_Q11", "2.9.1", "QBP_Q11-B"),
        ("ADT_A09", "2.9.1", "ADT_A09-A"),
        ("QBP_Q11-B", "2.9.1", None),
        ("ZZZ_Z01", "2.5.1", None),
        ("", "2.5.1", None),
    ],
)
def test_a_structure_is_found_by_its_name_alone(name: str, version: str, structure: str | None) -> None:
    assert structures.named(name, version) == structure


def test_the_exchange_says_what_answers() -> None:
    found = structures.exchange_of("OMI", "O23")
    assert found == ("OMI_O23", ("ORI-O24", "OSU-O52"), ("ACK-O23",), ("ORI-O24", "OSU-O52"))
    assert structures.exchange_of("ADT", "A34") is None


ARGUED = {
    "message has a local type or event, which no version defines": {
        ("CUSTOM", "PAT"), ("ZDT", "Z01"), ("TEST", "O01"), ("RSP", "SLI"), ("ADT", "A0X"), ("ADT", "O01"), ("", ""),
    },
    "HAPI takes the name that the sender wrote in MSH-9.3, against MSH-9.1 and 9.2": {("ORU", "R01"), ("RSP", "K22")},
}  # fmt: skip


@pytest.mark.corpus
def test_the_structures_are_those_of_an_independent_parser(corpora: Path) -> None:
    """HAPI 2.3, on every corpus message that it read with a structure of its own.

    Left out is where it fell back on its shapeless message (V28 ...). In 2.3 and 2.3.1 it has a structure for each
    event, where table 0354 groups them.
    """
    same, differ = 0, Counter[tuple[str, str, str, str, str | None]]()
    for row in _hapi(corpora):
        code, event, version = row["message"]
        found = structures.structure_of(code, event, version)
        if row["structure"].startswith("V2"):
            continue
        by_event = f"{code}_{event}" if found and version in ("2.3", "2.3.1") else ""
        if row["structure"] in (by_event, structures.plain(found or "")):
            same += 1
        else:
            differ[(code, event, version, row["structure"], found)] += 1
    assert same > 780
    left = {key[:2] for key in differ} - set().union(*ARGUED.values())
    assert left == set(), differ


def _nodes(version: str) -> Iterator[tuple[str, Node]]:
    for name in structures.structures(version):
        for node in structures.walk(structures.structure(name, version) or ()):
            yield name, node


def _hapi(corpora: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(corpora / "hl7" / "hapi_2.3_parse.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("segments"):
                typed = row["segments"][0]["f"].get("9", [[""]])[0]
                parts = [typed] if isinstance(typed, str) else typed
                version = dictionary.nearest_version(row["version"]) or dictionary.FALLBACK_VERSION
                yield {
                    "message": (parts[0], parts[1] if len(parts) > 1 else "", version),
                    "structure": row["structure"],
                }
