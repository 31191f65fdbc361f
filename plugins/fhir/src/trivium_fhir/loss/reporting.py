"""The loss report of a conversion, worked out of its ledger in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from trivium_fhir.convert.model import Conversion, Draft, Entry, Leaf, Reason, State
from trivium_fhir.loss.results import Arrival, Filled, LossReport, LossTotals, ReasonLoss, SegmentLoss, ValueLoss
from trivium_hl7.reader import Message

_FIELDS_NAMED: Final = 10
_SEGMENTS_NAMED: Final = 200
"""Segment ids; a message of sense has some dozens."""


@dataclass(slots=True)
class _Counts:
    states: Counter[tuple[str, State]] = field(default_factory=Counter)
    """By segment id."""
    reasons: Counter[tuple[State, Reason]] = field(default_factory=Counter)
    fields: dict[tuple[State, Reason], dict[str, None]] = field(default_factory=dict)
    page: list[ValueLoss] = field(default_factory=list)
    values: int = 0

    def add(self, segment: str, leaf: Leaf, state: State, reason: Reason | None) -> None:
        self.values += 1
        self.states[segment, state] += 1
        if reason is None:
            return
        self.reasons[state, reason] += 1
        named = self.fields.setdefault((state, reason), {})
        if len(named) < _FIELDS_NAMED:
            named[f"{segment}-{leaf.field}" if leaf.component == 1 else f"{segment}-{leaf.field}.{leaf.component}"] = (
                None
            )


def loss_report(
    conversion: Conversion,
    message: Message,
    entries: Mapping[Draft, int],
    *,
    full: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> LossReport:
    """What became of every value of `message`. `entries` says where in the bundle each draft is.

    Of the single values, with `full`, one page: `limit` of them from `offset` on.
    """
    counts = _Counts()
    for leaf, state, told in conversion.ledger.leaf_entries():
        if full and offset <= counts.values < offset + limit:
            counts.page.append(_value(message, leaf, state, told, entries))
        counts.add(message.segments[leaf.segment - 1].id, leaf, state, told[0].reason)
    end = offset + limit
    ids = list(dict.fromkeys(segment for segment, _ in counts.states))
    return LossReport(
        totals=_totals(counts),
        segments=tuple(_segment(counts, segment) for segment in ids[:_SEGMENTS_NAMED]),
        segments_left_out=max(0, len(ids) - _SEGMENTS_NAMED) or None,
        reasons=tuple(_reason(counts, *key) for key, _ in counts.reasons.most_common()),
        filled=_filled(conversion, entries),
        values=tuple(counts.page) if full else None,
        next_offset=end if full and end < counts.values else None,
    )


def _totals(counts: _Counts) -> LossTotals:
    by_state: Counter[State] = Counter()
    for (_, state), number in counts.states.items():
        by_state[state] += number
    return LossTotals(values=counts.values, **{state.value: by_state[state] for state in State})


def _segment(counts: _Counts, segment: str) -> SegmentLoss:
    numbers = {state.value: counts.states[segment, state] for state in State}
    return SegmentLoss(segment=segment, values=sum(numbers.values()), **numbers)


def _reason(counts: _Counts, state: State, reason: Reason) -> ReasonLoss:
    key = (state, reason)
    return ReasonLoss(state=state, reason=reason, count=counts.reasons[key], fields=tuple(counts.fields[key]))


def _filled(conversion: Conversion, entries: Mapping[Draft, int]) -> tuple[Filled, ...]:
    """Of resources that are in the bundle: what was filled in elsewhere has gone with its draft."""
    kept = [one for one in conversion.ledger.defaults if one.draft in entries]
    counted = Counter((one.path, one.reason) for one in kept)
    return tuple(Filled(path=path, reason=reason, count=count) for (path, reason), count in sorted(counted.items()))


def _value(
    message: Message, leaf: Leaf, state: State, told: tuple[Entry, ...], entries: Mapping[Draft, int]
) -> ValueLoss:
    return ValueLoss(
        at=_at(message, leaf),
        state=state,
        reason=told[0].reason,
        to=tuple(_arrival(one, entries) for one in told if one.path is not None or one.rows) or None,
    )


def _arrival(entry: Entry, entries: Mapping[Draft, int]) -> Arrival:
    return Arrival(
        path=entry.path,
        entry=entries.get(entry.draft) if entry.draft is not None else None,
        rows=tuple(row.named() for row in entry.rows),
        reason=entry.reason,
    )


def _at(message: Message, leaf: Leaf) -> str:
    """`3: PID-5[1].1.1`: the third segment of the message."""
    segment = message.segments[leaf.segment - 1].id
    return f"{leaf.segment}: {segment}-{leaf.field}[{leaf.repetition}].{leaf.component}.{leaf.subcomponent}"
