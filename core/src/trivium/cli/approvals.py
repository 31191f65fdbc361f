"""`trivium approvals`: a person decides outside the client."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from trivium.cli.common import console, fail, note_decision, read_settings, show_json
from trivium.host.house import open_ledger
from trivium.pipeline import LedgerFault
from trivium.pipeline.ledger import Approval, Ledger, Verdict
from trivium.policy import ApprovalLevel

app = typer.Typer(help="See what waits for a person's approval, and decide.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The code of the question, such as 'K7QD-M2XW'.")]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show the questions that wait for an answer."""
    try:
        waiting = _ledger().waiting()
    except LedgerFault as fault:
        fail(f"the approval ledger cannot be read ({fault})")
    if json:
        show_json([_as_json(approval) for approval in waiting])
        return
    if not waiting:
        typer.echo("nothing waits for approval")
    for approval in waiting:
        age = int(time.time() - approval.opened)
        whose = "; somebody else has to approve it" if approval.level is ApprovalLevel.OUTSIDE else ""
        typer.echo(f"{approval.code}  {approval.tool}  asked {age} s ago by {approval.caller}{whose}")
        typer.echo("\n".join(f"  {line}" for line in approval.question.splitlines()))


@app.command()
def approve(code: Code) -> None:
    """Allow the one run that the question describes; the client then makes the same call again."""
    _decide(code, approve=True)


@app.command()
def refuse(code: Code) -> None:
    """Refuse the run that the question describes."""
    _decide(code, approve=False)


def _decide(code: str, *, approve: bool) -> None:
    try:
        verdict = _ledger().decide(code.strip().upper(), approve=approve, by=console())
    except LedgerFault as fault:
        fail(f"the approval ledger cannot be written ({fault})")
    if verdict is Verdict.NOT_WAITING:
        fail("no question with this code waits for an answer: it is unknown, expired or already decided")
    if verdict is Verdict.OWN_CALL:
        fail("this is a call of your own account, or of one without a name: somebody else has to approve it")
    typer.echo("approved: good for one run with the same arguments" if approve else "refused")


def _ledger() -> Ledger:
    ledger = open_ledger(read_settings())
    ledger.on_decision = note_decision
    return ledger


def _as_json(approval: Approval) -> dict[str, str]:
    return {
        "code": approval.code,
        "tool": approval.tool,
        "caller": approval.caller,
        "level": approval.level,
        "question": approval.question,
    }
