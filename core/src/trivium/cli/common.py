"""What several commands do alike."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NoReturn

import typer

from trivium.host import CannotStart, Host
from trivium.host.account import account_name
from trivium.host.app import core_settings
from trivium.host.house import decided, open_audit
from trivium.settings import BadSettings, CoreSettings, Sources


def fail(sentence: str) -> NoReturn:
    """End with exit code 1 and a sentence on stderr."""
    typer.echo(f"trivium: {sentence}", err=True)
    raise typer.Exit(1)


def read_settings() -> CoreSettings:
    """The host's own settings, for commands that need no plugin."""
    try:
        return core_settings(Sources.of(os.environ))
    except (CannotStart, BadSettings) as error:
        fail(str(error))


def start_host() -> Host:
    try:
        return Host.start()
    except CannotStart as error:
        fail(str(error))


def show_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))


def console() -> str:
    """Who sits at this console, as records name them."""
    return f"console:{account_name()}"


def note_change(what: str) -> None:
    """Record that somebody has changed what this host trusts or allows."""
    note({"event": "configured", "what": what, "by": console()})


def note_decision(code: str, tool: str, approve: bool, by: str) -> None:
    """Record that a person has answered a question."""
    note(decided(code, tool, approve, by))


def note(record: Mapping[str, Any]) -> None:
    """Add a record to the audit trail. What it tells has happened already, so a fault is said and no more."""
    trail = open_audit(read_settings())
    try:
        trail.append(record, flush=True)
    except (OSError, ValueError) as error:
        typer.echo(f"trivium: the audit trail cannot be written ({trail.words(error)})", err=True)
