"""The shipped tables of R4 against the definitions they are made from, where these lie beside the working copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.make_fhir_r4_knowledge import TARGET, main
from tests.conftest import ROOT, leave_out


@pytest.mark.corpus
def test_the_generator_makes_what_is_shipped(tmp_path: Path) -> None:
    data = ROOT.parent / "shared" / "data"
    if not data.is_dir():
        leave_out("the standards data are not beside this working copy")
    main(data, tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in TARGET.iterdir()}
    assert made.keys() == shipped.keys()
    assert [name for name in made if made[name] != shipped[name]] == []
