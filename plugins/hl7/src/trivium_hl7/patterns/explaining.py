"""A pattern put together with what the standard and IHE say of its messages and transactions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

from trivium_hl7.diagrams.model import Arrow, Lifeline, Note, Sequence
from trivium_hl7.dictionary import load
from trivium_hl7.patterns.catalog import Pattern, Step
from trivium_hl7.patterns.explanation import (
    ActorOfPattern,
    CounterpartOfPattern,
    ExplainedPattern,
    KnownPattern,
    PitfallOfPattern,
    Sample,
    StepOfPattern,
    TransactionOfPattern,
)
from trivium_hl7.structures import exchange_of, plain, structure_of

SOURCE: Final = "actors and transactions: IHE (DVTk, ipf-gazelle, NIST toolkit); messages: HL7 v2; each pitfall its own"
_MOST_MESSAGES: Final = 12
_SAMPLE_CHARACTERS: Final = 24_000
_SEED: Final = 1


def explain(
    pattern: Pattern, *, near: Iterable[Pattern], drawn: bool, sampled: bool, only: int | None
) -> ExplainedPattern:
    samples, left_out = _samples(pattern, only) if sampled or only else ((), 0)
    diagram = sequence(pattern) if drawn else None
    return ExplainedPattern(
        found=True,
        name=pattern.names[0],
        title=pattern.title,
        summary=pattern.summary,
        profile=_profile(pattern),
        actors=tuple(
            ActorOfPattern(id=one.id, name=one.name, role=one.role or None, ihe=one.ihe) for one in pattern.actors
        ),
        steps=tuple(_steps(pattern)),
        transactions=tuple(_transaction(name, pattern) for name in _transactions(pattern)),
        pitfalls=tuple(PitfallOfPattern(says=one.says, source=one.source) for one in pattern.pitfalls),
        counterparts=tuple(CounterpartOfPattern(**one.model_dump()) for one in pattern.counterparts),
        samples=samples,
        samples_left_out=left_out or None,
        patterns=known(near),
        source=SOURCE,
        **(_drawn(diagram) if diagram else {}),
    )


def listed(found: Iterable[Pattern]) -> ExplainedPattern:
    """The answer to a name that fits no pattern, or several alike."""
    return ExplainedPattern(found=False, patterns=known(found), source=SOURCE)


def known(found: Iterable[Pattern]) -> tuple[KnownPattern, ...]:
    return tuple(KnownPattern(name=one.names[0], title=one.title, other_names=one.names[1:]) for one in found)


def sequence(pattern: Pattern) -> Sequence:
    """The diagram; a message that no step answers gets the acknowledgment that carries its event."""
    events: list[Arrow | Note] = []
    for step, answered in zip(pattern.steps, _answered(pattern), strict=True):
        if step.note:
            events.append(Note(step.over, step.note))
            continue
        events.append(Arrow(step.sender, step.receiver, _label(step), reply=step.reply))
        if step.message and not step.reply and not answered:
            events.append(Arrow(step.receiver, step.sender, f"ACK^{step.event}", reply=True))
    lifelines = tuple(Lifeline(one.id, one.name, one.role) for one in pattern.actors)
    return Sequence(lifelines, tuple(events), pattern.title)


def _drawn(diagram: Sequence) -> dict[str, Any]:
    from trivium.api import Image
    from trivium_hl7.diagrams import mermaid, picture

    return {"mermaid": mermaid(diagram), "diagram": Image(png=picture(diagram))}


def _label(step: Step) -> str:
    transaction = f" ({step.transaction})" if step.transaction else ""
    aside = ", optional" if step.optional else ""
    name = step.message or step.dicom or ""
    return f"{name}: {step.what}{aside}{transaction}" if name else f"{step.what}{aside}{transaction}"


def _answered(pattern: Pattern) -> list[bool]:
    """Whether the next step is the answer of each."""
    steps = [step for step in pattern.steps if not step.note]
    following = {id(step): after for step, after in pairwise(steps)}
    return [bool((after := following.get(id(step))) and after.reply) for step in pattern.steps]


def _steps(pattern: Pattern) -> Iterable[StepOfPattern]:
    number = 0
    for step in pattern.steps:
        if step.note:
            continue
        number += 1
        yield StepOfPattern(
            number=number,
            sender=step.sender,
            receiver=step.receiver,
            what=step.what,
            transport=step.transport,
            message=_message_type(step) or None,
            version=step.version if step.message else None,
            service=step.dicom or step.soap or None,
            transaction=step.transaction or None,
            answers=number - 1 if step.reply else None,
            optional=step.optional or None,
            acknowledged_by=_acknowledgments(step) if step.message and not step.reply else None,
        )


def _message_type(step: Step) -> str:
    """`ADT^A40^ADT_A39`."""
    structure = structure_of(step.code, step.event, step.version) if step.message else None
    return f"{step.message}^{plain(structure)}" if structure else step.message


def _acknowledgments(step: Step) -> str | None:
    """`ORG^O20 or OSU^O52; accept ACK^O19`. What answers in original mode answers in enhanced mode too."""
    exchange = exchange_of(step.code, step.event)
    if exchange is None:
        return None
    application = " or ".join(dict.fromkeys((*exchange.response, *exchange.application)))
    accept = " or ".join(exchange.accept)
    said = [application] if accept in ("", application) else [application, f"accept {accept}"]
    return "; ".join(filter(None, said)).replace("-", "^") or None


def _transactions(pattern: Pattern) -> list[str]:
    return list(dict.fromkeys(step.transaction for step in pattern.steps if step.transaction))


def _transaction(name: str, pattern: Pattern) -> TransactionOfPattern:
    entry: dict[str, Any] = load("ihe")["transactions"].get(name, {})
    messages = [f"{message} ({version})" for message, _, version in entry.get("messages", ())]
    return TransactionOfPattern(
        id=name,
        name=entry.get("name") or pattern.transactions.get(name, ""),
        transport=entry.get("service") or entry.get("transport"),
        messages=tuple(dict.fromkeys(messages))[:_MOST_MESSAGES],
    )


def _profile(pattern: Pattern) -> str | None:
    entry = load("ihe")["profiles"].get(pattern.profile)
    return f"{entry['name']} ({pattern.profile})" if entry else None


def _samples(pattern: Pattern, only: int | None) -> tuple[tuple[Sample, ...], int]:
    """A message for each kind of HL7 step, as long as there is room; the rest are counted."""
    from trivium_hl7.samples import sample

    made: list[Sample] = []
    seen: set[tuple[str, str, str]] = set()
    left_out = room = 0
    for number, step in enumerate((step for step in pattern.steps if not step.note), 1):
        key = (step.message, step.version, step.scenario)
        if not step.message or (only and number != only) or (not only and key in seen):
            continue
        seen.add(key)
        text = sample(step.code, step.event, step.version, seed=_SEED, scenario=step.scenario or None, nth=number)
        room += len(text)
        if room > _SAMPLE_CHARACTERS:
            left_out += 1
        else:
            made.append(Sample(step=number, message=_message_type(step), text=text))
    return tuple(made), left_out
