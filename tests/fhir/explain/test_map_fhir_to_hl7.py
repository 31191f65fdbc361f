"""The guide backwards: each of its rows is found again by the place in FHIR that it fills."""

from __future__ import annotations

import pytest

from trivium.api import NotFound, ToolFailure
from trivium_fhir.explain.feeds import Feed, feeds
from trivium_fhir.explain.sources import sources
from trivium_fhir.explain.spelling import parse_element_path
from trivium_fhir.guide import MapRow, data_type_maps, index, segment_maps
from trivium_fhir.paths import parse_path
from trivium_fhir.tools.map_fhir_to_hl7 import map_fhir_to_hl7

_ALL = 100_000


def ask(path: str) -> list[str]:
    return [one.source for one in sources(parse_element_path(path, where="path"), limit=_ALL, offset=0).feeds]


def known(place: tuple[str, ...]) -> str | None:
    try:
        return parse_element_path(".".join(place), where="path")
    except ToolFailure:
        return None


def rows() -> list[MapRow]:
    of_segments = [row for name in index().segments for each in segment_maps(name).maps.values() for row in each]
    return of_segments + [row for body in data_type_maps().values() for row in body.rows]


def test_every_row_with_a_path_feeds_something() -> None:
    fed = {id(row) for each in feeds().values() for feed in each for row in feed.rows}
    lost = [(row.map, row.v2, row.to) for row in rows() if id(row) not in fed and parse_path(row.base, row.to)]
    assert lost == []


def test_every_row_is_found_again_by_its_r4_path() -> None:
    """Those whose path R4 has, most of them through the data type maps of many fields."""
    by_path: dict[str, list[Feed]] = {}
    for each in feeds().values():
        for feed in each:
            path = known(feed.place)
            if path is not None:
                by_path.setdefault(path, []).append(feed)
    found: set[str] = set()
    for path, wanted in by_path.items():
        told = sources(path, limit=_ALL, offset=0)
        lines = {(one.source, one.path, one.rows[-1]) for one in told.feeds}
        for feed in wanted:
            assert (feed.source, str(feed.path), f"{feed.row.map} {feed.row.v2}".rstrip()) in lines, path
        found.update(row for one in told.feeds for row in one.rows)
    resolvable = {
        f"{row.map} {row.v2}".rstrip()
        for row in rows()
        if parse_path(row.base, row.to)
        and not row.error
        and not row.proposed
        and not set("?#") & set(row.to)  # undefined extensions
    }
    assert len(resolvable) > 900
    assert sorted(resolvable - found) == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("Patient.address.city", ["PID-11.3"]),
        ("Patient.birthDate", ["PID-7"]),
        ("Patient.multipleBirthInteger", ["PID-25"]),
    ],
)
def test_a_place_has_its_fields(path: str, fields: list[str]) -> None:
    assert ask(path) == fields


def test_city_names_both_rows_and_r4s_own_column_apart() -> None:
    told = map_fhir_to_hl7.function("patient.address.city")
    assert told.feeds[0].model_dump(exclude_none=True) == {
        "source": "PID-11.3",
        "path": "Patient.address[1].city",
        "rows": ["PID[Patient] PID-11", "XAD[Address] XAD.3"],
    }
    assert told.r4_column == ["Address.city: XAD.3"]
    assert "ADT_A01" in (told.messages or {})["PID[Patient]"]


def test_a_whole_choice_is_all_its_types_with_conditions() -> None:
    told = map_fhir_to_hl7.function("Observation.value[x]", limit=200)
    paths = {one.path for one in told.feeds}
    assert {"Observation.valueString", "Observation.valueDateTime"} <= {path.partition("[")[0] for path in paths}
    assert told.feeds[0].condition == 'OBX-2 is one of "ST", "FT" or "TX"'


def test_a_parent_lists_its_parts() -> None:
    told = map_fhir_to_hl7.function("Patient.address", limit=1)
    parts = {one.path: one.sources for one in told.parts or ()}
    assert parts["Patient.address.state"] == ["PID-11.4"]
    assert told.feeds[0].source == "PID-11"


def test_a_created_resource_is_found_from_both_ends() -> None:
    performers = map_fhir_to_hl7.function("Observation.performer", limit=200)
    assert "OBX-16" in {one.source for one in performers.feeds}
    assert any("references a Practitioner" in note for one in performers.feeds for note in one.notes or ())
    names = map_fhir_to_hl7.function("Practitioner.name.family", limit=200)
    assert {"OBR-16.2", "OBR-16.2.1"} & {one.source for one in names.feeds}


def test_constants_are_said() -> None:
    told = map_fhir_to_hl7.function("AllergyIntolerance.clinicalStatus.coding.code", limit=200)
    assert "active" in {one.constant for one in told.feeds}


def test_a_silent_guide_is_an_answer() -> None:
    told = map_fhir_to_hl7.function("Patient.photo")
    assert (told.status, told.feeds, told.total) == ("not_mapped", [], 0)
    assert told.r4_column == ["Patient.photo: OBX-5 - needs a profile"]


def test_an_unknown_element_gives_near_ones() -> None:
    told = map_fhir_to_hl7.function("Patient.adress.city")
    assert (told.status, told.near, told.path) == ("no_such_element", ["Patient.address"], None)
    with pytest.raises(NotFound):
        map_fhir_to_hl7.function("Qqqqq.name")


def test_feeds_are_paged_without_loss() -> None:
    pages = [map_fhir_to_hl7.function("Practitioner.name.family", limit=10, offset=at) for at in range(0, 400, 10)]
    whole = map_fhir_to_hl7.function("Practitioner.name.family", limit=200)
    assert [one for page in pages for one in page.feeds][: len(whole.feeds)] == whole.feeds
