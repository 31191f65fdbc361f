"""OBX of an Observation: the type of its value decides OBX-2, and with it the form of OBX-5 and OBX-6.

The rows are those of `OBX[Observation]` with a condition on OBX-2, read from the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_fhir.reverse.filling import Filling
from trivium_fhir.reverse.problems import Unused
from trivium_fhir.reverse.rules import Target
from trivium_fhir.reverse.state import Account, Draft, Key, Use
from trivium_fhir.reverse.store import Cursor, is_primitive, plain
from trivium_fhir.reverse.values import date_time, number, time
from trivium_fhir.reverse.wholes import Asked, Part, attachment, coded, text_of
from trivium_hl7 import dictionary

_OWN: Final = frozenset({2, 5, 6})
_ROW: Final = "OBX[Observation] OBX-5"
_UNIT_ROW: Final = "OBX[Observation] OBX-6, CWE[Quantity] CWE.1"
_LONG_TEXT: Final = 200
_ATTACHMENT: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.valueAttachment"


def observation_segments(observation: Cursor, version: str, account: Account) -> Iterator[Draft]:
    """OBX of an Observation, and one of each component that has a code of its own."""
    first = Draft("OBX")
    Filling(first, version, account, _OWN).run("OBX[Observation]", observation)
    _value(first, observation, (0,), version, account)
    others: list[Draft] = []
    for place, component in enumerate(observation.steps("component"), 1):
        if _same_code(component, observation):
            _code_said(first, component, account)
            _value(first, component, (place,), version, account)
        else:
            others.append(_component(component, observation, version, account))
    if first.has(5) or not others or observation.steps("dataAbsentReason"):
        yield first
    for draft in others:
        for field in (11, 14):
            if first.has(field):
                draft.fields.setdefault(field, dict(first.fields[field]))
        yield draft


def _component(component: Cursor, observation: Cursor, version: str, account: Account) -> Draft:
    draft = Draft("OBX")
    filling = Filling(draft, version, account, _OWN | {11})
    whole = {"resourceType": "Observation", **component.value}
    filling.run("OBX[Observation]", Cursor(component.entry, component.place, whole))
    _value(draft, component, (0,), version, account)
    return draft


def _same_code(component: Cursor, observation: Cursor) -> bool:
    ours, theirs = component.steps("code"), observation.steps("code")
    return bool(ours and theirs) and ours[0].value == theirs[0].value


def _code_said(segment: Draft, component: Cursor, account: Account) -> None:
    for name in ("code", "system", "display", "version"):
        for one in component.reach("code", "coding", name):
            account.use(one, Use(segment, Target(3), (), "OBX[Observation-Component] OBX-3", implied=True))


def _value(segment: Draft, holder: Cursor, key: Key, version: str, account: Account) -> None:
    for name, one in _values(holder):
        before = segment.text(2)
        made = _MAKERS[name](segment, one, key, version, account) if name in _MAKERS else ""
        if made and before and before != made:
            account.refuse(one, Unused.NO_FORM)
            segment.fields[5].pop(key, None)
        elif made:
            segment.set(2, made)
        return


def _values(holder: Cursor) -> Iterator[tuple[str, Cursor]]:
    for name in holder.value:
        if isinstance(name, str) and name.startswith("value") and name[5:6].isupper():
            yield from ((name, one) for one in holder.steps(name)[:1])
    for one in holder.steps("extension"):
        if one.text("url") == _ATTACHMENT:
            yield from (("valueAttachment", inner) for inner in one.steps("valueAttachment"))


def _put(segment: Draft, key: Key, part: Part, account: Account, row: str = _ROW, field: int = 5) -> None:
    target = Target(field, part.component, part.subcomponent)
    if segment.put(target, key, part.text):
        for one in part.says:
            account.use(one, Use(segment, target, key, row))
        for one in part.implies:
            account.use(one, Use(segment, target, key, row, implied=True))


def _quantity(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    amount = number(value.text("value"))
    if amount is None:
        return ""
    says = tuple(value.steps("value"))
    _unit(segment, value, version, account)
    comparator = value.text("comparator")
    if not comparator:
        _put(segment, key, Part(0, amount, says), account)
        return "NM"
    _put(segment, key, Part(1, comparator, tuple(value.steps("comparator"))), account)
    _put(segment, key, Part(2, amount, says), account, _ROW + ", SN[Quantity] SN.2")
    return "SN"


def _unit(segment: Draft, value: Cursor, version: str, account: Account) -> None:
    """OBX-6: the code, the unit as text where it is another, and the system."""
    if segment.has(6) or not (value.text("code") or value.text("unit")):
        return
    from trivium_fhir.reverse.codes import coding_system

    code, unit = value.steps("code"), value.steps("unit")
    if not code:
        _put(segment, (), Part(1, value.text("unit"), tuple(unit)), account, _UNIT_ROW, 6)
        return
    _put(segment, (), Part(1, value.text("code"), tuple(code)), account, _UNIT_ROW, 6)
    if unit:
        _put(segment, (), Part(2, value.text("unit"), tuple(unit)), account, _UNIT_ROW, 6)
    if system := value.steps("system"):
        _put(segment, (), Part(3, coding_system(value.text("system")), tuple(system)), account, _UNIT_ROW, 6)


def _text(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    text = plain(value.value) if is_primitive(value.value) else ""
    if not text:
        return ""
    _put(segment, key, Part(0, text, (value,)), account)
    before = segment.text(2)
    return before or ("TX" if "\n" in text or len(text) > _LONG_TEXT else "ST")


def _concept(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    data_type = "CWE" if dictionary.is_since(version, "2.5") else "CE"
    parts = list(coded(value, Asked(account.store, data_type, None, account.refuse)))
    for part in parts:
        _put(segment, key, part, account, f"{_ROW}, {data_type}[CodeableConcept]")
    return data_type if parts else ""


def _moment(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    made = date_time(plain(value.value)) if is_primitive(value.value) else None
    if made is None:
        return ""
    _put(segment, key, Part(0, made, (value,)), account)
    if len(made) == 8:
        return "DT"
    return "DTM" if dictionary.is_since(version, "2.6") else "TS"


def _clock(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    made = time(plain(value.value)) if is_primitive(value.value) else None
    if made is not None:
        _put(segment, key, Part(0, made, (value,)), account)
    return "TM" if made else ""


def _whole_number(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    made = number(plain(value.value)) if is_primitive(value.value) else None
    if made is not None:
        _put(segment, key, Part(0, made, (value,)), account, "ours: valueInteger is NM")
    return "NM" if made else ""


def _yes_no(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    if not isinstance(value.value, bool):
        return ""
    made = "Y" if value.value else "N"
    data_type = "CWE" if dictionary.is_since(version, "2.5") else "CE"
    _put(segment, key, Part(1, made, (value,)), account, "ours: valueBoolean is a code of table 0136")
    _put(segment, key, Part(3, "HL70136"), account)
    return data_type


def _range(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    return _pair(segment, value, key, account, ("low", "-", "high"), version)


def _ratio(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    return _pair(segment, value, key, account, ("numerator", ":", "denominator"), version)


def _pair(segment: Draft, value: Cursor, key: Key, account: Account, names: tuple[str, str, str], version: str) -> str:
    first, separator, second = names
    for name, component in ((first, 2), (second, 4)):
        for one in value.steps(name):
            amount = number(one.text("value"))
            if amount is not None:
                _put(segment, key, Part(component, amount, tuple(one.steps("value"))), account, f"{_ROW}, SN")
            _unit(segment, one, version, account)
            if one.text("comparator") and component == 2:
                _put(segment, key, Part(1, one.text("comparator"), tuple(one.steps("comparator"))), account)
    if not segment.fields.get(5, {}).get(key):
        return ""
    _put(segment, key, Part(3, separator), account)
    return "SN"


def _period(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    for name, component in (("start", 1), ("end", 2)):
        made = date_time(value.text(name))
        if made:
            _put(segment, key, Part(component, made, tuple(value.steps(name))), account, f"{_ROW}, DR[Period]")
    return "DR" if segment.fields.get(5, {}).get(key) else ""


def _attached(segment: Draft, value: Cursor, key: Key, version: str, account: Account) -> str:
    text = text_of(value) if value.steps("data") else None
    if text is not None:
        says = (*value.steps("data"), *value.steps("contentType"))
        _put(segment, key, Part(0, text, says), account, "OBX[DocumentReference] OBX-5")
        return "TX"
    parts = list(attachment(value, Asked(account.store, "ED", None, account.refuse)))
    for part in parts:
        _put(segment, key, part, account, "OBX[DocumentReference] OBX-5, ED[Attachment]")
    return "ED" if value.steps("data") else "RP" if parts else ""


_MAKERS: Final = {
    "valueQuantity": _quantity,
    "valueString": _text,
    "valueCodeableConcept": _concept,
    "valueDateTime": _moment,
    "valueTime": _clock,
    "valueInteger": _whole_number,
    "valueBoolean": _yes_no,
    "valueRange": _range,
    "valueRatio": _ratio,
    "valuePeriod": _period,
    "valueAttachment": _attached,
}


def document_segments(document: Cursor, version: str, account: Account) -> Iterator[Draft]:
    """OBX of the contents of a DocumentReference, with the document's type as what was observed."""
    account.visited.add(document.entry)
    for value in document.reach("content", "attachment"):
        segment = Draft("OBX")
        made = _attached(segment, value, (0,), version, account)
        if not made:
            continue
        segment.set(2, made)
        data_type = "CWE" if dictionary.is_since(version, "2.7") else "CE"
        for kind in document.steps("type")[:1]:
            for part in coded(kind, Asked(account.store, data_type, None, account.refuse)):
                _put(segment, (), part, account, "ours: OBX-3 is the type of the document", 3)
        segment.set(11, "F")
        account.note(segment, 11, "a document that is sent is final")
        yield segment
