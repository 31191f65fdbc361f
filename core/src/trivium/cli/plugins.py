"""`trivium plugins`: what loaded, what did not and why; and the lock that holds them to what somebody has looked at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trivium.cli.common import fail, note_change, read_settings, show_json, start_host
from trivium.host import PluginReport, Status, installed_plugins
from trivium.settings import Sources

if TYPE_CHECKING:
    from trivium.host.differences import Difference
    from trivium.host.survey import Proposal

app = typer.Typer(add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def plugins(context: typer.Context, json: Json = False) -> None:
    """Say which plugins loaded, which did not and why, and what they serve. Exit code 1 if one was left out."""
    if context.invoked_subcommand is not None:
        return
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
    lines += [f"  serves {name}: {uri}" for name, uri in report.resources.items()]
    lines += [f"  serves prompt {name}" for name in report.prompts]
    lines += [f"  asks others {name}" for name in report.hooks]
    lines += [f"  answers {name}" for name in report.answers]
    lines += [f"  withholds {name}: {reason}" for name, reason in report.withheld.items()]
    lines += [f"  is not asked {name}: {reason}" for name, reason in report.idle.items()]
    return "\n".join(lines)


@app.command()
def lock(
    accept: Annotated[
        list[str] | None,
        typer.Option(
            help="A tool, resource or prompt whose texts give orders to models, to be locked as it is. Can be repeated."
        ),
    ] = None,
) -> None:
    """Write down the installed plugins and all they offer, as `plugins.locked=true` will hold them to.

    Refuses, and writes nothing, when the files of a plugin are not those it was installed with.
    """
    from trivium.host.lockfile import write_lock
    from trivium.host.survey import CannotLock, propose

    settings = read_settings()
    file = settings.lock_file
    try:
        proposal = propose(settings, Sources.of(os.environ), installed_plugins(), accept or ())
    except CannotLock as fault:
        fail(f"nothing is locked\n{fault}")
    _show_changes(proposal, file)
    try:
        write_lock(proposal.lock, file)
    except OSError as error:
        fail(f"{file.name} cannot be written ({type(error).__name__})")
    note_change("plugins locked")
    for name, entry in sorted(proposal.lock.plugins.items()):
        typer.echo(f"{name} ({entry.distribution} {entry.version}): {', '.join(sorted(entry.tools)) or 'nothing'}")
    for name, reason in sorted(proposal.left_out.items()):
        typer.echo(f"{name} is not locked: {reason}")
    typer.echo(f"lock: {file}")


def _show_changes(proposal: Proposal, file: Path) -> None:
    """Say what the new lock takes for good that the one before it did not."""
    from trivium.host.lockfile import LockFault, read_lock

    try:
        before = read_lock(file)
    except LockFault as fault:
        if file.exists():
            typer.echo(f"trivium: {fault}; it is replaced", err=True)
        return
    for difference in proposal.changes(before):
        typer.echo(_words(difference))


@app.command()
def verify(json: Json = False) -> None:
    """Say in what the installed plugins differ from the lock. Exit code 1 if they do, or if it cannot be read."""
    from trivium.host.lockfile import LockFault, read_lock
    from trivium.host.survey import compare

    settings = read_settings()
    file = settings.lock_file
    found: list[Difference] = []
    fault = None
    try:
        found = compare(settings, Sources.of(os.environ), installed_plugins(), read_lock(file))
    except LockFault as error:
        fault = str(error)
    if json:
        show_json({"lock": str(file), "fault": fault, "differences": [difference.as_json() for difference in found]})
    elif fault:
        fail(fault)
    else:
        for difference in found:
            typer.echo(_words(difference))
        if not found:
            typer.echo(f"the plugins are as {file} has them")
    if found or fault:
        raise typer.Exit(1)


def _words(difference: Difference) -> str:
    about = f"{difference.plugin}, {difference.tool}" if difference.tool else difference.plugin
    return "\n".join([f"{about}: {difference.what}", *(f"  {line}" for line in difference.details)])
