"""Which attributes a content item of a structured report needs: its value type says so (PS3.3 C.17.3.2 and C.18).

The definitions hold all of them together, each with the type that it has for its own value type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from trivium_dicom.validation.conditions import tag_of
from trivium_dicom.validation.definitions import Wanted, Wants
from trivium_dicom.validation.levels import Level

MODULE: Final = "sr-document-content"
_VALUE_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "TEXT": {"TextValue": "1"},
    "NUM": {"MeasuredValueSequence": "2"},
    "CODE": {"ConceptCodeSequence": "1"},
    "DATETIME": {"DateTime": "1"},
    "DATE": {"Date": "1"},
    "TIME": {"Time": "1"},
    "UIDREF": {"UID": "1"},
    "PNAME": {"PersonName": "1"},
    "COMPOSITE": {"ReferencedSOPSequence": "1"},
    "IMAGE": {"ReferencedSOPSequence": "1"},
    "WAVEFORM": {"ReferencedSOPSequence": "1"},
    "SCOORD": {"GraphicData": "1", "GraphicType": "1"},
    "SCOORD3D": {"GraphicData": "1", "GraphicType": "1", "ReferencedFrameOfReferenceUID": "1"},
    "TCOORD": {"TemporalRangeType": "1"},
    "CONTAINER": {"ContinuityOfContent": "1"},
    "TABLE": {"TabulatedValuesSequence": "1"},
}
_OF_VALUE_TYPES: Final = frozenset(keyword for types in _VALUE_TYPES.values() for keyword in types)
_BY_REFERENCE: Final = "ReferencedContentItemIdentifier"


def content_wants(level: Level, wants: Wants) -> Wants:
    """What this content item needs, of what all content items may have."""
    if tag_of("ValueType") not in wants:
        return wants
    by_reference = level.has(tag_of(_BY_REFERENCE))
    needed = _VALUE_TYPES.get(level.text(tag_of("ValueType")), {})
    found = dict(wants)
    for keyword in _OF_VALUE_TYPES:
        tag = tag_of(keyword)
        if tag in found:
            found[tag] = replace(found[tag], type="3" if by_reference else needed.get(keyword, "3"))
    if by_reference:
        found = {tag: _optional(one, tag) for tag, one in found.items()}
    return found


def _optional(wanted: Wanted, tag: int) -> Wanted:
    """An item by reference has a relationship and the place of the other item, and nothing else (PS3.3 C.17.3.2.5)."""
    return wanted if tag == tag_of("RelationshipType") else replace(wanted, type="3")


def content_items(wants: Wants, above: Wanted) -> Wants:
    """Content items contain content items, and so on: the definitions have the first level alone."""
    tag = tag_of("ContentSequence")
    if above.tag != tag or tag in wants or tag_of("ValueType") not in wants:
        return wants
    return {**wants, tag: replace(above, type="3")}
