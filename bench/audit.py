"""Records a second of the audit trail, against what one would write without it, in the same run.

    uv run python bench/audit.py [RECORDS]

The three take turns, so that a busy machine is busy for all. The peer is the standard library's logging into a file,
a line of JSON for each record; the bare file is the same lines without numbers, hashes, lock or tip.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from trivium.audit import Trail
from trivium.audit.check import verify
from trivium.audit.heads import Heads, public_key_path

ROUNDS = 5
KEY = os.urandom(32)
RECORD = {
    "event": "opened",
    "call": "0123456789abcdef",
    "run": "fedcba9876543210",
    "tool": "query_studies",
    "plugin": "pacs",
    "effect": "reads_remote",
    "caller": "stdio:alice",
    "arguments": {"patient_id": "patient-K7QD-M2XW-9PBT", "modality": "CT", "limit": 20},
}

Append = Callable[[Mapping[str, Any], bool], None]


def peer(folder: Path) -> Append:
    handler = logging.FileHandler(folder / "logging.jsonl")
    logger = logging.Logger("bench")
    logger.addHandler(handler)

    def append(record: Mapping[str, Any], flush: bool) -> None:
        logger.info(json.dumps({**record, "time": time.time()}))
        if flush:
            os.fsync(handler.stream.fileno())  # type: ignore[union-attr]  # it is open

    return append


def bare(folder: Path) -> Append:
    descriptor = os.open(folder / "bare.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(record: Mapping[str, Any], flush: bool) -> None:
        os.write(descriptor, json.dumps({**record, "time": time.time()}).encode() + b"\n")
        if flush:
            os.fsync(descriptor)

    return append


def rate(append: Append, count: int, flush: bool) -> float:
    began = time.perf_counter()
    for _ in range(count):
        append(RECORD, flush)
    return count / (time.perf_counter() - began)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        heads = Heads(folder / "audit.heads.jsonl", folder / "audit.key")
        trail = Trail(folder / "audit.jsonl", KEY, heads=heads)
        ways: dict[str, Append] = {
            "logging.FileHandler": peer(folder),
            "bare file": bare(folder),
            "audit trail": lambda record, flush: trail.append(record, flush=flush),
        }
        found: dict[tuple[str, bool], list[float]] = {}
        for flush, records in ((False, count), (True, max(1, count // 20))):
            for _ in range(ROUNDS):
                for way, append in ways.items():
                    found.setdefault((way, flush), []).append(rate(append, records, flush))
        trail.seal()
        began = time.perf_counter()
        findings = verify(trail.path, heads.path, public_key_path(folder / "audit.key").read_bytes(), key=KEY)
        checked = findings.records / (time.perf_counter() - began)
        assert findings.sound, findings.problems
    print(f"{'records a second, median':26}{'fsync off':>12}{'ratio':>8}{'fsync on':>12}{'ratio':>8}")
    for way in ways:
        rates = [statistics.median(found[way, flush]) for flush in (False, True)]
        first = [statistics.median(found["logging.FileHandler", flush]) for flush in (False, True)]
        print(f"{way:26}" + "".join(f"{own:12.0f}{own / base:8.2f}" for own, base in zip(rates, first, strict=True)))
    print(f"{'verify':26}{checked:12.0f}")


main()
