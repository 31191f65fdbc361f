"""Our own bundles under our own validator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_fhir.convert.model import Options
from trivium_fhir.validation import Code, Severity, validate
from trivium_hl7.reader import parse_message

EVERY = 12


@pytest.mark.corpus
def test_what_we_convert_has_no_error_and_no_rule_is_left_unchecked(corpora: Path, say: Callable[[str], None]) -> None:
    messages = sorted((corpora / "hl7" / "open").rglob("*.hl7"))[::EVERY]
    wrong: Counter[tuple[str, str, str]] = Counter()
    for path in messages:
        message = parse_message(path.read_bytes())
        found = validate(make_bundle(convert(message, Options()), message).resource)
        for one in found:
            if one.severity is Severity.ERROR or one.code is Code.NOT_CHECKED:
                wrong[one.code.value, one.path, one.rule] += 1
    say(f"validation: {len(messages)} converted messages, {sum(wrong.values())} findings that should not be")
    assert messages
    assert wrong == Counter()
