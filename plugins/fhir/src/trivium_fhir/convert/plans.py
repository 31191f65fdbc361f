"""A segment map as functions: compiled from its instructions once, then run for each segment.

Everything that does not depend on the message is settled here: which element a path names, what form its type has,
which codes its binding allows, what a code map says.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from trivium_fhir.convert.expressions import compile_expression
from trivium_fhir.convert.flatten import Instruction, instructions, parsed_row, step_parts, text_step
from trivium_fhir.convert.model import Reason, SiteMaps
from trivium_fhir.convert.places import Getter, entry, referenced, root, single
from trivium_fhir.convert.predicates import Place, Predicate, compile_condition, every
from trivium_fhir.convert.reading import Convert
from trivium_fhir.convert.schema import Leaf, Step, is_primitive, leaf, walk
from trivium_fhir.convert.switching import SWITCH, never, settled
from trivium_fhir.convert.values import Fill, Store, fill_for, fixed
from trivium_fhir.paths import Leg, Path, bare


class Op(NamedTuple):
    """One instruction, ready to run."""

    place: Place
    test: Predicate | None
    reason: Reason | None
    get: Getter
    read: Convert
    store: Store
    rows: tuple[Any, ...]
    path: str
    uses: tuple[Place, ...]
    """Places of the repetition that an expression takes besides its own."""
    takes_first: bool
    """A later repetition of the field has no place: the element takes one value."""
    each: bool
    """Goes into every component of an observation."""

    def row_expression(self) -> bool:
        return bool(self.uses)


class FieldPlan(NamedTuple):
    """What is done with one field."""

    parts: dict[int, tuple[tuple[Op, ...], tuple[Op, ...]]]
    """By component: what takes a value of it, and what is fixed once one of these has been taken."""
    whole: tuple[Op, ...]
    """What takes the whole repetition."""
    fixed: tuple[Op, ...]
    """What is fixed once anything of the repetition has been taken."""
    absent: tuple[Op, ...]
    """What is fixed in a repetition whose component is missing."""


class Plan(NamedTuple):
    """A segment map."""

    name: str
    base: str
    fields: dict[int, FieldPlan]
    fixed: tuple[Op, ...]
    """What a resource that the segment has fed gets besides."""
    absent: tuple[tuple[int, Op], ...]
    """What stands in for fields without a value, with their number."""
    idle: dict[int, tuple[Op, ...]]
    """By field: what is never done here, and why (for the account)."""


@lru_cache(maxsize=1024)
def plan(map_name: str, segment_id: str, target: str, maps: SiteMaps | None, switch: str = "") -> Plan:
    """The plan of a segment map, filling resources of type `target`, where the field `SWITCH` holds `switch`."""
    builder = _Builder(segment_id, target, maps)
    fields: dict[int, FieldPlan] = {}
    absent: list[tuple[int, Op]] = []
    fixed_ops: list[Op] = []
    idle: dict[int, tuple[Op, ...]] = {}
    for number, given in instructions(map_name, segment_id, maps).items():
        ops = [builder.op(one, number) for one in given]
        still = [one.reason is not None or op.reason is not None or never(one, segment_id, switch)
                 for one, op in zip(given, ops, strict=True)]  # fmt: skip
        idle[number] = tuple(op for op, idles in zip(ops, still, strict=True) if idles)
        found = [one for one, idles in zip(given, still, strict=True) if not idles]
        ops = [op for op, idles in zip(ops, still, strict=True) if not idles]
        if segment_id == SWITCH[0]:
            ops = [builder.op(settled(one), number) for one in found]
        if number == 0:
            fixed_ops += [op for op, one in zip(ops, found, strict=True) if one.row.constant is not None]
            continue
        missing = [op for op, one in zip(ops, found, strict=True) if _for_missing(one, f"{segment_id}-{number}")]
        absent += [(number, op) for op in missing]
        fields[number] = _field_plan([op for op in ops if op not in missing], found, ops, missing)
    return Plan(map_name, target, fields, tuple(fixed_ops), tuple(absent), idle)


def _field_plan(ops: list[Op], found: list[Instruction], every: list[Op], missing: list[Op]) -> FieldPlan:
    parts: dict[int, tuple[list[Op], list[Op]]] = {}
    whole: list[Op] = []
    fixed_ops: list[Op] = []
    absent: list[Op] = []
    for op, one in zip(every, found, strict=True):
        if op in missing:
            continue
        constant = one.row.constant is not None and not _stands_alone(one)
        if constant and one.place and _for_missing(one, one.row.v2):
            absent.append(op)
        elif not op.place:
            (fixed_ops if constant else whole).append(op)
        else:
            parts.setdefault(op.place[0], ([], []))[1 if constant else 0].append(op)
    ready = {number: (tuple(taking), tuple(fixing)) for number, (taking, fixing) in parts.items()}
    return FieldPlan(ready, tuple(whole), tuple(fixed_ops), tuple(absent))


def _stands_alone(one: Instruction) -> bool:
    """A fixed value for an element of the resource itself, such as its status: it hangs on nothing else of the row."""
    return one.row.constant is not None and len(one.path.legs) == 1 and len(one.path.legs[0].steps) == 1


def _for_missing(one: Instruction, name: str) -> bool:
    """A fixed value for when the field or component itself has none."""
    if one.row.constant is None:
        return False
    return any(_denies(expression, name) for expression, _ in one.conditions)


def _denies(expression: Any, name: str) -> bool:
    match expression:
        case ["not", ["valued", field]]:
            return bool(field == name)
        case ["and" | "or", *parts]:
            return any(_denies(part, name) for part in parts)
    return False


class _Builder:
    """Compiles the instructions of one map. Getters are shared by equal beginnings of paths."""

    def __init__(self, segment_id: str, target: str, maps: SiteMaps | None) -> None:
        self._segment = segment_id
        self._target = target
        self._maps = maps
        self._getters: dict[tuple[str, ...], Getter] = {}

    def op(self, one: Instruction, number: int) -> Op:
        own = (self._segment, number)
        place = one.place
        place = place if place or one.row.constant is not None or _is_whole(one) or one.reason else (1,)
        tests = [compile_condition(expression, own, at) for expression, at in one.conditions]
        test = every(tests) if tests else None
        compiled = self._target_of(one) if one.reason is None else None
        if compiled is None:
            reason = one.reason or Reason.NO_PLACE
            return Op(place, test, reason, root, _nothing, _nothing, one.rows, _plain(one.path), (), False, False)
        get, put, takes_first, each, uses = compiled
        return Op(place, test, None, get, put.read, put.store, one.rows, _plain(one.path), uses, takes_first, each)

    def _target_of(self, one: Instruction) -> tuple[Getter, Fill, bool, bool, tuple[Place, ...]] | None:
        legs = (Leg(self._target, one.path.legs[0].steps), *one.path.legs[1:])
        outer = _parsed_outer(one)
        getter, repeats_at, end = self._getter(legs, outer)
        if end is None:
            return None
        name, last = end
        if not is_primitive(last.type):
            inside = text_step(last.type)
            found = walk(last.type, [(inside, "1")]) if inside else None
            if found is None:
                return None
            step = (*map(str, legs), name, "inside")
            parent = getter
            made = self._getters.setdefault(step, _inside(parent, name, last))
            getter, name, last = made, found[0][0].name, leaf(found[1])
            repeats_at = True if repeats_at else repeats_at
        many = last.many
        uses: tuple[Place, ...] = ()
        row = one.row
        if row.constant is not None:
            put = fixed(name, last, row.constant.strip())
            return (getter, put, False, _each(one), uses) if put else None
        expression = None
        if row.expression is not None and not row.expression.startswith("/"):
            expression = compile_expression(row.expression, (self._segment, _number_of(one)), one.home)
            if expression is None:
                return None
            uses = expression.uses
        put = fill_for(one, name, last, self._maps, expression.text if expression else None)
        return getter, put, not (repeats_at or many), _each(one), uses

    def _getter(self, legs: Sequence[Leg], outer: int) -> tuple[Getter, bool, tuple[str, Leaf] | None]:
        """The node that holds the last element; whether a repetition of the field has its own; the element."""
        getter: Getter = root
        key: tuple[str, ...] = ()
        repeats, seen = False, 0
        for number, leg in enumerate(legs):
            if number:
                label = leg.type[len(bare(leg.type)) :]
                key = (*key, f"({leg.type})")
                getter = self._getters.setdefault(
                    key, referenced(getter, bare(leg.type), _family(label, bare(leg.type)), repeats=repeats)
                )
            last = number == len(legs) - 1
            if not leg.steps:
                return getter, repeats, None
            found = walk(bare(leg.type), [step_parts(step) for step in leg.steps])
            if found is None:
                return getter, repeats, None
            steps, element = found
            for step in steps[:-1] if last else steps:
                seen += 1
                new = step.many and not repeats and seen <= outer
                repeats = repeats or new
                key = (*key, f"{step.name}[{step.label}]" if step.many else step.name)
                made = entry(getter, step, repeats=repeats) if step.many else single(getter, step.name, step.rivals)
                getter = self._getters.setdefault(key, made)
            if last:
                return getter, repeats or (leaf(element).many and seen < outer), (steps[-1].name, leaf(element))
        return getter, repeats, None


def _family(label: str, type_: str) -> str:
    """Parts of one place lie in one another: the reference is to the innermost. Else a label says nothing here."""
    return label if type_ == "Location" else ""


def _inside(parent: Getter, name: str, last: Leaf) -> Getter:
    return entry(parent, Step(name, True, "1"), repeats=True) if last.many else single(parent, name, last.rivals)


def _parsed_outer(one: Instruction) -> int:
    """How many steps of the path the segment map's own row has: these are what a repeated field repeats."""
    path = parsed_row(one.rows[0])
    if path is None:
        return 0
    count = sum(len(leg.steps) for leg in path.legs)
    return count or 99


def _number_of(one: Instruction) -> int:
    _, _, number = one.rows[0].v2.partition("-")
    return int(number) if number.isdecimal() else 0


def _is_whole(one: Instruction) -> bool:
    return one.row.expression is not None or one.row.v2.isalpha() or not one.row.v2


def _each(one: Instruction) -> bool:
    return "component[each]" in one.rows[0].to


def _plain(path: Path) -> str:
    """The path without indices, in its last resource: `Organization.identifier.value`."""
    last = path.legs[-1]
    return ".".join([bare(last.type), *(step_parts(step)[0] for step in last.steps)])


def _nothing(*_: Any) -> Any:
    return Reason.NO_PLACE
