"""`trivium audit`: what happened."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Annotated, Any

import typer

from trivium.cli.common import fail, read_settings, show_json
from trivium.pipeline.audit import read

app = typer.Typer(help="Look into the audit trail.", no_args_is_help=True)


@app.command()
def show(
    last: Annotated[int, typer.Option(min=1, help="How many records, counted from the end.")] = 40,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the latest records of the audit trail, oldest first."""
    records: deque[dict[str, Any]] = deque(maxlen=last)
    try:
        records.extend(read(read_settings().audit_file))
    except (OSError, ValueError) as error:
        fail(f"the audit trail cannot be read to its end: {error}")
    if json:
        show_json(list(records))
        return
    for record in records:
        typer.echo(_line(record))


def _line(record: dict[str, Any]) -> str:
    when = datetime.fromtimestamp(record.get("time", 0)).astimezone()
    head = f"{record.get('seq'):>5}  {when:%Y-%m-%d %H:%M:%S}  {str(record.get('call'))[:6]}  {record.get('event')}"
    if record.get("event") == "opened":
        return f"{head}  {record.get('tool')} by {record.get('caller')}: {_facts(record.get('arguments', {}))}"
    return f"{head}  {record.get('outcome')}  {_facts({k: v for k, v in record.items() if k not in _HEAD})}"


def _facts(facts: dict[str, Any]) -> str:
    """One line; what is nested stands with what is not."""
    parts = (_facts(value) if isinstance(value, dict) else f"{name}={value}" for name, value in facts.items())
    return ", ".join(parts)


_HEAD = frozenset({"seq", "time", "call", "event", "prev", "hash", "outcome"})
"""Shown at the beginning of a line, or of use to a program only."""
