"""A dump as a data set: lines into elements, elements into sequences and items."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from trivium.api import BadInput, Problem, TooLarge
from trivium_dicom.files.limits import Limits
from trivium_dicom.private.dumps.json_form import TooMany, dataset_of
from trivium_dicom.private.dumps.lines import Line, Mark, parse_line
from trivium_dicom.private.elements import Element
from trivium_dicom.private.implicit import opened
from trivium_dicom.private.vocabulary import Form


class DumpProblem(Problem):
    NO_ELEMENT = "has no line with a tag, such as (0029,1010)"
    TOO_MANY = "has more than {limit} elements, or nests sequences too deep"
    SPOILED_JSON = "begins like JSON, and is none"


@dataclass(slots=True)
class Dump:
    dataset: list[Element]
    form: Form
    unread: int = 0
    """Lines, or keys, that are none of an element."""
    counts: dict[str, int] = field(default_factory=dict)


def read_dump(text: str, limits: Limits, *, where: str = "dump") -> Dump:
    """Raises `BadInput` for a text without any element, `TooLarge` beyond the limits."""
    try:
        dump = _json(text, limits, where) if text.lstrip()[:1] in ("{", "[") and _KEYED.search(text) else None
        dump = dump or _lines(text, limits)
    except TooMany:
        raise TooLarge(where=where, problem=DumpProblem.TOO_MANY, limit=limits.elements) from None
    if not dump.dataset:
        raise BadInput(where=where, problem=DumpProblem.NO_ELEMENT)
    opened(dump.dataset, limits)
    return dump


_KEYED: Final = re.compile(r"[\"']\(?[0-9a-fA-F]{4}[,\-]?[0-9a-fA-F]{4}\)?[\"']\s*:")


def _json(text: str, limits: Limits, where: str) -> Dump:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(where=where, problem=DumpProblem.SPOILED_JSON) from None
    dataset, unread = dataset_of(content, limits)
    return Dump(dataset, Form.JSON, unread)


def _lines(text: str, limits: Limits) -> Dump:
    dump = Dump([], Form.VIEWER)
    read: list[Line] = []
    for raw in _joined(text.split("\n")):
        line = parse_line(raw)
        if line is None:
            dump.unread += 1
            continue
        if line.mark is Mark.ELEMENT:
            dump.counts[line.form] = dump.counts.get(line.form, 0) + 1
            if sum(dump.counts.values()) > limits.elements:
                raise TooMany
        read.append(line)
    if dump.counts:
        dump.form = Form(max(dump.counts, key=lambda form: dump.counts[form]))
    dump.dataset = _built(read, dump.form, limits)
    return dump


_BRACKET: Final = re.compile(r"\s*\([0-9a-f]{4},[0-9a-f]{4}\) [A-Z]{2} \[", re.IGNORECASE)
_BEHIND: Final = re.compile(r"\]\s+#\s*(?:\d+|u/l)\s*,")


def _opens_bracket(line: str) -> bool:
    """DCMTK and GDCM: a text that does not end on its line."""
    return _BRACKET.match(line) is not None and not _closes_bracket(line, "")


def _closes_bracket(line: str, _: str) -> bool:
    return _BEHIND.search(line) is not None


_PAIRS: Final = {"<": ">", "[": "]", "{": "}"}


def _opened_by_dicom3tools(line: str, after: str) -> str | None:
    """What ends the value of a line of dicom3tools that has not ended there."""
    _, found, rest = line.partition("\t VR=<")
    value = rest.partition(" VL=<")[2].partition(">")[2] if found else ""
    value = value.partition(" IE=<")[2].partition(">")[2].strip() if "Used=<" in value[:8] else value.strip()
    closing = _PAIRS.get(value[:1])
    return closing if closing and not _ends(closing, value, after) else None


def _joined(lines: list[str]) -> Iterator[str]:
    """A value that has lines of its own stands over several, which are made one again."""
    at, after = 0, _following(lines)
    while at < len(lines):
        more = 1
        if _opens_bracket(lines[at]):
            more = _until(lines, after, at, _closes_bracket)
        elif closing := _opened_by_dicom3tools(lines[at], after[at]):
            more = _until(lines, after, at, partial(_ends, closing))
        yield "\n".join(lines[at : at + more])
        at += more


def _following(lines: list[str]) -> list[str]:
    """For each line the next one that is not empty."""
    found, after = [], ""
    for line in reversed(lines):
        found.append(after)
        if line.strip():
            after = line
    return found[::-1]


def _ends(closing: str, line: str, after: str) -> bool:
    """It ends as values do, and what follows is no more text: a text may have `>` at the ends of its lines."""
    return line.rstrip().endswith(closing) and (not after or "----:" in after or "\t VR=<" in after)


def _until(lines: list[str], after: list[str], at: int, closes: Callable[[str, str], bool]) -> int:
    """How many lines the value goes over; one if it never ends, or another element begins before."""
    for end in range(at + 1, len(lines)):
        if _BRACKET.match(lines[end]) or "\t VR=<" in lines[end]:
            return 1
        if closes(lines[end], after[end]):
            return end + 1 - at
    return 1


def _built(lines: list[Line], form: Form, limits: Limits) -> list[Element]:
    """Sequences by indentation where there is any; else by what begins and ends items."""
    indented = any(line.mark is Mark.ITEM and line.indent for line in lines) or form in (Form.PYDICOM, Form.VIEWER)
    tree = _Tree(limits.depth)
    marked = form is Form.DICOM3TOOLS or (not indented and any(line.mark is Mark.ITEM for line in lines))
    (_by_marks if marked else _by_indentation)(lines, tree, form)
    return tree.dataset


class _Tree:
    """A data set while it is put together."""

    def __init__(self, depth: int) -> None:
        self.dataset: list[Element] = []
        self.open: list[tuple[int, Element]] = []
        self._depth = depth

    def add(self, element: Element) -> None:
        if not self.open:
            self.dataset.append(element)
            return
        items = self.open[-1][1].items
        if not items:
            items.append([])
        items[-1].append(element)

    def begin(self, indent: int, element: Element) -> None:
        if len(self.open) >= self._depth:
            raise TooMany
        self.open.append((indent, element))

    def item(self) -> None:
        if self.open:
            self.open[-1][1].items.append([])

    def end_item(self, *, empty: bool) -> None:
        """An item that has nothing in it stands there all the same."""
        if self.open and (empty or not self.open[-1][1].items):
            self.item()

    def end(self) -> None:
        if self.open:
            self.open.pop()

    def end_at(self, indent: int) -> None:
        """End the sequences that a line this far out is no part of."""
        while self.open and self.open[-1][0] >= indent:
            self.open.pop()


def _by_indentation(lines: Iterable[Line], tree: _Tree, form: Form) -> None:
    """`ruled` is how far in pydicom's line below an item stands: what comes next there begins another one."""
    ruled: int | None = None
    for line in lines:
        if line.mark is Mark.ITEM:
            tree.end_at(line.indent)
            tree.item()
        elif line.mark is Mark.ITEM_END and form is Form.PYDICOM:
            tree.end_at(line.indent)
            tree.end_item(empty=ruled == line.indent)
            ruled = line.indent
        elif line.mark is Mark.ELEMENT and line.element:
            tree.end_at(line.indent)
            if line.indent == ruled:
                tree.item()
            ruled = None
            tree.add(line.element)
            if line.sequence:
                tree.begin(line.indent, line.element)


def _by_marks(lines: Iterable[Line], tree: _Tree, form: Form) -> None:
    """By the lines that begin and end items and sequences; dicom3tools ends a sequence with an empty line."""
    for line in lines:
        if line.mark is Mark.ITEM:
            tree.item()
        elif line.mark is Mark.SEQUENCE_END or (line.mark is Mark.BLANK and form is Form.DICOM3TOOLS):
            tree.end()
        elif line.mark is Mark.ELEMENT and line.element:
            tree.add(line.element)
            if line.sequence:
                tree.begin(line.indent, line.element)
