"""What the worker process does for `validate_dicom_file`: read a file, judge it, and put the findings into words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from trivium.api import Kind
from trivium_dicom.dictionary import uid_names
from trivium_dicom.files.inflating import DEFLATED_SYNTAXES, inflated
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import Reading, read
from trivium_dicom.phi import kind_of
from trivium_dicom.tools.validate_dicom_file import DicomFinding, DicomTotals, DicomValidation, ValueFound
from trivium_dicom.validation.checking import Report, validate
from trivium_dicom.validation.findings import Example, Finding
from trivium_dicom.validation.levels import Cell, entry_of, vrs_of
from trivium_dicom.validation.rules import Severity
from trivium_dicom.validation.stored import Source

_LONGEST_VALUE: Final = 64
_META_BEGINS: Final = 132
_GROUP_LENGTH_ELEMENT: Final = 12
Verdict = Literal["conforms", "conforms with warnings", "does not conform"]


def validate_file(content: bytes, limits: Limits, severity: str, limit: int, offset: int) -> DicomValidation:
    """A page of the findings of at least `severity`. Raises what `read` raises."""
    reading = read(content, limits)
    report = report_of(reading, content, limits)
    least = Severity(severity).rank
    listed = [one for one in report.findings if one.rule.severity.rank <= least]
    page = listed[offset : offset + limit]
    end = offset + len(page)
    return DicomValidation(
        verdict=_verdict(report),
        totals=_totals(report),
        sop_class=uid_names().get(report.sop_class),
        iod=report.iod.name if report.iod else None,
        also_checked=report.modules,
        undecided_conditions=report.undecided or None,
        notes=tuple(dict.fromkeys(note.oddity.value for note in reading.notes)),
        total=len(listed),
        next_offset=end if end < len(listed) else None,
        left_out=report.left_out or None,
        findings=tuple(map(_entry, page)),
        values=tuple(value for one in page for value in _values(one)),
    )


def report_of(reading: Reading, content: bytes, limits: Limits) -> Report:
    """Judge a file that was read from `content`."""
    file, meta = Source(content), reading.dataset.file_meta
    source = file
    if reading.transfer_syntax in DEFLATED_SYNTAXES:
        length = meta.get("FileMetaInformationGroupLength")
        start = _META_BEGINS + _GROUP_LENGTH_ELEMENT + length if isinstance(length, int) else len(content)
        source = Source(inflated(content[start:], limits, where="path").content) if start < len(content) else file
    return validate(
        reading.dataset, file_meta=meta, transfer_syntax=reading.transfer_syntax, source=source, meta_source=file
    )


def _verdict(report: Report) -> Verdict:
    if not report.valid:
        return "does not conform"
    return "conforms with warnings" if report.totals[Severity.WARNING] else "conforms"


def _totals(report: Report) -> DicomTotals:
    totals = report.totals
    return DicomTotals(error=totals[Severity.ERROR], warning=totals[Severity.WARNING], note=totals[Severity.NOTE])


def _entry(finding: Finding) -> DicomFinding:
    entry = entry_of(finding.tag)
    places = tuple(example.place for example in finding.examples)
    return DicomFinding(
        severity=finding.rule.severity.value,
        path=finding.path,
        keyword=entry.keyword or None if entry else None,
        module=finding.module or None,
        type=finding.type or None,
        problem=finding.rule.says,
        fix=finding.fix or None,
        count=finding.count if finding.count > 1 else None,
        at=places if places != (finding.path,) else None,
        rule=finding.rule.id,
        source=finding.source,
    )


def _values(finding: Finding) -> Iterator[ValueFound]:
    for example in finding.examples:
        if example.cell is None:
            continue
        text = _text(example, example.cell)
        if text:
            phi = _kind(finding.tag, example.cell, text)
            yield ValueFound(path=example.place, rule=finding.rule.id, value=text[:_LONGEST_VALUE], phi=phi)


def _text(example: Example, cell: Cell) -> str:
    """The value that the finding is about; bytes that are no text as Latin 1."""
    text = example.value or "\\".join(example.values)
    if not text and cell.raw is not None:
        text = cell.raw[: 2 * _LONGEST_VALUE].decode("latin-1")
    return text.strip(" \0")


def _kind(tag: int, cell: Cell, text: str) -> Kind | None:
    """The strictest that holds for any part of the text, by the VR that was stored and by the right one."""
    digits = f"{tag:08x}"
    vrs = {cell.vr, *vrs_of(tag)}
    kinds = {kind_of(digits, vr, part.strip(" \0")) for vr in vrs for part in text.split("\\")} - {None}
    return None if not kinds else kinds.pop() if len(kinds) == 1 else Kind.TEXT
