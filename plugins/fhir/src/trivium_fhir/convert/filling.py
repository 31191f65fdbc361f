"""Running the plans of one segment: each value through the instructions of its component, with the account kept."""

from __future__ import annotations

from typing import Any, Final

from trivium_fhir.convert.model import Draft, Reason
from trivium_fhir.convert.plans import FieldPlan, Op, Plan
from trivium_fhir.convert.predicates import first_text, has_value, is_valued
from trivium_fhir.convert.running import Run
from trivium_hl7.reader import NULL, Repetition, Segment

_VALUE: Final = 5
"""OBX-5."""


def fill(run: Run, seg: Segment, work: list[tuple[Plan, Draft]]) -> None:
    ordinal = seg.ordinal
    covered: set[int] = set()
    for one, _ in work:
        covered.update(one.fields)
    run.account.applied[ordinal] = [one for one, _ in work]
    for number, text in enumerate(seg.fields):
        if not text or number not in covered or text == NULL:
            continue
        field = run.field(seg, number)
        for one, draft in work:
            found = one.fields.get(number)
            if found is not None:
                _field(run, found, draft, number, field)
    for one, draft in work:
        for number, op in one.absent:
            run.repetition = run.field(seg, number)[0]
            if draft.fed and (op.test is None or op.test(run)):
                _fix(run, op, draft, 0)
        run.repetition = ()
        if draft.fed:
            for op in one.fixed:
                if op.reason is None and (op.test is None or op.test(run)):
                    _fix(run, op, draft, 0)


def _field(run: Run, found: FieldPlan, draft: Draft, number: int, field: Any) -> None:
    for position, repetition in enumerate(field):
        run.repetition = repetition
        if len(repetition) == 1 and not is_valued(repetition, ()):
            continue
        taken = _components(run, found, draft, number, position, repetition)
        for op in found.whole:
            taken |= _take_whole(run, op, draft, number, position, repetition)
        alone = not (found.parts or found.whole)
        for op in found.fixed if taken or alone else ():
            if op.test is None or op.test(run):
                _fix(run, op, draft, position)
                if alone:
                    run.log.append((run.segment.ordinal, number, position + 1, 1, 1, op, draft, None))
                    _feed(draft)
        if taken:
            for op in found.absent:
                if op.test is None or op.test(run):
                    _fix(run, op, draft, position)


def _components(run: Run, found: FieldPlan, draft: Draft, number: int, position: int, repetition: Repetition) -> bool:
    taken = False
    decoded = run.segment.decoded
    for component, part in enumerate(repetition, 1):
        if not part or component not in found.parts:
            continue
        parts = (part,) if isinstance(part, str) else part
        taking, fixing = found.parts[component]
        done: dict[int, bool] = {}
        for op in taking:
            place = op.place
            inner = place[1] if len(place) > 1 else 1
            if inner > len(parts):
                continue
            text = parts[inner - 1]
            if not text or text == NULL:
                continue
            run.place = place
            ok = _take(run, op, draft, number, position, component, inner, decoded(text) if "\\" in text else text)
            done[inner] = done.get(inner, False) or ok
            taken = taken or ok
        for op in fixing:
            inner = op.place[1] if len(op.place) > 1 else 0
            ready = done.get(inner) if inner else (any(done.values()) if done else None)
            if ready is None:
                ready = is_valued(repetition, op.place)
                own = True
            else:
                own = False
            if ready and (op.test is None or op.test(run)):
                run.place = op.place
                _fix(run, op, draft, position)
                if own:
                    run.log.append((run.segment.ordinal, number, position + 1, component, inner or 1, op, draft, None))
                    draft.fed = taken = True
    return taken


def _take(run: Run, op: Op, draft: Draft, number: int, position: int, component: int, inner: int, text: str) -> bool:
    """Apply one instruction to one value; says whether it was put into a resource."""
    if op.test is not None and not op.test(run):
        return False
    at = (run.segment.ordinal, number, position + 1, component, inner)
    refused = Reason.ONE_VALUE if position and op.takes_first else _put(run, op, draft, at, position, text)
    if refused is not None:
        run.log.append((*at, op, None, refused))
    return refused is None


def _put(run: Run, op: Op, draft: Draft, at: tuple[int, int, int, int, int], position: int, text: str) -> Reason | None:
    zone = run.zone
    zone.remark = None
    run.v2 = op.rows[-1].v2
    value = op.read(run, text)
    if type(value) is Reason:
        return value
    for repetition in _each(run, position) if op.each and at[1] != _VALUE else (position,):
        found = op.get(run, draft, at[0], repetition)
        if found is None:
            return Reason.ONE_VALUE
        refused = op.store(run, found[1], value)
        if refused is not None:
            return refused
        if not found[0].fed:
            _feed(found[0])
        run.log.append((*at, op, found[0], zone.remark))
    for place in op.uses:
        component, inner = place[0], place[1] if len(place) > 1 else 1
        if (component, inner) != at[3:]:
            run.log.append((*at[:3], component, inner, op, draft, None))
    return None


def _feed(draft: Draft) -> None:
    at: Draft | None = draft
    while at is not None and not at.fed:
        at.fed = True
        at = at.parent


def _each(run: Run, position: int) -> range:
    """The repetitions of OBX-5, each of which is a component of the observation."""
    return range(len(run.field(run.segment, _VALUE)))


def _fix(run: Run, op: Op, draft: Draft, position: int) -> None:
    own = op.rows[0].v2 == f"{run.segment.id}-{_VALUE}"
    for repetition in _each(run, position) if op.each and not own else (position,):
        if op.reason is not None or (found := op.get(run, draft, run.segment.ordinal, repetition)) is None:
            return
        op.store(run, found[1], None)


def _take_whole(run: Run, op: Op, draft: Draft, number: int, position: int, repetition: Repetition) -> bool:
    """Apply an instruction that takes the repetition as a whole; its first value stands for it in the account."""
    if op.test is not None and not op.test(run):
        return False
    run.place = op.place
    first = next((one for one, part in enumerate(repetition, 1) if has_value(part)), 1)
    component, inner = _first_use(op) or (first, 1)
    return _take(
        run, op, draft, number, position, component, inner, run.segment.decoded(first_text(repetition[first - 1]))
    )


def _first_use(op: Op) -> tuple[int, int] | None:
    if not op.uses:
        return None
    place = op.uses[0]
    return place[0], place[1] if len(place) > 1 else 1
