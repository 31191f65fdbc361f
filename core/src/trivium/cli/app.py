"""Puts the commands together: the host's own, and those that plugins add."""

from __future__ import annotations

from typing import NoReturn

import typer

from trivium.cli import approvals, audit, licenses
from trivium.cli.logs import set_up_logging
from trivium.cli.plugins import plugins
from trivium.cli.serve import serve
from trivium.host import CannotStart, Host


def build() -> typer.Typer:
    """Every command. Plugins that cannot be loaded add none; `trivium plugins` says why."""
    app = typer.Typer(
        help="A tool host for the Model Context Protocol where DICOM, HL7 v2 and FHIR meet.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.command()(serve)
    app.command()(plugins)
    app.add_typer(licenses.app, name="license")
    app.add_typer(approvals.app, name="approvals")
    app.add_typer(audit.app, name="audit")
    try:
        set_up_logging("error")
        added = Host.start().commands()
    except CannotStart:
        added = []
    own = {"serve", "plugins", "license", "approvals", "audit"}
    for command in added:
        if command.name not in own:  # a plugin adds, it does not replace
            app.command(command.name)(command.run)
    return app


def run() -> NoReturn:
    build()()
    raise SystemExit
