"""What the arguments of this plugin's resources and prompts can be, from the beginning that was typed.

Each takes that beginning and the arguments chosen already, and gives the whole list: the host bounds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trivium_hl7 import dictionary, structures


def versions(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Versions with definitions, the most spoken first."""
    known = dictionary.versions()
    return _beginning(prefix, (dictionary.FALLBACK_VERSION, *(v for v in known if v != dictionary.FALLBACK_VERSION)))


def segments(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Segments of the chosen version."""
    return _beginning(prefix, dictionary.segments(_version(chosen)))


def message_structures(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Structures of the chosen version, as MSH-9.3 names them."""
    version = _version(chosen)
    names = (structures.names_of(*pair, version)[0] for pair in structures.messages(version))
    return _beginning(prefix, sorted(set(names)))


def messages(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Messages of the chosen version with their event: `ADT^A01`; an event alone finds them too."""
    written = [f"{code}^{event}".rstrip("^") for code, event in structures.messages(_version(chosen))]
    wanted = prefix.upper().replace("_", "^").replace(" ", "^")
    return _beginning(wanted, written) or [one for one in written if wanted and one.endswith(f"^{wanted}")]


def fields(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Fields of the segment that is being typed (`PID-3`); before its hyphen, segments."""
    segment, hyphen, _ = prefix.upper().partition("-")
    version = _version(chosen)
    count = dictionary.field_count(segment, version)
    if not count or not (hyphen or prefix.upper() == segment):
        return _beginning(prefix, dictionary.segments(version))
    return _beginning(prefix, (f"{segment}-{number}" for number in range(1, count + 1)))


def tables(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Numbers of tables, with leading zeros or without; beginnings of their names too."""
    wanted = prefix.upper().removeprefix("HL7")
    known = dictionary.tables()
    if not wanted or wanted.isdecimal():
        return [number for number in known if number.startswith(wanted) or number.lstrip("0").startswith(wanted)]
    return [number for number in known if (found := dictionary.table(number)) and _begins(found.name, prefix)]


def _version(chosen: Mapping[str, str]) -> str:
    return dictionary.version_for(chosen.get("version", ""))


def _beginning(prefix: str, known: Iterable[str]) -> list[str]:
    return [one for one in known if _begins(one, prefix)]


def _begins(text: str, prefix: str) -> bool:
    return text.casefold().startswith(prefix.casefold())
