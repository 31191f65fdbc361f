"""What the words of a use case say about messages: a few known words, anything else stays a description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from trivium.api import BadInput
from trivium_hl7.mirth.problems import ChannelProblem
from trivium_hl7.mirth.request import Format, Request
from trivium_hl7.structures import messages, plain, structure, structure_of

VERSION: Final = "2.5.1"
"""Of the messages that a channel builds."""
_READ: Final = 4_000
"""Characters of a use case that are looked at."""
_LONGEST: Final = 40
"""Of a message with its events, as it is said again."""
_WORDS: Final = (
    (r"\b(?:adt|admi\w+|discharg\w+|transfer\w*|demographic\w*|registration\w*|patient feed)\b", ("ADT",)),
    (r"\b(?:orders?|ordering|worklist|orm|omi|omg|oml)\b", ("ORM", "OMG", "OMI", "OML")),
    (r"\b(?:results?|reports?|reporting|oru|labs?|laborator\w+|observations?)\b", ("ORU",)),
    (r"\b(?:documents?|transcription\w*|mdm)\b", ("MDM",)),
    (r"\b(?:schedul\w+|appointments?|siu)\b", ("SIU",)),
    (r"\b(?:vaccin\w*|immuni[sz]\w*|vxu)\b", ("VXU",)),
    (r"\b(?:charg\w+|billing|dft)\b", ("DFT",)),
)
_MERGE: Final = re.compile(r"\b(?:merges?|merging)\b", re.IGNORECASE)
_CODE: Final = r"\b(ADT|ORM|ORU|OMI|OMG|OML|MDM|SIU|VXU|DFT|BAR)"
_MESSAGE: Final = re.compile(
    _CODE + r"([ ^_(-]{1,2})([A-Z]\d\d(?:(?: ?[-,/;&+] ?|,? (?:and |or |to )?)[A-Z]\d\d)*)(?:\^[A-Z]{3}_[A-Z]\d\d)?\b"
)
"""A message code and one event or several: ADT^A01, ADT A01, A08 and A31, ADT (A01-A03), ADT^A40^ADT_A39. With `_` it
is the name of a structure, which messages of several events have."""
_MENTION: Final = re.compile(rf"{_MESSAGE.pattern}|{_CODE}\b")
_ASIDE: Final = r"(?: (?:an?|the|one|new|incoming|received|outgoing|HL7|v2(?:\.\d)*|messages?)){0,4}"
_TURNED_INTO: Final = re.compile(
    rf"(?: (?!and\b|or\b)[A-Za-z]+){{0,4}}(?: (?:in)?to\b| as\b| ?(?:->|=>|\u2192)){_ASIDE} ?", re.IGNORECASE
)
_MADE_OF: Final = re.compile(rf"(?: messages?)?(?: from\b| out of\b| ?(?:<-|<=|\u2190)){_ASIDE} ?", re.IGNORECASE)
_AND: Final = re.compile(rf" ?[,/&+]?(?: (?:and|or))?{_ASIDE} ?", re.IGNORECASE)
"""What stands between two messages where the channel makes the second of the first, the first of the second, or takes
both alike."""
_EVENTS: Final = re.compile(r"([A-Z])(\d\d)(?:(?: ?- ?| to )\1(\d\d))?")
_MADE: Final = frozenset({"MSH", "EVN", "PID", "PV1"})
"""Segments that the writing script makes of every patient message."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages pass: one of the codes (MSH-9.1) and one of the events (MSH-9.2); empty: any."""

    codes: tuple[str, ...]
    events: tuple[str, ...]
    from_words: bool
    """Whether it was read out of the use case, not given."""
    made: tuple[str, ...] = ()
    """Messages that the use case names as what goes out, which do not pass for that."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """The message that the channel builds."""

    code: str
    event: str
    structure: str

    def __str__(self) -> str:
        return f"{self.code}^{self.event}^{self.structure}"


def filter_of(request: Request) -> Filter:
    """The message filter of a channel that reads HL7 v2; none for other sources."""
    if request.source_format is not Format.HL7V2:
        return Filter((), (), from_words=False)
    if request.events:
        pairs = [event.rpartition("^") for event in request.events]
        return Filter(
            _distinct(code for code, _, _ in pairs), _distinct(event for _, _, event in pairs), from_words=False
        )
    words, made = _sides(re.sub(r"\s+", " ", request.use_case[:_READ]))
    named = _MESSAGE.findall(words)
    if named:
        events = (event for code, mark, listed in named for event in _events(code, mark, listed))
        return Filter(_distinct(code for code, _, _ in named), _distinct(events), from_words=True, made=made)
    if _MERGE.search(words):
        return Filter(("ADT",), ("A18", "A34", "A40"), from_words=True, made=made)
    codes = _codes(words)
    return Filter(codes, (), from_words=bool(codes), made=made)


def _sides(words: str) -> tuple[str, tuple[str, ...]]:
    """The use case without the messages that the channel shall make, and these."""
    found = list(_MENTION.finditer(words))
    gaps = [words[one.end() : other.start()] for one, other in pairwise(found)]
    turned = [False, *(bool(_TURNED_INTO.fullmatch(gap)) for gap in gaps), False]
    goes_out = turned[: len(found)]
    for n, gap in enumerate(gaps, 1):
        goes_out[n] |= goes_out[n - 1] and not turned[n + 1] and bool(_AND.fullmatch(gap))
    for n in range(len(gaps), 0, -1):
        joined = goes_out[n] and not goes_out[n - 1] and bool(_AND.fullmatch(gaps[n - 1]))
        goes_out[n - 1] |= joined or bool(_MADE_OF.fullmatch(gaps[n - 1]))
    kept = words
    for one, out in reversed(list(zip(found, goes_out, strict=True))):
        kept = kept[: one.start()] + kept[one.end() :] if out else kept
    return kept, _distinct(one[0][:_LONGEST] for one, out in zip(found, goes_out, strict=True) if out)


def _events(code: str, mark: str, listed: str) -> Iterator[str]:
    """Each event of a list, `A01-A03` spread out; those of the messages that have the structure `ADT_A39`."""
    if mark == "_" and len(listed) == len("A39"):
        name = f"{code}_{listed}"
        shared = [event for one, event in messages(VERSION) if one == code and _has(code, event, name)]
        yield from shared or [listed]
        return
    for letter, first, last in _EVENTS.findall(listed):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number:02}"


def _has(code: str, event: str, name: str) -> bool:
    return plain(structure_of(code, event, VERSION) or "") == name


def outbound_of(request: Request) -> Outbound:
    """What to build for an HL7 v2 destination. Raises `BadInput` for one that no script here fills."""
    text = request.outbound_message or _default_message(request)
    code, _, event = text.partition("^")
    name = structure_of(code, event, VERSION) if re.fullmatch(r"[A-Z]{3}\^[A-Z]\d\d", text) else None
    if name is None or not _can_build(code, text, name):
        raise BadInput(where="outbound_message", problem=ChannelProblem.NOT_BUILT)
    return Outbound(code, event, plain(name))


def _default_message(request: Request) -> str:
    codes = _codes(request.use_case[:_READ])
    if "ORU" in codes or request.source_format is Format.DICOM:
        return "ORU^R01"
    return "ORM^O01" if "ORM" in codes else "ADT^A08"


def _can_build(code: str, text: str, name: str) -> bool:
    if code == "ADT":
        required = {node.id for node in structure(name, VERSION) or () if node.minimum}
        return required <= _MADE
    return text in ("ORM^O01", "ORU^R01")


def _codes(words: str) -> tuple[str, ...]:
    return _distinct(code for words_of, codes in _WORDS if re.search(words_of, words, re.IGNORECASE) for code in codes)


def _distinct(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))
