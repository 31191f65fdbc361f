"""`trivium audit`: what happened, whether the record of it is whole, and what other systems read of it."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from trivium.audit import read
from trivium.audit.events import messages
from trivium.audit.files import snapshot
from trivium.audit.findings import Findings
from trivium.cli.audit_export import Format, of_the_host, pieces, write_whole
from trivium.cli.audit_lines import chosen, line
from trivium.cli.common import console, fail, note, read_settings, show_json
from trivium.cli.faults import words
from trivium.host.house import open_audit
from trivium.settings import CoreSettings

app = typer.Typer(help="Look into the audit trail, check it, hand it to other systems.", no_args_is_help=True)

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str) -> float:
    """Epoch seconds of a date, a time, or of so long ago. Raises `typer.BadParameter`."""
    try:
        if ago := _AGO.fullmatch(text):
            return datetime.now().timestamp() - int(ago[1]) * _SECONDS[ago[2]]
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        raise typer.BadParameter("neither a time such as 2026-03-31T08:00, nor an age such as 90m, 12h or 7d") from None


Since = Annotated[
    float | None,
    typer.Option(
        parser=moment,
        metavar="TIME",
        help="From this time on: 2026-03-31T08:00 (of this place), or 12h for so long ago.",
    ),
]
Until = Annotated[float | None, typer.Option(parser=moment, metavar="TIME", help="Before this time, in the same form.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(
    last: Annotated[int, typer.Option(min=1, help="How many records, counted from the end.")] = 40,
    call: Annotated[str | None, typer.Option(help="Only this call; the beginning of its id is enough.")] = None,
    tool: Annotated[str | None, typer.Option(help="Only calls of this tool.")] = None,
    since: Since = None,
    json: Json = False,
) -> None:
    """Show the latest records of the audit trail, oldest first."""
    settings = read_settings()
    records: deque[dict[str, Any]] = deque(maxlen=last)
    fault = None
    try:
        records.extend(chosen(read(settings.audit_file), call, tool, since))
    except (OSError, ValueError) as error:
        fault = f"the audit trail cannot be read to its end: {words(error)}"
    _note_reading(settings, "show")  # before anything is shown, so that breaking it off hides nothing
    if json:
        show_json(list(records))
    else:
        for record in records:
            typer.echo(line(record))
    if fault:
        fail(fault)


@app.command()
def verify(
    heads: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Signed heads that were kept elsewhere.")
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Public keys of the heads (PEM); default this host's own."),
    ] = None,
    json: Json = False,
) -> None:
    """Check that nothing in the trail was changed, removed, added or cut off (exit code 1)."""
    settings = read_settings()
    try:
        findings = _verified(settings, heads, public_key)
    except OSError as error:
        fail(f"the audit trail cannot be checked: {words(error)}")
    _note_reading(settings, "verify")
    if json:
        show_json({"sound": findings.sound, **dataclasses.asdict(findings)})
    else:
        _show_findings(findings)
    if not findings.sound:
        raise typer.Exit(1)


@app.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="AuditEvent resources, PS3.15 A.5 messages, or a table.")],
    since: Since = None,
    until: Until = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A file, which is replaced; default stdout.")
    ] = None,
    ndjson: Annotated[bool, typer.Option("--ndjson", help="FHIR: a resource a line instead of one Bundle.")] = False,
) -> None:
    """Write the audit trail in a form that other systems read. Local calculations are in the trail only."""
    if ndjson and form is not Format.FHIR:
        fail("--ndjson goes with --format fhir")
    settings = read_settings()
    if output is not None and of_the_host(output, settings):
        fail("an export cannot stand among the host's own files; write it elsewhere")
    parts = pieces(settings, form, ndjson, messages(read(settings.audit_file), since=since, until=until))
    try:
        if output is None:
            for part in parts:
                typer.echo(part.encode(), nl=False)  # UTF-8 and line ends as they are, whatever this system likes
        else:
            write_whole(output, parts)
    except BrokenPipeError:  # whoever reads has seen enough
        raise
    except (OSError, ValueError) as error:
        fail(f"the export is not complete: {words(error)}")
    finally:
        _note_reading(settings, "export")


@app.command()
def send() -> None:
    """Send what is new to the syslog receiver, once. `trivium serve` does so all the time."""
    from trivium.audit.forward import Forwarder
    from trivium.audit.syslog import SyslogFault

    settings = read_settings()
    receiver = settings.audit.syslog
    if receiver.host is None:
        fail("there is no receiver: TRIVIUM_AUDIT__SYSLOG__HOST names it")
    try:
        sent = Forwarder(settings).send()
    except SyslogFault as fault:
        fail(str(fault))
    if sent is None:
        fail("another process is sending just now")
    typer.echo(f"{sent} messages sent to {receiver.host}:{receiver.port}")


@app.command()
def head(
    public_key: Annotated[bool, typer.Option("--public-key", help="Print the key that heads are signed with.")] = False,
) -> None:
    """Print a signed head of the trail as it is now, to be kept where this machine cannot write."""
    settings = read_settings()
    try:
        typer.echo(_public_key(settings).read_text() if public_key else _newest_head(settings), nl=False)
    except (OSError, ValueError) as error:
        fail(f"there is no head of the audit trail: {words(error)}")


@app.command()
def repair() -> None:
    """Let a trail go on that ends in something that is no record: set the file aside whole, and put that on record."""
    settings = read_settings()
    try:
        repaired = _is_there(settings) and open_audit(settings).repair()
    except (OSError, ValueError) as error:
        fail(f"the audit trail cannot be repaired: {words(error)}")
    typer.echo("the damaged file was set aside, and the trail goes on" if repaired else "there is nothing to repair")


def _verified(settings: CoreSettings, kept_heads: Path | None, public_key: Path | None) -> Findings:
    from trivium.audit.check import verify

    secret, key = settings.home / "secret.key", public_key or _public_key(settings)
    return verify(
        settings.audit_file,
        _heads_file(settings),
        key.read_bytes() if key.exists() else None,
        kept_heads=kept_heads,
        key=secret.read_bytes() if secret.exists() else None,
        runs=settings.home / "runs",
        head_every=settings.audit.head_every,
    )


def _show_findings(findings: Findings) -> None:
    for finding in findings.problems:
        typer.echo(finding)
    if findings.unlisted:
        typer.echo(f"and {findings.unlisted} more")
    for finding in findings.remarks:
        typer.echo(f"remark: {finding}")
    signed = "none is signed" if findings.last_signed is None else f"signed up to record {findings.last_signed}"
    state = "sound" if findings.sound else "NOT SOUND"
    files = "1 file" if findings.files == 1 else f"{findings.files} files"
    typer.echo(f"{state}: {findings.records} records in {files}, {signed}")


def _newest_head(settings: CoreSettings) -> str:
    """The line of the newest head. Raises `OSError`, and `ValueError` when nothing can be signed."""
    from trivium.audit.heads import Heads, head_of

    if not _is_there(settings):
        raise ValueError("nothing has been recorded")
    last = open_audit(settings).last()
    heads = Heads(_heads_file(settings), settings.home / "audit.key")
    if heads.newest() < last.seq:
        heads.ask(last)
        heads.wait()
    newest = None
    with heads.path.open("rb") as lines:
        for line in lines:
            found = head_of(line)
            newest = line if found and found.seq >= last.seq else newest
    if newest is None:
        raise ValueError("the newest record could not be signed")
    return newest.decode()


def _is_there(settings: CoreSettings) -> bool:
    """Whether there is anything of a trail. Raises `OSError`."""
    with snapshot(settings.audit_file) as trail:
        return bool(trail.closed or trail.tip) or trail.growing is not None


def _heads_file(settings: CoreSettings) -> Path:
    return settings.place(settings.audit.heads, "audit.heads.jsonl")


def _public_key(settings: CoreSettings) -> Path:
    from trivium.audit.heads import public_key_path

    return public_key_path(settings.home / "audit.key")


def _note_reading(settings: CoreSettings, how: str) -> None:
    """Who has read the trail stands in it. Where there is none, there was nothing to read."""
    if settings.audit_file.exists():
        note({"event": "read", "by": console(), "how": how})
