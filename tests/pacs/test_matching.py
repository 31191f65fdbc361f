from __future__ import annotations

import pytest

from trivium_pacs.embedded.matching import matches


@pytest.mark.parametrize(
    ("vr", "key", "value", "expected"),
    [
        ("LO", "", "anything", True),
        ("LO", "TRI-1", "TRI-1", True),
        ("LO", "TRI-1", "tri-1", False),
        ("LO", "TRI*", "TRI-1", True),
        ("LO", "T?I", "TRI", True),
        ("LO", "T?I", "TRII", False),
        ("LO", "[A-Z]*", "A", False),
        ("PN", "müller*", "MÜLLER^JÖRG", True),
        ("PN", "O'BRIEN^MARY", "O'BRIEN^MARY^^^", True),
        ("PN", "*" * 40 + "b", "a" * 64, False),
        ("UI", "1.2.*", "1.2.3", False),
        ("DA", "20250101-20250131", "20250131", True),
        ("DA", "20250101-20250131", "20250201", False),
        ("DA", "20250101-", "20990101", True),
        ("DA", "-20250101", "20250102", False),
        ("DA", "20250101-", "", False),
    ],
)
def test_attributes_match_as_ps3_4_says(vr: str, key: str, value: str, expected: bool) -> None:
    assert matches(vr, [key], [value]) is expected


def test_a_list_of_uids_matches_each_of_them() -> None:
    assert [matches("UI", ["1.2", "1.3"], [uid]) for uid in ("1.2", "1.3", "1.4")] == [True, True, False]
