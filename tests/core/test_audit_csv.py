"""The table of audit messages: stable columns, one row a message, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.core.audit_records import EVERYTHING, PATIENTS, RUN, STUDY, chained, hostile, move
from trivium.audit.events import messages
from trivium.audit.table import COLUMNS, rows


def table(*bodies: dict[str, Any], host: str = "trivium.example.org") -> list[dict[str, str]]:
    text = "".join(rows(messages(chained(*bodies)), host))
    assert text.endswith("\r\n")
    return list(csv.DictReader(text.splitlines(keepends=True), strict=True))


def test_the_end_of_a_transfer_is_a_row() -> None:
    _, ends = table(*move("c3" * 8, result={"completed": 20}))
    assert ends == {
        "time": "2026-03-31T12:00:02.000Z",
        "event_code": "110104",
        "event": "DICOM Instances Transferred",
        "type_code": "",
        "type": "",
        "action": "R",
        "outcome": "0",
        "reason": "",
        "tool": "pacs_retrieve",
        "call": "c3" * 8,
        "requestor": "stdio:alice",
        "source": "plugin:pacs",
        "destination": "WS1",
        "patient": PATIENTS[0],
        "studies": STUDY,
        "instances": "20",
        "counts": '{"completed": 20}',
        "query": "",
        "subject": "",
        "host": "trivium.example.org",
        "process": RUN,
        "record": "2",
        "id": ends["id"],
    }
    assert tuple(ends) == COLUMNS


def test_a_row_is_there_for_every_message() -> None:
    found = table(*EVERYTHING)
    assert [row["id"] for row in found] == [message.id for message in messages(chained(*EVERYTHING))]
    assert {row["type"] for row in found if row["event_code"] == "110113"} == {
        "Use of Restricted Function",
        "Authorization Decision",
        "Security Configuration",
        "Software Configuration",
        "Object Security Attributes Changed",
    }


def test_a_table_of_nothing_has_its_header() -> None:
    assert "".join(rows([], "host")) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_is_a_formula(beginning: str) -> None:
    (row,) = table({"event": "read", "by": f'{beginning}HYPERLINK("http://example.org")', "how": "show"})
    assert row["requestor"] == f"""'{beginning}HYPERLINK("http://example.org")"""


def test_hostile_records_keep_to_their_cells() -> None:
    found = table(*(hostile(record) for record in EVERYTHING), host="=host")
    assert len(found) == len(table(*EVERYTHING))
    for row in found:
        assert None not in row
        assert row["host"] == "'=host"
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
