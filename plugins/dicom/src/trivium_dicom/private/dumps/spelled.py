"""Values as each form of a dump spells them, put into an element. What a dump leaves out marks the element as cut."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Final

from trivium_dicom.private.elements import Element
from trivium_dicom.private.values import float32
from trivium_dicom.vr import VRS

_BYTES: Final = frozenset({"OB", "UN", "OW", "OV", "OL", "OD", "OF"})
_LONG_TEXT: Final = frozenset({"LT", "ST", "UT", "UR"})
_NONE: Final = ("(no value available)", "(no value)", "(not loaded)", "(Sequence ", "(PixelSequence", "(Item ")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})(?:\\[0-9a-fA-F]{2})*(\\?\.\.\.)?$")
_WORDS: Final = re.compile(r"(?:[0-9a-fA-F]{4})(?:\\[0-9a-fA-F]{4})*(\\?\.\.\.)?$")
_ARRAY: Final = re.compile(r"Array of (\d+) (?:elements|bytes)")
_COLUMNS: Final = re.compile(r"\t|\||;| {2,}|\s=\s")
_LITERAL_MOST: Final = 1 << 20


def texts(element: Element, value: str) -> None:
    """A text, which is several values where its representation allows that."""
    stripped = value.rstrip(" \0")
    if not stripped:
        return
    if element.vr in _LONG_TEXT:
        element.texts = (stripped,)
    else:
        element.texts = tuple(one.strip(" \0") for one in stripped.split("\\"))


def numbers(element: Element, values: list[str]) -> None:
    """Numbers as they are written everywhere here."""
    element.texts = tuple(_number(one.strip(), element.vr) for one in values if one.strip())


def _number(text: str, vr: str | None) -> str:
    try:
        if vr == "FL":
            return float32(float(text))
        return repr(float(text)) if vr == "FD" else text
    except ValueError:
        return text


def data(element: Element, hexadecimal: str, *, words: bool = False) -> None:
    """Bytes, or words of two, that a backslash divides. `...` at the end says that there are more."""
    shown = hexadecimal.removesuffix("...")
    pieces = [one for one in shown.split("\\") if one]
    if hexadecimal != shown and pieces:
        element.cut = True
    try:
        raw = bytes.fromhex("".join(pieces))
    except ValueError:
        element.cut = True
        return
    if words:
        raw = b"".join(raw[at : at + 2][::-1] for at in range(0, len(raw), 2))
    element.data = raw
    if element.size is not None and element.size > len(raw):
        element.cut = True


def dcmtk(element: Element, value: str) -> None:
    """`[text]`, `=UIDName`, `1\\2`, `53\\56...`, `(no value available)`."""
    if not value or value.startswith(_NONE):
        element.cut = value == "(not loaded)"
    elif value.startswith("[") and (element.vr not in _BYTES or not _HEX.match(value)):
        element.cut = not value.endswith("]")
        texts(element, value[1:].removesuffix("]") if value.endswith("]") else value[1:].removesuffix("..."))
    elif element.vr in ("OW", "US", None) and _WORDS.match(value) and element.vr != "US":
        data(element, value, words=True)
    elif element.vr in (*_BYTES, None) and _HEX.match(value):
        data(element, value)
    elif value.startswith("="):
        texts(element, value[1:])
    elif element.vr == "AT":
        element.texts = tuple(one.upper() for one in value.split("\\"))
    else:
        element.cut = value.endswith("...")
        pieces = value.split("\\")
        numbers(element, pieces[:-1] if element.cut else pieces)


def dicom3tools(element: Element, value: str) -> None:
    """`<text>`, `[0x0024,0x0000]` for whole numbers and bytes, `{1.5,2}` for others."""
    value = value.strip("\r\n\t ")
    if value.startswith("<") and value.endswith(">"):
        texts(element, value[1:-1])
    elif value.startswith("{") and value.endswith("}"):
        numbers(element, value[1:-1].split(","))
    elif value.startswith("["):
        _hexadecimal_list(element, value.strip("[] "))
    elif element.size and element.vr != "SQ":
        element.cut = True


def _hexadecimal_list(element: Element, value: str) -> None:
    pieces = "".join(value.replace("0x", "").split()).strip(",").split(",")
    try:
        if element.vr in _BYTES or element.vr is None:
            data(element, "\\".join(pieces), words=len(pieces[0]) == 4)
        elif element.vr == "AT":
            element.texts = tuple(_tag(int(one, 16)) for one in pieces)
        else:
            element.texts = tuple(str(_signed(one, element.vr)) for one in pieces)
    except ValueError:
        element.cut = True


def _tag(number: int) -> str:
    return f"({number >> 16 & 0xFFFF:04X},{number & 0xFFFF:04X})"


def _signed(hexadecimal: str, vr: str | None) -> int:
    number, bits = int(hexadecimal, 16), 4 * len(hexadecimal)
    return number - (1 << bits) if vr in ("SS", "SL", "SV") and number >> (bits - 1) else number


def dcm4che(element: Element, rest: str) -> None:
    """`[value] Keyword`; a long value is cut."""
    if not rest.startswith("["):
        return
    value, found, _ = rest[1:].rpartition("] ")
    if not found:
        value, element.cut = rest[1:].removesuffix("]"), not rest.endswith("]")
    if element.vr in _BYTES and (_HEX.match(value) or re.match(r"-?\d+(\\-?\d+)*", value)):
        _signed_bytes(element, value)
    elif element.vr in ("FL", "FD", "SL", "SS", "UL", "US"):
        numbers(element, value.split("\\"))
    else:
        texts(element, value)


def _signed_bytes(element: Element, value: str) -> None:
    """dcm4che writes bytes as numbers from -128 to 127."""
    pieces = value.removesuffix("...").rstrip("\\").split("\\")
    try:
        element.data = bytes(int(one) & 0xFF for one in pieces)
    except ValueError:
        element.cut = True
        return
    element.cut = len(element.data) < (element.size or 0)


def pydicom(element: Element, value: str) -> None:
    """What Python calls the value: `'text'`, `[0, 1]`, `b'..'`, `Array of 36 elements`, or a number or UID as it is."""
    value = value.strip()
    if found := _ARRAY.match(value):
        element.cut = True
        element.size = int(found[1]) if element.vr in _BYTES else None
    elif value in ("", "None", "''", '""', "[]"):
        return
    elif value.startswith(("b'", 'b"')):
        literal = _literal(value)
        element.data = literal if isinstance(literal, bytes) else None
        element.cut = element.data is None
    elif value.startswith(("'", '"')):
        literal = _literal(value)
        texts(element, literal if isinstance(literal, str) else value.strip("'\""))
    elif value.startswith("["):
        _listed(element, value)
    elif element.vr == "AT":
        element.texts = (value.upper().replace(" ", ""),)
    else:
        numbers(element, [value])


def _listed(element: Element, value: str) -> None:
    if "'" in value or '"' in value:
        literal = _literal(value)
        if isinstance(literal, list):
            element.texts = tuple(str(one) for one in literal)
            return
    if element.vr == "AT":
        found = re.findall(r"\(([0-9A-Fa-f]{4}),\s?([0-9A-Fa-f]{4})\)", value)
        element.texts = tuple(f"({group.upper()},{number.upper()})" for group, number in found)
        return
    numbers(element, value.strip("[] ").split(","))


def _literal(text: str) -> object:
    """A literal of Python; None for what is none. Nothing in it is run."""
    if len(text) > _LITERAL_MOST:
        return None
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found


def viewer(element: Element, rest: str, *, is_creator: Callable[[str], bool] | None) -> None:
    """Columns: perhaps a VR, perhaps a name, then the value. `is_creator` where the value must be a private creator."""
    rest = rest.strip(" \t,;|:=\"'")
    named = re.match(r"\(([^()]*)\)\s*:\s*(.*)$", rest)  # Orthanc: `0029,0010 (PrivateCreator): SIEMENS CSA HEADER`
    split = [named[2]] if named else _COLUMNS.split(rest)
    columns = [one.strip(" \"'") for one in split if one.strip()]
    words = columns[0].split(" ", 1) if columns else []
    if words and words[0] in VRS:
        element.vr = words[0]
        columns = [*words[1:], *columns[1:]]
    elif len(columns) > 1 and columns[1] in VRS:
        element.vr = columns.pop(1)
    if not columns:
        return
    value = _column(columns, is_creator)
    bracketed = re.fullmatch(r"[\[<{](.*)[\]>}]", value)
    value = bracketed[1] if bracketed else value
    if element.vr in (*_BYTES, None) and (_HEX.match(value) and ("\\" in value or len(value) == 2)):
        data(element, value)
    else:
        texts(element, value)


def _column(columns: list[str], is_creator: Callable[[str], bool] | None) -> str:
    if is_creator:
        if known := next((one for one in columns if is_creator(one)), None):
            return known
        after = re.match(r"Private ?Creator\b[\s:=]*(.+)$", columns[-1], re.IGNORECASE)
        return after[1] if after else columns[-1]
    last = columns[-1]
    return last.split(": ", 1)[1] if len(columns) == 1 and ": " in last else last
