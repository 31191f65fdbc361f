"""How places are written."""

from __future__ import annotations

import pytest

from trivium_hl7.paths import Path, read_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("PID", Path("PID")),
        ("OBX[3]", Path("OBX", 3)),
        ("PID-3", Path("PID", None, 3)),
        ("PID-3[2].4.1", Path("PID", None, 3, 2, 4, 1)),
        ("OBX[12]-5[1].2", Path("OBX", 12, 5, 1, 2)),
        (" pid.5.1 ", Path("PID", None, 5, None, 1)),
        ("PID-3(2)-1", Path("PID", None, 3, 2, 1)),
        ("ZPI-1", Path("ZPI", None, 1)),
    ],
)
def test_usual_spellings_are_read(text: str, path: Path) -> None:
    assert read_path(text) == path


@pytest.mark.parametrize("text", ["", "PI", "PIDX", "PID-", "PID-x", "PID-3.1.1.1", "PID[0x1]", "PID-٣", "PID-1234567"])
def test_other_text_is_no_place(text: str) -> None:
    assert read_path(text) is None


def test_a_path_is_written_as_it_is_read() -> None:
    assert str(Path("OBX", 3, 5, 2, 1, 4)) == "OBX[3]-5[2].1.4"
    assert str(Path("PID", None, 3)) == "PID-3"


def test_a_path_covers_what_is_below_it() -> None:
    place = Path("PID", 1, 3, 2, 4, 1)
    assert all(
        p.covers(place) for p in (Path("PID"), Path("PID", 1), Path("PID", None, 3), Path("PID", None, 3, 2), place)
    )
    assert not any(p.covers(place) for p in (Path("PV1"), Path("PID", 2), Path("PID", None, 3, 1)))
