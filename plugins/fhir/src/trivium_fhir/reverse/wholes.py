"""Data types that are turned round as a whole: codes, names of organizations and places, attachments.

Their rows in the guide say which element is which component; which of several ways to write a thing is taken depends
on the value as a whole (the form of a URI, which codings there are, what type a location is).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from trivium_fhir.reverse.codes import choose, coding_system, has_codes, table_of
from trivium_fhir.reverse.problems import Unused
from trivium_fhir.reverse.store import Cursor, Store, is_primitive, plain


class Part(NamedTuple):
    """A text for a component, counted from the place of the whole, and the values that it says."""

    component: int
    text: str
    says: tuple[Cursor, ...] = ()
    implies: tuple[Cursor, ...] = ()
    ambiguous: bool = False
    subcomponent: int = 0


class Asked(NamedTuple):
    """What a whole is made for."""

    store: Store
    data_type: str
    """The v2 data type at the place, in the version that is written; empty where the version has none."""
    concept_map: str | None
    refuse: Callable[[Cursor, Unused], None]


Whole: TypeAlias = Callable[[Cursor, Asked], Iterator[Part]]
_SIMPLE: Final = frozenset({"ID", "IS", "ST", "FT", "TX"})
_EXTENDED: Final = frozenset({"CWE", "CNE"})
_LOCATION_TYPES: Final = {"ro": 2, "bd": 3, "si": 4, "bu": 7, "lvl": 8}
"""`PL[Location]`: physical type to component. Without one it is a point of care, PL.1, for which the guide has none."""
_UNIVERSAL: Final = {"urn:oid:": "ISO", "urn:uuid:": "UUID", "urn:dns:": "DNS", "urn:uri:": "URI"}
_CHAIN: Final = 8
"""Locations that lie in one another."""


def whole(map_name: str) -> Whole:
    """The function that turns a data type map round."""
    source, _, target = map_name.partition("[")
    if source == "EI":
        return system_of_ei
    if source == "HD" and target.startswith("MessageHeader"):
        return endpoint_as_hd
    if source == "HD":
        return uri_as_hd if target == "uri]" else organization_as_hd
    if source == "PL":
        return location_as_pl
    if source in ("ED", "RP"):
        return attachment
    if target in ("code]", "string]", "boolean]", "uri]"):
        return text_as_code
    return coded


def coded(value: Cursor, asked: Asked) -> Iterator[Part]:
    """A CodeableConcept or Coding as CWE, CNE, CE, or its code alone."""
    if is_primitive(value.value):  # the sheet's path ends at the text
        yield Part(
            0 if asked.data_type in _SIMPLE else 9 if asked.data_type in _EXTENDED else 2, plain(value.value), (value,)
        )
        return
    codings = value.steps("coding") if "coding" in value.value else [value] if value.text("code") else []
    ordered = _mapped_first(codings, asked.concept_map)
    if asked.data_type in _SIMPLE:
        yield from _code_alone(value, ordered, asked)
        return
    extended = asked.data_type in _EXTENDED
    for number, coding in enumerate(ordered[:2]):
        yield from _coding(coding, number, asked.concept_map, extended=extended)
    for coding in ordered[2:]:
        for name in ("code", "display", "system", "version"):
            for one in coding.steps(name):
                asked.refuse(one, Unused.NO_ROOM)
    for text in value.steps("text"):
        yield from _original_text(text, ordered, asked, extended=extended)


def _mapped_first(codings: list[Cursor], concept_map: str | None) -> list[Cursor]:
    """What the code map knows stands first: it is what the field's table has."""
    if concept_map is None:
        return codings
    return sorted(codings, key=lambda one: choose(concept_map, one.text("code"), one.text("system")) is None)


