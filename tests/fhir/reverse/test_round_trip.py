"""HL7 v2 to FHIR and back, over the public corpus: what the forward way maps stands where it stood.

A value is kept when the same segment type holds it, in the same field, component and sub-component, of some
repetition; a coding system also under another of its names, a date also with another precision. What is not kept has
reasons, and `REASONS` names them by field. A field that is not named there, and loses much, fails the test.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from tests.conftest import Say

from trivium.api import BadInput
from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert as to_fhir
from trivium_fhir.convert.model import Leaf, State
from trivium_fhir.convert.systems import system_uri
from trivium_fhir.reverse.engine import Options, convert
from trivium_fhir.reverse.header import TYPES
from trivium_hl7 import dictionary
from trivium_hl7.reader import Message, parse_message, subcomponents

FLOOR: Final = 0.94
"""Of all mapped values: kept."""
MUCH: Final = 60
"""Values of one field that may go without a reason."""
REASONS: Final = {
    "a structured numeric without comparator is a Quantity like a number: OBX-5.2 comes back as OBX-5.1": (
        "OBX-5.2 OBX-5.1"
    ),
    "CE has no version and no original text; a version before CWE cannot hold them": (
        "OBX-3.7 OBX-3.8 OBX-3.9 OBX-5.7 OBX-5.8 OBX-5.9 OBR-4.7 OBR-4.8 OBR-4.9"
    ),
    "the number is longer than MSH-10 of the version": "MSH-10.1",
    "without an offset FHIR has no time of day: the forward way keeps the date": (
        "MSH-7.1 EVN-2.1 PID-7.1 OBR-7.1 OBX-14.1 OBR-22.1 PV1-44.1"
    ),
    "one list of identifiers in FHIR: PID-2 and PID-4 come back as repetitions of PID-3": (
        "PID-2.1 PID-2.4 PID-2.5 PID-4.1 PID-4.4 PID-4.5"
    ),
    "the county of the one address comes back as a component of it": "PID-12.1",
    "one list of names in FHIR: an alias comes back as a repetition of PID-5": "PID-9.1 PID-9.2",
    "one use (work) for two address types, B and O": "OBX-24.7 ORC-22.7",
    "not in the version of the message": "MSH-22.6 MSH-22.7 MSH-22.10 MSH-23.1 OBX-29.1",
    "no order control in FHIR, only the status it leads to": "ORC-1.1",
    "equal organizations are one resource; of several assigners the first stands": "PID-3.4",
    "the forward way joins the parts of the name": "PID-6.1",
}

Mapped: TypeAlias = tuple[str, tuple[str, int, int, int], str]
"""A mapped value: its name, its place, its text."""


@pytest.mark.corpus
def test_what_is_mapped_comes_back(corpora: Path, say: Say) -> None:
    kept, changed, lost, left_out = Counter[str](), Counter[str](), Counter[str](), 0
    messages = 0
    for message, kind in _messages(corpora):
        made = _there_and_back(message, kind)
        if made is None:
            left_out += 1
            continue
        messages += 1
        back, mapped = made
        have = _values(back)
        for name, place, text in mapped:
            found = have.get(place, set())
            (kept if _stands(text, found) else changed if found else lost)[name] += 1
    total = kept.total() + changed.total() + lost.total()
    say(f"there and back: {messages} messages, {total} mapped values: {kept.total() / total:.2%} kept, ")
    say(f"  {changed.total()} changed, {lost.total()} lost; {left_out} messages without a resource of their type")
    for why, names in REASONS.items():
        gone = sum(changed[name] + lost[name] for name in names.split())
        say(f"  {gone:6} {why}")
    told = {name for names in REASONS.values() for name in names.split()}
    untold = {name: gone for name, gone in (changed + lost).items() if name not in told and gone > MUCH}
    assert untold == {}
    assert kept.total() / total >= FLOOR


def _messages(corpora: Path) -> Iterator[tuple[Message, str]]:
    for path in sorted((corpora / "hl7" / "open").rglob("*.hl7")):
        try:
            message = parse_message(path.read_bytes())
        except BadInput:
            continue
        kind = f"{message.header.value(9)}^{message.header.value(9, component=2)}"
        if kind in TYPES:
            yield message, kind


def _there_and_back(
    message: Message, kind: str
) -> tuple[Message, list[tuple[str, tuple[str, int, int, int], str]]] | None:
    conversion = to_fhir(message)
    mapped = [_mapped(message, one.leaf) for one in conversion.ledger.entries() if one.state is State.MAPPED]
    bundle = json.dumps(make_bundle(conversion, message, "message").resource, default=float)
    try:
        return convert(bundle, Options(kind, _version(message))).message, mapped
    except BadInput:
        return None


def _version(message: Message) -> str:
    found = dictionary.nearest_version(message.version)
    return found if found and "2.3" <= found <= "2.8.2" else "2.5.1"


def _mapped(message: Message, leaf: Leaf) -> Mapped:
    seg = message.segments[leaf.segment - message.segments[0].ordinal]
    component = seg.field(leaf.field)[leaf.repetition - 1][leaf.component - 1]
    text = seg.decoded(subcomponents(component)[leaf.subcomponent - 1])
    name = f"{seg.id}-{leaf.field}.{leaf.component}" + (f".{leaf.subcomponent}" if leaf.subcomponent > 1 else "")
    return name, (seg.id, leaf.field, leaf.component, leaf.subcomponent), text


def _values(message: Message) -> dict[tuple[str, int, int, int], set[str]]:
    found: dict[tuple[str, int, int, int], set[str]] = defaultdict(set)
    for seg in message.segments:
        for number in range(3 if seg.id == "MSH" else 1, len(seg.fields)):
            for repetition in seg.field(number):
                for place, component in enumerate(repetition, 1):
                    for part, text in enumerate(subcomponents(component), 1):
                        if text:
                            found[seg.id, number, place, part].add(seg.decoded(text))
    return found


def _stands(text: str, found: set[str]) -> bool:
    if text.strip() in {one.strip() for one in found}:
        return True
    if len(text) >= 8 and text[:8].isdecimal():
        return any(_moment(one) == _moment(text) for one in found)
    uri = system_uri(text)
    return uri is not None and any(system_uri(one) == uri for one in found)


def _moment(text: str) -> str:
    """To the minute, seconds of zero left out: FHIR asks for seconds where v2 does not."""
    return text[:12] + text[14:].removeprefix(".000").removeprefix(".0")[-5:] if len(text) > 12 else text
