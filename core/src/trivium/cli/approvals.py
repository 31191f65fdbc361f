"""`trivium approvals`: a person decides outside the client."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from trivium.cli.common import fail, read_settings, show_json
from trivium.host.account import account_name
from trivium.host.house import open_ledger
from trivium.pipeline import LedgerFault

app = typer.Typer(help="See what waits for a person's approval, and decide.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The code of the question, such as 'K7QD-M2XW'.")]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show the questions that wait for an answer."""
    try:
        waiting = open_ledger(read_settings()).waiting()
    except LedgerFault as fault:
        fail(f"the approval ledger cannot be read ({fault})")
    if json:
        show_json([{"code": a.code, "tool": a.tool, "caller": a.caller, "question": a.question} for a in waiting])
        return
    if not waiting:
        typer.echo("nothing waits for approval")
    for approval in waiting:
        age = int(time.time() - approval.opened)
        typer.echo(f"{approval.code}  {approval.tool}  asked {age} s ago by {approval.caller}")
        typer.echo("\n".join(f"  {line}" for line in approval.question.splitlines()))


@app.command()
def approve(code: Code) -> None:
    """Allow the one run that the question describes; the client then makes the same call again."""
    _decide(code, approve=True)


@app.command()
def refuse(code: Code) -> None:
    """Refuse it."""
    _decide(code, approve=False)


def _decide(code: str, *, approve: bool) -> None:
    try:
        ledger = open_ledger(read_settings())
        recorded = ledger.decide(code.strip().upper(), approve=approve, by=f"console:{account_name()}")
    except LedgerFault as fault:
        fail(f"the approval ledger cannot be written ({fault})")
    if not recorded:
        fail("no question with this code waits for an answer: it is unknown, expired or already decided")
    typer.echo("approved: good for one run with the same arguments" if approve else "refused")