def _code_alone(value: Cursor, codings: list[Cursor], asked: Asked) -> Iterator[Part]:
    if not codings:
        text = next((one for one in value.steps("text") if is_primitive(one.value)), None)
        if text is not None:
            yield Part(0, plain(text.value), (text,))
        return
    first, *others = codings
    made = next(iter(_coding(first, 0, asked.concept_map, extended=False)), None)
    if made is not None and made.component == 1:
        yield made._replace(component=0, implies=tuple(first.steps("system")))
    for coding in others:
        for one in coding.steps("code"):
            asked.refuse(one, Unused.NO_ROOM)
    for coding in codings:
        for one in (*coding.steps("display"), *coding.steps("version")):
            asked.refuse(one, Unused.DISPLAY)
    for one in value.steps("text"):
        asked.refuse(one, Unused.DISPLAY)


def _coding(coding: Cursor, number: int, concept_map: str | None, *, extended: bool) -> Iterator[Part]:
    code, display = coding.steps("code"), coding.steps("display")
    system, version = coding.steps("system"), coding.steps("version")
    name, first = coding_system(coding.text("system")), number * 3
    found = choose(concept_map or "", coding.text("code"), coding.text("system"), coding.text("display"))
    if found is not None and concept_map:
        yield Part(first + 1, found.code, tuple(code), ambiguous=found.ambiguous)
        name = table_of(concept_map) or name
    elif code:
        yield Part(first + 1, coding.text("code"), tuple(code))
    if display:
        yield Part(first + 2, coding.text("display"), tuple(display))
    if name:
        yield Part(first + 3, name, tuple(system))
    if version and extended:
        yield Part(7 + number, coding.text("version"), tuple(version))


def _original_text(text: Cursor, codings: list[Cursor], asked: Asked, *, extended: bool) -> Iterator[Part]:
    if not is_primitive(text.value):
        return
    if extended:
        yield Part(9, plain(text.value), (text,))
    elif (
        (codings and any(one.text("display") == plain(text.value) for one in codings))
        or not codings
        or not codings[0].text("display")
    ):
        yield Part(2, plain(text.value), (text,))
    else:
        asked.refuse(text, Unused.NO_ROOM)


def text_as_code(value: Cursor, asked: Asked) -> Iterator[Part]:
    """A code, a boolean or a string: through the code map, if the row has one."""
    if not is_primitive(value.value):
        return
    text = plain(value.value)
    component = 0 if asked.data_type in _SIMPLE or not asked.data_type else 1
    if asked.concept_map and has_codes(asked.concept_map):
        found = choose(asked.concept_map, text)
        if found is None:
            asked.refuse(value, Unused.NO_CODE)
        else:
            yield Part(component, found.code, (value,), ambiguous=found.ambiguous)
        return
    yield Part(component, text.removeprefix("urn:oid:"), (value,))


def uri_as_hd(value: Cursor, asked: Asked) -> Iterator[Part]:
    """A system: an OID or UUID with its type, a URL as a URI, anything else as a name."""
    if not is_primitive(value.value):
        return
    text = plain(value.value)
    for prefix, kind in _UNIVERSAL.items():
        if text.startswith(prefix) and len(text) > len(prefix):
            yield Part(2, text.removeprefix(prefix), (value,))
            yield Part(3, kind)
            return
    if text.startswith(("http://", "https://")):
        yield Part(2, text, (value,))
        yield Part(3, "URI")
    else:
        yield Part(1, text, (value,))


def system_of_ei(value: Cursor, asked: Asked) -> Iterator[Part]:
    """Who assigned an order number: EI.2 to EI.4 are the three components of an HD."""
    return (part._replace(component=part.component + 1) for part in uri_as_hd(value, asked))


def endpoint_as_hd(value: Cursor, asked: Asked) -> Iterator[Part]:
    """The source or a destination of a message: its name, and where it is reached if that says an identifier."""
    if is_primitive(value.value):
        yield from uri_as_hd(value, asked)
        return
    for one in value.steps("name"):
        yield Part(1, plain(one.value), (one,))
    for one in value.steps("endpoint"):
        if is_primitive(one.value):
            yield from (part for part in uri_as_hd(one, asked) if part.component > 1)


