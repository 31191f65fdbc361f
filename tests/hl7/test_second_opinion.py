"""hl7apy, an independent implementation, reads the same message the same way."""

from __future__ import annotations

import warnings

import pytest
from tests.hl7.messages import ORU

from trivium_hl7 import dictionary
from trivium_hl7.reader import parse_message, subcomponents

ADT = "\r".join(
    [
        r"MSH|^~\&|APP|FAC|EHR|FAC|20260102||ADT^A01^ADT_A01|M1|P|2.5",
        r"EVN|A01|20260102",
        r"PID|1||42^^^FAC^MR~43^^^OTHER&9.9&ISO^PI||MÜLLER&VON^ANNA^M||19800101|F|||1 A St&A St&1^^B^^1",
        r"PV1|1|I|W1^2^3^FAC|||||||MED",
    ]
)


RESULTS = ORU.rpartition("\r")[0].replace("\\.br\\", " ")
"""Without the Z segment, and without the formatting that hl7apy escapes a second time when it writes."""


@pytest.mark.parametrize("text", [ADT, RESULTS], ids=["ADT", "ORU"])
def test_hl7apy_finds_the_same_parts(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from hl7apy.parser import parse_segment

    for seg in parse_message(text).segments[1:]:
        theirs = parse_segment(seg.text, version="2.5.1")  # type: ignore[no-untyped-call]  # hl7apy has no annotations
        for number in range(1, len(seg.fields)):
            fields = [field for field in theirs.children if field.name == f"{seg.id}_{number}"]
            found = [[[s.to_er7() for s in c.children] for c in field.children] for field in fields]
            mine = [[list(subcomponents(c)) for c in one if any(c)] for one in seg.field(number) if any(one)]
            assert [[_valued(c) for c in one] for one in found] == [[_valued(c) for c in one] for one in mine]


def _valued(parts: list[str]) -> list[str]:
    return [part for part in parts if part]


@pytest.mark.parametrize("version", ["2.3", "2.5.1", "2.8.1"])
@pytest.mark.parametrize("segment", ["MSH", "PID", "PV1", "OBR", "OBX"])
def test_hl7apy_gives_fields_the_same_types(segment: str, version: str) -> None:
    from hl7apy import load_library

    library = load_library(version)  # type: ignore[no-untyped-call]  # hl7apy has no annotations
    compared = 0
    for name, (_, _, datatype, *_), *_ in library.SEGMENTS[segment][1]:
        mine = dictionary.field(segment, int(name.split("_")[1]), version)
        assert mine is not None
        if datatype not in (None, "WD"):  # withdrawn: the dictionary says what the field was
            assert (name, mine.type) == (name, datatype.upper())
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("version", ["2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7"])
def test_hl7apy_gives_coded_fields_the_same_tables(version: str) -> None:
    from hl7apy import load_library

    library = load_library(version)  # type: ignore[no-untyped-call]  # hl7apy has no annotations
    compared, otherwise = 0, {}
    for place, (_, _, _, _, theirs, *_) in library.FIELDS.items():
        segment, _, number = place.rpartition("_")
        mine = dictionary.exact_field(segment, int(number), version) if number.isdecimal() else None
        if mine and theirs not in (None, "HL79999") and mine.type in ("ID", "IS", "CE", "CWE", "CNE"):
            compared += 1
            if mine.table != theirs.removeprefix("HL7"):
                otherwise[place] = (mine.table, theirs)
    assert compared > 140
    assert otherwise == ARGUED.get(version, {})


ARGUED = {
    "2.3": {"DB1_2": ("0334", "HL70033")},
    "2.5": {"TQ1_12": ("0472", "HL70427")},
    "2.5.1": {"TQ1_12": ("0472", "HL70427")},
}
"""Misprints: 0033 has routes, 0427 risk management incidents."""
