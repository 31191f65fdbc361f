"""A resource as JSON text in parts, each with what it would tell of a person.

Only what stands between the quotes of a string is ever a part of its own, so that the text stays valid JSON whatever
the host shows in its place. A number that is not public is written as a string for the same reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final

from trivium.api import Composed, Kind, Part, TooLarge
from trivium_fhir.phi import forms
from trivium_fhir.phi.places import IDENTIFIERS
from trivium_fhir.phi.problems import ShapeProblem
from trivium_fhir.phi.references import Pieces, pieces_of_reference, pieces_of_search
from trivium_fhir.phi.rules import of_part, referred_type
from trivium_fhir.phi.tables import NOTHING, Slot, Table, Way, extension_role, table, unknown_extension

MOST_LEVELS: Final = 64

_UNKNOWN: Final = Slot(Way.OBJECT)
_UNKNOWN_RESOURCE: Final[Table] = {"resourceType": Slot(Way.TYPE)}


def composed(resource: Mapping[str, Any], *, indent: int | None = None) -> Composed:
    """A resource, or a bundle of them, as the host may show it. `indent` is the spaces of a level; None: one line.

    Takes what JSON has: mappings with string keys, lists, strings, numbers (also `Decimal`), booleans, None. Raises
    `TooLarge` for one nested deeper than 64 levels.
    """
    writer = _Writer(indent)
    writer.resource(resource, 0)
    return Composed(parts=writer.parts())


class _Writer:
    def __init__(self, indent: int | None) -> None:
        self._indent = indent
        self._colon = ":" if indent is None else ": "
        self._done: list[Part] = []
        self._public: list[str] = []

    def parts(self) -> tuple[Part, ...]:
        self._flush()
        return tuple(self._done)

    def resource(self, value: Mapping[str, Any], level: int) -> None:
        name = value.get("resourceType")
        known = (
            table(name, IDENTIFIERS.get(name, Kind.TEXT))
            if isinstance(name, str) and forms.is_resource(name)
            else NOTHING
        )
        self._object(value, known or _UNKNOWN_RESOURCE, level)

    def _object(self, value: Mapping[str, Any], known: Table, level: int) -> None:
        if level >= MOST_LEVELS:
            raise TooLarge(where="resource", problem=ShapeProblem.TOO_DEEP, limit=MOST_LEVELS)
        write, line, colon = self._public.append, self._line(level + 1), self._colon
        separator = "{" + line
        for key, item in value.items():
            slot = known.get(key)
            if slot is None:
                slot = _UNKNOWN
                write(separator)
                self._string(key, Kind.TEXT)
                write(colon)
            else:
                write(f'{separator}"{key}"{colon}')
            separator = "," + line
            if type(item) is str and slot.judge is not None:
                self._string(item, slot.judge(item, value))
            else:
                self._value(item, slot, value, level + 1)
        write(self._line(level) + "}" if value else "{}")

    def _line(self, level: int) -> str:
        return "" if self._indent is None else "\n" + " " * (self._indent * level)

    def _value(self, value: Any, slot: Slot, parent: Mapping[str, Any], level: int) -> None:
        if isinstance(value, str):
            self._text(value, slot, parent)
        elif value is None or value is True or value is False:
            self._public.append("null" if value is None else "true" if value else "false")
        elif isinstance(value, int | float | Decimal):
            self._number(value, slot.number)
        elif isinstance(value, Mapping):
            self._inner(value, slot, level)
        elif isinstance(value, Sequence):
            self._list(value, slot, parent, level)
        else:
            raise TypeError("a resource holds what JSON has")

    def _list(self, values: Sequence[Any], slot: Slot, parent: Mapping[str, Any], level: int) -> None:
        if level >= MOST_LEVELS:
            raise TooLarge(where="resource", problem=ShapeProblem.TOO_DEEP, limit=MOST_LEVELS)
        line = self._line(level + 1)
        separator = "[" + line
        for item in values:
            self._public.append(separator)
            separator = "," + line
            self._value(item, slot, parent, level + 1)
        self._public.append(self._line(level) + "]" if values else "[]")

    def _inner(self, value: Mapping[str, Any], slot: Slot, level: int) -> None:
        way = slot.way
        if way is Way.OBJECT:
            self._object(value, table(slot.type, slot.role) if slot.type else NOTHING, level)
        elif way is Way.RESOURCE:
            self.resource(value, level)
        elif way is Way.REFERENCE:
            self._object(value, table("Reference", _role_of_reference(value, slot)), level)
        elif way is Way.EXTENSION:
            self._object(value, _extension_table(value, slot), level)
        else:
            self._object(value, NOTHING, level)

    def _text(self, text: str, slot: Slot, parent: Mapping[str, Any]) -> None:
        if slot.judge is not None:
            self._string(text, slot.judge(text, parent))
        elif slot.way is Way.URL:
            self._pieces(pieces_of_reference(text))
        elif slot.way is Way.TYPE:
            self._string(text, None if forms.is_resource(text) else Kind.TEXT)
        elif slot.way is Way.EXTENSION_URL:
            self._string(text, of_part(text))
        elif slot.way is Way.SEARCH:
            self._pieces(pieces_of_search(_resource_of_request(parent), text))
        else:
            self._string(text, Kind.TEXT)

    def _string(self, text: str, kind: Kind | None) -> None:
        quoted = encode_basestring(text)
        if kind is None or not text:
            self._public.append(quoted)
            return
        self._public.append('"')
        self._part(quoted[1:-1], kind)
        self._public.append('"')

    def _pieces(self, pieces: Pieces) -> None:
        self._public.append('"')
        for text, kind in pieces:
            quoted = encode_basestring(text)[1:-1]
            if kind is None:
                self._public.append(quoted)
            elif text:
                self._part(quoted, kind)
        self._public.append('"')

    def _number(self, value: int | float | Decimal, kind: Kind | None) -> None:
        text = "null" if isinstance(value, float) and not math.isfinite(value) else str(value)
        if kind is None or text == "null":
            self._public.append(text)
        else:
            self._string(text, kind)

    def _part(self, text: str, kind: Kind) -> None:
        self._flush()
        self._done.append(Part(text=text, phi=kind))

    def _flush(self) -> None:
        if self._public:
            self._done.append(Part(text="".join(self._public)))
            self._public.clear()


def _role_of_reference(reference: Mapping[str, Any], slot: Slot) -> Kind:
    """What the identifier of a reference numbers."""
    if "identifier" not in reference:
        return slot.role
    return IDENTIFIERS.get(referred_type(reference), slot.role)


def _extension_table(extension: Mapping[str, Any], slot: Slot) -> Table:
    """Of an extension that is no standard's nothing is known, nor of the extensions in it."""
    url = extension.get("url")
    if not isinstance(url, str):
        return unknown_extension()
    if forms.is_standard(url):
        return table("Extension", extension_role(url))
    return table("Extension", slot.role) if slot.type and forms.is_code_shape(url) else unknown_extension()


def _resource_of_request(request: Mapping[str, Any]) -> str:
    url = request.get("url")
    return url if isinstance(url, str) else ""
