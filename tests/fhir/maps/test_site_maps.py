"""A site's rows: laid over the guide's, and refused with section, row and key where they are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trivium.api import BadInput, TooLarge
from trivium_fhir import guide
from trivium_fhir.maps.checking import checked
from trivium_fhir.maps.form import LONGEST, read_form
from trivium_fhir.maps.model import SiteMaps
from trivium_fhir.maps.problems import MapsProblem
from trivium_fhir.maps.site import Site

WHOLE = """
title = "North clinic"

[[segment]]
map = "PID[Patient]"
v2 = "PID-22"
to = "extension[9].url"
constant = "http://example.org/ethnic-group"

[[segment]]
map = "PID[Patient]"
v2 = "PID-22"
to = "extension[9].valueCodeableConcept"
when = ["and", ["valued", "PID-22"], ["not", ["eq", "PID-22.1", "U"]]]
data_type_map = "CWE[CodeableConcept]"

[[segment]]
action = "override"
map = "PID[Patient]"
v2 = "PID-8"
to = "gender"
concept_map = "LocalSex"

[[datatype]]
action = "drop"
map = "XPN[HumanName]"
v2 = "XPN.15"

[[code]]
map = "LocalSex"
v2 = "W"
code = "female"
system = "http://hl7.org/fhir/administrative-gender"

[[code]]
action = "drop"
map = "AdministrativeSex"
v2 = "N"

