"""Who is who in a bundle: an id for every draft, from content alone, and equal drafts made one.

An id is a UUID of version 5 over what a resource is known by, so that a repeat of the message, or the next message on
the same patient, gives the same id:

- an identifier with a system: type, system and value;
- an organization, practitioner, place or device without such an identifier, a patient's relative or coverage: its whole
  content, for this sender (MSH-3, MSH-4) alone: a room's number is the room's in its ward only;
- an identifier of anything else without a system: that identifier, for this sender alone;
- all else: the message's own text and the segment that made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from trivium_fhir.bundle.identifiers import identifier_of, is_global
from trivium_fhir.bundle.names import NAMESPACE, namespace_of, uuid_of
from trivium_fhir.convert.model import Draft

_REGISTERED: Final = ("Organization", "Location", "Device", "Practitioner", "HealthcareService", "PractitionerRole")
"""What messages name in passing, and many of them name again. Each may refer to those before it and to its own kind."""
_OF_PERSONS: Final = ("RelatedPerson", "Coverage")
_DEEPEST: Final = 16
"""Of places that lie in places."""


@dataclass(slots=True)
class Identities:
    """What `identify` found out."""

    ids: dict[Draft, str] = field(default_factory=dict)
    """UUID as text. Two drafts with the same one are the same resource."""
    sure: dict[Draft, dict[str, Any]] = field(default_factory=dict)
    """The identifier with a system of drafts that have one of their own in this bundle."""


def identify(drafts: Iterable[Draft], *, message: str, sender: str) -> Identities:
    """Give every draft its id and fill in the references to it. `message` and `sender` keep those of others apart."""
    return _Naming(list(drafts), message, sender).run()


class _Naming:
    def __init__(self, drafts: list[Draft], message: str, sender: str) -> None:
        self._drafts = drafts
        self._message = namespace_of(message)
        self._sender = namespace_of(f"sender\n{sender}")
        self._made = Identities()
        self._counts: dict[tuple[int, str], int] = {}
        self._targets: dict[int, Draft] = {}
        """By the identity of a Reference object the registered draft that it points to."""

    def run(self) -> Identities:
        registered = [draft for draft in self._drafts if draft.type in _REGISTERED]
        self._targets = {id(pointer): draft for draft in registered for pointer in draft.pointers}
        for draft in registered:
            self._register(draft, _DEEPEST)
        others = [draft for draft in self._drafts if draft.type not in _REGISTERED]
        self._name_others([draft for draft in others if draft.type not in _OF_PERSONS])
        for draft in others:
            if draft.type in _OF_PERSONS:
                self._name(draft, self._content(draft))
        return self._made

    def _register(self, draft: Draft, depth: int) -> None:
        """Those that it refers to come first, because their ids are part of its content."""
        if draft in self._made.ids:
            return
        if depth:
            for pointer in _objects(draft.body, []):
                target = self._targets.get(id(pointer))
                if target is not None and target is not draft:
                    self._register(target, depth - 1)
        if draft in self._made.ids:  # two that refer to each other
            return
        identifier = identifier_of(draft.body)
        if identifier is None or not is_global(identifier):
            self._name(draft, self._content(draft))
            return
        self._made.sure[draft] = identifier
        self._name(draft, self._known_by(draft, identifier))

    def _name_others(self, drafts: list[Draft]) -> None:
        """An identifier that two drafts of one type have tells neither from the other."""
        known = {draft: identifier for draft in drafts if (identifier := identifier_of(draft.body)) is not None}
        names = {draft: self._known_by(draft, identifier) for draft, identifier in known.items()}
        seen: dict[str, int] = {}
        for name in names.values():
            seen[name] = seen.get(name, 0) + 1
        for draft in drafts:
            known_by = names.get(draft)
            if known_by is None or seen[known_by] > 1:
                self._name(draft, self._place(draft))
                continue
            self._name(draft, known_by)
            if is_global(known[draft]):
                self._made.sure[draft] = known[draft]

    def _name(self, draft: Draft, name: str) -> None:
        self._made.ids[draft] = name
        for pointer in draft.pointers:
            pointer["reference"] = f"urn:uuid:{name}"

    def _known_by(self, draft: Draft, identifier: dict[str, Any]) -> str:
        if is_global(identifier):
            return uuid_of(NAMESPACE, f"{draft.type}\n{identifier['system']}\n{identifier['value']}")
        return uuid_of(self._sender, f"{draft.type}\n{identifier!r}")

    def _content(self, draft: Draft) -> str:
        return uuid_of(self._sender, repr(draft.body))

    def _place(self, draft: Draft) -> str:
        place = (draft.segment, draft.type)
        self._counts[place] = count = self._counts.get(place, 0) + 1
        return uuid_of(self._message, f"{draft.type}\n{draft.segment}\n{count}")


def _objects(node: dict[str, Any], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every object below, references among them. Bodies are as deep as maps are, which is a dozen levels."""
    for value in node.values():
        if type(value) is dict:
            found.append(value)
            _objects(value, found)
        elif type(value) is list:
            for one in value:
                if type(one) is dict:
                    found.append(one)
                    _objects(one, found)
    return found
