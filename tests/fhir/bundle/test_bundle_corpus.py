"""Bundles of the open corpus: whole, closed in themselves, and safe to send twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Say

from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_hl7.reader import parse_message


def below(node: Any) -> Iterator[Any]:
    """Every part of a resource."""
    yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from below(one)


@pytest.mark.corpus
def test_every_bundle_is_closed_and_asks_for_nothing_twice(corpora: Path, say: Say) -> None:
    messages = entries = 0
    for file in sorted(path for path in (corpora / "hl7" / "open").rglob("*") if path.is_file())[1::3]:
        message = parse_message(file.read_bytes())
        listed = make_bundle(convert(message), message).resource["entry"]
        urls = [entry["fullUrl"] for entry in listed]
        assert len(set(urls)) == len(urls), file.name
        asked = [tuple(sorted(entry["request"].items())) for entry in listed]
        assert len(set(asked)) == len(asked), file.name
        parts = [part for entry in listed for part in below(entry["resource"])]
        named = {part["reference"] for part in parts if isinstance(part, dict) and "reference" in part}
        assert named <= set(urls), file.name
        assert not any(part in ({}, [], "", None) for part in parts), file.name
        messages, entries = messages + 1, entries + len(listed)
    say(f"bundles: {messages} messages, {entries} resources; every reference resolves, no request twice")
