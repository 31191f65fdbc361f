"""The example edition: exactly the mapping, validation, generation and archive tools need `premium`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.core.bench import Bench, call
from trivium.api import RefusalCode, Refused
from trivium.host import Host
from trivium.policy import PolicyDesk

PREMIUM = frozenset({"premium"})
EDITION = ROOT / "examples" / "editions" / "premium.toml"

DEMANDED = {
    "convert_dicom_to_imaging_study",
    "convert_fhir_to_hl7",
    "convert_hl7_to_fhir",
    "convert_order_to_worklist",
    "convert_study_to_order",
    "generate_mirth_channel",
    "generate_sample_message",
    "map_dicom_to_hl7",
    "map_fhir_to_hl7",
    "map_hl7_to_dicom",
    "map_hl7_to_fhir",
    "pacs_echo",
    "pacs_get_metadata",
    "pacs_query",
    "pacs_retrieve",
    "pacs_study_summary",
    "validate_dicom_file",
    "validate_fhir_resource",
    "validate_hl7_message",
}
OPEN = {
    "build_hl7_ack",
    "compare_dicom_files",
    "compare_hl7_messages",
    "decode_private_tags",
    "deidentify_dicom",
    "evaluate_fhirpath",
    "explain_dicom_iod",
    "explain_dicom_tag",
    "explain_fhir_element",
    "explain_fhir_resource",
    "explain_hl7_field",
    "explain_hl7_message_type",
    "explain_hl7_segment",
    "explain_integration_pattern",
    "extract_encapsulated_document",
    "fhir_capabilities",
    "fhir_read",
    "fhir_search",
    "fhir_write_bundle",
    "lookup_dicom_tag",
    "lookup_dicom_uid",
    "lookup_fhir_code",
    "lookup_hl7_table",
    "parse_hl7_message",
    "plot_dicom_waveform",
    "profile_hl7_messages",
    "read_dicom_file",
    "read_structured_report",
    "render_dicom_image",
    "send_hl7_message",
    "summarize_dicom_folder",
}
"""Together with those above, all that is served or known under a name of old. A new tool is put into one of the two."""


@pytest.fixture
def served(home: Path) -> Host:
    """All plugins of this installation, under the edition."""
    return Host.start({"TRIVIUM_HOME": str(home), "TRIVIUM_POLICY__EDITION": str(EDITION)})


def test_every_served_tool_is_classified(served: Host) -> None:
    assert {report.name for report in served.reports} >= {"dicom", "fhir", "hl7", "pacs"}
    assert set(served.tools) - DEMANDED - OPEN == set()


def test_exactly_the_tools_of_the_four_families_are_under_demand(served: Host) -> None:
    policy = served.house.policy.current()
    assert {name for name in served.tools if policy.demands(name) == PREMIUM} == DEMANDED & set(served.tools)
    assert {name for name in served.tools if policy.demands(name) == frozenset()} == OPEN & set(served.tools)


def test_tools_that_are_not_served_yet_are_under_the_demand_of_their_family(tmp_path: Path) -> None:
    policy = PolicyDesk(tmp_path / "policy.toml", EDITION, read_only=False).current()
    assert {name for name in DEMANDED | OPEN if policy.demands(name) == PREMIUM} == DEMANDED


def test_the_edition_fits_what_is_served(served: Host) -> None:
    policy = served.house.policy.current()
    assert policy.problems({name: tool.spec for name, tool in served.known.items()}) == []


def test_the_example_policy_fits_what_is_served(served: Host) -> None:
    policy = PolicyDesk(ROOT / "examples" / "policy.toml", EDITION, read_only=False, required=True).current()
    assert policy.problems({name: tool.spec for name, tool in served.known.items()}) == []


@pytest.mark.anyio
async def test_a_demanded_tool_runs_under_a_license_that_carries_premium(bench: Bench) -> None:
    host = Host.start({"TRIVIUM_HOME": str(bench.home), "TRIVIUM_POLICY__EDITION": str(EDITION)})
    refusals = []
    bench.license_file.unlink()
    for entitlement in ("", "widgets.move", "premium"):
        if entitlement:
            bench.license(entitlement)
        try:
            assert await call(host, "map_hl7_to_fhir", {"field_ref": "PID-3"}) != {}
        except Refused as refused:
            refusals.append((entitlement, refused.reason, str(refused)))
    assert refusals == [
        (
            "",
            RefusalCode.LICENSE_REQUIRED,
            "map_hl7_to_fhir needs a license with premium: there is no license; see `trivium license`",
        ),
        (
            "widgets.move",
            RefusalCode.ENTITLEMENT_MISSING,
            "the license lacks premium, which map_hl7_to_fhir needs; its issuer can add it",
        ),
    ]
    assert bench.outcomes() == ["license_required", "entitlement_missing", "ok"]


@pytest.mark.anyio
async def test_other_tools_run_without_a_license(bench: Bench) -> None:
    host = Host.start({"TRIVIUM_HOME": str(bench.home), "TRIVIUM_POLICY__EDITION": str(EDITION)})
    bench.license_file.unlink()
    assert await call(host, "lookup_dicom_tag", {"tag": "PatientName"}) != {}
