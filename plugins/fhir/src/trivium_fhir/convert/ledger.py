"""The account of a conversion: what was done is logged while it is done, the rest is worked out when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from trivium_fhir.convert.model import Default, Draft, Entry, Leaf, Reason, State
from trivium_fhir.guide import index
from trivium_hl7.reader import NULL, Message, Segment, subcomponents

Logged: TypeAlias = tuple[int, int, int, int, int, Any, Draft | None, Reason | None]
"""Segment, field, repetition, component, sub-component; the operation, the draft it filled, what was the matter."""

_UNMET = frozenset({Reason.LOCAL, Reason.PROPOSED, Reason.NO_PLACE, Reason.PROSE, Reason.CONDITION})
_RANK = {State.MAPPED: 0, State.DEFAULTED: 1, State.REFUSED: 2, State.NOT_MAPPED: 3}


class Account:
    """The ledger of one conversion (`model.Ledger`)."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self.log: list[Logged] = []
        self.defaults: list[Default] = []
        self.applied: dict[int, list[Any]] = {}
        """By ordinal of a segment: the plans that it was put through."""
        self._dropped: list[tuple[Draft, str | None, Reason]] = []
        self._kept: frozenset[int] | None = None

    def keep(self, drafts: list[Draft]) -> None:
        """Which drafts are in the result: what went into another one has not arrived."""
        self._kept = frozenset(map(id, drafts))

    def default(self, draft: Draft, path: str, reason: Reason = Reason.REQUIRED) -> None:
        self.defaults.append(Default(draft, path, reason))

    def drop(self, draft: Draft, path: str | None, reason: Reason) -> None:
        self._dropped.append((draft, path, reason))

    def totals(self) -> dict[State, int]:
        found = dict.fromkeys(State, 0)
        for _, state, _ in self.leaf_entries():
            found[state] += 1
        return found

    def entries(self) -> Iterator[Entry]:
        for _, _, entries in self.leaf_entries():
            yield from entries

    def leaf_entries(self) -> Iterator[tuple[Leaf, State, tuple[Entry, ...]]]:
        logged: dict[Leaf, list[Entry]] = {}
        for one in self.log:
            entry = self._entry(one)
            logged.setdefault(entry.leaf, []).append(entry)
        for seg in self._message.segments:
            for leaf, text in leaves(seg):
                entries = _relevant(logged.get(leaf, ())) or (self._left(seg, leaf, text),)
                yield leaf, entries[0].state, entries

    def _entry(self, one: Logged) -> Entry:
        *at, op, draft, reason = one
        leaf = Leaf(*at)
        path = f"{draft.type}.{op.path.partition('.')[2]}" if draft else op.path
        if reason in _UNMET:
            return Entry(leaf, State.NOT_MAPPED, reason, None, path, op.rows)
        if draft is None:
            return Entry(leaf, State.REFUSED, reason, None, path, op.rows)
        gone = self._gone(draft, path)
        if gone is not None:
            return Entry(leaf, State.REFUSED, gone, None, path, op.rows)
        return Entry(leaf, State.MAPPED, reason, draft, path, op.rows)

    def _gone(self, draft: Draft, path: str) -> Reason | None:
        if self._kept is not None and id(draft) not in self._kept:
            return Reason.UNREACHED
        for dropped, below, reason in self._dropped:
            if dropped is draft and (below is None or path == below or path.startswith(f"{below}.")):
                return reason
        return None

    def _left(self, seg: Segment, leaf: Leaf, text: str) -> Entry:
        """Why nothing was even tried."""
        if text == NULL:
            return Entry(leaf, State.NOT_MAPPED, Reason.NULL)
        if seg.id == "MSH" and leaf.field < 3:
            return Entry(leaf, State.NOT_MAPPED, Reason.DELIMITERS)
        if seg.id not in index().segments and not self.applied.get(seg.ordinal):
            return Entry(leaf, State.NOT_MAPPED, Reason.NO_SEGMENT_MAP)
        plans = self.applied.get(seg.ordinal)
        return self._untaken(leaf, plans) if plans else Entry(leaf, State.NOT_MAPPED, Reason.NOT_USED)

    def _untaken(self, leaf: Leaf, plans: list[Any]) -> Entry:
        """A row that was not applied, with its reason; else that there is none."""
        known = False
        for plan in plans:
            idle = plan.idle.get(leaf.field, ())
            field = plan.fields.get(leaf.field)
            known = known or bool(idle) or field is not None
            taking = field.parts.get(leaf.component, ((), ()))[0] if field else ()
            for op in (*idle, *taking, *(field.whole if field else ())):
                if _covers(op.place, leaf):
                    reason = op.reason or Reason.CONDITION
                    return Entry(leaf, State.NOT_MAPPED, reason, None, op.path, op.rows)
        return Entry(leaf, State.NOT_MAPPED, Reason.NO_COMPONENT_ROW if known else Reason.NO_ROW)


def _covers(place: tuple[int, ...], leaf: Leaf) -> bool:
    return place in ((), (leaf.component,), (leaf.component, leaf.subcomponent))


def _relevant(entries: Any) -> tuple[Entry, ...]:
    """The best state first; of conditions, none where something was done."""
    if not entries:
        return ()
    done = [entry for entry in entries if entry.state is not State.NOT_MAPPED]
    return tuple(sorted(done or entries[:1], key=lambda entry: _RANK[entry.state]))


def leaves(seg: Segment) -> Iterator[tuple[Leaf, str]]:
    """Every value of a segment, with its text as it is written."""
    ordinal = seg.ordinal
    for number, field in enumerate(seg.tree(), 1):
        for repetition, components in enumerate(field, 1):
            for component, part in enumerate(components, 1):
                for position, text in enumerate(subcomponents(part), 1):
                    if text:
                        yield Leaf(ordinal, number, repetition, component, position), text
