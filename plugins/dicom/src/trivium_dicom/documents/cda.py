"""The narrative of an HL7 clinical document, section by section (CDA R2: section/title, section/code, section/text).

The parser is expat without document types: what declares one is not read, so that there is no entity to expand and no
address to open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from trivium_dicom.documents.contents import Contents, Text
from trivium_dicom.documents.problems import Oddness
from trivium_dicom.reports.codes import words_of

_NAMESPACE: Final = "urn:hl7-org:v3"
_DEEPEST: Final = 200
_MOST_SECTIONS: Final = 2_000
_SCHEMES: Final = {"2.16.840.1.113883.6.1": "LN", "2.16.840.1.113883.6.96": "SCT"}
"""OIDs of code systems, and how DICOM calls them (PS3.16 clause 8)."""
_BREAKS: Final = frozenset({"br", "paragraph", "tr", "item", "caption", "table", "list"})
"""Elements of narrative that begin a line."""
_CELLS: Final = frozenset({"td", "th"})


class _Refused(Exception):
    """Stops the parser."""

    def __init__(self, oddness: Oddness) -> None:
        self.oddness = oddness


@dataclass(slots=True)
class _Section:
    depth: int
    code: str | None = None
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader:
    """Follows where in the document the parser is."""

    def __init__(self) -> None:
        self.sections: list[_Section] = []
        self.root: str | None = None
        self.other_body = False
        self._open: list[_Section] = []
        self._path: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, document: bytes) -> Oddness | None:
        """What stopped it, if anything did. What was read until then is kept."""
        try:
            self._parser.Parse(document, True)
        except _Refused as refusal:
            return refusal.oddness
        except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that is none, or not of texts
            return Oddness.SPOILED_XML
        return None

    def _refuse(self, *_: object) -> None:
        raise _Refused(Oddness.DOCTYPE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if self.root is None:
            self.root = name
        if len(self._path) >= _DEEPEST or len(self.sections) > _MOST_SECTIONS:
            raise _Refused(Oddness.DEEP_XML)
        self._path.append(local)
        if local == "section":
            self._open.append(_Section(len(self._open) + 1))
            self.sections.append(self._open[-1])
        elif local == "nonXMLBody":
            self.other_body = True
        elif self._open and local == "code" and self._path[-2] == "section":
            self._open[-1].code = _meaning(attributes)
        elif self._open and "text" in self._path:
            self._separate(local)

    def _separate(self, local: str) -> None:
        if local in _BREAKS:
            self._open[-1].text.append("\n")
        elif local in _CELLS:
            self._open[-1].text.append(" | ")

    def _end(self, _: str) -> None:
        if self._path.pop() == "section" and self._open:
            self._open.pop()

    def _characters(self, data: str) -> None:
        if not self._open:
            return
        if self._path[-2:] == ["section", "title"]:
            self._open[-1].title.append(data)
        elif "text" in self._path:
            # line ends of the file itself mean nothing in narrative
            self._open[-1].text.append(data.replace("\n", " ").replace("\r", " "))


def read_cda(document: bytes) -> Contents:
    """Sections as parts."""
    contents, reader = Contents(), _Reader()
    if (oddness := reader.read(document)) is not None:
        contents.note(oddness)
    if reader.root is not None and reader.root != f"{_NAMESPACE} ClinicalDocument":
        contents.note(Oddness.NOT_CDA)
        return contents
    if reader.other_body:
        contents.note(Oddness.NOT_XML_BODY)
    contents.count = contents.facts["sections"] = len(reader.sections)
    contents.part = lambda index: _part(reader.sections[index])
    return contents


def _part(section: _Section) -> Text:
    return Text("".join(section.text), "".join(section.title).strip(), section.code, section.depth)


def _meaning(attributes: dict[str, str]) -> str | None:
    return words_of(attributes.get("code", ""), _SCHEMES.get(attributes.get("codeSystem", ""), ""))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
