"""Run the rules of a segment map over a resource: values into the fields of a segment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from trivium_fhir.conditions import Condition, Equals, Group, InList, Measured, Same, Valued
from trivium_fhir.reverse.codes import choose, coding_system, has_codes
from trivium_fhir.reverse.problems import Unused
from trivium_fhir.reverse.rules import Node, Rule, Target, rules, tree
from trivium_fhir.reverse.slots import JOINED, Place, assigned, targets
from trivium_fhir.reverse.state import Account, Draft, Key, Use
from trivium_fhir.reverse.store import Cursor, is_primitive, plain
from trivium_fhir.reverse.values import written
from trivium_fhir.reverse.wholes import Asked, Part, whole
from trivium_hl7 import dictionary

AMBIGUOUS: Final = "several v2 codes stand for the FHIR code; the first of the guide's code map was taken"
_MOST: Final = 200_000
"""Elements looked at for one segment."""


@dataclass(slots=True)
class Filling:
    """One segment map run over one resource."""

    segment: Draft
    version: str
    account: Account
    skip: frozenset[int] = frozenset()
    """Fields that are made otherwise (OBX-2, OBX-5, OBX-6)."""
    fresh: bool = False
    """Only values that stand in no other segment yet."""
    _writing: tuple[Target, str] | None = None
    """What is about to be written, and where: a condition may be on that very place."""
    _found: list[tuple[Rule, Cursor, Key]] = field(default_factory=list)

    def run(self, map_name: str, resource: Cursor) -> None:
        self._found.clear()
        self.account.visited.add(resource.entry)
        self._walk(tree(map_name), resource, ())
        chosen = [one for one in self._found if one[0].target.field not in self.skip]
        for rule, value, key in chosen:
            if rule.condition is None and rule.constant is None:
                self._put(rule, value, key)
        told: set[tuple[int, int, tuple[str | int, ...]]] = set()
        for rule, value, key in chosen:
            at = (rule.target.field, value.entry, value.place)  # a value goes where the first condition that holds says
            if rule.condition is None or rule.constant is not None or at in told:
                continue
            self._writing = (rule.target, self._code_of(rule, value))
            if not self._holds(rule.condition, key):
                continue
            if self._put(rule, value, key):
                told.add(at)
        for rule, value, key in chosen:
            if (
                rule.constant is not None
                and plain(value.value) == rule.constant
                and self.segment.has(rule.target.field)
            ):
                self.account.use(value, Use(self.segment, rule.target, key, rule.name, implied=True))

    def _walk(self, node: Node, here: Cursor, key: Key) -> None:
        if len(self._found) > _MOST:
            return
        self._found.extend((rule, here, key) for rule in node.rules)
        for (name, hop), slots in node.below.items():
            if hop:
                for target in targets(here, hop, self.account.store):
                    self._link(here, slots["1"])
                    self._walk(slots["1"], target, key)
                continue
            found = here.steps(name)
            if found:
                self._into(name, slots, found, key)

    def _into(self, name: str, slots: dict[str, Node], found: list[Cursor], key: Key) -> None:
        level = any(node.level for node in slots.values())
        place = Place(self.segment.id, self.version)
        result = assigned(name, slots, found, place, self.account.store, field_level=level)
        for one, node in result:
            index = one.place[-1] if level and one.place else None
            self._walk(node, one, (*key, index) if isinstance(index, int) else key)

    def _link(self, reference: Cursor, node: Node) -> None:
        for one in reference.steps("reference"):
            if node.reached:
                rule = node.reached[0][1]
                self.account.use(one, Use(self.segment, rule.target._replace(component=0), (), rule.name, implied=True))

    def _code_of(self, rule: Rule, value: Cursor) -> str:
        """The text that a rule would write, as far as a condition asks for it: a code."""
        text = plain(value.value) if is_primitive(value.value) else ""
        found = choose(rule.concept_map, text) if rule.concept_map and text else None
        return found.code if found else text

    def _put(self, rule: Rule, value: Cursor, key: Key) -> bool:
        """Write a value; whether anything of it was."""
        if self.fresh and any(place[: len(value.place)] == value.place for place in self._used(value.entry)):
            return False
        if rule.whole is not None:
            return self._put_whole(rule, value, key)
        return is_primitive(value.value) and self._put_text(rule, value, key)

    def _used(self, entry: int) -> list[tuple[str | int, ...]]:
        uses = self.account.uses.items()
        return [
            place for (one, place), use in uses if one == entry and not use.implied and use.segment is not self.segment
        ]

    def _put_text(self, rule: Rule, value: Cursor, key: Key) -> bool:
        definition = self._definition(rule.target)
        if definition is None:
            self.account.refuse(value, Unused.NOT_IN_VERSION)
            return False
        text: str | None = plain(value.value)
        if rule.concept_map and has_codes(rule.concept_map):
            text = self._code(rule, value)
        elif rule.prefix:
            text = text.removeprefix(rule.prefix) if text and text.startswith(rule.prefix) else None
        elif rule.rows[-1].map.startswith("CWE[") and rule.steps[-1].name == "system":
            text = coding_system(plain(value.value))
        else:
            text = written(value.value, definition)
        if text is None:
            self.account.refuse(value, Unused.NO_FORM)
        if not text or not self._write(rule, rule.target, key, text, (value,)):
            return False
        if value.place[-1] == "code":  # whose system the field's table says
            system = Cursor(value.entry, (*value.place[:-1], "system"), None)
            self.account.use(system, Use(self.segment, rule.target, key, rule.name, implied=True))
        return True

    def _code(self, rule: Rule, value: Cursor) -> str | None:
        found = choose(rule.concept_map or "", plain(value.value))
        if found is None:
            if rule.rows[-1].to.endswith("coding.code"):  # an open table: the code stands for itself
                return plain(value.value)
            self.account.refuse(value, Unused.NO_CODE)
            return ""
        if found.ambiguous and self._stands_back(rule):
            self.account.refuse(value, Unused.AMBIGUOUS)
            return ""
        if found.ambiguous:
            self.account.note(self.segment, rule.target.field, AMBIGUOUS)
        return found.code

    def _put_whole(self, rule: Rule, value: Cursor, key: Key) -> bool:
        data_type = self._definition(rule.target)
        if data_type is None:
            self.account.refuse(value, Unused.NOT_IN_VERSION)
            return False
        made = False
        asked = Asked(self.account.store, data_type, rule.concept_map, self.account.refuse)
        for part in whole(rule.whole or "")(value, asked):
            if part.ambiguous and self._stands_back(rule):
                self._refuse_all(part, Unused.AMBIGUOUS)
                continue
            made = self._put_part(rule, part, key) or made
        return made

    def _stands_back(self, rule: Rule) -> bool:
        """Another element is what the field comes from; this one only shows in it (a visit's status in its class)."""
        return rule.condition is not None and any(
            other.condition is None and other.constant is None and other.steps[:1] != rule.steps[:1]
            for other in rules(rule.rows[0].map)
            if other.target.field == rule.target.field
        )

    def _put_part(self, rule: Rule, part: Part, key: Key) -> bool:
        target = rule.target
        if part.component:
            if target.component:
                target = target._replace(subcomponent=part.component)
            else:
                target = target._replace(component=part.component, subcomponent=part.subcomponent)
        if self._definition(target) is None or (part.component and not self._composite(rule.target, part)):
            self._refuse_all(part, Unused.NOT_IN_VERSION)
            return False
        if part.ambiguous:
            self.account.note(self.segment, target.field, AMBIGUOUS)
        if not self._write(rule, target, key, part.text, part.says):
            return False
        for one in part.implies:
            self.account.use(one, Use(self.segment, target, key, rule.name, implied=True))
        return True

    def _refuse_all(self, part: Part, why: Unused) -> None:
        for one in part.says:
            self.account.refuse(one, why)

    def _write(self, rule: Rule, target: Target, key: Key, text: str, says: tuple[Cursor, ...]) -> bool:
        joined = rule.steps and rule.steps[-1].name in JOINED and rule.steps[-1].slot != "1"
        if joined and (before := self.segment.text(target.field, target.component or 1, target.subcomponent or 1, key)):
            self.segment.fields[target.field][key][target.component or 1, target.subcomponent or 1] = f"{before} {text}"
        elif not self.segment.put(target, key, text):
            for one in says:
                self.account.refuse(one, Unused.NO_ROOM)
            return False
        for one in says:
            self.account.use(one, Use(self.segment, target, key, rule.name))
        return True

    def _definition(self, target: Target) -> str | None:
        """The data type at a place in the version that is written; None where it has no such place."""
        found = dictionary.exact_field(self.segment.id, target.field, self.version)
        if found is None or not found.type or found.usage == "W":
            return None
        for number in (target.component, target.subcomponent):
            if not number:
                break
            inner = dictionary.exact_component(found.type, number, self.version)
            if inner is None and number == 1:
                break
            if inner is None or not inner.type or inner.usage in ("W", "X"):
                return None
            found = inner
        return found.type

    def _composite(self, target: Target, part: Part) -> bool:
        """Whether the place has more than its first part; a primitive one holds just that."""
        data_type = self._definition(target)
        return part.component == 1 or (data_type is not None and dictionary.is_composite(data_type, self.version))

    def _holds(self, condition: Condition, key: Key) -> bool:
        """Whether a condition on this segment holds as it is written so far; on another segment, it is let pass."""
        match condition:
            case Group(word, parts):
                held = [self._holds(part, key) for part in parts]
                return all(held) if word == "and" else any(held)
            case InList() | Measured(_, "len"):  # the length is what is being made here
                return True
        texts = self._texts(condition.field, key)
        if texts is None:
            return True
        match condition:
            case Valued(name, negated):
                if not negated and self._same_field(name):  # another row of the same value fills it
                    return True
                return any(texts) != negated
            case Equals(name, values, negated):
                if not any(texts) and not self._same_field(name):  # not said, so nothing speaks against it
                    return True
                return any(text in values for text in texts) != negated
            case Same(_, other, negated):
                return (texts == self._texts(other, key)) != negated
            case Measured(_, what, operator, number):
                return _compare(len(texts) if what == "count" else len("".join(texts[:1])), operator, number)

    def _same_field(self, name: str) -> bool:
        field = name.partition("-")[2].partition(".")[0]
        return self._writing is not None and field == str(self._writing[0].field)

    def _texts(self, name: str, key: Key) -> list[str] | None:
        segment, _, rest = name.partition("-")
        if segment != self.segment.id or not rest:
            return None
        numbers = [int(part) for part in rest.split(".") if part.isdecimal()]
        repetitions = self.segment.fields.get(numbers[0], {})
        chosen = [repetitions[key]] if key in repetitions else list(repetitions.values())
        at = (numbers[1] if len(numbers) > 1 else 0, numbers[2] if len(numbers) > 2 else 0)
        if self._writing is not None:
            target, text = self._writing
            if target.field == numbers[0] and at[0] in (0, target.component) and at[1] in (0, target.subcomponent):
                return [text]
        if not at[0]:
            return [next(iter(parts.values()), "") for parts in chosen]
        return [parts.get((at[0], at[1] or 1), "") for parts in chosen]


def _compare(left: int, operator: str, right: int) -> bool:
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]
