"""What is known of a data element, from the whole dictionary down to single values."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from time import perf_counter

import pytest

from trivium.api import BadInput, NotFound
from trivium_dicom import iods
from trivium_dicom.dictionary import entries
from trivium_dicom.explain import places
from trivium_dicom.explain.explaining import explain_tag
from trivium_dicom.explain.model import Pitfall, Place, TagExplanation, TermSet
from trivium_dicom.explain.rules import vm_in_words

DICTIONARY = "PS3.6 (pydicom)"
MODULES = "PS3.3 modules: highdicom 0.28.2, innolitics 2024b; the prose of conditions is not carried"
TERMS = "PS3.3 terms: edition 2020a, newer values are missing"
HL7 = "HL7 v2: IHE RAD TF-2 appendix B as dcm4chee-arc states it"
FHIR = "FHIR R4 mappings of the specification"
PROTECTION = "PS3.15 table E.1-1, edition 2026c"
OVERLAID = ["Digital X-Ray Image", "Digital Mammography X-Ray Image", "Digital Intra-Oral X-Ray Image"]
CLASSIC = ["Computed Radiography Image", "CT Image", "MR Image"]


def github(*threads: str) -> list[str]:
    return [f"https://github.com/{thread}" for thread in threads]


def test_the_index_has_every_place_of_every_attribute_and_no_other() -> None:
    """The witness is the walk over all modules, 98,000 lines."""
    walked: Counter[tuple[str, str, tuple[str, ...], str]] = Counter()
    for id in iods.module_ids():  # noqa: A001
        module = iods.module(id)
        assert module is not None
        walked.update((one.tag, id, above, one.type) for above, one in iods.walk(module.attributes))
    climbed = Counter(
        (tag, one.module, one.above, one.type) for tag in {key[0] for key in walked} for one in places.standings_of(tag)
    )
    assert climbed == walked
    assert walked.total() > 90_000


def test_every_element_of_the_dictionary_is_explained(say: Callable[[str], None]) -> None:
    started = perf_counter()
    answers = {entry.digits: explain_tag(entry.digits) for entry in entries()}
    spent = perf_counter() - started
    for entry in entries():
        answer = answers[entry.digits]
        assert (answer.keyword or "", answer.name or "", answer.retired) == (entry.keyword, entry.name, entry.retired)
        assert len(answer.places) == min(answer.total, 12)
        assert answer.confidentiality
        assert answer.sources
        assert set(answer.types or ()) <= set(iods.TYPES)
        assert bool(answer.vr) == (entry.vr != "NONE")
    longest = max(len(answer.model_dump_json(exclude_none=True)) for answer in answers.values())
    assert longest < 12_000
    say(f"{len(answers)} elements explained in {spent:.1f} s; the longest answer has {longest} characters")


def test_a_patients_name() -> None:
    patient = Place(module="Patient", type="2", entity="Patient", iods=165, usage="M 165", first_iods=CLASSIC)
    assert explain_tag("Patient's Name", limit=1) == TagExplanation(
        tag="(0010,0010)",
        keyword="PatientName",
        name="Patient's Name",
        retired=False,
        vr=[
            "PN Person Name: at most 64 characters in each group; family^given^middle^prefix^suffix, in up to three"
            " groups: alphabetic=ideographic=phonetic; encoded as (0008,0005) says"
        ],
        vm="1",
        iods=166,
        entities=["Patient"],
        types={"2": "required, may be empty", "-": "no type given"},
        places=[patient],
        total=7,
        next_offset=1,
        hl7=["PID-5 both ways (ADT, OMG, OMI, ORU)", "MRG-7 both ways (ADT)"],
        confidentiality={"basic profile": "Z = empty, or replace with a dummy value"},
        pitfalls=[
            Pitfall(
                note="Miller^Richard and Miller^Richard^^^ are the same name, Miller^^Richard is another: compare by"
                " components and drop empty ones at the end alone.",
                sources=github("fo-dicom/fo-dicom/issues/765"),
            ),
            Pitfall(
                note="The limit of 64 characters is for each component group (alphabetic, ideographic, phonetic), not"
                " for each component.",
                sources=github("fo-dicom/fo-dicom/issues/1723"),
            ),
        ],
        sources=[DICTIONARY, MODULES, HL7, PROTECTION],
    )


def test_an_attribute_of_one_object() -> None:
    """Types, modules and terms are those of this object alone."""
    answer = explain_tag("0028,0004", iod="ct image")
    assert answer.model_copy(update={"pitfalls": None}) == TagExplanation(
        tag="(0028,0004)",
        keyword="PhotometricInterpretation",
        name="Photometric Interpretation",
        retired=False,
        vr=["CS Code String: at most 16 bytes; A-Z, 0-9, space and underscore; spaces at either end mean nothing"],
        vm="1",
        iod="CT Image",
        entities=["Image"],
        types={"1": "required, with a value"},
        places=[
            Place(module="CT Image", type="1", entity="Image", usage="M"),
            Place(module="Image Pixel", type="1", entity="Image", usage="M"),
            Place(module="General Image", type="1", entity="Image", usage="M", within=["IconImageSequence"]),
        ],
        total=3,
        terms=[
            TermSet(
                enumerated=False,
                values=[
                    "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "HSV", "ARGB", "CMYK", "YBR_FULL",
                    "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT",
                ],
                modules=["General Image", "Image Pixel"],
            ),
            TermSet(enumerated=True, values=["MONOCHROME1", "MONOCHROME2"], modules=["CT Image"]),
        ],
        confidentiality={"basic profile": "not in table E.1-1: left as it is"},
        sources=[DICTIONARY, MODULES, TERMS, PROTECTION],
    )  # fmt: skip


@pytest.mark.parametrize(
    "iod", ["1.2.840.10008.5.1.4.1.1.2", "ct-image", "CT Image", "CTImageStorage", "CT Image Storage", "ct image iod"]
)
def test_an_object_in_any_spelling(iod: str) -> None:
    answer = explain_tag("KVP", iod=iod, limit=1)
    assert (answer.iod, answer.total) == ("CT Image", 3)
    assert answer.places == [Place(module="CT Image", type="2", entity="Image", usage="M")]


@pytest.mark.parametrize(
    ("iod", "name"),
    [
        ("us image", "Ultrasound Image"),
        ("RTSTRUCT", "RT Structure Set"),
        ("enhanced mr", "Enhanced MR Image"),
        ("1.2.840.10008.5.1.4.1.1.88.33", "Comprehensive SR"),
    ],
)
def test_an_object_as_people_call_it(iod: str, name: str) -> None:
    assert explain_tag("PatientID", iod=iod).iod == name


def test_an_attribute_that_the_object_does_not_have() -> None:
    answer = explain_tag("KVP", iod="mr image")
    assert (answer.iod, answer.places, answer.total, answer.entities, answer.types) == ("MR Image", [], 0, None, None)


def test_functional_groups_of_all_objects_are_one_place() -> None:
    answer = explain_tag("PixelSpacing", limit=50)
    assert [one for one in answer.places if one.module == "Multi-frame Functional Groups"] == [
        Place(
            module="Multi-frame Functional Groups",
            type="1C",
            entity="Image",
            iods=25,
            usage="M 22, U 3",
            first_iods=["VL Whole Slide Microscopy Image", "Enhanced MR Image", "MR Spectroscopy"],
            within=[
                "SharedFunctionalGroupsSequence.PixelMeasuresSequence",
                "PerFrameFunctionalGroupsSequence.PixelMeasuresSequence",
            ],
        )
    ]


def test_a_path_narrows_to_what_is_inside_of_it() -> None:
    answer = explain_tag("RequestAttributesSequence.RequestedProcedureID")
    assert all(path.endswith("RequestAttributesSequence") for one in answer.places for path in one.within or [""])
    assert answer.places[0] == Place(
        module="General Series",
        type="1C",
        entity="Series",
        iods=128,
        usage="M 128",
        first_iods=CLASSIC,
        within=["RequestAttributesSequence"],
    )
    assert answer.hl7 == ["OBR-19 to DICOM (ORU) in RequestAttributesSequence"]
    assert answer.entities is None


def test_paths_that_are_shown_can_be_asked_for() -> None:
    first = explain_tag("ScheduledProcedureStepID")
    path = next(path for one in first.places for path in one.within or ())
    again = explain_tag(f"{path}.ScheduledProcedureStepID")
    assert (again.tag, again.total > 0) == (first.tag, True)


@pytest.mark.parametrize("number", ["60xx3000", "6002,3000", "(60xx,3000)", "OverlayData"])
def test_a_repeating_element(number: str) -> None:
    assert explain_tag(number) == TagExplanation(
        tag="(60xx,3000)",
        keyword="OverlayData",
        name="Overlay Data",
        retired=False,
        kind="repeating",
        vr=["OB Other Byte: bytes, padded with 00 to an even length", "OW Other Word: 16-bit words in a row"],
        vm="1",
        iods=22,
        entities=["Image", "Presentation State"],
        types={"1": "required, with a value"},
        places=[
            Place(
                module="Overlay Plane", type="1", entity="Image", iods=22, usage="C 8, U 14", first_iods=OVERLAID
            )
        ],
        total=1,
        confidentiality={
            "basic profile": "X = remove",
            "clean graphics": "C = clean: replace what identifies somebody in it",
        },
        sources=[DICTIONARY, MODULES, PROTECTION],
    )  # fmt: skip


def test_a_private_element_is_what_its_creators_say() -> None:
    answer = explain_tag("2005,100E")
    assert answer == TagExplanation(
        tag="(2005,100E)",
        name="Private Element",
        retired=False,
        kind="private_element",
        note="Only the private creator in (gggg,00bb) of the same data set says what it is; its block bb differs from"
        " file to file (PS3.5 7.8.1).",
        definitions=[
            "Philips MR Imaging DD 001: Scale Slope, FL, VM 1",
            "Philips MR Imaging DD 005: without a name, SQ, VM 1",
        ],
        places=[],
        total=0,
        confidentiality={
            "basic profile": "X = remove",
            "retain safe private": "C = clean: replace what identifies somebody in it",
        },
        pitfalls=answer.pitfalls,
        sources=[DICTIONARY, "private dictionaries of pydicom and dicom3tools", PROTECTION],
    )
    assert [one.vendor for one in answer.pitfalls or ()] == ["Philips"]


def test_a_private_creator() -> None:
    answer = explain_tag("0029,0010")
    assert (answer.tag, answer.kind, answer.vm, answer.definitions) == ("(0029,0010)", "private_creator", "1", None)
    assert answer.confidentiality is not None
    assert answer.confidentiality["basic profile"] == "X = remove"


def test_a_group_length() -> None:
    answer = explain_tag("0008,0000")
    assert (answer.tag, answer.kind, answer.retired, answer.places) == ("(0008,0000)", "group_length", True, [])
    assert answer.note == "Bytes of the rest of its group; retired except in groups 0000 and 0002 (PS3.5 7.2)."


def test_uids_are_kept_by_the_option_that_says_so() -> None:
    answer = explain_tag("StudyInstanceUID")
    assert answer.confidentiality == {
        "basic profile": "U = replace with another UID, the same one everywhere",
        "retain uids": "K = keep",
    }
    assert answer.fhir == ["ImagingStudy.identifier", "Media.identifier"]
    assert answer.hl7 is not None
    assert answer.hl7[:2] == ["ZDS-1.1 to DICOM (OMG, ORM)", "IPC-3 both ways (OMI)"]


def test_pixels_are_not_simply_left_alone() -> None:
    assert explain_tag("PixelData").confidentiality == {
        "basic profile": "left as it is: text and faces in it are for the options clean pixel data and clean"
        " recognizable"
    }


def test_modality_says_how_much_was_left_out() -> None:
    answer = explain_tag("Modality")
    assert answer.terms is not None
    assert len(answer.terms) == 6
    assert answer.left_out == {"terms": 30}
    assert answer.terms[0].values[:8] == ["AR", "ASMT", "AU", "BDUS", "BI", "BMD", "CR", "CT"]


def test_pages_join_to_the_whole_and_say_the_rest_once() -> None:
    whole = explain_tag("CodeValue", limit=100)
    joined: list[Place] = []
    offset: int | None = 0
    while offset is not None:
        page = explain_tag("CodeValue", limit=7, offset=offset)
        joined += page.places
        offset = page.next_offset
        assert (page.keyword is None) == (page.places != whole.places[:7])
    assert joined[:100] == whole.places
    assert len(joined) == whole.total
    later = explain_tag("CodeValue", limit=7, offset=7)
    assert later.model_dump(exclude_none=True).keys() == {"tag", "places", "total", "next_offset"}


def test_words_that_mean_several_name_the_others() -> None:
    answer = explain_tag("thickness")
    assert (answer.tag, answer.also) == (
        "(0018,9035)",
        [
            "(0018,7042) GridThickness",
            "(0018,9104) SlabThickness",
            "(0022,1130) LensThickness",
            "(0070,0253) LineThickness",
            "(0018,0050) SliceThickness",
        ],
    )


def test_a_misspelled_keyword_is_taken_for_what_it_nearly_is() -> None:
    answer = explain_tag("SliceTickness")
    assert (answer.tag, answer.note) == (
        "(0018,0050)",
        "Nothing has this keyword, name or these words: this is spelled nearly so.",
    )


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("0010", BadInput, "tag stands for several elements: lookup_dicom_tag lists them"),
        ("0029", BadInput, "tag stands for several elements: lookup_dicom_tag lists them"),
        ("(0010,00xx)", BadInput, "tag stands for several elements: lookup_dicom_tag lists them"),
        ("...", BadInput, "tag is not a tag number, keyword or words of a name"),
        ("0010,0011", NotFound, "tag is a tag number that the DICOM dictionary does not have"),
        ("qqqqzzzzxxxx", NotFound, "tag is no keyword or name of the DICOM dictionary, and not nearly one"),
    ],
)
def test_what_cannot_be_explained(text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        explain_tag(text)
    assert str(caught.value) == said


def test_an_object_that_is_none() -> None:
    with pytest.raises(NotFound) as caught:
        explain_tag("PatientName", iod="qqqqzzzzxxxx")
    assert str(caught.value) == "iod is no IOD or storage SOP class that DICOM defines"


@pytest.mark.parametrize(
    ("vm", "said"),
    [
        ("1", "1"),
        ("3", "3"),
        ("1-n", "1-n: 1 or more"),
        ("2-2n", "2-2n: 2 or more, in multiples of 2"),
        ("1-3", "1-3: 1 to 3"),
        ("1 or 3", "1 or 3: 1 or 3"),
    ],
)
def test_multiplicities_in_words(vm: str, said: str) -> None:
    assert vm_in_words(vm) == said


def test_an_answer_takes_low_milliseconds_after_the_first(say: Callable[[str], None]) -> None:
    places._index.cache_clear()
    started = perf_counter()
    places._index()
    made = perf_counter() - started
    spent = {}
    for text in ("PatientName", "CodeValue", "0028,0030", "SOPInstanceUID"):
        explain_tag(text)
        started = perf_counter()
        explain_tag(text)
        spent[text] = perf_counter() - started
    say(f"index {made * 1000:.0f} ms; answers {', '.join(f'{key} {one * 1000:.1f} ms' for key, one in spent.items())}")
    assert made < 1.5
    assert max(spent.values()) < 0.5


def test_nothing_of_pydicom_itself_is_imported() -> None:
    code = (
        "import sys\n"
        "from trivium_dicom.tools.explain_dicom_tag import explain_dicom_tag\n"
        "assert 'trivium_dicom.explain.explaining' not in sys.modules\n"
        "from trivium_dicom.explain.explaining import explain_tag\n"
        "explain_tag('PatientName', iod='ct'), explain_tag('2005,100E')\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('pydicom', 'numpy')])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
