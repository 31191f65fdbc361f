"""Files of a folder through a `trivium serve`: named by stand-ins, read in a worker, shown and written behind gates."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.dicom import making
from tests.wire.conftest import Installation
from trivium.testing import Client, Era, Person, error_code, text_of

pytestmark = pytest.mark.anyio

NAME = "ZORBLAX^QUENTIN"
BOMB = making.as_bytes(making.ct())[:300] + bytes(range(256)) * 40
OPEN_PICTURES = '[[open]]\ncallers = ["*"]\nkinds = ["image"]\n'


@pytest.fixture
def folder(tmp_path: Path, installation: Installation) -> Path:
    incoming = tmp_path / "incoming" / NAME
    incoming.mkdir(parents=True)
    for number in range(3):
        ds = making.ct(PatientName=NAME, PatientID="MRN-1", InstanceNumber=str(number + 1))
        ds.SOPInstanceUID = f"{making.ROOT}.9.{number}"
        (incoming / f"{number}.dcm").write_bytes(making.as_bytes(ds))
    (incoming / "spoiled.dcm").write_bytes(BOMB)
    installation.settings |= {
        "TRIVIUM_DICOM__FOLDERS": str(tmp_path / "incoming"),
        "TRIVIUM_DICOM__OUTPUT_FOLDER": str(tmp_path / "output"),
        "TRIVIUM_DICOM__DEIDENTIFY_KEYS": json.dumps({"lung-study": "a secret of some length"}),
    }
    (tmp_path / "output").mkdir()
    return incoming


async def content(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert error_code(result) == "", text_of(result)
    found: dict[str, Any] = result.structured_content
    return found


async def test_a_file_of_a_listing_is_read_by_its_stand_in(installation: Installation, era: Era, folder: Path) -> None:
    async with installation.client(era) as client:
        summary = await content(client, "summarize_dicom_folder", folder=".")
        (patient,) = [one for one in summary["patients"] if one["files"] == 3]
        (series,) = patient["studies"][0]["series"]
        assert series["file"].startswith("file-")
        header = await client.call_tool("read_dicom_file", {"path": series["file"]})
    assert error_code(header) == ""
    assert "KVP" in text_of(header)
    assert NAME not in json.dumps(summary) + text_of(header)


async def test_a_picture_is_withheld_until_the_policy_opens_it(
    installation: Installation, era: Era, folder: Path
) -> None:
    path = {"path": f"{NAME}/0.dcm"}
    async with installation.client(era) as client:
        closed = await client.call_tool("render_dicom_image", path)
        (installation.home / "policy.toml").write_text(OPEN_PICTURES)
        opened = await client.call_tool("render_dicom_image", path)
    assert closed.structured_content["picture"]["withheld"] == "[withheld: image]"
    assert [part.type for part in closed.content if part.type == "image"] == []
    (picture,) = [part for part in opened.content if part.type == "image"]
    assert base64.b64decode(picture.data).startswith(b"\x89PNG")
    shown = [record.get("shown") for record in installation.audit() if record["event"] == "closed"]
    assert shown == [None, ["image"]]


async def test_a_spoiled_file_is_an_error_or_a_note_and_the_server_goes_on(
    installation: Installation, era: Era, folder: Path
) -> None:
    tools = ("read_dicom_file", "validate_dicom_file", "render_dicom_image", "read_structured_report")
    async with installation.client(era) as client:
        for tool in tools:
            result = await client.call_tool(tool, {"path": f"{NAME}/spoiled.dcm"})
            assert error_code(result) in ("", "bad_input", "too_large", "not_found")
        await content(client, "read_dicom_file", path=f"{NAME}/1.dcm")


async def test_copies_without_the_patient_are_written_after_a_yes(
    installation: Installation, era: Era, folder: Path, tmp_path: Path
) -> None:
    installation.settings["TRIVIUM_DICOM__ALLOW_DEIDENTIFY"] = "true"
    arguments = {"path": NAME, "project": "lung-study"}
    person = Person()
    async with installation.client(era, person) as client:
        rehearsed = await content(client, "deidentify_dicom", **arguments, dry_run=True)
        assert list((tmp_path / "output").rglob("*.dcm")) == []
        assert person.asked == []
        written = await content(client, "deidentify_dicom", **arguments)
    (question,) = person.asked
    assert NAME not in question + json.dumps(written) + json.dumps(rehearsed)
    copies = sorted((tmp_path / "output").rglob("*.dcm"))
    assert len(copies) == 3
    for copy in copies:
        assert b"ZORBLAX" not in copy.read_bytes()
        ds = pydicom.dcmread(copy)
        assert (ds.PatientIdentityRemoved, copy.stem) == ("YES", ds.SOPInstanceUID)
    assert pydicom.dcmread(folder / "0.dcm").PatientName == NAME


@pytest.mark.parametrize(
    ("settings", "person", "code"),
    [
        ({}, Person(), "switched_off"),
        ({"TRIVIUM_DICOM__ALLOW_DEIDENTIFY": "true"}, Person(action="decline"), "approval_declined"),
        (
            {"TRIVIUM_DICOM__ALLOW_DEIDENTIFY": "true", "TRIVIUM_DICOM__DEIDENTIFY_MAX_FILES": "2"},
            Person(),
            "too_large",
        ),
    ],
)
async def test_nothing_is_written_where_a_gate_says_no(
    installation: Installation, folder: Path, tmp_path: Path, settings: dict[str, str], person: Person, code: str
) -> None:
    installation.settings |= settings
    async with installation.client("2026-07-28", person) as client:
        result = await client.call_tool("deidentify_dicom", {"path": NAME, "project": "lung-study"})
    assert error_code(result) == code
    assert list((tmp_path / "output").rglob("*")) == []
