"""The tool, as a caller sees it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api import PUBLIC, Effect, NotFound
from trivium_dicom import iods
from trivium_dicom.iods import parts
from trivium_dicom.iods.selecting import KEPT, Types
from trivium_dicom.tools.explain_dicom_iod import explain_dicom_iod
from trivium_dicom.tools.iod_results import AttributeLine, Entity, GroupLine, IodExplanation

DEFAULTS = {"module": None, "types": "required", "usage": "mandatory", "depth": 0, "limit": 80, "offset": 0}


def explain(iod: str, **choices: Any) -> IodExplanation:
    answer = explain_dicom_iod(iod=iod, **(DEFAULTS | choices))
    assert isinstance(answer, IodExplanation)
    return answer


def test_what_a_ct_image_must_carry() -> None:
    answer = explain("CT image")
    assert (answer.kind, answer.id, answer.name) == ("iod", "ct-image", "CT Image")
    assert answer.sop_classes == {"1.2.840.10008.5.1.4.1.1.2": "CT Image Storage"}
    assert answer.entities is not None
    assert [one.entity for one in answer.entities] == [
        "Patient",
        "Study",
        "Series",
        "Frame of Reference",
        "Equipment",
        "Acquisition",
        "Image",
    ]
    assert answer.entities[0] == Entity(entity="Patient", mandatory=["Patient"], optional=["Clinical Trial Subject"])
    assert answer.entities[3] == Entity(
        entity="Frame of Reference", mandatory=["Frame of Reference"], conditional=["Synchronization"]
    )
    assert (answer.total, answer.next_offset) == (len(answer.attributes), None)
    assert answer.attributes[0] == AttributeLine(
        tag="(0010,0010)", keyword="PatientName", type="2", vr="PN", module="Patient"
    )
    kinds = {one.keyword: one.type for one in answer.attributes}
    assert [kinds[name] for name in ("SOPInstanceUID", "Modality", "ImageType", "KVP", "PatientID", "Rows")] == [
        "1",
        "1",
        "1",
        "2",
        "2",
        "1",
    ]
    assert set(kinds.values()) == {"1", "2"}
    assert answer.notes == ["Attributes are those of mandatory modules; ask for usage all, or for one module by name."]


@pytest.mark.parametrize(
    ("question", "id_"),
    [
        ("what must a CT image carry?", "ct-image"),
        ("which attributes does an RT struct need", "rt-structure-set"),
        ("SOP class of a mammogram", "digital-mammography-x-ray-image"),
    ],
)
def test_a_question_is_about_the_object_in_it(question: str, id_: str) -> None:
    assert (explain(question).kind, explain(question).id) == ("iod", id_)


def test_terms_that_are_left_out_are_counted() -> None:
    modality = explain("CT image", module="general series").attributes[0]
    assert modality.terms is not None
    assert (len(modality.terms), modality.terms[-1]) == (13, "and 58 more")


def test_conditional_attributes_are_asked_for_separately() -> None:
    answer = explain("ct", types="conditional")
    assert {one.type for one in answer.attributes} == {"1C", "2C"}
    assert "PixelData" in {one.keyword for one in answer.attributes}
    assert answer.notes is not None
    assert answer.notes[-1].startswith("Usage C and types 1C and 2C hold under conditions")


def test_one_module_shows_its_terms() -> None:
    answer = explain("CT image", module="image pixel", types="all", limit=4)
    assert (answer.kind, answer.id, answer.entities) == ("module", "image-pixel", None)
    assert answer.counts == {"1": 8, "1C": 12, "3": 5}
    assert answer.attributes[2] == AttributeLine(
        tag="(0028,0006)", keyword="PlanarConfiguration", type="1C", vr="US", terms=["0", "1"], closed=True
    )
    assert (answer.total, answer.next_offset) == (25, 4)
    assert answer.notes is not None
    assert answer.notes[0] == "Usage in CT Image: M (mandatory)."


def test_pages_hold_everything_once_and_later_ones_attributes_only() -> None:
    whole = explain("enhanced mr", types="all", limit=300)
    pages, offset = [], 0
    while True:
        page = explain("enhanced mr", types="all", limit=70, offset=offset)
        pages += page.attributes
        if page.next_offset is None:
            break
        offset = page.next_offset
    assert pages == whole.attributes
    assert (page.entities, page.sop_classes, page.functional_groups) == (None, None, None)


def test_a_multi_frame_object_lists_its_functional_groups() -> None:
    answer = explain("enhanced ct")
    assert answer.functional_groups is not None
    assert answer.functional_groups[0] == GroupLine(
        name="Pixel Measures", usage="M", sequences=["PixelMeasuresSequence"]
    )
    assert len(answer.functional_groups) == 27
    assert answer.notes is not None
    assert "(5200,9229)" in answer.notes[-1]


def test_a_macro_of_an_object_shows_what_is_in_its_sequence() -> None:
    answer = explain("enhanced ct", module="pixel measures", types="all")
    assert (answer.kind, answer.id) == ("macro", "pixel-measures")
    assert [(one.tag, one.within) for one in answer.attributes] == [
        ("(0028,9110)", None),
        ("(0018,0050)", "PixelMeasuresSequence"),
        ("(0018,0088)", "PixelMeasuresSequence"),
        ("(0028,0030)", "PixelMeasuresSequence"),
    ]


def test_a_module_alone_says_which_objects_have_it() -> None:
    answer = explain("specimen module")
    assert (answer.kind, answer.id) == ("module", "specimen")
    assert answer.used_by is not None
    assert len(answer.used_by) <= 21
    assert "VL Whole Slide Microscopy Image" in answer.used_by or answer.used_by[-1].endswith(" more")


def test_depth_goes_into_sequences_and_names_them() -> None:
    answer = explain("rt structure set", module="roi contour", types="all", depth=2, limit=300)
    places = {one.keyword: one.within for one in answer.attributes}
    assert places["ContourData"] == "ROIContourSequence.ContourSequence"


def test_optional_modules_count_when_asked_for() -> None:
    few, many = explain("ct"), explain("ct", usage="all", limit=300)
    assert few.total < many.total
    assert "Patient Study" not in {one.module for one in few.attributes}


def test_words_with_several_meanings_name_the_others() -> None:
    assert explain("enhanced mr").similar == [
        "Enhanced MR Image (module)",
        "Enhanced MR Color Image (iod)",
        "Legacy Converted Enhanced MR Image (iod)",
    ]
    assert explain("ct image").similar is None


@pytest.mark.parametrize("text", ["Zorblax Qqqq", "1.2.840.10008.1.1", "1.2.3"])
def test_what_is_no_object_is_not_found_and_not_repeated(text: str) -> None:
    with pytest.raises(NotFound) as missing:
        explain(text)
    assert str(missing.value) == (
        "iod is no object, module or macro that DICOM defines, nor a SOP class or modality with one"
    )


@pytest.mark.parametrize("text", ["ct", "image pixel module", "pixel measures macro"])
def test_a_module_that_the_object_does_not_have_is_not_found(text: str) -> None:
    with pytest.raises(NotFound) as missing:
        explain(text, module="roi contour")
    assert str(missing.value) == (
        "module is no module or functional group macro of this object; asked for without one, it lists them"
    )


def test_every_object_can_be_explained_and_agrees_with_the_tables() -> None:
    for one in iods.iod_ids():
        iod = iods.iod(one)
        assert iod is not None
        answer = explain(one, limit=300)
        listed = [
            (usage, name)
            for entity in answer.entities or ()
            for usage, names in zip("MCU", (entity.mandatory, entity.conditional, entity.optional), strict=True)
            for name in names or ()
        ]
        assert sorted(listed) == sorted((use.usage, use.module.name) for use in iod.modules)
        rows = [(tag, found.type) for part in parts.of_iod(iod, "M") for tag, found in part.attributes.items()]
        most = {tag for tag, kind in rows if kind in KEPT[Types.REQUIRED]}
        least = most - {tag for tag, kind in rows if kind == "1C"}
        assert len(least) <= answer.total <= len(most)
        assert len(answer.model_dump_json(exclude_none=True)) < 40_000


@given(st.text(min_size=1, max_size=60), st.text(max_size=30) | st.none())
def test_any_text_is_an_answer_or_not_found(text: str, module: str | None) -> None:
    try:
        answer = explain(text, module=module, limit=3)
    except NotFound:
        return
    assert len(answer.attributes) <= 3


def test_the_tool_is_public_and_local() -> None:
    assert (explain_dicom_iod.effect, explain_dicom_iod.mark) == (Effect.LOCAL, PUBLIC)
