"""`trivium plugins`: what loaded, what did not, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from trivium.cli.common import show_json, start_host
from trivium.host import PluginReport, Status


def plugins(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say which plugins loaded, which did not and why, and which tools they serve. Exit code 1 if one was left out."""
    reports = start_host().reports
    if json:
        show_json([report.as_json() for report in reports])
    else:
        for report in reports:
            typer.echo(_paragraph(report))
    if any(report.status is Status.LEFT_OUT for report in reports):
        raise typer.Exit(1)


def _paragraph(report: PluginReport) -> str:
    state = report.status.value.replace("_", " ")
    lines = [f"{report.name} ({report.distribution} {report.version}): {state}"]
    lines += [f"  {text}" for text in (report.summary, report.reason) if text]
    lines += [f"  serves {name}" for name in report.tools]
    lines += [f"  withholds {name}: {reason}" for name, reason in report.withheld.items()]
    return "\n".join(lines)
