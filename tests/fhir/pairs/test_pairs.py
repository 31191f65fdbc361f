"""Field by field against another converter: what both map agrees, and each difference has an explanation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import Say
from tests.fhir.pairs.comparing import Pair, Side, pair
from tests.fhir.pairs.explanations import EXPLANATIONS, TYPES, Explanation

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def pairs(corpora: Path) -> list[Pair]:
    return [pair(file) for file in sorted((corpora / "fhir" / "pairs").glob("*.hl7"))]


def explained(one: Pair, side: Side, kind: str, value: str) -> Explanation | None:
    return next((each for each in EXPLANATIONS if each.covers(one, side, kind, value)), None)


def test_every_difference_is_explained_and_every_explanation_is_used(pairs: list[Pair]) -> None:
    open_ones: list[tuple[str, Side, str, str]] = []
    used: set[str] = set()
    for one in pairs:
        for side, (kind, value) in one.differences():
            found = explained(one, side, kind, value)
            if found is None:
                open_ones.append((one.name, side, kind, value))
            else:
                used.add(f"{found.side}: {found.because}")
    assert open_ones == []
    assert [each for each in EXPLANATIONS if f"{each.side}: {each.because}" not in used] == []


def test_what_both_map_agrees(pairs: list[Pair], say: Say) -> None:
    both = Counter(kind for one in pairs for kind, _ in one.ours & one.theirs)
    alone = Counter((side, kind) for one in pairs for side, (kind, _) in one.differences())
    kinds = sorted({*both, *(kind for _, kind in alone)})
    for kind in kinds:
        say(f"{kind:34}{both[kind]:5} agree{alone['ours', kind]:5} ours alone{alone['theirs', kind]:5} theirs alone")
    say(f"pairs: {len(pairs)} messages, {both.total()} facts agree, {alone.total()} differ, all explained")
    assert len(pairs) == 57
    assert all(both[kind] for kind in kinds)
    assert both.total() >= 2800  # docs/decisions/0020


def test_each_type_of_resource_that_they_alone_make_of_a_message_is_explained(pairs: list[Pair], say: Say) -> None:
    both = Counter(name for one in pairs for name in one.types[0] & one.types[1])
    ours = Counter(name for one in pairs for name in one.types[0] - one.types[1])
    theirs = Counter(name for one in pairs for name in one.types[1] - one.types[0])
    for name in sorted({*both, *ours, *theirs}):
        say(f"messages with {name:26}{both[name]:3} both{ours[name]:5} ours alone{theirs[name]:5} theirs alone")
    assert set(theirs) == set(TYPES)
