"""Puts the commands together: the host's own, and those that plugins add."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

import typer

from trivium.api import Command
from trivium.cli import access, approvals, audit, licenses, plugins, policy
from trivium.cli.logs import set_up_logging
from trivium.cli.serve import serve
from trivium.host import CannotStart, Host

OWN: Final = frozenset({"serve", "plugins", "license", "policy", "approvals", "access", "audit"})
"""The host's commands. A plugin adds others, it does not replace these."""


def build(*, own_only: bool = False) -> typer.Typer:
    """Every command, or the host's own without loading a plugin."""
    app = typer.Typer(
        help="A tool host for the Model Context Protocol where DICOM, HL7 v2 and FHIR meet.",
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.command()(serve)
    app.add_typer(plugins.app, name="plugins")
    app.add_typer(licenses.app, name="license")
    app.add_typer(policy.app, name="policy")
    app.add_typer(approvals.app, name="approvals")
    app.add_typer(access.app, name="access")
    app.add_typer(audit.app, name="audit")
    set_up_logging("error")
    for command in () if own_only else _added():
        if command.name not in OWN:
            app.command(command.name)(command.run)
    return app


def _added() -> Sequence[Command]:
    """What plugins add. Those that cannot be loaded add nothing; `trivium plugins` says why."""
    try:
        return Host.start().commands()
    except CannotStart:
        return ()


def run() -> NoReturn:
    build(own_only=not OWN.isdisjoint(sys.argv[1:2]))()
    raise SystemExit
