"""Objects, modules and macros: found by what people call them, and their attributes selected."""

from __future__ import annotations

import pytest

from trivium_dicom import iods
from trivium_dicom.dictionary import entries_of
from trivium_dicom.iods import Attribute, finding, parts
from trivium_dicom.iods.modalities import SPOKEN
from trivium_dicom.iods.selecting import Part, Types, select
from trivium_dicom.tag_number import TagNumber


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("CT image", "iod", "ct-image"),
        ("ct", "iod", "ct-image"),
        ("CTImageStorage", "iod", "ct-image"),
        ("MRI", "iod", "mr-image"),
        ("enhanced mr", "iod", "enhanced-mr-image"),
        ("Enhanced MR Image Storage", "iod", "enhanced-mr-image"),
        ("12-lead ECG", "iod", "12-lead-ecg"),
        ("twelve lead ecg waveform storage", "iod", "12-lead-ecg"),
        ("RTSTRUCT", "iod", "rt-structure-set"),
        ("rt plan iod", "iod", "rt-plan"),
        ("mammography", "iod", "digital-mammography-x-ray-image"),
        ("dose report", "iod", "x-ray-radiation-dose-sr"),
        ("label map segmentation storage", "iod", "segmentation"),
        ("segmentaton", "iod", "segmentation"),
        ("general series module", "module", "general-series"),
        ("image pixel", "module", "image-pixel"),
        ("CT image module", "module", "ct-image"),
        ("US image", "iod", "ultrasound-image"),
        ("US image module", "module", "us-image"),
        ("US multi-frame image", "iod", "ultrasound-multi-frame-image"),
        ("NM image", "iod", "nuclear-medicine-image"),
        ("pixel measures macro", "macro", "pixel-measures"),
        ("plane position patient", "macro", "plane-position-patient"),
    ],
)
def test_an_object_is_found_by_what_people_call_it(text: str, kind: str, found: str) -> None:
    first = finding.by_words(text)[0].entry
    assert (first.kind, first.id) == (kind, found)


def test_every_object_is_found_by_id_name_and_sop_class() -> None:
    for one in iods.iod_ids():
        iod = iods.iod(one)
        assert iod is not None
        assert {finding.by_words(text)[0].entry.id for text in (one, iod.name)} == {one}
        assert [found.id for uid in iod.sop_classes if (found := finding.by_sop_class(uid))] == [one] * len(
            iod.sop_classes
        )


def test_every_spoken_word_belongs_to_an_object_that_there_is_and_to_one_alone() -> None:
    assert set(SPOKEN) - set(iods.iod_ids()) == set()
    words = [word.lower() for spoken in SPOKEN.values() for word in spoken]
    assert sorted(words) == sorted(set(words))
    for one, spoken in SPOKEN.items():
        assert {finding.by_words(word)[0].entry.id for word in spoken} == {one}


def test_every_attribute_of_every_module_is_in_the_dictionary() -> None:
    tags = {
        one.tag for name in iods.module_ids() if (found := iods.module(name)) for _, one in iods.walk(found.attributes)
    }
    assert len(tags) > 3000
    assert [tag for tag in tags if not entries_of(TagNumber(tag))] == []


def test_every_macro_of_every_object_has_its_attributes() -> None:
    bare = {
        (one, use.id)
        for one in iods.iod_ids()
        if (iod := iods.iod(one))
        for use in iod.macros
        if not use.id.startswith("unassigned")  # which hold whatever attributes a converter could not place
        and not any(found.items for found in parts.of_macro(use.id, iod)[0].attributes.values())
    }
    # The tables lack what stands in the current frame of a stream.
    streams = ("real-time-video-endoscopic-image", "real-time-video-photographic-image")
    macros = ("time-of-frame", "frame-usefulness", "camera-position")
    assert bare == {*((one, macro) for one in streams for macro in macros), ("real-time-audio-waveform", macros[0])}


def part(name: str, **attributes: Attribute) -> Part:
    return Part(name, name, {tag[1:]: one for tag, one in attributes.items()})


def test_an_attribute_of_two_modules_is_given_with_the_stricter() -> None:
    loose = part("loose", t00080008=Attribute("00080008", "3", None), t00080060=Attribute("00080060", "1", None))
    strict = part("strict", t00080008=Attribute("00080008", "1", None))
    found = [(one.part.id, one.attribute.tag) for one in select([loose, strict], Types.REQUIRED, 0)]
    assert found == [("loose", "00080060"), ("strict", "00080008")]
    assert [one.attribute.tag for one in select([loose, strict], Types.OPTIONAL, 0)] == []


def test_items_of_a_sequence_are_entered_as_deep_as_asked_and_where_it_is_kept() -> None:
    common = parts.of_module("sop-common")
    outer = [one.above for one in select(common, Types.ALL, 0)]
    inner = [one.above for one in select(common, Types.ALL, 2)]
    assert set(outer) == {()}
    assert max(map(len, inner)) == 2
    required = list(select(common, Types.REQUIRED, 3))
    assert [one.attribute.tag for one in required] == ["00080016", "00080018"]


def test_source_names_package_and_edition() -> None:
    assert iods.source() == "DICOM PS3.3 as in highdicom 0.28.2 (2025a or later)"
