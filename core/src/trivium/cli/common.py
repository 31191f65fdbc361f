"""What several commands do alike."""

from __future__ import annotations

import json
import os
from typing import Any, NoReturn

import typer

from trivium.host import CannotStart, Host
from trivium.host.app import core_settings
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
