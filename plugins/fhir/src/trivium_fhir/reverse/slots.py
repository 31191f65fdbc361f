"""Which of several equal elements goes into which of the fields that the guide makes of them.

`Patient.telecom` comes from PID-13, PID-14 and PID-40. The guide tells its rows apart by the fixed values they set, by
code maps, by what they hold. Where nothing decides: the field that the version requires or still recommends, and that
repeats, takes all; else each takes one, in the guide's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from trivium_fhir.reverse.codes import choose, has_codes
from trivium_fhir.reverse.rules import Node, Rule, Step
from trivium_fhir.reverse.store import Cursor, Store, is_primitive, plain
from trivium_hl7 import dictionary

_LINES: Final = {"1": 0, "4": 1, "5": 2, "2": 3, "3": 4}
"""An address line after the first is XAD.2; SAD.2 and SAD.3 are a street's name and number apart."""
_TELLING: Final = frozenset({"code", "url", "use", "status", "role", "mode"})
"""Elements whose fixed value says what the repetition is; others (systems, displays) only go with it."""
_ONE_EACH: Final = frozenset({"SCH"})
"""Segments in whose fields several of a kind (placer, filler, enterer) stand one each."""
JOINED: Final = frozenset({"given"})
"""Elements whose last slot takes all that is left (XPN.3: second and further given names)."""


class Fit(NamedTuple):
    score: int
    repeats: bool
    order: int


class Place(NamedTuple):
    """The segment and version that are written."""

    segment: str
    version: str


def assigned(
    name: str, slots: dict[str, Node], found: Sequence[Cursor], place: Place, store: Store, *, field_level: bool
) -> list[tuple[Cursor, Node]]:
    """Each value with the slot it goes into; what fits nowhere is left out."""
    if len(slots) == 1 and field_level and name != "extension":
        (node,) = slots.values()
        return [(one, node) for one in found if not _contradicts(node, one, store)]
    taken: set[str] = set()
    result: list[tuple[Cursor, Node]] = []
    for one in found:
        slot = _best(name, slots, one, taken, place, store, field_level)
        if slot is not None:
            taken.add(slot)
            result.append((one, slots[slot]))
    return result


def _best(
    name: str, slots: dict[str, Node], one: Cursor, taken: set[str], place: Place, store: Store, field_level: bool
) -> str | None:
    fits = {slot: fit for slot, node in slots.items() if (fit := _fit(name, slot, node, one, place, store)) is not None}
    for slot in sorted(fits, key=lambda slot: (-fits[slot].score, fits[slot].order)):
        if slot not in taken or (field_level and fits[slot].repeats and place.segment not in _ONE_EACH):
            return slot
    return max(slots) if fits and name in JOINED else None


def _fit(name: str, slot: str, node: Node, one: Cursor, place: Place, store: Store) -> Fit | None:
    if name == "extension":
        return Fit(1, repeats=True, order=0) if one.text("url") == slot else None
    score = 0
    for steps, accepted, hard in _fixed(node):
        values = _texts(one, steps, store)
        match = not accepted.isdisjoint(values)
        behind = any(step.hop for step in steps)  # of a resource that is referenced, and may be of another type
        if hard and not match and (values or not behind):
            return None
        score += (4 if hard else 2) if match else -1 if values else 0
    if not _holds_something(node, one, store):
        return None
    rules = [rule for _, rule in node.reached]
    score += _just_this(node, one)
    score += _codes_known(node, one, store) + _preference(rules, place)
    order = _LINES.get(slot, 9) if name == "line" else int(slot) if slot.isdecimal() else 0
    return Fit(score, _repeats(rules, place), order)


def _contradicts(node: Node, one: Cursor, store: Store) -> bool:
    """A fixed value of the row stands otherwise there: it is another kind. One that is absent says nothing."""
    for steps, accepted, hard in _fixed(node):
        values = _texts(one, steps, store)
        if hard and values and accepted.isdisjoint(values):
            return True
    return False


def _fixed(node: Node) -> list[tuple[tuple[Step, ...], set[str], bool]]:
    """The telling fixed values of a slot: where they stand, which they may be, and whether they always hold."""
    if node.fixed is None:
        node.fixed = _fixed_values(node)
    return node.fixed


