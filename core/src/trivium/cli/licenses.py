"""`trivium license`: keys, licenses, and what the present one says. Any site can issue its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Final

import typer

from trivium.cli.common import fail, note_change, read_settings, show_json, start_host
from trivium.cli.faults import words
from trivium.cli.license_facts import say, say_fault
from trivium.files import read_small, replace_file, write_new
from trivium.licensing import (
    LicenseFault,
    LicenseState,
    add_revoked,
    issue,
    load_private_key,
    new_key_pair,
    read,
    read_token,
    retire,
)
from trivium.licensing.document import LONGEST
from trivium.licensing.moments import parsed, written

app = typer.Typer(help="Make keys, issue, check and revoke licenses, show the present one.", no_args_is_help=True)

_MODE: Final = 0o644
"""A license is no secret: whoever issues one can be another account than the one that the host runs under."""

_OPTIONS: Final = {"sub": "--holder", "iss": "--issuer", "entitlements": "--entitlement", "site": "--site"}
"""Claims of a license, and the options of `issue` that say them."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _moment(text: str) -> datetime:
    try:
        return parsed(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _limits(words: Sequence[str]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for word in words:
        name, _, number = word.partition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= 16):
            raise typer.BadParameter("a limit is not of the form NAME=N")
        if name in limits:
            raise typer.BadParameter("a limit is given twice")
        limits[name] = int(number)
    return limits


@app.command()
def keygen(
    key_id: Annotated[str, typer.Argument(help="A name for the key, such as 'radiology-2026'.")],
    private: Annotated[Path, typer.Option(help="Folder for the private key.", file_okay=False)] = Path(),
    retired: Annotated[
        str | None, typer.Option("--retire", metavar="OLDKID", help="The key that it follows: that one signs no more.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=_moment, metavar="TIME", help="When it comes into use.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(parser=_moment, metavar="TIME", help="When it is retired.")] = None,
    json: Json = False,
) -> None:
    """Make a key pair. The private key goes to the issuer's folder, the public one among the keys this host trusts.

    With --retire an older key signs nothing more from now on. What it signed before stays good. Times are written
    like 2026-11-23T00:00:00Z.
    """
    keys = read_settings().license_keys
    if retired == key_id:
        fail("a key cannot follow itself; give the new one another name")
    try:
        private_path, public_path = new_key_pair(
            key_id, private_folder=private, public_folder=keys, since=since, until=until
        )
    except FileExistsError as error:
        fail(f"{error.filename} exists, and a key is never overwritten")
    except (OSError, ValueError) as error:
        fail(words(error))
    note_change("key made")
    if not json:
        typer.echo(f"private key: {private_path} (keep it away from the host; whoever has it can issue licenses)")
        typer.echo(f"public key:  {public_path} (this host now trusts it)")
    ended = None if retired is None else _retire(keys, retired)
    if json:
        show_json({"key": key_id, "private": str(private_path), "public": str(public_path), "retired": ended})
    elif ended:
        typer.echo(f"retired:     {ended['key']}, for licenses from {ended['until']} on")


def _retire(folder: Path, key_id: str) -> dict[str, str]:
    try:
        until = retire(folder, key_id)
    except (OSError, ValueError) as error:
        fail(f"the new key was made, but the old one is not retired: {words(error)}")
    note_change("key retired")
    return {"key": key_id, "until": written(until)}


@app.command("issue")
def issue_(
    key: Annotated[Path, typer.Option(help="The issuer's private key, KID.private.pem.")],
    holder: Annotated[str, typer.Option(help="Who may use it.")],
    entitlement: Annotated[list[str], typer.Option(help="What it allows, such as 'pacs.retrieve'; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="How long it is good.")] = 365,
    grace_days: Annotated[int, typer.Option(min=0, max=30, help="How long after that it counts with a notice.")] = 14,
    issuer: Annotated[str, typer.Option(help="Who says so.")] = "site",
    site: Annotated[str | None, typer.Option(help="The one site it is good for; unset means any.")] = None,
    limit: Annotated[
        list[str] | None, typer.Option(metavar="NAME=N", help="A bound, such as 'instances=500'; may be repeated.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Where to write it; '-' for stdout.")] = None,
    json: Json = False,
) -> None:
    """Issue a license, by default to the place where this host looks for its own.

    A license that lies there is kept beside it, as license.jwt.1 and so on.
    """
    settings = read_settings()
    try:
        private_key = load_private_key(key)
        token = issue(
            private_key,
            key_id=key.name.removesuffix(".pem").removesuffix(".private"),
            issuer=issuer,
            holder=holder,
            entitlements=entitlement,
            days=days,
            grace_days=grace_days,
            site=site,
            limits=_limits(limit or ()),
        )
    except (OSError, ValueError) as error:
        fail(_by_option(words(error)))
    if output == Path("-"):
        path = kept = None
    else:
        path = output or settings.license_file
        kept = _put(path, token)
    note_change("license issued")
    if json:
        show_json({"license": path and str(path), "kept": kept and str(kept), "token": None if path else token})
        return
    typer.echo(f"license: {path}" if path else token)
    if kept:
        typer.echo(f"the one before: {kept}")


def _by_option(fault: str) -> str:
    """A claim goes by the name of the option that it was given with."""
    name, space, rest = fault.partition(" ")
    return f"{_OPTIONS.get(name, name)}{space}{rest}"


def _put(path: Path, token: str) -> Path | None:
    """Write the license, and say where the one before it went, if there was one."""
    if path.is_dir():
        fail(f"{path} cannot be written: it is a folder")
    try:
        kept = _keep(path) if path.exists() else None
        replace_file(path, f"{token}\n".encode("ascii"), _MODE)
    except (OSError, ValueError) as error:
        fail(f"{path} cannot be written ({type(error).__name__})")
    return kept


def _keep(path: Path) -> Path:
    content = read_small(path, 2 * LONGEST)
    for number in count(1):
        try:
            return write_new(path.with_name(f"{path.name}.{number}"), content, _MODE)
        except FileExistsError:
            continue
    raise AssertionError("numbers do not end")


@app.command()
def show(json: Json = False) -> None:
    """Say what the license of this host allows, or why it does not count (exit code 1)."""
    desk = start_host().house.licenses
    try:
        license_ = desk.current()
    except LicenseFault as fault:
        say_fault(fault, desk, json)
    say(license_, desk, json)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A license, or '-' to read it from stdin.")],
    json: Json = False,
) -> None:
    """Judge any license as if it were the one of this host: exit code 1 and the reason if it would not count."""
    desk = start_host().house.licenses
    try:
        license_ = desk.judge(_token(file))
    except LicenseFault as fault:
        say_fault(fault, desk, json)
    say(license_, desk, json)


@app.command()
def revoke(
    license_: Annotated[
        str, typer.Argument(metavar="ID|FILE", help="The license: its id as `show` says it, or its file.")
    ],
    reason: Annotated[str, typer.Option(help="One line for the list's comment.")] = "",
    json: Json = False,
) -> None:
    """Revoke a license on this host, from the next call on."""
    settings = read_settings()
    path = settings.place(settings.license.revoked, "revoked.txt")
    try:
        id_ = _id_in(Path(license_)) if _is_file(license_) else license_
        added = add_revoked(path, id_, reason=reason)
    except LicenseFault as fault:
        fail(str(fault))
    except ValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{path} cannot be written ({type(error).__name__})")
    if added:
        note_change("license revoked")
    if json:
        show_json({"id": id_, "already": not added, "list": str(path)})
        return
    typer.echo(f"{'revoked' if added else 'revoked already'}: {id_} (in {path})")


def _is_file(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except (OSError, ValueError):  # no path at all, or no name that one could have
        return False


def _id_in(file: Path) -> str:
    """The id of a license that a key of this host signed, whether or not it counts. Raises `LicenseFault`."""
    return read(_token(file), start_host().house.licenses.keys()).id


def _token(file: Path) -> str:
    if file == Path("-"):
        return sys.stdin.buffer.read(LONGEST + 1).decode("ascii", "replace").strip(" \t\r\n")
    if not _is_file(str(file)):
        raise LicenseFault(LicenseState.MISSING, f"{ascii(file.name)[1:-1]} is not there")
    return read_token(file)
