"""How each JSON property of each R4 type is judged: one table for a type, made when it is first met and then kept."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Final, NamedTuple

from trivium.api import Kind
from trivium_fhir.phi.places import ADDRESS_PART, EXTENSIONS, IDENTIFIERS, PATHS
from trivium_fhir.phi.rules import NUMBERS, Judge, judge
from trivium_fhir.r4.elements import Element, children, is_primitive


class Way(Enum):
    """What is special about a property."""

    VALUE = auto()
    """A primitive, judged by itself."""
    OBJECT = auto()
    RESOURCE = auto()
    EXTENSION = auto()
    REFERENCE = auto()
    """A data type `Reference`."""
    URL = auto()
    """A string that refers to a resource, shown in pieces."""
    SEARCH = auto()
    """The condition of a conditional create."""
    TYPE = auto()
    """`resourceType`."""
    EXTENSION_URL = auto()


class Slot(NamedTuple):
    way: Way
    judge: Judge | None = None
    number: Kind | None = Kind.TEXT
    """The kind of a number here; None: public."""
    type: str = ""
    """Of an object: the type or path whose table counts. Of an extension: set where it is a part of another."""
    role: Kind = Kind.TEXT
    """Of an object: what the identifiers in it number."""


Table = Mapping[str, Slot]

_URLS: Final = frozenset(
    ["Reference.reference", "Bundle.entry.fullUrl", "Bundle.entry.request.url", "Bundle.entry.response.location"]
)
_SHADOW: Final = Slot(Way.OBJECT, type="Element")
_PART: Final = Slot(Way.EXTENSION)
NOTHING: Final[Table] = {}
"""The table of an object that R4 does not have: everything in it is unknown."""


@cache  # bounded by the types of R4 and the kinds
def table(name: str, role: Kind) -> Table:
    """Of a resource, a data type or a backbone element (`Patient.contact`). Empty for a type that R4 lacks."""
    try:
        elements = children(name)
    except KeyError:
        return NOTHING
    found: dict[str, Slot] = {"resourceType": Slot(Way.TYPE)} if "." not in name else {}
    for key, element in elements.items():
        slot = _slot(f"{name}.{key}", element, role)
        found[key] = slot
        if slot.way in (Way.VALUE, Way.URL, Way.SEARCH, Way.EXTENSION_URL):
            found[f"_{key}"] = _SHADOW
    return found


@cache
def unknown_extension() -> Table:
    """Of an extension that is no standard's: its properties have their names, and nothing in them is known."""
    found = dict.fromkeys(children("Extension"), Slot(Way.OBJECT))
    return {**found, "url": Slot(Way.VALUE, judge("Extension.url", "uri", None, Kind.TEXT)), "extension": _PART}


def _slot(path: str, element: Element, role: Kind) -> Slot:
    if path in _URLS:
        return Slot(Way.URL)
    if path == "Bundle.entry.request.ifNoneExist":
        return Slot(Way.SEARCH)
    if path == "Extension.url":
        return Slot(Way.EXTENSION_URL)
    if element.content:
        return Slot(Way.OBJECT, type=element.content.lstrip("#"), role=role)
    datatype = element.types[0] if element.types else ""
    if path == "Extension.extension":  # a part of the extension
        return Slot(Way.EXTENSION, type="Extension", role=role)
    if datatype in ("Extension", "Reference", "Resource"):
        return Slot(Way[datatype.upper()], role=_of_targets(element.targets))
    if datatype in ("BackboneElement", "Element"):
        return Slot(Way.OBJECT, type=path, role=role)
    if datatype and not is_primitive(datatype) and datatype[:1].isupper():
        return Slot(Way.OBJECT, type=datatype, role=PATHS.get(path, role))
    binding = element.binding
    values = binding.value_set if binding and binding.strength == "required" else None
    return Slot(Way.VALUE, judge(path, datatype, values, role), PATHS.get(path) if datatype in NUMBERS else Kind.TEXT)


def _of_targets(targets: tuple[str, ...]) -> Kind:
    """What the identifier of a reference numbers, where all that it may refer to agree."""
    kinds = {IDENTIFIERS.get(target, Kind.TEXT) for target in targets}
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT


@lru_cache(maxsize=2048)
def extension_role(url: str) -> Kind:
    """What the value of a standard's extension is, where its data type does not tell."""
    name = url.rpartition("/")[2]
    return Kind.ADDRESS if name.startswith(ADDRESS_PART) else EXTENSIONS.get(name, Kind.TEXT)
