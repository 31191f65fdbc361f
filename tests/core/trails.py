"""A shelf with a trail on it, and what somebody with a file editor can do to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trivium.audit import START, Link, Trail, read
from trivium.audit.chain import canonical, digest, line_after
from trivium.audit.check import verify
from trivium.audit.findings import Fault, Findings
from trivium.audit.heads import Heads
from trivium.audit.tip import TipSeal

KEY = b"the secret of a house, 32 bytes."


@dataclass
class Shelf:
    """Where the files of one house's trail lie."""

    home: Path

    @property
    def path(self) -> Path:
        return self.home / "audit.jsonl"

    @property
    def tip(self) -> Path:
        return self.home / "audit.jsonl.tip"

    @property
    def heads(self) -> Path:
        return self.home / "audit.heads.jsonl"

    @property
    def public_key(self) -> bytes | None:
        path = self.home / "audit.key.pub"
        return path.read_bytes() if path.exists() else None

    def trail(self, *, rotate_bytes: int = 1_000_000, head_every: int = 100, key: bytes = KEY) -> Trail:
        """A host process of its own, as far as the files can tell."""
        heads = Heads(self.heads, self.home / "audit.key")
        return Trail(
            self.path, key, heads=heads, runs=self.home / "runs", rotate_bytes=rotate_bytes, head_every=head_every
        )

    def filled(self, count: int, *, rotate_bytes: int = 1_000_000, sealed: bool = True) -> Trail:
        trail = self.trail(rotate_bytes=rotate_bytes)
        for number in range(count):
            trail.append({"event": "opened", "number": number}, flush=False)
        if sealed:
            trail.seal()
        return trail

    def check(self, **others: Any) -> Findings:
        given = {"key": KEY, "runs": self.home / "runs", **others}
        return verify(self.path, self.heads, self.public_key, **given)

    def problems(self, **others: Any) -> list[tuple[str, int | None, Fault]]:
        return [(p.file, p.line, p.fault) for p in self.check(**others).problems]

    def remarks(self) -> list[tuple[str, int | None, Fault]]:
        return [(p.file, p.line, p.fault) for p in self.check().remarks]

    def records(self) -> list[dict[str, Any]]:
        return list(read(self.path))

    def lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines(keepends=True)

    def put(self, lines: Iterable[bytes]) -> None:
        self.path.write_bytes(b"".join(lines))

    def rewrite(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write a whole chain of one's own, numbers, links, hashes and all."""
        lines, link = [], START
        for record in records:
            line, link = line_after(link, record, record["time"])
            lines.append(line)
        self.put(lines)

    def fit_tip(self, key: bytes = KEY) -> None:
        """Make the tip say what the trail's last line says, as somebody does who has `secret.key`."""
        last = json.loads(self.lines()[-1])
        self.tip.write_bytes(TipSeal(key).encode(Link(last["seq"], last["hash"])))

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file())


def assert_chained(records: Sequence[Mapping[str, Any]]) -> None:
    """Each record is the next, names the hash of the one before, and hashes to what it says."""
    last = START
    for record in records:
        body = {name: value for name, value in record.items() if name != "hash"}
        assert (record["seq"], record["prev"]) == (last.seq + 1, last.hash)
        assert record["hash"] == digest(body)
        last = Link(record["seq"], record["hash"])


def forged(line: bytes, **changes: Any) -> bytes:
    """A line with other values and a hash that fits them."""
    body = {**json.loads(line), **changes}
    del body["hash"]
    return canonical({**body, "hash": digest(body)}) + b"\n"


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process. It says `ready` and waits for a line."""
    words = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> list[str]:
    """Let them run at once; what they say, when they end well."""
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return said
