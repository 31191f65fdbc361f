"""DICOM JSON (PS3.18 annex F), and the JSON of Orthanc, whose keys are `gggg,eeee` and whose types are words."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from trivium_dicom.files.limits import Limits
from trivium_dicom.private.elements import Element
from trivium_dicom.private.values import float32

_KEY: Final = re.compile(r"\(?([0-9a-fA-F]{4})[,\-]?([0-9a-fA-F]{4})\)?")
_ORTHANC_NONE: Final = frozenset({"Null", "TooLong", "Binary"})


class TooMany(ValueError):
    """More elements, or deeper, than is read."""


class _Reader:
    def __init__(self, limits: Limits) -> None:
        self._left = limits.elements
        self.unread = 0

    def dataset(self, content: Any, depth: int) -> list[Element]:
        if depth <= 0:
            raise TooMany
        found: list[Element] = []
        for key, entry in content.items() if isinstance(content, dict) else ():
            tag = _KEY.fullmatch(key)
            if tag is None:
                self.unread += 1
                continue
            self._left -= 1
            if self._left < 0:
                raise TooMany
            found.append(self._element((tag[1] + tag[2]).lower(), entry, depth))
        return found

    def _element(self, digits: str, entry: Any, depth: int) -> Element:
        if not isinstance(entry, dict):
            return self._short(digits, entry, depth)
        if "Type" in entry and "vr" not in entry:
            return self._orthanc(digits, entry, depth)
        vr = entry.get("vr")
        element = Element(digits, vr if isinstance(vr, str) and len(vr) == 2 else None)
        values = entry.get("Value")
        if isinstance(binary := entry.get("InlineBinary"), str):
            _binary(element, binary)
        elif "BulkDataURI" in entry:
            element.cut = True
        elif element.vr == "SQ":
            element.items = [self.dataset(item, depth - 1) for item in values or () if isinstance(item, dict)]
        else:
            element.texts = tuple(_text(one, element.vr) for one in (values if isinstance(values, list) else ()))
        return element

    def _orthanc(self, digits: str, entry: dict[str, Any], depth: int) -> Element:
        kind, value = entry["Type"], entry.get("Value")
        if kind == "Sequence" and isinstance(value, list):
            return Element(digits, "SQ", items=[self.dataset(item, depth - 1) for item in value])
        element = Element(digits, cut=kind in _ORTHANC_NONE and kind != "Null")
        if isinstance(value, str) and not element.cut:
            element.texts = tuple(one.strip(" \0") for one in value.split("\\")) if value.strip(" \0") else ()
        return element

    def _short(self, digits: str, entry: Any, depth: int) -> Element:
        if isinstance(entry, list) and all(isinstance(one, dict) for one in entry) and entry:
            return Element(digits, "SQ", items=[self.dataset(item, depth - 1) for item in entry])
        values = entry if isinstance(entry, list) else [] if entry is None else str(entry).split("\\")
        return Element(digits, texts=tuple(one for one in (_text(value, None) for value in values) if one))


def dataset_of(content: Any, limits: Limits) -> tuple[list[Element], int]:
    """The elements of a data set, or of the first of several, and how many keys are no tags. Raises `TooMany`."""
    if isinstance(content, list):
        content = next((one for one in content if isinstance(one, dict)), {})
    reader = _Reader(limits)
    return reader.dataset(content, limits.depth), reader.unread


def _binary(element: Element, text: str) -> None:
    try:
        element.data = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        element.cut = True
        return
    element.size = len(element.data)


def _text(value: Any, vr: str | None) -> str:
    if isinstance(value, dict):  # a person's name
        return "=".join(str(value.get(part) or "") for part in ("Alphabetic", "Ideographic", "Phonetic")).rstrip("=")
    if isinstance(value, int | float) and not isinstance(value, bool) and vr in ("FL", "FD"):
        return float32(float(value)) if vr == "FL" else repr(float(value))
    if vr == "AT" and isinstance(value, str) and len(value) == 8:
        return f"({value[:4]},{value[4:]})".upper()
    return "" if value is None else str(value).rstrip(" \0")
