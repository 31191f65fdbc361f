"""Where the same thing stands in HL7 v2 and FHIR R4 (knowledge/links.json, which names its sources)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from trivium_dicom.explain.paths import written_path
from trivium_dicom.knowledge import load

_MESSAGE: Final = re.compile("orm|omi|omg|adt|oru|qbp")
_TO_DICOM: Final = "v2>dicom"


def hl7_fields(tag: str, above: Sequence[str]) -> list[str]:
    """The fields that are mapped to or from the attribute, one line for each; with `above`, inside of that path."""
    return [
        _field(field, within, maps)
        for within in sorted(_hl7().get(tag.lower(), {}), key=lambda path: (len(path), path))
        if not above or _ends(within, above)
        for field, maps in _by_field(_hl7()[tag.lower()][within]).items()
    ]


def fhir_elements(tag: str) -> list[str]:
    """Elements that FHIR R4 maps to the attribute."""
    found: Sequence[str] = _links()["fhir"].get(tag.upper(), ())
    return list(found)


def _field(field: str, within: tuple[str, ...], maps: Sequence[str]) -> str:
    """`PID-5 both ways (ADT, ORU)`; `OBR-19 to DICOM (ORU) in RequestAttributesSequence`."""
    titles = _links()["maps"]
    into = {titles[one][1] == _TO_DICOM for one in maps}
    messages = {found[0].upper() for one in maps if (found := _MESSAGE.search(one))}
    direction = "both ways" if len(into) == 2 else "to DICOM" if True in into else "from DICOM"
    place = f" in {written_path(within)}" if within else ""
    return f"{field} {direction} ({', '.join(sorted(messages))}){place}"


def _by_field(rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field, one in rows:
        found.setdefault(field, []).append(one)
    return found


def _ends(path: tuple[str, ...], wanted: Sequence[str]) -> bool:
    return path[len(path) - len(wanted) :] == tuple(wanted)


@cache
def _hl7() -> Mapping[str, Mapping[tuple[str, ...], Sequence[Sequence[str]]]]:
    """By tag, then by the sequences around it: [field, map]."""
    found: dict[str, dict[tuple[str, ...], Sequence[Sequence[str]]]] = {}
    for path, rows in _links()["hl7"].items():
        *above, tag = path.lower().split("/")
        found.setdefault(tag, {})[tuple(above)] = rows
    return found


@cache
def _links() -> Mapping[str, Any]:
    return load("links")
