"""One line of a dump, in any of the forms that are known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from trivium_dicom.private.creators import trimmed
from trivium_dicom.private.definitions import creators
from trivium_dicom.private.dumps import spelled
from trivium_dicom.private.elements import Element
from trivium_dicom.vr import VRS


class Mark(Enum):
    """What a line does to the structure."""

    ELEMENT = auto()
    ITEM = auto()
    ITEM_END = auto()
    SEQUENCE_END = auto()
    BLANK = auto()
    """Nothing, or the end of a sequence in a dump of dicom3tools."""
    IGNORED = auto()
    """A line that belongs to the form and says nothing of an element."""


@dataclass(slots=True)
class Line:
    mark: Mark
    indent: int = 0
    element: Element | None = None
    sequence: bool = False
    form: str = ""


_TAG: Final = r"(?:0x)?([0-9A-Fa-f]{4})\s?,\s?(?:0x)?([0-9A-Fa-f]{4})"
_DELIMITERS: Final = {"e000": Mark.ITEM, "e00d": Mark.ITEM_END, "e0dd": Mark.SEQUENCE_END}
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")

_LENGTH: Final = re.compile(r"\s*#\s*(\d+|u/l)\s*,\s*[\d\-n]+(?:\s.*)?$")
_DCMTK: Final = re.compile(rf"(\s*)\({_TAG}\) ([A-Za-z?]{{2}})(?: \(([A-Z]{{2}}[A-Z ]*)\))? (.*)$", re.DOTALL)
_PYDICOM: Final = re.compile(rf"(\s*)\({_TAG}\) (.*?)([A-Z]{{2}}|OB or OW|US or SS|US or SS or OW): ?(.*)$")
_PYDICOM_SQ: Final = re.compile(rf"(\s*)\({_TAG}\)\s+.*\s\d+ item\(s\) ----\s*$", re.IGNORECASE)
_DICOM3TOOLS: Final = re.compile(
    rf"(\s*(?:> )?)\({_TAG}\) .*?\t VR=<([A-Z?]{{1,2}})>\s+VL=<0x([0-9a-f]+)>(.*)$", re.IGNORECASE | re.DOTALL
)
_DCM4CHE: Final = re.compile(rf"\s*(?:\d+:\s?)?(>*)\({_TAG}\) (?:([A-Z]{{2}}) )?#(-?\d+)\s?(.*)$")
_DCM4CHE_ITEM: Final = re.compile(r"\s*(?:\d+:\s?)?(>+)ITEM #\d+", re.IGNORECASE)
_ANY: Final = re.compile(
    r"([\s>]*)[(\[{\"']?(?:0x)?([0-9a-f]{4})[\s,:;.\-|]{1,2}(?:0x)?([0-9a-f]{4})\b[)\]}\"']?(.*)$", re.IGNORECASE
)
_COMPACT: Final = re.compile(r"([\s>]*)[(\[\"']?(?:0x)?([0-9a-f]{4})([0-9a-f]{4})\b[)\]\"']?(.*)$", re.IGNORECASE)
_LONGEST_NAME: Final = 300
_USED: Final = re.compile(r"^\s*(?:Used=<\w*> IE=<\w*>)?")
_MESSAGE: Final = re.compile(r"^(?:Error|Warning|[WEFID]:)\b| - (?:Warning|Error) - ")
_RULE: Final = re.compile(r"^\s*(?:-{3,}|={3,}|#.*|Dataset\.file_meta -+|Dcm-[\w-]+|\$dcmtk.*)\s*$")


def parse_line(text: str) -> Line | None:
    """None: it is no line of a dump."""
    text = _ESCAPES.sub("", text.rstrip("\r\n"))
    if not text.strip():
        return Line(Mark.BLANK)
    for parse in _PARSERS:
        if line := parse(text):
            return line
    return None


def _dicom3tools(text: str) -> Line | None:
    if text.strip() == "----:":
        return Line(Mark.ITEM, form="dicom3tools")
    found = _DICOM3TOOLS.match(text)
    if not found:
        return None
    marks, group, element, vr, length, rest = found.groups()
    size = None if length.lower() == "ffffffff" else int(length, 16)
    made = Element((group + element).lower(), None if "?" in vr else vr, size=size)
    spelled.dicom3tools(made, _USED.sub("", rest))
    return Line(Mark.ELEMENT, len(marks), made, vr == "SQ", "dicom3tools")


def _message(text: str) -> Line | None:
    return Line(Mark.IGNORED) if _RULE.match(text) or _MESSAGE.search(text) else None


def _item_rule(text: str) -> Line | None:
    """pydicom draws a line below each item, as far in as its elements."""
    if text.strip() == "---------" and text.startswith(" "):
        return Line(Mark.ITEM_END, len(text) - len(text.lstrip()), form="pydicom")
    return None


def _dcm4che(text: str) -> Line | None:
    if item := _DCM4CHE_ITEM.match(text):
        return Line(Mark.ITEM, len(item[1]), form="dcm4che")
    found = _DCM4CHE.match(text)
    if not found:
        return None
    marks, group, element, vr, length, rest = found.groups()
    if group.lower() == "fffe":
        return Line(_DELIMITERS.get(element.lower(), Mark.IGNORED), len(marks), form="dcm4che")
    made = Element((group + element).lower(), vr, size=None if length.startswith("-") else int(length))
    spelled.dcm4che(made, rest)
    return Line(Mark.ELEMENT, len(marks), made, vr == "SQ", "dcm4che")


def _dcmtk(text: str) -> Line | None:
    """DCMTK and GDCM: VR, value, and `# length, multiplicity name` behind.

    GDCM shows the dictionary's VR in parentheses where the file has another one, or none (`??`).
    """
    found = _DCMTK.match(text)
    if not found:
        return None
    indent, group, element, vr, known, rest = found.groups()
    if group.lower() == "fffe":
        return Line(_DELIMITERS.get(element.lower(), Mark.IGNORED), len(indent), form="dcmtk")
    behind = _LENGTH.search(rest, max(0, rest.rfind(" #")))
    if not behind and not rest.startswith(("[", "(", "=")):
        return None
    stated = vr if vr in VRS else known[:2] if known and vr == "??" else None
    made = Element((group + element).lower(), stated)
    if behind:
        made.size = None if behind[1] == "u/l" else int(behind[1])
        rest = rest[: behind.start()]
    spelled.dcmtk(made, rest.strip())
    return Line(Mark.ELEMENT, len(indent), made, stated == "SQ", "dcmtk")


def _pydicom(text: str) -> Line | None:
    if text.rstrip().endswith(" ----") and len(text) < _LONGEST_NAME and (found := _PYDICOM_SQ.match(text)):
        indent, group, element = found.groups()
        return Line(Mark.ELEMENT, len(indent), Element((group + element).lower(), "SQ"), True, "pydicom")
    found = _PYDICOM.match(text)
    if not found:
        return None
    indent, group, element, _, vr, rest = found.groups()
    made = Element((group + element).lower(), vr)
    spelled.pydicom(made, rest)
    return Line(Mark.ELEMENT, len(indent), made, vr == "SQ", "pydicom")


def _viewer(text: str) -> Line | None:
    """A tag, and columns behind it, of which one may be a VR and the last one is the value."""
    found = _ANY.match(text) or _COMPACT.match(text)
    if not found:
        return None
    indent, group, element, rest = found.groups()
    if group.lower() == "fffe":
        return Line(_DELIMITERS.get(element.lower(), Mark.IGNORED), len(indent), form="viewer")
    made = Element((group + element).lower())
    spelled.viewer(made, rest, is_creator=_is_creator if made.block else None)
    return Line(Mark.ELEMENT, len(indent), made, made.vr == "SQ", "viewer")


def _is_creator(text: str) -> bool:
    return creators().exact(trimmed(text)) is not None


_PARSERS: Final[tuple[Callable[[str], Line | None], ...]] = (
    _dicom3tools,
    _item_rule,
    _message,
    _dcm4che,
    _dcmtk,
    _pydicom,
    _viewer,
)
