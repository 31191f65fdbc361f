"""A message type: its event, its structure as a tree, what answers it, and which versions have it."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Annotated, Final, Literal

from pydantic import Field

from trivium.api import BLOCK, BadInput
from trivium_hl7 import dictionary, structures
from trivium_hl7.explain import editions, words
from trivium_hl7.explain.problems import QuestionProblem
from trivium_hl7.result import Result
from trivium_hl7.structures import Exchange, Node

_TYPED: Final = re.compile(r"([A-Z]{3})(?:\s*[\^_ /-]\s*([A-Z][A-Z0-9]{2})(?:\^\w{3,7})?)?", re.ASCII)
_EVENT: Final = re.compile(r"[A-Z][A-Z0-9]\d|PC[A-L]|R[ADEGO]R", re.ASCII)
_MOST_NEAR: Final = 12
_INDENT: Final = "  "
GROUPS: Final = "a group is indented below its name; 0..1 optional, 1..* repeats"
EXCHANGE_NOTE: Final = "answers are those of 2.9.1, the only version whose choreography the sources have"
ACK_NOTE: Final = "MSH-9.2 names the event of the message that is answered: ACK^A01^ACK (HL7 v2.5.1 chapter 2.14.1)"
LOCAL_NOTE: Final = "types and events that begin with Z are local: the standard has none (HL7 v2.5.1 chapter 2.5.1)"
UNKNOWN_NOTE: Final = "no version of HL7 v2 has this message; those with its event or its type are near"


class Line(Result):
    """A segment or group of the structure, in order; depth 0 is the message itself."""

    depth: int
    id: str
    name: str | None = Field(default=None, description="of a segment; absent for a group")
    minimum: int
    maximum: str = Field(description="* unbounded")
    choice: Literal[True] | None = Field(default=None, description="just one of what is below")
    status: str | None = Field(default=None, description="B backward compatible, D deprecated")


class Answers(Result):
    """What answers the message, as MSH-9 of the answer; empty: nothing is said."""

    original: tuple[str, ...] = Field(description="original mode")
    accept: tuple[str, ...] = Field(description="enhanced mode: accept acknowledgment, where MSH-15 asks for it")
    application: tuple[str, ...] = Field(description="enhanced mode: application answer, where MSH-16 asks for it")


class Candidate(Result):
    message: str
    name: str


class MessageExplanation(Result):
    status: Literal["defined", "several", "unknown"] = Field(description="several: see near and ask for one of them")
    message: str | None = Field(default=None, description="MSH-9.1^MSH-9.2; absent: a structure without a single event")
    event: str | None = Field(default=None, description="the event's name")
    title: str | None = Field(default=None, description="name of a structure that was asked for")
    version: str | None = None
    versions: tuple[str, ...] = Field(description="versions that have it")
    structure: str | None = Field(default=None, description="what MSH-9.3 says")
    also_named: tuple[str, ...] = Field(default=(), description="what MSH-9.3 may say as well")
    tree: Annotated[str | None, BLOCK] = None
    nodes: tuple[Line, ...] | None = Field(default=None, description="the tree as data, where it was asked for")
    answers: Answers | None = None
    same_structure: tuple[str, ...] = Field(description="other messages of this version with this structure")
    notes: tuple[str, ...]
    near: tuple[Candidate, ...]


def explain(text: str, version: str | None) -> MessageExplanation:
    """A message by type and event, structure, event or type alone; other words are looked for among names."""
    editions.asked(version)
    wanted = text.strip().upper()[:64]
    found = _TYPED.fullmatch(wanted)
    if found and found[1] == "ACK":
        return _message("ACK", "", version)
    if found and found[2]:
        return _pair(found[1], found[2], version, is_name="_" in wanted)
    if _EVENT.fullmatch(wanted):
        return _choose([pair for pair in _known() if pair[1] == wanted], text, version)
    if found and any(pair[0] == found[1] for pair in _known()):
        return _choose([pair for pair in _known() if pair[0] == found[1]], text, version)
    return _unknown(text)


def of_structure(name: str, version: str) -> MessageExplanation | None:
    """A structure by the name that MSH-9.3 bears; None where no version has it."""
    return _structure(name, version) if _variants(name) else None


def tree(nodes: Sequence[Node]) -> str:
    """A structure as text: a line for each segment and group."""
    return "\n".join(_text(line) for line in lines(nodes))


def lines(nodes: Sequence[Node], depth: int = 0) -> Iterator[Line]:
    for node in nodes:
        yield Line(
            depth=depth,
            id=node.id,
            name=None if node.is_group else _segment_name(node.id),
            minimum=node.minimum,
            maximum=str(node.maximum or "*"),
            choice=True if node.choice else None,
            status=node.status or None,
        )
        yield from lines(node.children, depth + 1)


def event_name(code: str, event: str) -> str:
    return structures.events().get(event, "") or structures.title(f"{code}_{event}")


def candidate(code: str, event: str) -> Candidate:
    kind = dictionary.table("0076")
    name = event_name(code, event) or (kind.codes.get(code, "") if kind else "")
    return Candidate(message=_name(code, event), name=name)


@cache
def versions_of(code: str, event: str) -> tuple[str, ...]:
    return tuple(v for v in dictionary.versions() if structures.has(code, event, v))


def _pair(code: str, event: str, version: str | None, *, is_name: bool) -> MessageExplanation:
    name = _spelled().get(f"{code}_{event}", f"{code}_{event}")
    if versions_of(code, event) and not (is_name and name in _heads()):
        return _message(code, event, version)
    if _variants(name):
        return _structure(name, version)
    return _message(code, event, version) if versions_of(code, event) else _no_such(code, event)


def _message(code: str, event: str, version: str | None) -> MessageExplanation:
    having = versions_of(code, event)
    chosen = editions.edition(version, having, what="message")
    found = structures.structure_of(code, event, chosen.version) or ""
    exchange = structures.exchange_of(code, event)
    same = [pair for pair in _sharing(structures.plain(found), chosen.version) if pair != (code, event)]
    names = structures.names_of(code, event, chosen.version)
    notes = [*chosen.notes, *([ACK_NOTE] if code == "ACK" else []), *([EXCHANGE_NOTE] if exchange else [])]
    return MessageExplanation(
        status="defined",
        message=_name(code, event),
        event=event_name(code, event) or structures.title(found) or None,
        version=chosen.version,
        versions=editions.spans(having),
        structure=names[0],
        also_named=names[1:],
        **_drawn(structures.structure(found, chosen.version) or ()),
        answers=_answers(exchange) if exchange else None,
        same_structure=tuple(_name(*pair) for pair in same),
        notes=tuple(notes),
        near=(),
    )


def _structure(name: str, version: str | None) -> MessageExplanation:
    """A structure; with the message itself where a single one has it."""
    having = tuple(v for v in dictionary.versions() if _variant(name, v))
    chosen = editions.edition(version, having, what="structure")
    sharing = _sharing(name, chosen.version)
    if len(sharing) == 1 and structures.names_of(*sharing[0], chosen.version)[0] == name:
        return _message(*sharing[0], chosen.version).model_copy(update={"notes": chosen.notes})
    return MessageExplanation(
        status="defined",
        title=structures.title(name) or None,
        version=chosen.version,
        versions=editions.spans(having),
        structure=name,
        **_drawn(structures.structure(_variant(name, chosen.version) or "", chosen.version) or ()),
        same_structure=tuple(_name(*pair) for pair in sharing),
        notes=chosen.notes,
        near=(),
    )


def _choose(pairs: list[tuple[str, str]], text: str, version: str | None) -> MessageExplanation:
    """The only message of several that the version has, or all of them to choose from."""
    wanted = editions.asked(version) or dictionary.FALLBACK_VERSION
    present = [pair for pair in pairs if structures.has(*pair, wanted)] or pairs
    if len(present) == 1:
        return _message(*present[0], version)
    if not present:
        return _unknown(text)
    return _none("several", tuple(candidate(*pair) for pair in present))


def _unknown(text: str) -> MessageExplanation:
    asked = words.words(text[:200])
    if not asked:
        raise BadInput(where="message_type", problem=QuestionProblem.NOT_A_MESSAGE)
    named = {pair: f"{event_name(*pair)} {structures.title('_'.join(pair))}" for pair in _known()}
    written = {_name(*pair): pair for pair in _known()}
    close = [written[one] for one in words.similar("^".join(asked[:2]).upper(), written, most=4)]
    found = dict.fromkeys([*close, *words.best(asked, named.items(), most=_MOST_NEAR)])
    return _none("unknown", tuple(candidate(*pair) for pair in list(found)[:_MOST_NEAR]))


def _no_such(code: str, event: str) -> MessageExplanation:
    near = [pair for pair in _known() if pair[1] == event] + [pair for pair in _known() if pair[0] == code]
    notes = [LOCAL_NOTE if "Z" in (code[0], event[0]) else UNKNOWN_NOTE]
    if len(near) > _MOST_NEAR:
        notes.append(f"{len(near) - _MOST_NEAR} more are left out of near: ask for the type alone")
    return _none("unknown", tuple(candidate(*pair) for pair in near[:_MOST_NEAR]), tuple(notes))


def _none(
    status: Literal["several", "unknown"], near: tuple[Candidate, ...], notes: tuple[str, ...] = ()
) -> MessageExplanation:
    return MessageExplanation(status=status, versions=(), same_structure=(), notes=notes, near=near)


def _drawn(nodes: Sequence[Node]) -> dict[str, object]:
    return {"tree": tree(nodes), "nodes": tuple(lines(nodes))}


def _answers(exchange: Exchange) -> Answers:
    def written(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name.partition("_")[0].replace("-", "^") for name in names)

    return Answers(
        original=written(exchange.response),
        accept=written(exchange.accept),
        application=written(exchange.application),
    )


def _text(line: Line) -> str:
    words_ = [f"{_INDENT * line.depth}{line.id}", f"{line.minimum}..{line.maximum}", line.name or ""]
    marks = [
        "one of" if line.choice else "",
        {"B": "(backward compatible)", "D": "(deprecated)"}.get(line.status or "", ""),
    ]
    return " ".join(word for word in (*words_, *marks) if word)


def _segment_name(segment_id: str) -> str:
    if segment_id == structures.ANY_SEGMENT:
        return "any segments, as the site or the query defines"
    return dictionary.segment_name(segment_id) or ""


def _name(code: str, event: str) -> str:
    return f"{code}^{event}" if event else code


@cache
def _known() -> tuple[tuple[str, str], ...]:
    """Every message of any version."""
    return tuple(dict.fromkeys(pair for v in reversed(dictionary.versions()) for pair in structures.messages(v)))


@cache
def _spelled() -> dict[str, str]:
    """Names of structures by their capitals: `MFN_ZNN` is `MFN_Znn`."""
    names = (structures.plain(name) for v in dictionary.versions() for name in structures.structures(v))
    return {name.upper(): name for name in names}


@cache
def _heads() -> frozenset[str]:
    """Names of structures that more than one message shares."""
    return frozenset(
        name for v in dictionary.versions() for name in _by_structure(v) if len(_by_structure(v)[name]) > 1
    )


@cache
def _by_structure(version: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for pair in structures.messages(version):
        found.setdefault(structures.names_of(*pair, version)[0], []).append(pair)
    return found


def _sharing(name: str, version: str) -> list[tuple[str, str]]:
    return _by_structure(version).get(name, [])


@cache
def _variants(name: str) -> bool:
    return any(_variant(name, v) for v in dictionary.versions())


@cache
def _variant(name: str, version: str) -> str | None:
    """The structure of this name: in 2.9.1 the first of its variants, in 2.7.1 that of an event which has it."""
    named = (one for one in structures.structures(version) if name in (one, structures.plain(one)))
    shared = (structures.structure_of(*pair, version) for pair in _sharing(name, version))
    return next(named, None) or next(shared, None)