def organization_as_hd(value: Cursor, asked: Asked) -> Iterator[Part]:
    """An organization, device or identifier: a namespace, and a universal id with its type."""
    identifiers = value.steps("identifier") if value.type else [value]
    universal = next((one for one in identifiers if _is_universal(one)), None)
    local = next((one for one in identifiers if not _is_universal(one) and one.text("value")), None)
    if local is not None:
        yield Part(1, local.text("value"), tuple(local.steps("value")))
    elif name := value.steps("name"):
        yield Part(1, value.text("name"), tuple(name))
    if universal is not None:
        yield from _universal(universal)


def _is_universal(identifier: Cursor) -> bool:
    text = identifier.text("value")
    typed = any(one.endswith("/v2-0301") for one in _systems(identifier))
    return identifier.text("system") == "urn:ietf:rfc:3986" or typed or text.startswith(tuple(_UNIVERSAL))


def _systems(identifier: Cursor) -> list[str]:
    return [plain(one.value) for one in identifier.reach("type", "coding", "system")]


def _universal(identifier: Cursor) -> Iterator[Part]:
    text, kind = identifier.text("value"), identifier.text("type", "coding", "code")
    implied = (*identifier.reach("type", "coding", "system"), *identifier.steps("system"))
    for prefix, known in _UNIVERSAL.items():
        if text.startswith(prefix):
            text, kind = text.removeprefix(prefix), kind or known
    yield Part(2, text, tuple(identifier.steps("value")), implied)
    if kind:
        yield Part(3, kind, tuple(identifier.reach("type", "coding", "code")))


def location_as_pl(value: Cursor, asked: Asked) -> Iterator[Part]:
    """A location and those it lies in: each by its physical type into a component."""
    here: Cursor | None = value
    if not value.type:
        here = asked.store.resolve(value)
    filled: set[int] = set()
    for _ in range(_CHAIN):
        if here is None:
            return
        component = _LOCATION_TYPES.get(here.text("physicalType", "coding", "code"), 1)
        if component not in filled:
            filled.add(component)
            yield from _one_location(here, component)
        for one in here.steps("description"):
            yield Part(9, plain(one.value), (one,))
        above = here.steps("partOf")
        here = asked.store.resolve(above[0]) if above else None


def _one_location(here: Cursor, component: int) -> Iterator[Part]:
    typed = (*here.reach("physicalType", "coding", "code"), *here.reach("physicalType", "coding", "system"))
    implied = (*typed, *here.steps("mode"), *here.reach("partOf", "reference"))
    identifiers = [one for one in here.steps("identifier") if one.text("value")]
    local = next((one for one in identifiers if not _is_universal(one)), None)
    if local is not None:
        yield Part(component, local.text("value"), tuple(local.steps("value")), implied, subcomponent=1)
    elif here.text("name"):
        yield Part(component, here.text("name"), tuple(here.steps("name")), implied, subcomponent=1)
    universal = next((one for one in identifiers if _is_universal(one)), None)
    if universal is not None:
        for part in _universal(universal):
            yield part._replace(component=component, subcomponent=part.component)


def attachment(value: Cursor, asked: Asked) -> Iterator[Part]:
    """An attachment: ED with its content in Base64, or RP with where it lies."""
    kind, _, subtype = value.text("contentType").partition("/")
    types = tuple(value.steps("contentType"))
    if value.steps("data"):
        if subtype:
            yield Part(2, kind, types)
        yield Part(3, subtype or kind, types)
        yield Part(4, "Base64")
        yield Part(5, value.text("data"), tuple(value.steps("data")))
    elif value.steps("url"):
        yield Part(1, value.text("url"), tuple(value.steps("url")))
        if subtype:
            yield Part(3, kind, types)
            yield Part(4, subtype, types)


def text_of(value: Cursor) -> str | None:
    """The text that an attachment of type `text/...` holds; None where it holds none that can be read."""
    kind = value.text("contentType")
    if not kind.startswith("text/") and kind != "application/text":
        return None
    try:
        return base64.b64decode(value.text("data"), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
