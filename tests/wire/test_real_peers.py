"""The main job between real systems: Orthanc holds the study, DCMTK's storescp receives it, the person approves."""

from __future__ import annotations

import os
from pathlib import Path

import pydicom
import pytest

from tests.pacs.peers import orthanc_archive, storescp_destination
from trivium.licensing import issue, load_private_key, new_key_pair
from trivium.testing import Era, Person, error_code, serve_here, text_of
from trivium_pacs.embedded import DEMO_STUDIES

pytestmark = [pytest.mark.anyio, pytest.mark.peers]


async def test_a_study_of_twenty_instances_goes_from_orthanc_to_storescp(
    orthanc_program: str, storescp_program: str, tmp_path: Path, era: Era
) -> None:
    study = next(study for study in DEMO_STUDIES if study.count == 20)
    home = tmp_path / "home"
    private, _ = new_key_pair("site", private_folder=tmp_path, public_folder=home / "keys")
    token = issue(
        load_private_key(private), key_id="site", issuer="s", holder="h", entitlements=["pacs.retrieve"], days=1
    )
    (home / "license.jwt").write_text(token)
    with (
        storescp_destination(storescp_program, tmp_path / "received") as storescp,
        orthanc_archive(
            orthanc_program, tmp_path / "orthanc", destinations={storescp.ae_title: (storescp.host, storescp.port)}
        ) as orthanc,
    ):
        environ = {
            "PATH": os.environ["PATH"],
            "TRIVIUM_HOME": str(home),
            "TRIVIUM_PACS__HOST": orthanc.host,
            "TRIVIUM_PACS__PORT": str(orthanc.port),
            "TRIVIUM_PACS__AE_TITLE": orthanc.ae_title,
            "TRIVIUM_PACS__ALLOW_RETRIEVE": "true",
            "TRIVIUM_PACS__ALLOWED_DESTINATIONS": f"ELSEWHERE, {storescp.ae_title}",
        }
        person = Person()
        async with serve_here(environ, era=era, person=person) as client:
            echo = await client.call_tool("pacs_echo", {})
            assert error_code(echo) == "", text_of(echo)
            found = await client.call_tool("pacs_query", {"accession_number": study.accession})
            (row,) = found.structured_content["studies"]
            assert row["StudyInstanceUID"] == study.uid
            assert row["NumberOfStudyRelatedInstances"] == 20
            assert row["PatientName"] == "[withheld: name]"
            arguments = {"study_instance_uid": row["StudyInstanceUID"], "destination_ae_title": storescp.ae_title}
            moved = await client.call_tool("pacs_retrieve", arguments)
            assert error_code(moved) == "", text_of(moved)
            assert moved.structured_content["outcome"] == "complete"
            assert moved.structured_content["completed"] == 20
        arrived = [str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in storescp.files]
    assert sorted(arrived) == sorted(ds.SOPInstanceUID for ds in study.instances())
    assert len(person.asked) == 1, person.asked
