"""What a sample says, apart from how a version writes it: a name, a number with its assigner, a coded value.

Each value knows the parts it has in the data types that it can be written as (HL7 v2.5.1 chapter 2A and the CM types of
2.1 and 2.2); `writing` puts them into the components that a version really has. In any other composite a value stands
in the first component.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

Part: TypeAlias = "str | Value | None"
"""What stands in one component; None: nothing, unless the component is required."""

CODED: Final = frozenset({"CE", "CWE", "CNE", "CF"})
_ORDER_NUMBERS: Final = frozenset({"CM_PLACER", "CM_FILLER", "CM_GROUP_ID"})
_LOCATIONS: Final = frozenset({"PL", "CM_INTERNAL_LOCATION", "CM_LA1", "LA1", "LA2"})
_NAMES_WITH_NUMBER: Final = frozenset({"XCN", "PPN", "CN", "CNN", "CNS", "CN_PERSON"})


class Value(ABC):
    """The base: its text, and itself as the first component of a type that it does not know."""

    @abstractmethod
    def text(self, type_id: str) -> str:
        """As a primitive type."""

    def parts(self, type_id: str) -> Sequence[Part]:
        """As a composite type, by position."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Coded(Value):
    code: str
    display: str = ""
    system: str = ""
    """As table 0396 names it; empty: that of the table."""
    table: str = ""
    """Where the code is from, for fields that name no table."""

    def text(self, type_id: str) -> str:
        return self.display or self.code if type_id in ("TX", "FT") else self.code

    def parts(self, type_id: str) -> Sequence[Part]:
        return (self.code, self.display, self.system) if type_id in CODED else (self,)


@dataclass(frozen=True, slots=True)
class Named(Value):
    """An assigner, a facility or an application: a short name and an OID."""

    name: str
    oid: str

    def text(self, type_id: str) -> str:
        return self.name

    def parts(self, type_id: str) -> Sequence[Part]:
        return (self.name, self.oid, "ISO") if type_id == "HD" else (self.name,)


@dataclass(frozen=True, slots=True)
class Number(Value):
    """An identifier and who gives it."""

    number: str
    assigner: Named
    kind: str = ""
    """Table 0203."""

    def text(self, type_id: str) -> str:
        return self.number

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id in ("CX", "CK", "CM_PAT_ID", "CM_PAT_ID_0192"):
            return (self.number, None, None, self.assigner, self.kind or None)
        if type_id == "EI":
            return (self.number, self.assigner.name, self.assigner.oid, "ISO")
        if type_id in _ORDER_NUMBERS:
            return (self.number, self.assigner.name)
        return (self,)


@dataclass(frozen=True, slots=True)
class Name(Value):
    family: str
    given: str
    middle: str = ""
    prefix: str = ""
    kind: str = "L"
    """Table 0200."""

    def text(self, type_id: str) -> str:
        return f"{self.given} {self.family}"

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id in ("XPN", "PN"):
            return (self.family, self.given, self.middle, None, self.prefix, None, self.kind)
        return (self.family,)


@dataclass(frozen=True, slots=True)
class Person(Value):
    """A member of staff: number and name."""

    number: str
    name: Name
    assigner: Named

    def text(self, type_id: str) -> str:
        return self.number if type_id in ("ID", "IS", "ID_") else self.name.text(type_id)

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id in _NAMES_WITH_NUMBER:
            name = (self.number, self.name.family, self.name.given, self.name.middle, None, self.name.prefix)
            return (*name, None, None, self.assigner, "L") if type_id in ("XCN", "PPN") else name
        if type_id in ("XPN", "PN"):
            return self.name.parts(type_id)
        return (self,)


@dataclass(frozen=True, slots=True)
class Moment(Value):
    at: datetime
    day_only: bool = False

    def text(self, type_id: str) -> str:
        if type_id == "TM":
            return self.at.strftime("%H%M%S")
        return self.at.strftime("%Y%m%d" if type_id == "DT" or self.day_only else "%Y%m%d%H%M%S")


@dataclass(frozen=True, slots=True)
class Address(Value):
    street: str
    city: str
    state: str
    postal_code: str
    kind: str = "H"
    """Table 0190."""

    def text(self, type_id: str) -> str:
        return f"{self.street}, {self.city}"

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id in ("XAD", "AD"):
            return (self.street, None, self.city, self.state, self.postal_code, "USA", self.kind)
        return (self.street,)


@dataclass(frozen=True, slots=True)
class Phone(Value):
    """A telephone number out of 555-0100 to 555-0199, which is kept for fiction in each area code."""

    area: str
    line: str
    """Seven digits."""
    use: str = "PRN"
    """Table 0201."""

    def text(self, type_id: str) -> str:
        if type_id in ("NM", "SNM"):
            return self.line
        return f"({self.area}){self.line[:3]}-{self.line[3:]}"

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id == "XTN":
            return (self.text("TN"), self.use, "PH", None, None, self.area, self.line)
        return (self,)


@dataclass(frozen=True, slots=True)
class Location(Value):
    unit: str
    room: str
    bed: str
    facility: Named

    def text(self, type_id: str) -> str:
        return self.unit

    def parts(self, type_id: str) -> Sequence[Part]:
        return (self.unit, self.room, self.bed, self.facility) if type_id in _LOCATIONS else (self.unit,)


@dataclass(frozen=True, slots=True)
class Organization(Value):
    name: str

    def text(self, type_id: str) -> str:
        return self.name

    def parts(self, type_id: str) -> Sequence[Part]:
        return (self.name, Coded("L", table="0204")) if type_id == "XON" else (self.name,)


@dataclass(frozen=True, slots=True)
class Quantity(Value):
    amount: str
    unit: str = ""
    """UCUM, or a currency code."""

    def text(self, type_id: str) -> str:
        return self.amount

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id in ("CQ", "CQ_QUANTITY"):
            return (self.amount, Coded(self.unit, self.unit, "UCUM") if self.unit else "")
        return (self.amount, self.unit) if type_id == "MO" else (self,)


@dataclass(frozen=True, slots=True)
class Timing(Value):
    """When an order is to be done, as versions before 2.5 write it."""

    start: datetime
    priority: str
    repeat: str = ""

    def text(self, type_id: str) -> str:
        return self.priority

    def parts(self, type_id: str) -> Sequence[Part]:
        if type_id == "TQ":
            return (Quantity("1"), self.repeat, None, Moment(self.start), None, self.priority)
        return (self.repeat,)


@dataclass(frozen=True, slots=True)
class Parts(Value):
    """Components as they are."""

    items: tuple[Part, ...]

    def text(self, type_id: str) -> str:
        first = self.items[0] if self.items else ""
        return first.text(type_id) if isinstance(first, Value) else first or ""

    def parts(self, type_id: str) -> Sequence[Part]:
        return self.items
