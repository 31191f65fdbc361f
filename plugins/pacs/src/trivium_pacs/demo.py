"""`trivium demo`: the main job from end to end, on an archive of its own, with invented patients.

Everything is real: the archive and the destination speak DICOM on loopback, the host is a `trivium serve` of its own,
the client is the MCP SDK's, the license is signed and the approval given as an operator would.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from trivium.testing import Client
    from trivium_pacs.embedded import Destination

DESTINATION: Final = "WORKSTATION"
_WIDTH: Final = 110
_MESSAGE: Final = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20250411101500||ORU^R01^ORU_R01|MSG0001|T|2.5.1",
        "PID|1||TRI-0001^^^NORTH^MR||O'BRIEN^MARY^ANN^DR^III||19520317|F",
        "OBR|1|P100|F200|718-7^Hemoglobin^LN|||20250411093000",
        "OBX|1|NM|718-7^Hemoglobin^LN||13.2|g/dL^^UCUM|12.0-16.0|N|||F",
    )
)


class Unexpected(Exception):  # what the demonstration did not expect
    """A step did not end as it has to."""


def demo() -> None:
    """Show the main job on an embedded archive: look up, query, and a retrieve that has to earn its way."""
    from trivium_pacs.embedded import Destination, EmbeddedArchive

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trivium-demo-") as folder:
        home, arrived = Path(folder) / "home", Path(folder) / "arrived"
        with Destination(arrived, ae_title=DESTINATION) as destination:
            where = {DESTINATION: (destination.host, destination.port)}
            with EmbeddedArchive(destinations=where) as archive:
                environ = _environment(home, archive.host, archive.port, archive.ae_title)
                _title("An archive with invented patients, a destination, and a host that serves its tools over MCP")
                _say(f"archive {archive.ae_title} on {archive.host}:{archive.port}, {len(archive.studies)} studies")
                _say(f"destination {DESTINATION} on {destination.host}:{destination.port}")
                try:
                    asyncio.run(_visit(environ, destination))
                except Unexpected as fault:
                    sys.exit(f"\nthe demo stopped: {fault}")
    print(f"\nEvery step ended as it has to, in {time.monotonic() - began:.1f} s.")


def _environment(home: Path, host: str, port: int, ae_title: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TRIVIUM_", "DICOM_HL7_"))},
        "TRIVIUM_HOME": str(home),
        "TRIVIUM_PACS__HOST": host,
        "TRIVIUM_PACS__PORT": str(port),
        "TRIVIUM_PACS__AE_TITLE": ae_title,
        "TRIVIUM_PACS__ALLOW_RETRIEVE": "true",
        "TRIVIUM_PACS__ALLOWED_DESTINATIONS": DESTINATION,
    }


async def _visit(environ: Mapping[str, str], destination: Destination) -> None:
    from trivium.testing import serve_here

    async with serve_here(environ) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        _say(f"host: MCP {client.protocol_version}, tools {', '.join(tools)}")
        await _look_up(client)
        study = await _query(client)
        await _retrieve(client, environ, study, destination)
    _title("What the audit trail says (no patient's value is in it)")
    _say(_trivium(environ, "audit", "show", "--last", "12"))


async def _look_up(client: Client) -> None:
    _title("What is (0010,0010)?")
    await _call(client, "lookup_dicom_tag", {"tag": "(0010,0010)"}, expect="PatientName")
    _title("What does this message say? (names and numbers of patients are withheld)")
    text = await _call(client, "parse_hl7_message", {"message": _MESSAGE}, expect="ORU")
    if "BRIEN" in text:
        raise Unexpected("a patient's name came through")
    _title("Where does PID-3 go in FHIR?")
    await _call(client, "map_hl7_to_fhir", {"field_ref": "PID-3"}, expect="Patient")


async def _query(client: Client) -> str:
    """The Study Instance UID of the CT study."""
    _title("Which CT studies does the archive have?")
    await _call(client, "pacs_query", {"modality": "CT"}, expect="StudyInstanceUID")
    result = await client.call_tool("pacs_query", {"modality": "CT"})
    studies: list[dict[str, Any]] = result.structured_content["studies"]
    largest = max(studies, key=lambda row: row["NumberOfStudyRelatedInstances"])
    return str(largest["StudyInstanceUID"])


async def _retrieve(client: Client, environ: Mapping[str, str], study: str, destination: Destination) -> None:
    call = {"study_instance_uid": study, "destination_ae_title": DESTINATION}

    _title(f"Send this study to {DESTINATION}: refused, there is no license")
    await _call(client, "pacs_retrieve", call, expect="license_required", fails=True)

    _title("The site issues itself a license")
    keys = Path(environ["TRIVIUM_HOME"]).parent / "issuer"
    _say(_trivium(environ, "license", "keygen", "site-2026", "--private", str(keys)))
    private = str(keys / "site-2026.private.pem")
    terms = ("--holder", "CT reading room", "--entitlement", "pacs.retrieve", "--days", "30")
    _say(_trivium(environ, "license", "issue", "--key", private, *terms))

    _title("Again: refused, no person has approved it")
    refusal = await _call(client, "pacs_retrieve", call, expect="approval_required", fails=True)
    _nothing_has_moved(destination)

    _title("A person looks at the question, outside the client, and approves it")
    _say(_trivium(environ, "approvals", "list"))
    code = re.search(r"approve ([A-Z0-9-]+)", refusal)
    if code is None:
        raise Unexpected("the refusal names no code")
    _say(_trivium(environ, "approvals", "approve", code[1]))

    _title("Once more: the images arrive")
    await _call(client, "pacs_retrieve", call, expect="complete: yes")
    _say(f"files at {DESTINATION}: {len(destination.files)}")
    if len(destination.files) != 20:
        raise Unexpected("the number of files at the destination is wrong")

    _title("And a second time: the approval was good for one run")
    await _call(client, "pacs_retrieve", call, expect="approval_required", fails=True)
    if destination.received != 20:
        raise Unexpected("something was sent without approval")


def _nothing_has_moved(destination: Destination) -> None:
    if destination.received:
        raise Unexpected("images were sent although the call was refused")


async def _call(client: Client, name: str, arguments: dict[str, Any], *, expect: str, fails: bool = False) -> str:
    """The text of a tool's answer, shown; it has to contain `expect` and fail only if that is meant."""
    from trivium.testing import text_of

    shown = ", ".join(f"{key}={_short(value)}" for key, value in arguments.items())
    print(f"   > {name}({shown})")
    result = await client.call_tool(name, arguments)
    text = text_of(result)
    _say(text)
    if bool(result.is_error) is not fails or expect not in text:
        raise Unexpected(f"{name} did not answer with {expect}")
    return text


def _trivium(environ: Mapping[str, str], *arguments: str) -> str:
    """What an operator's `trivium ...` prints."""
    print(f"   $ trivium {' '.join(arguments)}")
    done = subprocess.run(
        [sys.executable, "-m", "trivium", *arguments],
        env=dict(environ), capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    if done.returncode:
        raise Unexpected(f"trivium {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _title(text: str) -> None:
    print(f"\n== {text}")


def _say(text: str) -> None:
    lines = text.rstrip().splitlines()
    for line in lines[:14]:
        print(f"   {line if len(line) <= _WIDTH else line[: _WIDTH - 1] + '…'}")
    if len(lines) > 14:
        print(f"   … and {len(lines) - 14} lines more")


def _short(value: Any) -> str:
    text = str(value).partition("\r")[0]
    return text if len(text) <= 48 else f"{text[:47]}…"
