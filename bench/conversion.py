"""HL7 v2 to FHIR: messages and values a second, against hl7v2-fhir-bridge in the same run, and memory.

    uv run python bench/conversion.py [ROUNDS] [MESSAGES]

Text in, bytes of a transaction Bundle out; ours keeps its account of every value, the other's validation is off. The
messages are the public corpus where that lies beside the working copy, else our own samples. The other takes some types
only, so the two are compared on what both convert; values are the primitives of the bundles that each makes. Memory is
looked at after a tenth of MESSAGES conversions and at the end (100,000 by hand; CI does with fewer).
"""

from __future__ import annotations

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from v2fhir.config import Config
from v2fhir.convert import convert as their_convert
from v2fhir.hl7.parser import parse as their_parse

from trivium.api import BadInput
from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_hl7.reader import parse_message
from trivium_hl7.samples import sample

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora" / "hl7" / "open"
TYPES = ("ADT^A01", "ADT^A04", "ADT^A08", "ADT^A40", "ORM^O01", "OML^O21", "ORU^R01", "MDM^T02", "SIU^S12", "VXU^V04")

Way = Callable[[str], bytes]


def ours(text: str) -> bytes:
    message = parse_message(text)
    return make_bundle(convert(message), message, "transaction").encode()


def theirs(text: str) -> bytes:
    made = their_convert(their_parse(text), Config(validate=False))
    return json.dumps(made.bundle, ensure_ascii=False, separators=(",", ":")).encode()


def messages() -> tuple[str, list[str]]:
    if CORPUS.is_dir():
        texts = [file.read_bytes().decode("utf-8", "replace") for file in sorted(CORPUS.rglob("*.hl7"))]
        return "the public corpus", [text for text in texts if converts(ours, text)]
    kinds = [kind.split("^") for kind in TYPES]
    made = [sample(code, event, "2.5.1", seed=seed) for seed in range(20) for code, event in kinds]
    return "own samples (no corpus here)", made


def converts(way: Way, text: str) -> bool:
    try:
        way(text)
    except BadInput:
        return False
    except Exception:
        if way is ours:
            raise
        return False  # theirs: a type or form that it does not take
    return True


def values(node: Any) -> int:
    if isinstance(node, dict):
        return sum(values(one) for one in node.values())
    return sum(values(one) for one in node) if isinstance(node, list) else 1


def rate(way: Way, texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        way(text)
    return len(texts) / (time.process_time() - began)


def resident() -> float:
    """MiB at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(texts: Sequence[str], count: int) -> Iterator[tuple[int, float]]:
    stream = islice(cycle(texts), count)
    for number, text in enumerate(stream, 1):
        ours(text)
        if number in (count // 10, count):
            yield number, resident()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3_000
    source, texts = messages()
    shared = [text for text in texts if converts(theirs, text)]
    gc.freeze()  # as the host does once it has started
    rows: dict[str, tuple[Way, Sequence[str]]] = {
        "trivium, what both convert": (ours, shared),
        "hl7v2-fhir-bridge": (theirs, shared),
        "trivium, all messages": (ours, texts),
    }
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, (way, some) in rows.items():
            found[name].append(rate(way, some))
    print(f"{source}: {len(texts)} messages, {len(shared)} of them of both")
    print(f"{'a second of processor time':30}{'messages':>10}{'values':>10}{'values each':>13}")
    for name, (way, some) in rows.items():
        each = sum(values(json.loads(way(text))) for text in some) / len(some)
        speed = statistics.median(found[name])
        print(f"{name:30}{speed:10.0f}{speed * each:10.0f}{each:13.0f}")
    for number, size in memory(texts, count):
        print(f"after {number} conversions: {size:.0f} MiB at the most")


main()
