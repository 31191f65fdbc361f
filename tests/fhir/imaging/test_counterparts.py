"""The FHIR plugin answers what the PACS plugin asks about a study; neither imports the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pytest
from tests.core.bench import call, report_of
from tests.fhir.imaging.room_making import text
from tests.fhir.imaging.test_order_to_worklist import OBR, ORC, ZDS, order
from tests.fhir.imaging.test_study_to_order import STUDY
from tests.fhir.judges.asking import Judges

import trivium_fhir.plugin
import trivium_pacs.plugin
from trivium.api import (
    PUBLIC,
    BadInput,
    Effect,
    Given,
    HookSpec,
    Kind,
    PluginInfo,
    Plugins,
    TooLarge,
    ToolSpec,
    hookimpl,
    tool,
)
from trivium.host import Host
from trivium.testing import memory_host
from trivium_fhir.counterparts import pacs_study_counterparts as answer
from trivium_fhir.imaging.problems import ImagingProblem
from trivium_fhir.imaging.summary import Counterpart, Counterparts, counterparts
from trivium_fhir.settings import FhirSettings
from trivium_hl7.reader import parse_message
from trivium_hl7.validation.checking import validate
from trivium_pacs.hooks import StudyCounterparts, pacs_study_counterparts

OTHER_ORDER = ZDS
SAME_ORDER = "ZDS|1.2.3.4^^Application^DICOM"

AS_ARCHIVES_ANSWER: list[dict[str, Any]] = [
    {
        "0020000D": {"vr": "UI", "Value": ["1.2.3.4"]},
        "00080020": {"vr": "DA", "Value": ["20260102"]},
        "00080050": {"vr": "SH", "Value": ["ACC1"]},
        "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
        "00081030": {"vr": "LO", "Value": ["CT Head"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane^Q^Dr."}]},
        "00100020": {"vr": "LO", "Value": ["4711"]},
        "00100030": {"vr": "DA", "Value": ["19700102"]},
        "00100040": {"vr": "CS", "Value": ["M"]},
        "00201206": {"vr": "IS", "Value": [2]},
        "00090010": {"vr": "LO", "Value": ["ACME"]},
    }
]


def rows(found: Counterparts) -> dict[str, Counterpart]:
    return {row.fact: row for row in found.rows}


def test_one_number_is_followed_through_the_three_standards() -> None:
    found = counterparts(AS_ARCHIVES_ANSWER, order(ORC, OBR, SAME_ORDER))
    assert (found.matched_by, found.steps) == ("StudyInstanceUID", 1)
    assert rows(found)["accession number"] == Counterpart(
        fact="accession number",
        phi=Kind.ORDER,
        dicom="AccessionNumber",
        tag="(0008,0050)",
        dicom_value="ACC1",
        hl7="OBR-18",
        hl7_value="ACC1",
        fhir="ImagingStudy.identifier",
        fhir_value="ACC1",
        agree=True,
    )


def test_what_study_and_order_say_differently_is_named() -> None:
    found = counterparts(AS_ARCHIVES_ANSWER, order(ORC, OBR, OTHER_ORDER))
    assert found.matched_by == "AccessionNumber"
    assert found.differing == ("study instance UID", "sex")
    table = rows(found)
    assert (table["sex"].dicom_value, table["sex"].hl7_value, table["sex"].fhir_value) == ("M", "F", "male")
    assert {row.fact for row in found.rows if row.agree} == {
        "accession number",
        "patient ID",
        "patient name",
        "birth date",
        "modality",
    }


def test_a_study_of_several_modalities_is_of_the_one_that_was_ordered() -> None:
    row = rows(counterparts(AS_ARCHIVES_ANSWER, order(ORC, OBR)))["modality"]
    assert (row.tag, row.dicom_value, row.hl7_value, row.fhir_value) == ("(0008,0060)", "CT\\SR", "CT", "CT, SR")
    assert row.agree is True


def test_a_study_for_two_orders_belongs_to_both() -> None:
    both = [{**STUDY, "AccessionNumber": "ACC2"}, STUDY]
    found = counterparts(both, order(ORC, OBR))
    row = rows(found)["accession number"]
    assert (found.matched_by, row.agree, row.dicom_value, row.fhir_value) == (
        "AccessionNumber", True, "ACC1\\ACC2", "ACC1, ACC2",
    )  # fmt: skip


def test_rows_that_disagree_are_told_of() -> None:
    found = counterparts([STUDY, {**STUDY, "PatientID": "4712"}])
    assert "PatientID" in {note.about for note in found.notes}
    assert rows(found)["patient ID"].dicom_value == "4711"


def test_the_codes_of_what_was_asked_and_what_was_done_are_shown_and_not_held_against_each_other() -> None:
    row = rows(counterparts([STUDY], order(ORC, OBR)))["procedure code"]
    assert (row.dicom, row.dicom_value) == ("ProcedureCodeSequence/CodeValue", "71250")
    assert (row.hl7, row.hl7_value, row.fhir_value, row.agree) == ("OBR-44.1", "70450", "71250", None)


def test_without_an_order_the_table_says_where_one_would_have_each_fact() -> None:
    found = counterparts([STUDY])
    assert (found.matched_by, found.steps, found.differing) == (None, None, ())
    assert {row.hl7_value for row in found.rows} == {None}
    assert {row.agree for row in found.rows} == {None}
    places = {row.fact: row.hl7 for row in found.rows}
    assert (places["accession number"], places["patient ID"], places["modality"]) == ("OBR-18", "PID-3.1", "OBR-24")
    assert rows(found)["referring physician"].fhir_value == "Ref, Erika"


def test_without_a_study_the_order_speaks_alone() -> None:
    found = counterparts([], order(ORC, OBR, ZDS))
    assert (found.imaging_study, found.order_skeleton, found.order_lacks) == (None, None, ())
    assert rows(found)["accession number"].hl7_value == "ACC1"
    assert {row.fhir_value for row in found.rows} == {None}


def test_the_wholes_are_what_the_study_becomes(validators: Judges) -> None:
    found = counterparts(AS_ARCHIVES_ANSWER, zone="+01:00")
    assert found.imaging_study is not None
    assert found.order_skeleton is not None
    bundle = json.loads(text(found.imaging_study))
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == ["Patient", "ImagingStudy"]
    assert bundle["entry"][1]["resource"]["numberOfSeries"] == 2
    assert validators.against(bundle) == {}
    skeleton = parse_message(text(found.order_skeleton))
    assert [seg.id for seg in skeleton.segments] == ["MSH", "PID", "ORC", "OBR", "ZDS"]
    assert found.order_lacks == tuple(
        dict.fromkeys(str(one.path) for one in validate(skeleton).findings if "required" in one.rule.id)
    )


@pytest.mark.parametrize(
    ("changes", "fact", "kind"),
    [
        ({}, "modality", None),
        ({}, "sex", None),
        ({"PatientSex": "Miller"}, "sex", Kind.TEXT),
        ({"ModalitiesInStudy": ["CT", "MILLER"]}, "modality", Kind.TEXT),
        ({"PatientBirthDate": "Miller"}, "birth date", Kind.BIRTH_DATE),
        ({"IssuerOfPatientID": None}, "issuer of patient ID", Kind.TEXT),
        ({}, "study date", Kind.DATE),
        ({}, "admission ID", Kind.TEXT),
    ],
)
def test_a_value_is_of_the_kind_that_it_tells(changes: dict[str, Any], fact: str, kind: Kind | None) -> None:
    study = {name: value for name, value in {**STUDY, **changes}.items() if value is not None}
    assert rows(counterparts([study]))[fact].phi == kind


def test_what_only_the_order_says_is_marked_too() -> None:
    table = rows(counterparts([], order(ORC, OBR)))
    assert [(table[fact].phi, table[fact].agree) for fact in ("patient name", "requested procedure", "sex")] == [
        (Kind.NAME, None),
        (Kind.TEXT, None),
        (None, None),
    ]


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        counterparts([STUDY], order(ORC, OBR, kind="ADT^A01"))
    assert refusal.value.problem is ImagingProblem.NOT_AN_ORDER
    with pytest.raises(BadInput):
        counterparts([STUDY], "no message")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(TooLarge):
        counterparts([STUDY] * 20_001)


@pytest.mark.parametrize("junk", [{}, {"0020000D": "7a"}, {"0020000D": {"Value": [None]}}, {"StudyInstanceUID": ["x"]}])
def test_rows_that_name_no_study_have_no_counterparts(junk: dict[str, Any]) -> None:
    found = counterparts([junk])
    assert (found.rows, found.imaging_study) == ((), None)
    assert [note.about for note in found.notes] == ["StudyInstanceUID"]


# Through the host.


class Asked(StudyCounterparts):
    by: Annotated[str | None, PUBLIC] = None
    failed: Annotated[tuple[str, ...], PUBLIC] = ()


@tool(effect=Effect.READS_REMOTE)
def summarize(plugins: Given[Plugins], message: str | None = None) -> Asked:
    """Summarize the one study that there is."""
    answers = plugins.ask(pacs_study_counterparts, study=AS_ARCHIVES_ANSWER, order=message)
    failed = tuple(str(one.failure) for one in answers.failed)
    for one in answers.given:
        return Asked(**dict(one.value), by=one.plugin, failed=failed)
    return Asked(rows=(), failed=failed)


class Pacs:
    """The plugin that asks, with a tool that knows its study."""

    @hookimpl
    def trivium_plugin(self) -> PluginInfo:
        return PluginInfo("pacs", "Asks about a study")

    @hookimpl
    def trivium_hooks(self) -> list[HookSpec[..., Any]]:
        return [pacs_study_counterparts]

    @hookimpl
    def trivium_tools(self, plugins: Plugins) -> list[ToolSpec]:
        return [summarize.given(plugins=plugins)]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return memory_host({"TRIVIUM_HOME": str(tmp_path)}, pacs=Pacs(), fhir=trivium_fhir.plugin)


@pytest.mark.anyio
async def test_an_answer_reaches_the_caller_under_its_marks(host: Host) -> None:
    shown = await call(host, "summarize", {"message": order(ORC, OBR)})
    assert (shown["by"], shown["matched_by"], shown["differing"]) == ("fhir", "AccessionNumber", ["sex"])
    table = {row["fact"]: row for row in shown["rows"]}
    assert table["patient name"]["dicom_value"] == table["patient name"]["hl7_value"] == "[withheld: name]"
    assert table["sex"]["dicom_value"] == "M"
    assert shown["imaging_study"].startswith('{"resourceType":"Bundle"')
    assert "Doe" not in str(shown)
    assert "4711" not in str(shown)
    assert "19700102" not in str(shown)


@pytest.mark.anyio
async def test_a_message_that_is_no_order_costs_the_answer_with_the_reason(host: Host) -> None:
    shown = await call(host, "summarize", {"message": order(ORC, OBR, kind="ADT^A01")})
    assert (shown["rows"], shown.get("by")) == ([], None)
    assert shown["failed"] == [f"message {ImagingProblem.NOT_AN_ORDER.value}"]


@pytest.mark.anyio
async def test_without_the_fhir_plugin_nobody_answers(tmp_path: Path) -> None:
    shown = await call(memory_host({"TRIVIUM_HOME": str(tmp_path)}, pacs=Pacs()), "summarize")
    assert (shown["rows"], shown["failed"]) == ([], [])


def test_the_two_plugins_fit_together(tmp_path: Path) -> None:
    host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, pacs=trivium_pacs.plugin, fhir=trivium_fhir.plugin)
    assert report_of(host, "pacs").hooks == ("pacs_study_counterparts",)
    assert (report_of(host, "fhir").answers, report_of(host, "fhir").idle) == (("pacs_study_counterparts",), {})


def test_the_fhir_plugin_stands_alone(tmp_path: Path) -> None:
    report = report_of(memory_host({"TRIVIUM_HOME": str(tmp_path)}, fhir=trivium_fhir.plugin), "fhir")
    assert report.idle == {"pacs_study_counterparts": "no loaded plugin has it"}


def test_every_field_of_an_answer_is_one_that_the_pacs_plugin_reads() -> None:
    found = answer([STUDY], order(ORC, OBR), FhirSettings())
    assert found is not None
    read = StudyCounterparts.model_validate(found, from_attributes=True)
    assert read.model_fields_set == set(StudyCounterparts.model_fields) == set(found.__slots__)
    assert read.rows[0].model_fields_set == set(found.rows[0].__slots__)
    assert read.notes[0].model_dump() == found.notes[0].model_dump()


def test_without_anything_there_is_nothing_to_answer() -> None:
    assert answer([], None, FhirSettings()) is None


def test_the_zone_of_the_site_is_used() -> None:
    timed = [{**AS_ARCHIVES_ANSWER[0], "00080030": {"vr": "TM", "Value": ["030405"]}}]
    found = answer(timed, None, FhirSettings(time_zone="+05:00"))
    assert found is not None
    assert rows(found)["study date"].fhir_value == "2026-01-02T03:04:05+05:00"