[[code]]
action = "override"
map = "AdministrativeSex"
v2 = "A"
code = "unknown"
system = "http://hl7.org/fhir/administrative-gender"
"""


def read(text: str) -> SiteMaps:
    return checked(read_form(text))


def rows(site: SiteMaps, name: str) -> list[tuple[str, str]]:
    theirs = guide.segment_maps(name[:3]).maps[name]
    return [(row.v2, row.to) for row in site.rows(name, theirs)]


def test_rows_are_added_overridden_and_dropped() -> None:
    site = read(WHOLE)
    theirs = guide.segment_maps("PID").maps["PID[Patient]"]
    ours = site.rows("PID[Patient]", theirs)
    assert [(row.v2, row.to) for row in ours] == [
        *((row.v2, row.to) for row in theirs),
        ("PID-22", "extension[9].url"),
        ("PID-22", "extension[9].valueCodeableConcept"),
    ]
    assert [row.concept_map for row in ours if row.v2 == "PID-8"] == ["LocalSex"]
    assert [row.concept_map for row in theirs if row.v2 == "PID-8"] == ["AdministrativeSex"]
    names = guide.data_type_maps()["XPN[HumanName]"].rows
    assert site.rows("XPN[HumanName]", names) == tuple(row for row in names if row.v2 != "XPN.15")


def test_maps_that_a_site_leaves_alone_are_the_guides_own() -> None:
    theirs = guide.segment_maps("PV1").maps["PV1[Encounter]"]
    assert read(WHOLE).rows("PV1[Encounter]", theirs) is theirs


def test_code_maps_take_the_sites_codes() -> None:
    site, theirs = read(WHOLE), guide.concept_maps()["AdministrativeSex"]
    ours = site.concepts("AdministrativeSex", theirs)
    assert ours is not None
    assert {row[0]: row[1] for row in ours.codes} == {
        "F": "female",
        "M": "male",
        "O": "other",
        "U": "unknown",
        "A": "unknown",
    }
    own = site.concepts("LocalSex", None)
    assert own is not None
    assert own.codes == (("W", "female", "http://hl7.org/fhir/administrative-gender", None),)
    assert site.concepts("Nobody's", None) is None


def test_one_of_several_rows_is_replaced_by_its_path() -> None:
    text = '[[datatype]]\naction="override"\nmap="XPN[HumanName]"\nv2="XPN.15"\nreplaces="[2].given"\nto="[2].text"'
    ours = read(text).rows("XPN[HumanName]", guide.data_type_maps()["XPN[HumanName]"].rows)
    assert [(row.to, row.constant) for row in ours if row.v2 == "XPN.15"] == [
        ("[2].text", None),
        ("[2].use", "nickname"),
    ]


ROW = {"map": "PID[Patient]", "v2": "PID-22", "to": "gender"}
CODE = {"map": "AdministrativeSex", "v2": "W", "code": "female", "system": "http://example.org/sex"}
GOOD = {
    "segment": ({"map": "PID[Patient]", "v2": "PID-8", "action": "drop"}, ROW),
    "datatype": ({"map": "CX[Identifier]", "v2": "CX.1", "action": "drop"}, {**ROW, "map": "CX[Identifier]"}),
    "code": (CODE | {"v2": "Q"}, CODE),
    "map": ({"map": "ZPA[Basic]", "resource": "new"}, {"map": "ZPB[Basic]", "resource": "new"}),
}
"""By section: the first row, and the second before it is changed."""


@pytest.mark.parametrize(
    ("section", "change", "place", "problem"),
    [
        ("segment", {"unheard": 1}, ", unheard", MapsProblem.UNKNOWN_KEY),
        ("segment", {"map": "PID"}, ", map", MapsProblem.BAD_MAP),
        ("segment", {"map": "PID[Nobody]"}, ", map", MapsProblem.UNKNOWN_MAP),
        ("segment", {"map": "ZPI[Patient]", "v2": "ZPI-1"}, ", map", MapsProblem.UNKNOWN_MAP),
        ("segment", {"v2": "PV1-2"}, ", v2", MapsProblem.NOT_OF_MAP),
        ("segment", {"v2": 22}, ", v2", MapsProblem.BAD_VALUE),
        ("segment", {"v2": "PID-99"}, ", v2", MapsProblem.UNKNOWN_FIELD),
        ("segment", {"v2": "PID-0"}, ", v2", MapsProblem.NOT_OF_MAP),
        ("datatype", {"v2": "CX.19", "to": "value"}, ", v2", MapsProblem.UNKNOWN_FIELD),
        ("segment", {"v2": "PID-8", "to": None, "action": "drop"}, "", MapsProblem.TWICE),
        ("map", {"map": "ZPD"}, ", map", MapsProblem.BAD_MAP),
        ("map", {"map": "ZPD[Nobody]"}, ", map", MapsProblem.NO_RESOURCE),
        ("map", {"map": "ZPD[HumanName]"}, ", map", MapsProblem.NO_RESOURCE),
        ("map", {"map": "ZPA[Basic]"}, ", map", MapsProblem.TWICE),
        ("map", {"resource": "first"}, ", resource", MapsProblem.BAD_VALUE),
        ("map", {"resource": None}, ", resource", MapsProblem.MISSING_KEY),
        ("segment", {"to": "gendre"}, ", to", MapsProblem.NOT_IN_R4),
        ("segment", {"to": "name[1].gender"}, ", to", MapsProblem.NOT_IN_R4),
        ("segment", {"to": "gender(Patient)"}, ", to", MapsProblem.NOT_IN_R4),
        ("segment", {"to": "name[["}, ", to", MapsProblem.BAD_PATH),
        ("segment", {"to": "extension[90].valueString"}, ", to", MapsProblem.NAMELESS),
        ("segment", {"to": "name[1].extension[9].valueString"}, ", to", MapsProblem.NAMELESS),
        ("segment", {"to": "generalPractitioner(Practitioner.nickname)"}, ", to", MapsProblem.NOT_IN_R4),
        ("segment", {"to": None}, ", to", MapsProblem.MISSING_KEY),
        ("segment", {"when": ["is", "PID-8", "F"]}, ", when", MapsProblem.BAD_CONDITION),
        ("segment", {"when": ["eq", "CX.4", "F"]}, ", when", MapsProblem.BAD_CONDITION),
        ("segment", {"type": "Human"}, ", type", MapsProblem.UNKNOWN_TYPE),
        ("segment", {"data_type_map": "CX[Nobody]"}, ", data_type_map", MapsProblem.UNKNOWN_MAP),
        ("segment", {"concept_map": "Nobody"}, ", concept_map", MapsProblem.UNKNOWN_MAP),
        ("segment", {"action": "override", "v2": "PID-1"}, "", MapsProblem.NO_SUCH_ROW),
        ("segment", {"action": "replace"}, ", action", MapsProblem.BAD_VALUE),
        ("datatype", {"map": "CX[Nobody]", "v2": "CX.1"}, ", map", MapsProblem.UNKNOWN_MAP),
        ("datatype", {"map": "CX[Identifier]", "v2": "CX-1"}, ", v2", MapsProblem.NOT_OF_MAP),
        ("datatype", {"map": "CX[Identifier]", "v2": "CX.9", "to": "sytem"}, ", to", MapsProblem.NOT_IN_R4),
        ("code", {"v2": "F"}, ", v2", MapsProblem.ROW_EXISTS),
        ("code", {"v2": "Y", "action": "drop"}, ", v2", MapsProblem.NO_SUCH_ROW),
        ("code", {"code": " female"}, ", code", MapsProblem.BAD_CODE),
        ("code", {"code": None}, ", code", MapsProblem.MISSING_KEY),
        ("code", {"system": "sex"}, ", system", MapsProblem.BAD_SYSTEM),
    ],
)
def test_a_fault_is_told_with_section_row_and_key(
    section: str, change: dict[str, object], place: str, problem: MapsProblem
) -> None:
    first, good = GOOD[section]
    bad = {key: value for key, value in {**good, **change}.items() if value is not None}
    with pytest.raises(BadInput) as refused:
        checked(read_form(json.dumps({section: [first, bad]}), is_json=True))
    assert str(refused.value) == f"site maps, [[{section}]] row 2{place} {problem}"


@pytest.mark.parametrize(
    ("text", "is_json"),
    [("[[segment]\n", False), ("{", True), ('{"segment": ' + "[" * 100_000, True), ("a=" + "[" * 9_999, False)],
)
def test_what_is_no_toml_and_no_json_is_refused(text: str, is_json: bool) -> None:
    with pytest.raises(BadInput, match=r"is not (TOML|JSON)"):
        read_form(text, is_json=is_json)


@pytest.mark.parametrize("depth", [90, 400])
def test_a_condition_nested_without_end_is_refused(depth: int) -> None:
    deep = '["not", ' * depth + '["valued", "PID-1"]' + "]" * depth
    with pytest.raises(BadInput, match="when"):
        checked(read_form(f'{{"segment": [{json.dumps(ROW)[:-1]}, "when": {deep}}}]}}', is_json=True))


def test_a_file_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_form("#" * (LONGEST + 1))


def test_the_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "maps.toml"
    file.write_text(WHOLE, encoding="utf-8")
    site = Site(maps=file)
    first = site.maps()
    assert first is not None
    assert len(first) == 7
    assert site.maps() is first
    file.write_text("", encoding="utf-8")
    changed = site.maps()
    assert changed is not None
    assert len(changed) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[segment]\n", "site maps, line 1, is not TOML"),
        (b"\xff\xfe", "site maps is not UTF-8"),
        (b"#" * (LONGEST + 1), f"site maps is longer than {LONGEST} characters"),
    ],
)
def test_a_file_that_is_no_map_is_refused_and_its_content_is_not_told(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "maps.toml"
    file.write_bytes(content)
    with pytest.raises((BadInput, TooLarge)) as refused:
        Site(maps=file).maps()
    assert str(refused.value) == said


def test_a_file_that_is_not_there_or_may_not_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        Site(maps=tmp_path / "none.toml").maps()
    assert str(refused.value) == "site maps is a file that cannot be read"
    locked = tmp_path / "maps.toml"
    locked.symlink_to(locked)  # a loop: unreadable to everybody, root as well
    with pytest.raises(BadInput) as refused:
        Site(maps=locked).maps()
    assert str(refused.value) == "site maps is a file that cannot be read"


def test_a_site_without_a_file_has_no_maps_and_a_folder_is_no_file(tmp_path: Path) -> None:
    assert Site().maps() is None
    with pytest.raises(BadInput, match="cannot be read"):
        Site(maps=tmp_path).maps()


def test_a_zone_that_is_none_is_refused() -> None:
    assert Site("+01:00").options().time_zone == "+01:00"
    assert Site("+01:00").options("Europe/Berlin").time_zone == "Europe/Berlin"
    for zone in ("Mars/Olympus", "../../etc/passwd", "+25:00"):
        with pytest.raises(BadInput, match="time_zone"):
            Site().options(zone)
