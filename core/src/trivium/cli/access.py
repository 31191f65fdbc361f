"""`trivium access`: who may call over HTTP, and who may approve."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from trivium import access
from trivium.access import AccessFault, BadName, Entry, People, Role
from trivium.cli.common import fail, note_change, read_settings, show_json

app = typer.Typer(help="Say who may call over HTTP, and who may approve.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The person's or program's name, such as 'alice'.")]


@app.command()
def grant(
    name: Name,
    role: Annotated[Role, typer.Option(help="caller: calls tools; approver: decides what waits for approval.")],
    days: Annotated[float | None, typer.Option(min=0.01, max=3660, help="How long it is good; unset: always.")] = None,
) -> None:
    """Make a secret and show it once: it is not kept. One given to this person in this role before ends here.

    A person who calls and approves has one name in both roles, which is how the host knows an approver from the caller.
    """
    try:
        secret = access.grant(_file(), name, role, days=days)
    except (AccessFault, BadName) as error:
        fail(str(error))
    note_change("access granted")
    typer.echo(f"the secret of {name} as {role}, shown this once:", err=True)
    typer.echo(secret)


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show who may come in, and until when."""
    try:
        entries = People(_file()).entries()
    except AccessFault as fault:
        fail(str(fault))
    if json:
        show_json([_as_json(entry) for entry in entries])
        return
    if not entries:
        typer.echo("nobody has access; `trivium access grant` gives it")
    for entry in entries:
        typer.echo(f"{entry.name}  {entry.role}  since {_day(entry.made)}  {_until(entry)}")


@app.command()
def withdraw(
    name: Name, role: Annotated[Role | None, typer.Option(help="This role only; unset: every role.")] = None
) -> None:
    """Take access away, from this moment on."""
    try:
        count = access.withdraw(_file(), name, role)
    except AccessFault as fault:
        fail(str(fault))
    if not count:
        fail("nobody of this name has this access")
    note_change("access withdrawn")
    typer.echo(f"{count} withdrawn")


def _file() -> Path:
    return read_settings().home / access.FILE


def _as_json(entry: Entry) -> dict[str, str | None]:
    return {
        "name": entry.name,
        "role": entry.role,
        "made": _moment(entry.made),
        "expires": None if entry.expires is None else _moment(entry.expires),
    }


def _until(entry: Entry) -> str:
    if entry.expires is None:
        return "without end"
    return f"{'until' if time.time() < entry.expires else 'expired'} {_day(entry.expires)}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _day(seconds: float) -> str:
    return _moment(seconds)[:10]
