"""MSH and EVN. Nothing in them is invented: what neither the bundle nor the caller gives stays empty, and is told."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from trivium.api import BadInput
from trivium_fhir.reverse.making import Making
from trivium_fhir.reverse.problems import BundleProblem
from trivium_fhir.reverse.rules import Target
from trivium_fhir.reverse.state import Draft, Use
from trivium_fhir.reverse.store import Cursor, Store
from trivium_fhir.reverse.values import date_time
from trivium_hl7 import dictionary
from trivium_hl7.structures import names_of

TYPES: Final = (
    "ADT^A01",
    "ADT^A04",
    "ADT^A08",
    "ADT^A40",
    "ORU^R01",
    "ORM^O01",
    "OML^O21",
    "MDM^T02",
    "SIU^S12",
    "VXU^V04",
)
_NAMESPACE: Final = uuid.UUID("6f0c3a52-0f0e-5d0b-9a4e-5a3c2f6f9a10")
_CONTROL_ID: Final = 20
"""Characters of MSH-10 in versions before 2.7 (HL7 v2.5.1 chapter 2.15.9.10)."""
_HAS_EVENT: Final = frozenset({"ADT", "MDM"})
BUNDLE: Final = -1
"""The bundle itself among the resources of an account."""


@dataclass(frozen=True, slots=True)
class Parties:
    """What the caller says of sender and receiver, and of the kind of processing."""

    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    processing_id: str = ""


NOBODY: Final = Parties()


def message_type(store: Store, asked: str | None) -> str:
    """The type that is asked for, or that of the MessageHeader's event. Raises `BadInput` where neither decides."""
    if asked is not None:
        code, _, rest = asked.strip().upper().replace("_", "^").replace(" ", "^").partition("^")
        found = f"{code}^{rest.partition('^')[0]}"
        if found not in TYPES:
            raise BadInput(where="message_type", problem=BundleProblem.UNKNOWN_MESSAGE_TYPE)
        return found
    events = {one.text("eventCoding", "code").upper() for one in store.of_type("MessageHeader")} - {""}
    if len(events) > 1:
        raise BadInput(where="bundle", problem=BundleProblem.SEVERAL_EVENTS, number=len(events))
    named = events.pop() if events else ""
    found = next((one for one in TYPES if named in (one, one.partition("^")[2])), "")
    if not found:
        raise BadInput(where="message_type", problem=BundleProblem.NO_MESSAGE_TYPE)
    return found


def header(making: Making, type_name: str, parties: Parties) -> Draft:
    """MSH: from the MessageHeader, the Bundle and the caller."""
    headers = making.store.of_type("MessageHeader")
    skip = frozenset({7, 9, 10, 12, 18, 23, 24, 25})  # sender and receiver stand in MSH-3 to MSH-6
    msh = making.segment("MSH", ("MSH[MessageHeader]", next(iter(headers), None)), skip=skip)
    for number, text in (
        (3, parties.sending_application),
        (4, parties.sending_facility),
        (5, parties.receiving_application),
        (6, parties.receiving_facility),
        (11, parties.processing_id),
    ):
        if text:
            msh.set(number, text)
    _type(making, msh, type_name, headers)
    _moment(making, msh)
    _control(making, msh)
    msh.set(12, making.version)
    return msh


def _type(making: Making, msh: Draft, type_name: str, headers: list[Cursor]) -> None:
    code, _, event = type_name.partition("^")
    names = names_of(code, event, making.version)
    if not names:
        raise BadInput(where="version", problem=BundleProblem.NOT_IN_VERSION)
    msh.set(9, code, event, names[0] if dictionary.exact_component("MSG", 3, making.version) else "")
    for one in headers:
        for value in (*one.reach("eventCoding", "code"), *one.reach("eventCoding", "display")):
            making.account.use(value, Use(msh, Target(9, 2), (), "MSH[MessageHeader] MSH-9, MSG[Coding] MSG.2"))
        for value in one.reach("eventCoding", "system"):
            making.account.use(value, Use(msh, Target(9, 2), (), "MSH[MessageHeader] MSH-9", implied=True))


def _moment(making: Making, msh: Draft) -> None:
    whole = Cursor(BUNDLE, (), making.store.bundle)
    for one in whole.steps("timestamp"):
        made = date_time(str(one.value))
        if made:
            msh.set(7, made)
            making.account.use(one, Use(msh, Target(7), (), "MSH[Bundle] MSH-7"))
            return
    for one in making.store.of_type("Provenance"):
        if one.text("activity", "coding", "display").startswith("message"):
            moments = [*one.steps("occurredDateTime"), *one.steps("recorded")]
            if moments and (made := date_time(str(moments[0].value))):
                msh.set(7, made)
                for moment in moments:
                    making.account.use(moment, Use(msh, Target(7), (), "MSH[Provenance-Source] MSH-7"))
                return
    making.account.note(msh, 7, "the bundle has no timestamp: the time of the message is left empty")


def _control(making: Making, msh: Draft) -> None:
    """The bundle's identifier, or one from its content: the same bundle, the same number."""
    whole = Cursor(BUNDLE, (), making.store.bundle)
    longest = 199 if dictionary.is_since(making.version, "2.7") else _CONTROL_ID
    for one in whole.reach("identifier", "value"):
        if isinstance(one.value, str) and 0 < len(one.value) <= longest:
            msh.set(10, one.value)
            making.account.use(one, Use(msh, Target(10), (), "MSH[Bundle] MSH-10"))
            return
    content = [[one.value for one in making.store.resources], msh.text(9), msh.text(9, 2), making.version]
    name = json.dumps(content, sort_keys=True, default=_number)
    msh.set(10, uuid.uuid5(_NAMESPACE, name).hex[:_CONTROL_ID])
    making.account.note(msh, 10, "made of the bundle's content, which has no identifier that fits")


def _number(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def event(making: Making, type_name: str, msh: Draft) -> list[Draft]:
    """EVN, of the messages that have one: from the Provenance of the event, else the time of the message."""
    if type_name.partition("^")[0] not in _HAS_EVENT:
        return []
    source = next((one for one in making.store.of_type("Provenance") if _of_event(making, one)), None)
    evn = making.segment("EVN", ("EVN[Provenance]", source))
    if not dictionary.is_since(making.version, "2.5"):
        evn.set(1, making.event)
    if not evn.has(2) and msh.has(7):
        evn.set(2, msh.text(7))
        making.account.note(evn, 2, "no time of the event is in the bundle: that of the message stands here")
    return [evn]


def _of_event(making: Making, provenance: Cursor) -> bool:
    """The Provenance that the guide makes of an EVN (`EVN[Provenance]`): of the message, and no other activity."""
    if not provenance.steps("recorded"):
        return False
    display = provenance.text("activity", "coding", "display")
    targets = [one.type for one in making.target(provenance, "target")]
    return display.startswith("event") or ("MessageHeader" in targets and not provenance.steps("activity"))


def software(making: Making) -> list[Draft]:
    """SFT of each device that a Provenance names as what the message comes from (since version 2.5)."""
    if not dictionary.field_count("SFT", making.version):
        return []
    found: dict[int, Cursor] = {}
    for provenance in making.store.of_type("Provenance"):
        for one in making.target(provenance, "entity", "what"):
            if one.type == "Device" and (one.steps("deviceName") or one.steps("version")):
                found.setdefault(one.entry, one)
    made = [making.segment("SFT", ("SFT[Device]", one)) for one in found.values()]
    return [draft for draft in made if draft.has(1) and draft.has(2)]
