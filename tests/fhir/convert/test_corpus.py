"""The open corpus through the conversion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from trivium_fhir.convert.engine import convert
from trivium_fhir.convert.ledger import leaves
from trivium_fhir.convert.numbers import dumps
from trivium_hl7.reader import parse_message

pytestmark = pytest.mark.corpus


def test_every_message_is_converted_accounted_for_and_the_same_twice(corpora: Path, say: Callable[[str], None]) -> None:
    states: Counter[str] = Counter()
    paths = sorted((corpora / "hl7" / "open").glob("*/*"))
    for path in paths:
        raw = path.read_bytes()
        message = parse_message(raw)
        first, second = convert(message), convert(parse_message(raw))
        texts = [dumps([draft.body for draft in one.drafts]) for one in (first, second)]
        assert texts[0] == texts[1]
        totals = first.ledger.totals()
        assert sum(totals.values()) == sum(1 for seg in message.segments for _ in leaves(seg))
        states.update({state.value: count for state, count in totals.items()})
    assert len(paths) == 888
    say(f"{len(paths)} messages: {dict(states)}")
