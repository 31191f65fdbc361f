"""`trivium license`: keys, licenses, and what the present one says. Any site can issue its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from trivium.cli.common import fail, read_settings, show_json, start_host
from trivium.licensing import License, LicenseFault, issue, load_private_key, new_key_pair

app = typer.Typer(help="Make keys, issue licenses, show the present one.", no_args_is_help=True)


@app.command()
def keygen(
    key_id: Annotated[str, typer.Argument(help="A name for the key, such as 'radiology-2026'.")],
    private: Annotated[Path, typer.Option(help="Folder for the private key.")] = Path(),
) -> None:
    """Make a key pair. The private key goes to the issuer's folder, the public one among the keys this host trusts."""
    keys = read_settings().license_keys
    try:
        private_path, public_path = new_key_pair(key_id, private_folder=private, public_folder=keys)
    except FileExistsError as error:
        fail(f"{error.filename} exists, and a key is never overwritten")
    except (OSError, ValueError) as error:
        fail(str(error))
    typer.echo(f"private key: {private_path} (keep it away from the host; whoever has it can issue licenses)")
    typer.echo(f"public key:  {public_path} (this host now trusts it)")


@app.command("issue")
def issue_(
    key: Annotated[Path, typer.Option(help="The issuer's private key, KID.private.pem.")],
    holder: Annotated[str, typer.Option(help="Who may use it.")],
    entitlement: Annotated[list[str], typer.Option(help="What it allows, such as 'pacs.retrieve'; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="How long it is good.")] = 365,
    issuer: Annotated[str, typer.Option(help="Who says so.")] = "site",
    output: Annotated[Path | None, typer.Option(help="Where to write it; '-' for stdout.")] = None,
) -> None:
    """Issue a license, by default to the place where this host looks for its own."""
    try:
        private_key = load_private_key(key)
    except (OSError, ValueError) as error:
        fail(str(error))
    token = issue(
        private_key,
        key_id=key.name.removesuffix(".pem").removesuffix(".private"),
        issuer=issuer,
        holder=holder,
        entitlements=entitlement,
        days=days,
    )
    if output == Path("-"):
        typer.echo(token)
        return
    path = output or read_settings().license_file
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(token + "\n", "ascii")
    except OSError as error:
        fail(f"{path} cannot be written ({type(error).__name__})")
    typer.echo(f"license: {path}")


@app.command()
def show(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what the license of this host allows, or why it does not count (exit code 1)."""
    try:
        license_ = start_host().house.licenses.current()
    except LicenseFault as fault:
        if json:
            show_json({"state": fault.state.value, "reason": str(fault)})
            raise typer.Exit(1) from None
        fail(str(fault))
    if json:
        show_json({"state": "valid", **_plain(license_)})
        return
    for name, value in _plain(license_).items():
        typer.echo(f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")


def _plain(license_: License) -> dict[str, Any]:
    return {
        **asdict(license_),
        "entitlements": sorted(license_.entitlements),
        "not_before": license_.not_before.isoformat(),
        "expires": license_.expires.isoformat(),
    }
