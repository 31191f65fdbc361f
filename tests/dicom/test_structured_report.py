"""What a structured report comes out as: positions, names, values, and which of them a patient could be known by."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from tests.dicom import making

from trivium.api import BadInput, Composed, Kind, NotFound
from trivium_dicom.files.limits import Limits
from trivium_dicom.reports.problems import Fault
from trivium_dicom.reports.reading import Asked, read_report
from trivium_dicom.reports.results import ContentItem, StructuredReport

COMPREHENSIVE = "1.2.840.10008.5.1.4.1.1.88.33"
KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
DOSE = "1.2.840.10008.5.1.4.1.1.88.67"
CT = "1.2.840.10008.5.1.4.1.1.2"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
LENGTH = ("410668003", "SCT", "Length")
FINDING = ("121071", "DCM", "Finding")
MM = ("mm", "UCUM", "millimeter")


def data(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str, scheme: str, meaning: str) -> Dataset:
    return data(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def item(
    kind: str,
    name: tuple[str, str, str] | None = None,
    *below: Dataset,
    relationship: str | None = "CONTAINS",
    **values: Any,
) -> Dataset:
    ds = data(ValueType=kind, **values)
    if relationship:
        ds.RelationshipType = relationship
    if name:
        ds.ConceptNameCodeSequence = [code(*name)]
    if below:
        ds.ContentSequence = list(below)
    return ds


def number(name: tuple[str, str, str], value: str, unit: tuple[str, str, str] | None, **values: Any) -> Dataset:
    measured = data(NumericValue=value)
    if unit:
        measured.MeasurementUnitsCodeSequence = [code(*unit)]
    return item("NUM", name, MeasuredValueSequence=[measured], **values)


def by_reference(*position: int, relationship: str = "INFERRED FROM") -> Dataset:
    return data(RelationshipType=relationship, ReferencedContentItemIdentifier=list(position))


def reference(sop_class: str, uid: str, **values: Any) -> Dataset:
    return data(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=uid, **values)


def report(*below: Dataset, sop_class: str = COMPREHENSIVE, **values: Any) -> Dataset:
    ds = item("CONTAINER", ("126000", "DCM", "Imaging Measurement Report"), *below, relationship=None)
    ds.update(data(SOPClassUID=sop_class, SOPInstanceUID="2.25.1", StudyInstanceUID="2.25.2", PatientID="PID1"))
    ds.update(data(SpecificCharacterSet="ISO_IR 192", ContinuityOfContent="SEPARATE", **values))
    return ds


def read(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **asked: Any) -> StructuredReport:
    return read_report(making.as_bytes(ds, syntax), Limits(), Asked(**asked))


def value(found: ContentItem) -> tuple[str, Kind | None]:
    """The first piece of a value, and its kind."""
    return (found.value.parts[0].text, found.value.parts[0].phi) if found.value else ("", None)


def shown(text: Composed | None) -> str:
    """As one text, with every piece that could tell of a person between braces, after its kind."""
    assert text is not None
    return "".join(part.text if part.phi is None else f"{{{part.phi.value}:{part.text}}}" for part in text.parts)


def lines(ds: Dataset, **asked: Any) -> list[str]:
    return shown(read(ds, **asked).outline).splitlines()


def row(ds: Dataset) -> ContentItem:
    """The only item below the root."""
    _, found = _rows(report(ds))
    return found


def _rows(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **asked: Any) -> tuple[ContentItem, ...]:
    rows = read(ds, syntax, form="rows", **asked).rows
    assert rows is not None
    return rows


def faults(*below: Dataset) -> dict[str, tuple[str, ...]]:
    told = (fault.rpartition(": ") for fault in read(report(*below)).faults)
    return {fault: tuple(positions.split(", ")) for fault, _, positions in told}


def test_the_tree_is_an_outline_with_positions_in_document_order() -> None:
    ds = report(
        item("CODE", ("121005", "DCM", "Observer Type"), relationship="HAS OBS CONTEXT",
             ConceptCodeSequence=[code("121006", "DCM", "Person")]),
        item("CONTAINER", ("121070", "DCM", "Findings"),
             item("TEXT", FINDING, TextValue="Nodule of Jane Doe"), number(LENGTH, "12.5", MM)),
    )  # fmt: skip
    assert lines(ds) == [
        "1 Imaging Measurement Report",
        "  1.1 (has obs context) Observer Type: Person",
        "  1.2 Findings",
        "    1.2.1 Finding: {text:Nodule of Jane Doe}",
        "    1.2.2 Length: 12.5 mm",
    ]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_an_item_comes_out_as_a_row_with_its_value_marked(syntax: str) -> None:
    ds = report(number(LENGTH, "12.5", MM))
    assert read(ds, syntax, form="rows").rows == (
        ContentItem(position="1", type="CONTAINER", name=_public("Imaging Measurement Report")),
        ContentItem(
            position="1.1", relationship="CONTAINS", type="NUM", name=_public("Length"), value=_public("12.5 mm")
        ),
    )


def _public(text: str) -> Composed:
    return Composed.model_validate({"parts": [{"text": text}]})


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("TEXT", {"TextValue": "Jane Doe"}, ("Jane Doe", Kind.TEXT)),
        ("PNAME", {"PersonName": "Doe^Jane"}, ("Doe^Jane", Kind.NAME)),
        ("DATE", {"Date": "20240229"}, ("20240229", Kind.DATE)),
        ("TIME", {"Time": "101112"}, ("101112", Kind.DATE)),
        ("DATETIME", {"DateTime": "20240229101112"}, ("20240229101112", Kind.DATE)),
        ("UIDREF", {"UID": "2.25.99"}, ("2.25.99", Kind.UID)),
        ("UIDREF", {"UID": CT}, (CT, None)),
    ],
)
def test_each_simple_value_type_has_its_kind(
    kind: str, values: dict[str, str], expected: tuple[str, Kind | None]
) -> None:
    found = row(item(kind, FINDING, **values))
    assert (found.type, value(found)) == (kind, expected)


@pytest.mark.parametrize(
    ("concept", "kind", "values", "expected"),
    [
        (("121030", "DCM", "Subject ID"), "TEXT", {"TextValue": "PID1"}, Kind.PATIENT_ID),
        (("121031", "DCM", "Subject Birth Date"), "DATE", {"Date": "19300101"}, Kind.BIRTH_DATE),
        (("121029", "DCM", "Subject Name"), "PNAME", {"PersonName": "Doe^Jane"}, Kind.NAME),
        (("121022", "DCM", "Accession Number"), "TEXT", {"TextValue": "A1"}, Kind.ORDER),
    ],
)
def test_items_about_the_subject_have_the_kind_of_what_they_say(
    concept: tuple[str, str, str], kind: str, values: dict[str, str], expected: Kind
) -> None:
    assert value(row(item(kind, concept, **values)))[1] is expected


@pytest.mark.parametrize(
    ("kind", "concept", "values"),
    [
        ("DATE", ("1", "99LOCAL", "Date of Jane"), {"Date": "19300101"}),
        ("DATETIME", ("21112-8", "LN", "Birth date"), {"DateTime": "19300101101112"}),
        ("DATE", ("121071", "DCM", "Date of birth"), {"Date": "19300101"}),
    ],
)
def test_a_day_of_which_nobody_knows_what_it_is_may_be_a_birthday(
    kind: str, concept: tuple[str, str, str], values: dict[str, str]
) -> None:
    assert value(row(item(kind, concept, **values)))[1] is Kind.BIRTH_DATE


@pytest.mark.parametrize(
    ("concept", "unit"),
    [
        (("1", "99LOCAL", "Jane"), ("a", "UCUM", "year")),
        (("1", "99LOCAL", "Jane"), ("mo", "UCUM", "month")),
        (("1", "99LOCAL", "Age at exam"), ("1", "UCUM", "no units")),
        (("1", "99LOCAL", "Age of patient"), ("d", "UCUM", "day")),
    ],
)
def test_an_age_by_another_name_is_a_birth_date(concept: tuple[str, str, str], unit: tuple[str, str, str]) -> None:
    assert value(row(number(concept, "93", unit)))[1] is Kind.BIRTH_DATE


@pytest.mark.parametrize("concept", [("121033", "DCM", "Subject Age"), ("397669002", "SCT", "Age")])
def test_an_age_is_a_birth_date(concept: tuple[str, str, str]) -> None:
    assert value(row(number(concept, "93", ("a", "UCUM", "year"))))[1] is Kind.BIRTH_DATE


def test_a_concept_that_dicom_does_not_define_is_withheld_with_its_code() -> None:
    ds = report(item("CODE", ("99", "99LOCAL", "Seen by Dr. Doe"), ConceptCodeSequence=[code("1", "99LOCAL", "Jane")]))
    assert lines(ds, codes=True)[1] == "  1.1 {text:Seen by Dr. Doe} ({text:99, 99LOCAL}): {text:Jane}"


def test_words_of_the_file_for_a_known_code_are_text_beside_dicoms_own() -> None:
    ds = report(item("TEXT", ("121071", "DCM", "Jane Doe"), TextValue="x"))
    assert lines(ds)[1] == "  1.1 Finding, in the file's words {text:Jane Doe}: {text:x}"
    assert faults(item("TEXT", ("121071", "DCM", "Jane Doe"), TextValue="x")) == {Fault.OTHER_MEANING: ("1.1",)}


def test_codes_of_the_older_snomed_are_known_too() -> None:
    ds = report(item("CODE", FINDING, ConceptCodeSequence=[code("T-04000", "SRT", "Breast")]))
    assert lines(ds, codes=True)[1] == "  1.1 Finding (121071, DCM): Breast"


def test_a_number_without_a_known_name_or_unit_could_be_anybodys() -> None:
    private = ("1", "99LOCAL", "Record")
    assert value(row(number(private, "4711001", ("1", "UCUM", "no units"))))[1] is Kind.TEXT
    assert value(row(number(private, "4711001", None)))[1] is Kind.TEXT
    assert value(row(number(private, "4711", MM)))[1] is None


def test_a_unit_that_is_none_is_withheld() -> None:
    found = row(number(LENGTH, "3", ("{Jane}", "UCUM", "Jane")))
    assert shown(found.value) == "3 {text:Jane}"


def test_a_number_that_is_none_is_withheld() -> None:
    measured = data(MeasurementUnitsCodeSequence=[code(*MM)])
    measured.add(DataElement("NumericValue", "LO", "JANE"))  # as an implicit VR writer could have it
    _, found = _rows(report(item("NUM", LENGTH, MeasuredValueSequence=[measured])), ImplicitVRLittleEndian)
    assert shown(found.value) == "{text:JANE} mm"


def test_a_qualifier_stands_for_a_number_that_is_missing() -> None:
    ds = item("NUM", LENGTH, NumericValueQualifierCodeSequence=[code("114000", "DCM", "Not a number")])
    assert lines(report(ds))[1] == "  1.1 Length: Not a number"
    assert faults(ds) == {}


def test_an_image_is_shown_with_its_frames_segments_and_presentation() -> None:
    frames = reference(CT, "2.25.5", ReferencedFrameNumber=[1, 3])
    frames.ReferencedSOPSequence = [reference("1.2.840.10008.5.1.4.1.1.11.1", "2.25.6")]
    ds = report(
        item("IMAGE", None, ReferencedSOPSequence=[frames]),
        item("IMAGE", None, ReferencedSOPSequence=[reference(SEG, "2.25.7", ReferencedSegmentNumber=2)]),
    )
    assert lines(ds)[1:] == [
        "  1.1 IMAGE CT Image Storage {uid:2.25.5}, frames 1, 3, "
        "shown by Grayscale Softcopy Presentation State Storage {uid:2.25.6}",
        "  1.2 IMAGE Segmentation Storage {uid:2.25.7}, segments 2",
    ]


def test_waveforms_and_composites_are_shown_with_what_they_refer_to() -> None:
    leads = reference("1.2.840.10008.5.1.4.1.1.9.1.1", "2.25.5", ReferencedWaveformChannels=[1, 2, 1, 3])
    ds = report(
        item("WAVEFORM", None, ReferencedSOPSequence=[leads]),
        item("COMPOSITE", None, ReferencedSOPSequence=[reference("2.25.77", "2.25.6")]),
    )  # fmt: skip
    assert lines(ds)[1:] == [
        "  1.1 WAVEFORM 12-lead ECG Waveform Storage {uid:2.25.5}, channels 1/2, 1/3",
        "  1.2 COMPOSITE {uid:2.25.77} {uid:2.25.6}",
    ]


def test_coordinates_are_shown_by_point() -> None:
    many = [float(number) for number in range(20)]
    ds = report(
        item("SCOORD", None, GraphicType="POINT", GraphicData=[1.5, 2.0]),
        item("SCOORD", None, GraphicType="POLYLINE", GraphicData=many),
        item("SCOORD3D", None, GraphicType="POINT", GraphicData=[1.0, 2, 3], ReferencedFrameOfReferenceUID="2.25.8"),
        item("TCOORD", None, TemporalRangeType="SEGMENT", ReferencedSamplePositions=[1, 20]),
        item("TCOORD", None, TemporalRangeType="POINT", ReferencedDateTime="20240229"),
    )  # fmt: skip
    assert lines(ds)[1:] == [
        "  1.1 SCOORD POINT (1.5, 2)",
        "  1.2 SCOORD POLYLINE (0, 1) (2, 3) (4, 5) (6, 7) (8, 9) (10, 11) (12, 13) (14, 15) ... 10 points",
        "  1.3 SCOORD3D POINT (1, 2, 3) in frame of reference {uid:2.25.8}",
        "  1.4 TCOORD SEGMENT 1, 20",
        "  1.5 TCOORD POINT {date:20240229}",
    ]


def test_a_table_is_shown_with_headings_and_cells() -> None:
    values = data(
        NumberOfTableRows=1,
        NumberOfTableColumns=2,
        TableColumnDefinitionSequence=[
            data(ConceptNameCodeSequence=[code(*LENGTH)], MeasurementUnitsCodeSequence=[code(*MM)]),
            data(ConceptNameCodeSequence=[code(*FINDING)]),
        ],
        CellValuesSequence=[
            data(TableRowNumber=1, TableColumnNumber=1, NumericValue="3.5"),
            data(TableRowNumber=1, TableColumnNumber=2, TextValue="Jane"),
        ],
    )  # fmt: skip
    ds = report(item("TABLE", ("121070", "DCM", "Findings"), TabulatedValuesSequence=[values]))
    assert lines(ds)[1] == ("  1.1 Findings: TABLE 1 rows, 2 columns: Length in mm | Finding; 1/1 3.5; 1/2 {text:Jane}")


def test_a_reference_shows_the_position_that_it_means() -> None:
    ds = report(number(LENGTH, "1", MM), item("CONTAINER", None, by_reference(1, 1)))
    assert lines(ds)[2:] == ["  1.2", "    1.2.1 (inferred from) see 1.1"]
    assert read(ds).faults == ()
    assert read(ds).types == "CONTAINER 2, NUM 1, by reference 1"


def test_a_text_of_several_lines_cannot_pass_for_an_item() -> None:
    ds = report(item("TEXT", FINDING, TextValue="one\r\n  1.2 Finding: Person\n\ntwo"))
    assert lines(ds)[1:] == ["  1.1 Finding: {text:one \u00b6 1.2 Finding: Person \u00b6 two}"]


def test_a_long_value_is_cut_and_says_how_long_it_is() -> None:
    ds = item("TEXT", FINDING, TextValue="x" * 50)
    assert lines(report(ds), value_limit=20)[1] == f"  1.1 Finding: {{text:{'x' * 20}}} ... (50 characters)"
    rows = _rows(report(ds), value_limit=20)
    assert (value(rows[1]), rows[1].length) == (("x" * 20, Kind.TEXT), 50)


@pytest.mark.parametrize(
    ("below", "fault", "position"),
    [
        (item("TEXT", None, TextValue="x"), Fault.NO_CONCEPT, "1.1"),
        (item("TEXT", FINDING), Fault.NO_VALUE, "1.1"),
        (item("TEXT", FINDING, TextValue="x", relationship=None), Fault.NO_RELATIONSHIP, "1.1"),
        (item("TEXT", FINDING, TextValue="x", relationship="JANE"), Fault.UNKNOWN_RELATIONSHIP, "1.1"),
        (item("JANE", FINDING), Fault.UNKNOWN_VALUE_TYPE, "1.1"),
        (data(RelationshipType="CONTAINS"), Fault.NO_VALUE_TYPE, "1.1"),
        (number(LENGTH, "1", None), Fault.NO_UNIT, "1.1"),
        (item("IMAGE", None), Fault.NO_VALUE, "1.1"),
        (by_reference(1, 9), Fault.NO_TARGET, "1.1"),
        (item("CONTAINER", None, by_reference(1, 1)), Fault.LOOP, "1.1.1"),
    ],
)
def test_each_fault_of_the_tree_is_told_with_its_position(below: Dataset, fault: Fault, position: str) -> None:
    assert faults(below) == {fault: (position,)}


def test_a_loop_through_two_references_is_found_once() -> None:
    assert faults(item("CONTAINER", None, by_reference(1, 2)), item("CONTAINER", None, by_reference(1, 1))) == {
        Fault.LOOP: ("1.2.1",)
    }


def test_a_value_beside_a_reference_counts_and_the_reference_does_not() -> None:
    stray = item("SCOORD", None, GraphicType="POINT", GraphicData=[1.0, 2.0], ReferencedContentItemIdentifier=[1, 9])
    assert lines(report(stray))[1:] == ["  1.1 SCOORD POINT (1, 2)"]
    assert faults(stray) == {Fault.STRAY_TARGET: ("1.1",)}


def test_two_references_to_one_item_are_no_loop() -> None:
    twice = item("CONTAINER", None, by_reference(1, 2), by_reference(1, 2))
    assert faults(twice, number(LENGTH, "1", MM)) == {}


def test_relationships_and_value_types_of_a_file_are_never_shown_as_they_stand() -> None:
    found = row(item("JANE", FINDING, relationship="DOE"))
    assert (found.type, found.relationship) == (None, None)
    assert lines(report(item("JANE", FINDING, relationship="DOE")))[1] == "  1.1 (another relationship) Finding"


def test_pages_go_on_until_all_items_were_shown() -> None:
    ds = report(*(number(LENGTH, str(value), MM) for value in range(5)))
    first, second = read(ds, limit=4), read(ds, limit=4, offset=4)
    assert (first.items, first.selected, first.next_offset) == (6, 6, 4)
    assert second.next_offset is None
    assert shown(second.outline).splitlines() == ["1.4 Length: 3 mm", "1.5 Length: 4 mm"]


def test_a_part_of_the_tree_is_shown_by_position_and_depth() -> None:
    ds = report(
        item("CONTAINER", FINDING, item("CONTAINER", FINDING, number(LENGTH, "1", MM))), number(LENGTH, "2", MM)
    )
    assert lines(ds, under="1.1", depth=1) == ["1.1 Finding", "  1.1.1 Finding"]
    assert lines(ds, depth=0) == ["1 Imaging Measurement Report"]


def test_a_position_that_is_none_or_not_there_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"under is not a position such as 1\.2\.3"):
        read(report(), under="one")
    with pytest.raises(NotFound, match=r"under is not in this report, which has 1 content items"):
        read(report(), under="1.7")


def test_flags_template_observers_and_evidence_stand_in_the_head() -> None:
    series = data(SeriesInstanceUID="2.25.4", ReferencedSOPSequence=[reference(CT, "2.25.5"), reference(CT, "2.25.6")])
    found = read(
        report(
            CompletionFlag="COMPLETE",
            VerificationFlag="VERIFIED",
            ContentDate="20240229",
            ContentTime="1011",
            ContentTemplateSequence=[data(MappingResource="DCMR", TemplateIdentifier="1500")],
            VerifyingObserverSequence=[
                data(VerifyingObserverName="Doe^Jane", VerifyingOrganization="Nowhere", VerificationDateTime="20240301")
            ],
            CurrentRequestedProcedureEvidenceSequence=[
                data(StudyInstanceUID="2.25.3", ReferencedSeriesSequence=[series])
            ],
        )
    )
    assert (found.PatientID, found.StudyInstanceUID, found.content_time) == ("PID1", "2.25.2", "202402291011")
    assert list(map(shown, (found.sop_class, found.template, found.completion, found.verification))) == [
        "Comprehensive SR Storage",
        "1500",
        "COMPLETE",
        "VERIFIED",
    ]
    assert list(map(shown, found.verified_by)) == ["{name:Doe^Jane}, {date:20240301}, {text:Nowhere}"]
    assert found.evidence == ("current procedure evidence: studies 1, series 1, instances 2 (2 CT Image Storage)",)


def test_flags_and_templates_that_dicom_does_not_have_are_withheld() -> None:
    found = read(
        report(
            CompletionFlag="JANE", ContentTemplateSequence=[data(MappingResource="99X", TemplateIdentifier="JANE DOE")]
        )
    )
    assert (shown(found.completion), shown(found.template)) == ("{text:JANE}", "{text:JANE DOE}")


def test_a_dose_report_is_totaled() -> None:
    total = number(("113813", "DCM", "CT Dose Length Product Total"), "412.5", ("mGy.cm", "UCUM", "mGy.cm"))
    events = number(("113812", "DCM", "Total Number of Irradiation Events"), "2", ("{events}", "UCUM", "events"))
    ds = report(item("CONTAINER", ("113811", "DCM", "CT Accumulated Dose Data"), events, total), sop_class=DOSE)
    assert read(ds).totals == (
        "1.1.1 Total Number of Irradiation Events: 2 {events}",
        "1.1.2 CT Dose Length Product Total: 412.5 mGy.cm",
    )


def test_a_key_object_selection_is_a_report_too() -> None:
    ds = report(
        item("TEXT", ("113012", "DCM", "Key Object Description"), TextValue="for Jane"),
        item("IMAGE", None, ReferencedSOPSequence=[reference(CT, "2.25.5")]),
        sop_class=KEY_OBJECTS,
    )
    ds.ConceptNameCodeSequence = [code("113000", "DCM", "Of Interest")]
    assert shown(read(ds).sop_class) == "Key Object Selection Document Storage"
    assert lines(ds) == [
        "1 Of Interest",
        "  1.1 Key Object Description: {text:for Jane}",
        "  1.2 IMAGE CT Image Storage {uid:2.25.5}",
    ]


@pytest.mark.parametrize(
    ("ds", "sentence"),
    [
        (making.ct(), "is an image, not a structured report: use render_dicom_image or read_dicom_file"),
        (
            data(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", SOPInstanceUID="2.25.1", EncapsulatedDocument=b"%PDF"),
            "is an encapsulated document, not a structured report: use extract_encapsulated_document",
        ),
        (
            data(SOPClassUID="1.2.840.10008.1.3.10", SOPInstanceUID="2.25.1", DirectoryRecordSequence=[]),
            "is a DICOMDIR, not a structured report: use summarize_dicom_folder on its folder",
        ),
        (
            data(SOPClassUID="1.2.840.10008.5.1.4.1.1.9.1.1", SOPInstanceUID="2.25.1"),
            "is not a structured report: it has no content tree (PS3.3 C.17.3)",
        ),
    ],
)
def test_what_is_no_report_is_named(ds: Dataset, sentence: str) -> None:
    with pytest.raises(BadInput) as failure:
        read(ds)
    assert str(failure.value) == f"path {sentence}"


def test_a_tree_of_many_levels_is_walked_without_an_end_of_the_stack() -> None:
    ds = number(LENGTH, "1", MM)
    for _ in range(50):
        ds = item("CONTAINER", FINDING, ds)
    assert read(report(ds)).items == 52
