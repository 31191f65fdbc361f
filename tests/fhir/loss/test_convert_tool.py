"""The tool `convert_hl7_to_fhir`, as a host calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir.loss.test_loss_report import RESULT

from trivium.api import BadInput, Kind
from trivium_fhir.maps.site import Site
from trivium_fhir.tools.convert_hl7_to_fhir import ConversionResult, convert_hl7_to_fhir
from trivium_hl7.reader import Limits


def called(message: str = RESULT, site: Site | None = None, **more: Any) -> ConversionResult:
    result = convert_hl7_to_fhir.function(limits=Limits(), site=site or Site(), message=message, **more)
    assert isinstance(result, ConversionResult)
    return result


def text(result: ConversionResult) -> str:
    assert result.bundle is not None
    return "".join(part.text for part in result.bundle.parts)


def test_a_result_becomes_a_transaction_and_is_counted() -> None:
    result = called()
    bundle = json.loads(text(result))
    assert bundle["type"] == "transaction"
    assert result.structure == "ORU_R01"
    assert result.guided
    counts = {one.type: one.count for one in result.resources}
    assert counts["Observation"] == 1
    assert sum(counts.values()) == len(bundle["entry"])
    assert result.report is not None
    assert result.report.values is None


def test_digits_are_kept_as_they_were_written() -> None:
    assert '"value":5.10' in text(called())


def test_the_name_is_a_part_of_its_own() -> None:
    result = called()
    assert result.bundle is not None
    assert [part.phi for part in result.bundle.parts if "MUSTER" in part.text] == [Kind.NAME]


def test_a_full_report_is_paged_and_later_pages_leave_the_bundle_out() -> None:
    first = called(report="full", limit=5)
    assert first.report is not None
    assert first.report.next_offset == 5
    second = called(report="full", limit=5, offset=5)
    assert second.bundle is None
    assert second.report is not None
    assert second.report.values is not None
    assert len(second.report.values) == 5
    assert called(report="none").report is None


def test_times_take_the_callers_zone_and_a_note_says_so() -> None:
    assert '"recorded":"2024-01-02T03:04:05+01:00"' in text(called(time_zone="+01:00"))
    assert any("time zone" in note for note in called(time_zone="+01:00").notes)
    assert '"_recorded"' in text(called())
    with pytest.raises(BadInput, match="time_zone"):
        called(time_zone="Nowhere")


def test_a_message_beyond_the_guide_says_so() -> None:
    result = called(RESULT.replace("ORU^R01^ORU_R01", "OUL^R22^OUL_R22"))
    assert not result.guided
    assert result.notes


def test_a_sites_row_arrives_in_the_bundle(tmp_path: Path) -> None:
    file = tmp_path / "maps.toml"
    file.write_text(
        '[[code]]\naction="override"\nmap="AdministrativeSex"\nv2="F"\ncode="other"\n'
        'system="http://hl7.org/fhir/administrative-gender"\n',
        encoding="utf-8",
    )
    assert '"gender":"female"' in text(called())
    assert '"gender":"other"' in text(called(site=Site(maps=file)))


def test_a_fault_in_the_sites_maps_is_told(tmp_path: Path) -> None:
    file = tmp_path / "maps.json"
    file.write_text(json.dumps({"segment": [{"map": "PID[Patient]", "v2": "PID-8", "to": "sex"}]}), encoding="utf-8")
    with pytest.raises(BadInput, match=r"site maps, \[\[segment\]\] row 1, to is a path that FHIR R4 does not have"):
        called(site=Site(maps=file))


def test_what_is_no_message_is_refused_without_its_text() -> None:
    with pytest.raises(BadInput) as refused:
        called("MUSTER^ANNA")
    assert "MUSTER" not in str(refused.value)


@pytest.mark.parametrize("kind", ["transaction", "message", "collection"])
def test_the_same_call_gives_the_same_bytes(kind: str) -> None:
    assert text(called(bundle=kind)) == text(called(bundle=kind))
