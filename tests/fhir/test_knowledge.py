"""The shipped maps against the guide's data and FHIR R4, where these lie beside the working copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scripts.make_fhir_knowledge import main
from tests.conftest import ROOT, leave_out
from tests.fhir.r4 import R4

from trivium_fhir.crosswalk import landings
from trivium_fhir.field_ref import FieldRef
from trivium_fhir.guide import MapRow, data_type_maps, index, segment_maps
from trivium_fhir.paths import parse_path


def segment_rows() -> list[MapRow]:
    return [row for segment in index().segments for rows in segment_maps(segment).maps.values() for row in rows]


def data_type_rows() -> list[MapRow]:
    return [row for data_type in data_type_maps().values() for row in data_type.rows]


SHIPPED = ROOT / "plugins" / "fhir" / "src" / "trivium_fhir" / "knowledge"


@pytest.fixture(scope="module")
def data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        leave_out("the standards data are not beside this working copy")
    return folder


@pytest.mark.corpus
def test_the_generator_makes_what_is_shipped(data: Path, tmp_path: Path) -> None:
    main(data, tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    files = [path for path in SHIPPED.rglob("*.json") if path.parent.name != "r4"]  # r4 has its own
    shipped = {path.relative_to(SHIPPED): path.read_bytes() for path in files}
    assert made.keys() == shipped.keys()
    assert [name for name in made if made[name] != shipped[name]] == []


@pytest.mark.corpus
@pytest.mark.parametrize(("kind", "shipped"), [("segments", segment_rows), ("datatypes", data_type_rows)])
def test_every_row_of_the_source_is_shipped(data: Path, kind: str, shipped: Callable[[], list[MapRow]]) -> None:
    """Column by column, by other means than the generator's."""
    source = json.loads((data / f"v2_to_fhir_{kind}.json").read_text(encoding="utf-8"))["maps"]
    wanted = [(name, body["base"], row) for name, body in source.items() for row in body["rows"]]
    by_map = sorted(shipped(), key=lambda row: list(source).index(row.map))
    assert len(by_map) == len(wanted)
    for row, (name, base, told) in zip(by_map, wanted, strict=True):
        least, most = told.get("card", ("", ""))
        assert (row.map, row.v2, row.to, row.base) == (name, told["v2"], told["to"], told.get("base", base))
        assert (row.cardinality or "..") == f"{least}..{most}"
        assert (row.type, row.when, row.narrative) == (told.get("type"), told.get("when"), told.get("narrative", False))
        assert (row.data_type_map, row.concept_map) == (told.get("dt"), told.get("vocab"))
        assert (row.constant, row.expression) == (told.get("const"), told.get("expr"))
        assert (row.sheet_path, row.sheet_constant) == (told.get("raw"), told.get("raw_const"))
        assert (row.error, list(row.bad_codes)) == (told.get("err"), told.get("bad_codes", []))
        assert (row.proposed, row.local) == (told.get("proposed", False), told.get("local", False))
        assert row.restricted == told.get("restricted")
        parsed = parse_path(row.base, row.to)
        if parsed is not None and not row.proposed:  # the source follows no references below a proposed extension
            assert len(parsed.references) == len([1 for _, target in told.get("chain", ()) if target]), row


def test_every_data_type_map_that_a_row_names_exists() -> None:
    rows = [*segment_rows(), *data_type_rows()]
    assert {row.data_type_map for row in rows if row.data_type_map} <= data_type_maps().keys()


@pytest.mark.corpus
@pytest.mark.parametrize("segment", index().segments)
def test_composed_paths_exist_in_r4(segment: str, r4: R4) -> None:
    """Every component and subcomponent; left out are rows that the guide's data already call an error."""
    maps = segment_maps(segment)
    missing = set()
    for name, number in ((f"{segment}-{number}", number) for number in range(1, 60)):
        rows = [row for rows in maps.maps.values() for row in rows if row.v2 == name]
        deep = [(c, s) for c in range(1, 25) for s in (1, 2, 3, 4)]
        for below in ((), *((component,) for component in range(1, 25)), *deep):
            found, _ = landings(rows, FieldRef(segment, (number, *below)), maps.fields.get(name, ()))
            for landing in found:
                if landing.path is not None and not any(row.error for row in landing.rows):
                    missing.add(r4.why_not(landing.path))
    # XCN.14 of an Annotation's author goes to an identifier, which an Annotation does not have: the guide's own slip.
    assert missing - {None, "Annotation.identifier"} == set()


@pytest.fixture(scope="module")
def r4(data: Path) -> R4:
    return R4(data)
