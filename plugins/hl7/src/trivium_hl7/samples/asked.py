"""Which message is asked for, and every one there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from trivium.api import BadInput, NotFound
from trivium_hl7 import structures
from trivium_hl7.dictionary import load, nearest_version, versions
from trivium_hl7.samples.problems import SampleProblem

_WHERE: Final = "message_type"
_ASKED: Final = re.compile(r"(?P<code>[A-Z][A-Z0-9]{2})(?:[\s^_/-]+(?P<event>[A-Z0-9]{3}))?(?:\^\w+(?:-[A-Z])?)?")
_EVENT: Final = re.compile(r"[A-Z][0-9]{2}|PC[0-9A-L]")
FREE_EVENT: Final = "Z01"
"""An event for the structures that a site fills itself: the standard's own examples are Z73 to Z99."""
_FORMS: Final[dict[str, str]] = {"Qnn": FREE_EVENT, "Knn": FREE_EVENT, "Znn": FREE_EVENT}
_SITE_EVENT: Final = re.compile(r"Z(?:[0-9]{2}|NN)")


class Kind(NamedTuple):
    """One kind of message in one version."""

    code: str
    event: str
    structure: str
    """As the knowledge names it."""

    def name(self, version: str) -> str:
        """What MSH-9.3 says."""
        known = structures.structure_of(self.code, self.event, version) == self.structure
        names = structures.names_of(self.code, self.event, version) if known else ()
        return names[0] if names else structures.plain(self.structure)


def read_version(version: str) -> str:
    found = nearest_version(version.strip())
    if found is None or found != version.strip():
        raise BadInput(where="version", problem=SampleProblem.NOT_A_VERSION)
    return found


def read_type(text: str, version: str) -> Kind:
    """The kind of message that `text` names in `version`: by code and event, by structure, or by event alone."""
    text = text.strip()
    for name in structures.structures(version):
        if name.upper() == text.upper() and name != text[:3].upper():
            return _by_structure(name, version)
    upper = text.upper()
    if _EVENT.fullmatch(upper):
        return _by_event(upper, version)
    found = _ASKED.fullmatch(upper)
    if found is None:
        raise BadInput(where=_WHERE, problem=SampleProblem.NOT_A_TYPE)
    return _by_code(found["code"], found["event"] or "", version)


def kind(code: str, event: str, version: str) -> Kind:
    return _by_code(code, event, version)


@cache
def kinds(version: str) -> tuple[Kind, ...]:
    """Every kind of message of a version: each message of the standard, and each structure."""
    found = dict.fromkeys(_messages(version))
    named = {one.structure for one in found}
    found |= dict.fromkeys(_by_structure(n, version) for n in structures.structures(version) if n not in named)
    return tuple(found)


def _messages(version: str) -> Iterator[Kind]:
    for message in load("messages")["messages"]:
        code, _, event = message.partition("^")
        structure = structures.structure_of(code, event, version)
        if structure is not None and event not in _FORMS:
            yield Kind(code, event, structure)


def _by_code(code: str, event: str, version: str) -> Kind:
    structure = structures.structure_of(code, event, version)
    if structure is not None:
        return Kind(code, event or _own_event(code, structure, version), structure)
    if _SITE_EVENT.fullmatch(event):
        site = next((name for name in (f"{code}_{form}" for form in _FORMS) if structures.structure(name, version)), "")
        if site:
            return Kind(code, FREE_EVENT if event == "ZNN" else event, site)
    if not any(structures.structure_of(code, event, other) for other in versions()):
        raise NotFound(where=_WHERE, problem=SampleProblem.UNKNOWN_TYPE)
    raise NotFound(where=_WHERE, problem=SampleProblem.NOT_IN_VERSION)


def _by_event(event: str, version: str) -> Kind:
    codes = [name.partition("^")[0] for name in load("messages")["messages"] if name.endswith(f"^{event}")]
    codes.sort(key=lambda code: code == "ACK")
    for code in codes:
        structure = structures.structure_of(code, event, version)
        if structure is not None:
            return Kind(code, event, structure)
    raise NotFound(where=_WHERE, problem=SampleProblem.NOT_IN_VERSION if codes else SampleProblem.UNKNOWN_TYPE)


def _by_structure(name: str, version: str) -> Kind:
    """The message that a structure is named after, if it has this or another name for the same; or the first in it."""
    code, own = name[:3], structures.plain(name).partition("_")[2]
    found = structures.structure_of(code, own, version) if own and "-" not in name else None
    return Kind(code, _FORMS.get(own, own), found) if found else Kind(code, _own_event(code, name, version), name)


def _own_event(code: str, structure: str, version: str) -> str:
    """The event that a structure is named after, or the first that uses it."""
    own = structures.plain(structure).partition("_")[2]
    if own and structures.structure_of(code, own, version) == structure:
        return _FORMS.get(own, own)
    for message in load("messages")["messages"]:
        first, _, event = str(message).partition("^")
        if first == code and structures.structure_of(code, event, version) == structure:
            return _FORMS.get(event, event)
    if not own:
        return "A01" if code == "ACK" else ""
    return _FORMS.get(own, own)