def _fixed_values(node: Node) -> list[tuple[tuple[Step, ...], set[str], bool]]:
    found: dict[tuple[Step, ...], tuple[set[str], bool]] = {}
    for steps, rule in node.reached:
        if rule.constant is None or not steps:
            continue
        own_system = len(steps) == 1 and steps[0].name == "system"
        if steps[-1].name not in _TELLING and not own_system:
            continue
        if any(step.name == "extension" for step in steps) and (steps[-1].name == "url" or len(rule.rows) > 1):
            continue
        accepted, hard = found.get(steps, (set(), True))
        found[steps] = ({*accepted, rule.constant.rstrip(".")}, hard and rule.condition is None and not own_system)
    return [(steps, accepted, hard) for steps, (accepted, hard) in found.items()]


def _texts(one: Cursor, steps: Sequence[Step], store: Store) -> list[str]:
    return [plain(cursor.value) for cursor in ends(one, steps, store) if is_primitive(cursor.value)]


def targets(reference: Cursor, type_name: str, store: Store) -> list[Cursor]:
    """The resource a reference points to, as the type the guide has there.

    Where the guide has a PractitionerRole and the bundle a Practitioner, or the other way about, that is read so.
    """
    found = store.resolve(reference)
    if found is None:
        return []
    if type_name in ("", found.type) or found.type in type_name.split("|"):
        return [found]
    if found.type == "PractitionerRole" and type_name in ("Practitioner", "Organization"):
        inner = (store.resolve(one) for one in found.steps(type_name.lower()))
        return [one for one in inner if one is not None and one.type == type_name]
    if type_name == "PractitionerRole" and found.type in ("Practitioner", "Organization"):
        return [Cursor(reference.entry, reference.place, {found.type.lower(): reference.value})]
    return []


def _holds_something(node: Node, one: Cursor, store: Store) -> bool:
    """Whether any row of the slot finds its value there."""
    if is_primitive(one.value):
        return True
    return any(rule.constant is None and ends(one, steps, store) for steps, rule in node.reached)


def ends(one: Cursor, steps: Sequence[Step], store: Store) -> list[Cursor]:
    """What stands at the end of a rule's path, whatever slots it names."""
    found = [one]
    for step in steps:
        if step.hop:
            found = [target for cursor in found for target in targets(cursor, step.hop, store)]
        else:
            found = [value for cursor in found for value in cursor.steps(step.name)]
    return found


def _just_this(node: Node, one: Cursor) -> int:
    """A slot that takes just what the value has: an address of a district alone is PID-12."""
    if not isinstance(one.value, Mapping):
        return 0
    return int({name for name, _ in node.below} == set(one.value))


def _codes_known(node: Node, one: Cursor, store: Store) -> int:
    """A code that this slot's code map has."""
    for steps, rule in node.reached:
        if rule.concept_map and rule.whole and has_codes(rule.concept_map):
            for value in ends(one, steps, store):
                codings = value.steps("coding") or [value]
                if any(choose(rule.concept_map, one.text("code"), one.text("system")) for one in codings):
                    return 1
    return 0


def _preference(rules: Sequence[Rule], place: Place) -> int:
    """Withdrawn fields, and those kept for old senders, are for what nothing else takes."""
    field = min((rule.target.field for rule in rules), default=0)
    definition = dictionary.exact_field(place.segment, field, place.version)
    if definition is None:
        return -8
    if not dictionary.is_since(place.version, "2.7") and (place.segment, field) in _KEPT_FOR_OLD:
        return -4
    if definition.usage == "R" and place.segment not in _ONE_EACH:
        return 1
    return {"B": -4, "W": -8, "X": -8}.get(definition.usage, 0)


_KEPT_FOR_OLD: Final = frozenset({("PID", 2), ("PID", 4), ("PID", 9)})
"""The sources for 2.1 to 2.6 know R and O alone; these are for backward compatibility (HL7 v2.5.1 chapter 3.4.2)."""


def _repeats(rules: Sequence[Rule], place: Place) -> bool:
    field = min((rule.target.field for rule in rules), default=0)
    definition = dictionary.exact_field(place.segment, field, place.version)
    return definition is not None and definition.maximum != 1
