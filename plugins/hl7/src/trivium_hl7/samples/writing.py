"""Values to the text of a segment, as one version has its fields, components, sub-components, tables and lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trivium_hl7.dictionary import Definition, is_since
from trivium_hl7.escapes import escape
from trivium_hl7.samples import codes
from trivium_hl7.samples.case import Case
from trivium_hl7.samples.filling import filler
from trivium_hl7.samples.layout import components, fields, limit, table_of
from trivium_hl7.samples.values import CODED, Coded, Part, Value
from trivium_hl7.separators import Separators

SEPARATORS: Final = Separators()
_WITHDRAWN: Final = frozenset({"WD"})
_TEXTS: Final = frozenset({"ST", "TX", "FT", "VARIES", "", "CM", "TN"})
_CODES: Final = frozenset({"ID", "IS"})
_NUMBERS: Final = frozenset({"NM", "SI", "SNM"})

Content = Mapping[int, "Part | Sequence[Part]"]
"""Field number to its value, or to its repetitions."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one version; what is required and not told of is filled from the case."""

    version: str
    case: Case

    def segment(
        self, segment_id: str, content: Content, types: Mapping[int, str] | None = None, ordinal: int = 1
    ) -> str:
        """A segment with these fields and all that its version requires.

        `types` says the data type of a field that has no one type, such as OBX-5; `ordinal` what a set id says.
        """
        written = [segment_id]
        for number, definition in enumerate(fields(segment_id, self.version), 1):
            if types and number in types:
                definition = definition._replace(type=types[number], length=None)
            value = content.get(number)
            if value is None and number == 1 and definition.type == "SI":
                value = str(ordinal)
            written.append(self._field(definition, value))
        while written[-1] == "":
            written.pop()
        if len(written) == 1:  # a segment says something
            written += [self._field(one._replace(usage="R"), None) for one in fields(segment_id, self.version)[:1]]
        return SEPARATORS.field.join(written)

    def header(self, content: Content) -> str:
        """MSH, whose first two fields are the separators themselves."""
        # 2.3.1 gives MSH-9 three components and no room for them.
        types = {9: "MSG"} if components("MSG", self.version) else None
        rest = self.segment("MSH", {1: "F", 2: "E", **content}, types).split(SEPARATORS.field)[3:]
        return SEPARATORS.field.join(["MSH", "^~\\&", *rest])

    def _field(self, definition: Definition, value: Part | Sequence[Part]) -> str:
        if (value is None and definition.usage != "R") or definition.usage == "W" or definition.type in _WITHDRAWN:
            return ""
        repetitions = _repetitions(value)
        if definition.maximum:
            repetitions = repetitions[: definition.maximum]
        texts = [self._repetition(definition, one) for one in repetitions]
        texts = [text for text in texts if text]
        if not texts and definition.usage == "R":
            texts = [self._repetition(definition, filler(definition, definition.table, self.case))]
        return SEPARATORS.repetition.join(texts)

    def _repetition(self, definition: Definition, value: Part) -> str:
        if value is None or value == "":
            return ""
        rows = components(definition.type, self.version)
        if not rows:
            return _escaped(self._primitive(value, definition, definition.table))
        parts = self._parts(value, definition)
        if not parts:
            return ""
        written = [
            self._component(_at(parts, n), row, table_of(row, definition.type, n)) for n, row in enumerate(rows, 1)
        ]
        if not any(_at(parts, n) for n in range(1, len(rows) + 1)) and not any(written):
            written[0] = self._component("1", rows[0], "")
        most = limit(definition)
        text = _fitted(written, rows, most, SEPARATORS.component)
        too_long = most is not None and len(text) > most and definition.usage != "R"
        return "" if too_long else text

    def _component(self, part: Part, definition: Definition, table: str) -> str:
        if not definition.type or definition.usage == "W" or definition.type in _WITHDRAWN:
            return ""
        if part is None:
            if definition.usage != "R":
                return ""
            part = filler(definition, table, self.case)
        rows = components(definition.type, self.version)
        if not rows:
            return _escaped(self._primitive(part, definition, table)) if part else ""
        parts = self._parts(part, definition._replace(table=table)) if part else ()
        if not parts and definition.usage != "R":
            return ""
        written = []
        for n, row in enumerate(rows, 1):
            inner = table_of(row, definition.type, n)
            found = _at(parts, n)
            if found is None and row.usage == "R":
                found = filler(row, inner, self.case)
            usable = bool(found) and row.usage != "W" and bool(row.type) and row.type not in _WITHDRAWN
            written.append(_escaped(self._primitive(found, row, inner)) if usable else "")
        return _fitted(written, rows, limit(definition), SEPARATORS.subcomponent)

    def _parts(self, value: Part, definition: Definition) -> Sequence[Part]:
        if isinstance(value, str) and definition.type in CODED and definition.table:
            value = Coded(value)
        if not isinstance(value, Value):
            return (None, value) if definition.type in CODED else (value,)
        if isinstance(value, Coded) and definition.type in CODED:
            allowed = codes.closed(definition.table)
            if allowed is not None and value.code not in allowed:
                if definition.usage != "R":
                    return ()
                value = Coded(codes.usual(definition.table, 20))
            value = codes.named(value, definition.table)
        parts = value.parts(definition.type)
        if definition.type == "XTN" and self._since("2.6"):
            return (None, *parts[1:])  # the whole number in one is kept for older versions only (chapter 2A)
        return parts

    def _since(self, version: str) -> bool:
        return is_since(self.version, version)

    def _primitive(self, part: Part, definition: Definition, table: str) -> str:
        text = part.text(definition.type) if isinstance(part, Value) else part or ""
        most = limit(definition)
        if definition.type in _CODES:
            return self._code(text, definition, table, most)
        if definition.type in _NUMBERS and not _is_number(text):
            text = "".join(c for c in text if c.isdigit())
        if most is None or len(text) <= most:
            return text
        if definition.type in _TEXTS:
            return text[:most].rstrip()
        if definition.type in ("TS", "DTM", "TM"):
            return text[: next((n for n in (14, 12, 8, 6, 4) if n <= most), 0)]
        return text[-most:] if definition.type in _NUMBERS else ""

    def _code(self, text: str, definition: Definition, table: str, most: int | None) -> str:
        allowed = codes.closed(table)
        fits = most is None or len(text) <= most
        if fits and (allowed is None or text in allowed):
            return text
        return codes.usual(table, most) if definition.usage == "R" else ""


def _repetitions(value: Part | Sequence[Part]) -> list[Part]:
    if value is None or isinstance(value, str | Value):
        return [value]
    return list(value)


def _fitted(written: list[str], rows: Sequence[Definition], most: int | None, separator: str) -> str:
    """The parts put together; where they are too long, sub-components go first, then the last that is not required."""
    written = list(written)
    if most is not None and separator == SEPARATORS.component and len(separator.join(written)) > most:
        written = [part.partition(SEPARATORS.subcomponent)[0] for part in written]
    while True:
        while len(written) > 1 and written[-1] == "":
            written.pop()
        text = separator.join(written)
        if most is None or len(text) <= most:
            return text
        spare = [n for n, row in enumerate(rows[: len(written)]) if n and written[n] and row.usage != "R"]
        if not spare:
            return text[:most].rstrip(separator) if len(written) == 1 else text
        last = spare[-1]
        if written[last] == "ISO" and last:  # an OID and what says that it is one go together
            written[last - 1] = ""
        written[last] = ""


def _at(parts: Sequence[Part], number: int) -> Part:
    return parts[number - 1] if number <= len(parts) else None


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal()


def _escaped(text: str) -> str:
    return text if text.isalnum() else escape(text, SEPARATORS)
