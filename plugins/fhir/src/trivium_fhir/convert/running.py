"""One conversion on its way."""

from __future__ import annotations

from typing import Any, Final

from trivium_fhir.convert.ledger import Account
from trivium_fhir.convert.model import Draft, Options
from trivium_fhir.convert.primitives import Zone
from trivium_fhir.convert.scopes import Scope
from trivium_fhir.convert.uses import Link
from trivium_hl7.reader import FieldValue, Message, Repetition, Segment

_ORDER_SEGMENT: Final = "ORC"
"""Begins an order: what it asks of other segments stands behind it."""


class Run:
    """One conversion on its way, and the place in the message where it is (`predicates.Where`)."""

    __slots__ = (
        "account", "coded", "families", "fields", "links", "log", "made", "maps", "place", "repetition", "scope",
        "segment", "v2", "zone",
    )  # fmt: skip

    def __init__(self, message: Message, options: Options) -> None:
        self.account = Account(message)
        self.log = self.account.log
        self.zone = Zone(options.time_zone)
        self.maps = options.maps
        self.made: list[Draft] = []
        self.links: list[tuple[Link, Scope, int, Draft | None]] = []
        self.families: list[Any] = []
        self.coded: set[int] = set()
        self.fields: dict[tuple[int, int], FieldValue] = {}
        self.segment = message.header
        self.repetition: Repetition = ()
        self.scope: Scope = Scope("", None)
        self.place: tuple[int, ...] = ()
        self.v2 = ""

    @property
    def where(self) -> Run:
        return self

    def other(self, segment_id: str) -> Segment | None:
        if segment_id == self.segment.id:
            return self.segment
        return self.scope.segment(segment_id, self.segment.ordinal, after=self.segment.id == _ORDER_SEGMENT)

    def field(self, seg: Segment, number: int) -> FieldValue:
        key = (seg.ordinal, number)
        found = self.fields.get(key)
        if found is None:
            found = self.fields[key] = seg.field(number)
        return found
