"""`trivium policy`: whether the policy can be used, and what stands between a call and its run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import typer

from trivium.cli.common import fail, read_settings, show_json, start_host
from trivium.host import CannotStart, Host
from trivium.host.account import account_name
from trivium.host.house import open_policy
from trivium.pipeline import ServedTool
from trivium.pipeline.explain import Gate, explain
from trivium.policy import PolicyFault
from trivium.settings import nearest

app = typer.Typer(help="Check the safety policy, and say what it means for a tool.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SIGNS = {True: "open", False: "closed", None: "depends"}


@app.command("explain")
def explain_(
    tool: Annotated[str | None, typer.Argument(help="A tool's name; without one, a line for each tool.")] = None,
    caller: Annotated[str | None, typer.Option(help="For whom; default 'stdio:' and your account.")] = None,
    json: Json = False,
) -> None:
    """Say which gates stand between a call and its run, and which are open now."""
    host = start_host()
    who = caller or f"stdio:{account_name()}"
    if tool is None:
        gates = {name: _gates(host, known, who) for name, known in host.known.items()}
        if json:
            show_json({name: [asdict(gate) for gate in found] for name, found in gates.items()})
        else:
            typer.echo("\n".join(f"{name}: {_summary(found)}" for name, found in gates.items()))
        return
    if tool not in host.known:
        fail(f"no tool of this name is known{nearest(tool, host.known)}")
    known, found = host.known[tool], _gates(host, host.known[tool], who)
    if json:
        show_json({"tool": tool, "plugin": known.plugin, "caller": who, "gates": [asdict(gate) for gate in found]})
    else:
        typer.echo(_paragraph(known, who, found))


@app.command()
def check(json: Json = False) -> None:
    """Say whether the policy and the edition can be used. Exit code 1, with file and line, if not."""
    settings = read_settings()
    try:
        policy = open_policy(settings).current()
    except PolicyFault as fault:
        if json:
            _refuse_as_json([{"file": str(fault.file), "line": fault.line, "problem": fault.problem}])
        fail(str(fault))
    try:
        problems = policy.problems({name: known.spec for name, known in Host.start().known.items()})
    except CannotStart as error:
        problems = [str(error)]
    if problems:
        if json:
            _refuse_as_json([{"file": str(settings.policy_file), "line": None, "problem": text} for text in problems])
        fail("; ".join(problems))
    if json:
        show_json({"usable": True, "problems": []})
    elif settings.policy_file.exists():
        typer.echo(f"nothing is wrong with {policy.name}")
    else:
        typer.echo(f"there is no {policy.name}: each tool goes by its own rules")


def _refuse_as_json(problems: Sequence[dict[str, Any]]) -> NoReturn:
    show_json({"usable": False, "problems": list(problems)})
    raise typer.Exit(1)


def _gates(host: Host, known: ServedTool, caller: str) -> list[Gate]:
    settings, name = host.settings, known.spec.name
    reasons = [report.withheld[name] for report in host.reports if name in report.withheld]
    served = [Gate("served", f"it is not served: {reason}", open=False) for reason in reasons[:1]]
    return served + explain(known.spec, caller, host.house, mode=settings.phi.mode, audit_file=settings.audit_file)


def _summary(gates: Sequence[Gate]) -> str:
    if closed := [gate.name for gate in gates if gate.open is False]:
        return f"closed by {', '.join(closed)}"
    if depends := [gate.name for gate in gates if gate.open is None]:
        return f"depends on {', '.join(depends)}"
    return "open"


def _paragraph(known: ServedTool, caller: str, gates: Sequence[Gate]) -> str:
    effect = known.spec.effect.value.replace("_", " ")
    lines = [f"{known.spec.name} (plugin {known.plugin}, {effect}) called by {caller}"]
    for gate in gates:
        lines.append(f"  {_SIGNS[gate.open]:8}{gate.name}: {gate.stands}")
        lines += [f"          {gate.how}"] if gate.how else []
    return "\n".join(lines)
