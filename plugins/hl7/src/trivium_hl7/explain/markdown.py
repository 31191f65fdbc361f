"""Explanations as pages of text, for resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from trivium_hl7.explain.definitions import Row
from trivium_hl7.explain.fields import FieldExplanation
from trivium_hl7.explain.messages import MessageExplanation
from trivium_hl7.explain.segments import Change, SegmentExplanation
from trivium_hl7.explain.tables import TableLookup

_TITLES: Final = ("place", "name", "type", "usage", "repeats", "length", "table", "item")


def segment(page: SegmentExplanation) -> str:
    return _page(
        f"{page.id} {page.name} (HL7 v{page.version})",
        f"Versions: {', '.join(page.versions)}.",
        *_list("", page.notes),
        _rows(page.fields),
        *_list("## Message structures that hold it", [_joined(page.used_in, page.used_in_more)]),
        *_list("## What versions changed", [_change(one) for one in page.changes]),
    )


def field(page: FieldExplanation) -> str:
    codes = [(c.code, c.display, c.status or "", c.versions or "") for c in page.table.codes] if page.table else []
    past = [(p.versions, p.name, p.type, p.usage, p.repeats or "", p.length or "", p.table or "") for p in page.history]
    return _page(
        f"{page.path} {page.levels[-1].name} (HL7 v{page.version})",
        f"Segment: {page.segment}." if page.segment else f"Data type: {page.type_name}.",
        *_list("", page.notes),
        _rows(page.levels),
        *([f"Form of {page.type_name}: `{page.shape}`"] if page.shape else []),
        *([f"Invented example: `{page.example}`"] if page.example else []),
        *(["## Parts", _rows(page.components)] if page.components else []),
        *([f"## Table {page.table.number} {page.table.name}", f"Kept: {page.table.keeper}."] if page.table else []),
        *([_grid(("code", "display", "status", "versions"), codes)] if codes else []),
        *([f"{page.table.more} codes more: see lookup_hl7_table."] if page.table and page.table.more else []),
        "## By version",
        _grid(("versions", "name", "type", "usage", "repeats", "length", "table"), past),
    )


def message(page: MessageExplanation) -> str:
    answers = page.answers
    said = (
        [
            ("original mode", answers.original),
            ("enhanced mode, accept (MSH-15)", answers.accept),
            ("enhanced mode, application (MSH-16)", answers.application),
        ]
        if answers
        else []
    )
    return _page(
        f"{page.structure} {page.title or ''}".rstrip() + f" (HL7 v{page.version})",
        f"Versions: {', '.join(page.versions)}.",
        *([f"Message: {page.message} {page.event or ''}".rstrip() + "."] if page.message else []),
        *([f"Messages: {', '.join(page.same_structure)}."] if page.same_structure else []),
        *_list("", page.notes),
        f"```text\n{page.tree}\n```",
        *_list("## Answers", [f"{mode}: {', '.join(names)}" for mode, names in said if names]),
    )


def table(page: TableLookup) -> str:
    codes = [(c.code, c.display, c.status or "", c.deprecated_in or "", c.versions or "") for c in page.codes]
    facts = [
        ("Kept", page.keeper),
        ("OID", page.oid),
        ("Code system", page.system),
        ("Introduced", page.introduced),
        ("Used in", ", ".join(page.used_in)),
    ]
    return _page(
        f"HL7 table {page.number} {page.name}",
        *_list("", [f"{name}: {value}" for name, value in facts if value]),
        *_list("", page.notes),
        *([_grid(("code", "display", "status", "deprecated in", "versions"), codes)] if codes else []),
        *([f"{page.total - len(codes)} codes more: see lookup_hl7_table."] if page.next_offset else []),
    )


def _rows(rows: Sequence[Row]) -> str:
    return _grid(
        _TITLES,
        (
            (r.path, r.name, r.type, r.usage, r.repeats or "", r.length or "", r.table or "", str(r.item or ""))
            for r in rows
        ),
    )


def _change(one: Change) -> str:
    detail = " to ".join(part for part in (one.before, one.after) if part)
    return f"{one.version}: {one.field} {one.what}" + (f" ({detail})" if detail else "")


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", *parts]) + "\n"


def _list(title: str, entries: Sequence[str]) -> list[str]:
    listed = "\n".join(f"- {entry}" for entry in entries if entry)
    return [*([title] if title else []), listed] if listed else []


def _joined(names: Sequence[str], more: int | None) -> str:
    return ", ".join(names) + (f" and {more} more" if more else "")


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
