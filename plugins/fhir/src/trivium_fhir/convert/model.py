"""What a conversion is made of: options in, resources in the making and an account of every value out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from trivium_fhir.guide import ConceptMap, MapRow


class OwnMap(NamedTuple):
    """A segment map that a site has put to use itself."""

    name: str
    """`ZPD[Patient]`."""
    type: str
    nearest: bool
    """It adds to the nearest resource of the type that the message makes. Else each segment makes one."""


class SiteMaps(Protocol):
    """A site's own rows in place of, or beside, the guide's. Hashable; what it answers never changes."""

    def rows(self, map_name: str, guide: tuple[MapRow, ...]) -> tuple[MapRow, ...]:
        """The rows of a segment or data type map, given the guide's (none for a map that only the site has)."""
        ...

    def concepts(self, name: str, guide: ConceptMap | None) -> ConceptMap | None:
        """A code map, given the guide's."""
        ...

    def own(self, segment: str) -> tuple[OwnMap, ...]:
        """The maps that a segment is put through wherever it stands, besides those of the guide."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Options:
    """How to convert. Hashable: plans are kept by it."""

    time_zone: str | None = None
    """An offset (`+01:00`) or an IANA name, for times that carry no offset. Without it they keep their date alone."""
    maps: SiteMaps | None = None


class State(StrEnum):
    """What became of one value of the message."""

    MAPPED = "mapped"
    DEFAULTED = "defaulted"
    """Something stands in the resource in its stead: an `unknown`, a reason why it is absent."""
    NOT_MAPPED = "not_mapped"
    REFUSED = "refused"
    """There is a place for it, and what the message holds is not fit for that place."""


class Reason(StrEnum):
    """Why a value is not, or not wholly, in the result."""

    NO_ROW = "the guide has no row for it"
    NO_COMPONENT_ROW = "the guide maps the field and has no row for this component"
    NO_SEGMENT_MAP = "the guide has no map for the segment"
    NOT_USED = "the guide uses no map of the segment at this place of the message"
    CONDITION = "the condition of the guide's row is not met"
    PROSE = "the guide's row has a condition in prose that nobody has decided"
    LOCAL = "the guide leaves it to the local implementation"
    PROPOSED = "the guide names an extension that nobody has defined"
    NO_PLACE = "the path of the guide's row does not exist in R4"
    NO_CODE = "the code map has no such code, and the element takes codes of its list alone"
    BAD_CODE = "the code map yields a code that the element's required list refuses"
    ONE_VALUE = "the element takes one value and has one"
    DATE = "not a date or time of HL7"
    TIME_ZONE = "a time without offset: the date is kept, the time is not"
    PRECISION = "the time is less precise than FHIR can say: the date is kept, the time is not"
    TIME = "the element takes a date: the time is not kept"
    SYSTEM = "no URI is known for the coding system, or it is no URI"
    NUMBER = "not a number of the kind that the element takes"
    FORM = "not in a form that the element's data type takes"
    NULL = "the sender asks to delete the value"
    DELIMITERS = "the separators and encoding characters of the message itself"
    UNREACHED = "the resource that should hold it is not made"
    INCOMPLETE = "the element needs more than the message gives, and is left out"
    REQUIRED = "the element is required and the message does not give it"
    STRUCTURE = "the message does not fit its structure: segments are read in their order"


class Leaf(NamedTuple):
    """One value of the message: positions from 1, `field` as in `PID-3`."""

    segment: int
    """Ordinal of the segment in the message."""
    field: int
    repetition: int
    component: int
    subcomponent: int


class Draft:
    """A resource in the making."""

    __slots__ = ("body", "fed", "key", "parent", "pointers", "segment", "slots", "type")

    def __init__(self, type_: str, key: str, segment: int, parent: Draft | None = None) -> None:
        self.type = type_
        self.body: dict[str, Any] = {"resourceType": type_}
        """R4 JSON without `id`."""
        self.key = key
        """The name in the message map (`Patient[1]`), or where another draft's map makes it; not unique."""
        self.segment = segment
        """Ordinal of the segment that made it."""
        self.parent = parent
        """The draft whose map made this one in passing (the Practitioner of an Encounter's attender)."""
        self.pointers: list[dict[str, Any]] = []
        """Every Reference to this draft; their `reference` is filled in when ids are known."""
        self.slots: dict[Any, Any] = {}
        """The engine's: nodes of `body` by the path that made them."""
        self.fed = False
        """Whether a value of the message stands in it."""

    def reference(self) -> dict[str, Any]:
        """A new Reference to this draft."""
        made: dict[str, Any] = {}
        self.pointers.append(made)
        return made

    def __repr__(self) -> str:
        return f"Draft({self.key!r}, segment={self.segment})"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account."""

    leaf: Leaf
    state: State
    reason: Reason | None = None
    """None for what is mapped whole."""
    draft: Draft | None = None
    path: str | None = None
    """`Patient.name.given`, without indices."""
    rows: tuple[MapRow, ...] = ()
    """The row or rows of the guide behind it, outermost first."""


class Default(NamedTuple):
    """A value in a resource that the message does not give."""

    draft: Draft
    path: str
    reason: Reason


class Note(NamedTuple):
    """A remark on the whole conversion, or on one segment of it. Holds no value of the message."""

    text: str
    segment: int | None = None


class Ledger(Protocol):
    """What became of every valued leaf of the message. The states of `totals` add up to the number of them."""

    defaults: list[Default]

    def totals(self) -> dict[State, int]:
        """How many leaves are in each state."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Every leaf in the message's order; one that several rows take stands once for each place."""
        ...

    def leaf_entries(self) -> Iterator[tuple[Leaf, State, tuple[Entry, ...]]]:
        """Every leaf once, with its state and all that was done with it."""
        ...

    def default(self, draft: Draft, path: str, reason: Reason = Reason.REQUIRED) -> None:
        """Record a value that the bundle had to put where R4 requires one."""
        ...

    def drop(self, draft: Draft, path: str | None, reason: Reason) -> None:
        """Record that what stands at `path` of a draft (or below it; None: the whole draft) was taken out again."""
        ...


@dataclass(slots=True)
class Conversion:
    """All that comes out of one message."""

    structure: str | None
    """`ORU_R01`; None when the message does not tell."""
    guided: bool
    """A message map of the guide was used. Else its segment maps, by the message's own grammar."""
    drafts: list[Draft]
    """In the order of the segments that made them."""
    header: Draft | None
    """The MessageHeader, which is among `drafts` too."""
    envelope: Draft | None
    """What the guide puts on the Bundle itself: identifier and timestamp. Not among `drafts`."""
    ledger: Ledger
    notes: list[Note] = field(default_factory=list)
