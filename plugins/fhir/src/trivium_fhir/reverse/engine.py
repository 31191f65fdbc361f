"""A Bundle of FHIR R4 as an HL7 v2 message."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from trivium.api import BadInput
from trivium_fhir.reverse.header import BUNDLE, NOBODY, Parties, event, header, message_type, software
from trivium_fhir.reverse.layout import ordered
from trivium_fhir.reverse.making import Making
from trivium_fhir.reverse.plans import PLANS
from trivium_fhir.reverse.problems import BundleProblem, Unused
from trivium_fhir.reverse.state import Account, Draft, Note, Use
from trivium_fhir.reverse.store import Cursor, Place, Store, leaves, read_bundle, store_of
from trivium_fhir.reverse.writing import message_text, repetitions, same
from trivium_hl7 import dictionary
from trivium_hl7.reader import Message, parse_message
from trivium_hl7.structures import structure, structure_of

OLDEST: Final = "2.3"
NEWEST: Final = "2.8.2"
_TRANSPORT: Final = frozenset({"resourceType", "id", "meta", "implicitRules", "fullUrl"})


@dataclass(frozen=True, slots=True)
class Options:
    """How to write."""

    message_type: str | None = None
    """`ADT^A01`; None: as the MessageHeader's event says."""
    version: str = "2.5.1"
    parties: Parties = NOBODY


class Leaf(NamedTuple):
    """A value of the bundle and what became of it."""

    entry: int
    """Which resource, from 0; -1: the bundle itself."""
    resource: str
    """Its type."""
    place: Place
    use: Use | None
    """In which field it stands, or which field implies it."""
    unused: Unused | None
    """Why it stands in none."""

    @property
    def path(self) -> str:
        """`Patient.name[0].given[1]`."""
        return self.resource + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.place)

    @property
    def field(self) -> str:
        """`PID-5[2].1.2`: component and sub-component where the field has several."""
        return "" if self.use is None else _field(self.use)


@dataclass(frozen=True, slots=True)
class Converted:
    """The message and the account of the bundle."""

    type: str
    version: str
    message: Message
    segments: tuple[Draft, ...]
    leaves: tuple[Leaf, ...]
    """Every value of the bundle, in its order."""
    notes: tuple[Note, ...]
    unresolved: int
    """References to what is not in the bundle."""

    def totals(self) -> Counter[str]:
        """How many values are `written`, `implied` by a field, and `not used`; they add up to all."""
        return Counter(_state(leaf) for leaf in self.leaves)


def convert(bundle: str | Mapping[str, Any] | Store, options: Options = Options()) -> Converted:
    """Write a Bundle, or a single resource, as a message.

    The text is R4 JSON. Raises `BadInput` for what is no bundle, for a type or version that is not written, and where
    neither the caller nor a MessageHeader names the message type.
    """
    store = _store(bundle)
    version = _version(options.version)
    type_name = message_type(store, options.message_type)
    code, _, event_code = type_name.partition("^")
    making = Making(store, version, Account(store), event_code)
    plan, anchors = PLANS[type_name]
    if not any(store.of_type(name) for name in anchors.split("|")):
        raise BadInput(where="bundle", problem=BundleProblem.NO_ANCHOR)
    found = structure_of(code, event_code, version)
    nodes = structure(found, version) if found else None
    if nodes is None:
        raise BadInput(where="version", problem=BundleProblem.NOT_IN_VERSION)
    msh = header(making, type_name, options.parties)
    items = [msh, *software(making), *event(making, type_name, msh), *plan(making)]
    segments = ordered(nodes, items)
    text = message_text(segments, version)
    account = making.account
    return Converted(
        type=type_name,
        version=version,
        message=parse_message(text),
        segments=tuple(segments),
        leaves=tuple(_leaves(account, version)),
        notes=tuple(account.said()),
        unresolved=len(store.unresolved),
    )


def _store(bundle: str | Mapping[str, Any] | Store) -> Store:
    if isinstance(bundle, Store):
        return bundle
    return read_bundle(bundle) if isinstance(bundle, str) else store_of(bundle)


def _version(asked: str) -> str:
    found = dictionary.nearest_version(asked.strip())
    if found is None or not dictionary.is_since(found, OLDEST) or not dictionary.is_since(NEWEST, found):
        raise BadInput(where="version", problem=BundleProblem.UNKNOWN_VERSION)
    return found


def _leaves(account: Account, version: str) -> Iterator[Leaf]:
    kept = _Kept(version)
    whole = Cursor(BUNDLE, (), {"resourceType": "Bundle", **account.store.bundle}) if account.store.bundle else None
    for resource in [*([whole] if whole else []), *account.store.resources]:
        for place, _ in leaves(resource):
            use = account.uses.get((resource.entry, place))
            if use is not None and kept.stands(use):
                yield Leaf(resource.entry, resource.type, place, use, None)
            else:
                yield Leaf(resource.entry, resource.type, place, None, _why(account, resource.entry, place, use))


class _Kept:
    """Whether what was written is in the message: repetitions beyond those of the version are not."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._keys: dict[tuple[Draft, int], list[tuple[int, ...]]] = {}

    def stands(self, use: Use) -> bool:
        if not use.segment.id:
            return True
        if not use.segment.placed:
            return False
        if use.implied or not use.key:
            return True
        at = (use.segment, use.target.field)
        if at not in self._keys:
            self._keys[at] = [key for key, _ in repetitions(*at, self._version)]
        keys = self._keys[at]
        place = bisect_left(keys, use.key)  # they are in order, and none begins with another
        return any(same(key, use.key) for key in keys[max(place - 1, 0) : place + 1])


def _why(account: Account, entry: int, place: Place, use: Use | None) -> Unused:
    """The most telling reason there is."""
    if use is not None:
        return Unused.NO_ROOM if use.segment.placed else Unused.NO_PLACE
    if (entry, place) in account.unused:
        return account.unused[entry, place]
    if (entry, place) in account.store.unresolved:
        return Unused.UNRESOLVED
    if entry == BUNDLE or place[0] in _TRANSPORT or place[-1] == "resourceType":
        return Unused.BUNDLE
    if place[0] == "text":
        return Unused.NARRATIVE
    if entry not in account.visited:
        return Unused.NOT_REACHED
    if place[-1] == "display":
        return Unused.DISPLAY
    return Unused.NO_ROW


def _state(leaf: Leaf) -> str:
    if leaf.use is None:
        return "not used"
    return "implied" if leaf.use.implied else "written"


def _field(use: Use) -> str:
    if not use.segment.id:
        return ""
    target = use.target
    name = f"{use.segment.id}[{use.segment.occurrence}]" if use.segment.occurrence > 1 else use.segment.id
    text = f"{name}-{target.field}"
    if target.component:
        text += f".{target.component}" + (f".{target.subcomponent}" if target.subcomponent else "")
    return text
