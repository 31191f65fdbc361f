"""Start-up, one trivial call and memory of `trivium serve`, against a bare server on the same SDK in the same run.

    uv run python bench/start.py [ROUNDS]

The two are started in turn, so that a busy machine is busy for both. Times are medians in milliseconds.
"""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import trivium

HERE = Path(__file__).parent
CALLS = 200


@dataclass
class Server:
    name: str
    command: list[str]
    tool: str
    start: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Processor time of the start, which a busy machine stretches less than the clock's."""
    first_call: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    def round(self, environ: dict[str, str]) -> None:
        began = time.perf_counter()
        with subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
            assert process.stdin
            assert process.stdout
            ask = _Wire(process.stdin, process.stdout)
            ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "b", "version": "1"})
            ask.tell("notifications/initialized")
            ask("tools/list")
            self.start.append(time.perf_counter() - began)
            self.work.append(_processor_time(process.pid))
            times = []
            for _ in range(CALLS):
                began = time.perf_counter()
                answer = ask("tools/call", name=self.tool, arguments={"tag": "PatientName"})
                times.append(time.perf_counter() - began)
                assert not answer.get("isError"), answer
            self.first_call.append(times[0])
            self.call.append(statistics.median(times[1:]))
            self.peak.append(_peak_memory(process.pid))
            process.stdin.close()


class _Wire:
    """JSON-RPC over pipes, with nothing of a client library in the measurement."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._stdin, self._stdout, self._id = stdin, stdout, 0

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        self._id += 1
        self._send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        while line := self._stdout.readline():
            message = json.loads(line)
            if message.get("id") == self._id:
                result: dict[str, Any] = message["result"]
                return result
        raise EOFError(method)

    def tell(self, method: str) -> None:
        self._send({"jsonrpc": "2.0", "method": method})

    def _send(self, message: dict[str, Any]) -> None:
        self._stdin.write(json.dumps(message).encode() + b"\n")
        self._stdin.flush()


def _processor_time(pid: int) -> float:
    """Seconds, or nan where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return float("nan")
    user, system = status.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _peak_memory(pid: int) -> float:
    """Megabytes, or nan where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for package in (Path(trivium.__file__).parent, HERE.parent / "plugins"):  # as an installer leaves them
        compileall.compile_dir(package, quiet=1)
    bare = Server("bare mcp server", [sys.executable, str(HERE / "bare_server.py")], "tool_0")
    ours = Server("trivium serve", [sys.executable, "-m", "trivium", "serve"], "lookup_dicom_tag")
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "TRIVIUM_HOME": home}
        for _ in range(rounds + 1):
            for server in (bare, ours):
                server.round(environ)
    rows = [
        ("spawn to tools/list, ms", [1000 * statistics.median(s.start[1:]) for s in (bare, ours)]),
        ("the same, processor ms", [1000 * statistics.median(s.work[1:]) for s in (bare, ours)]),
        ("first call, ms", [1000 * statistics.median(s.first_call[1:]) for s in (bare, ours)]),
        ("a trivial call, ms", [1000 * statistics.median(s.call[1:]) for s in (bare, ours)]),
        ("peak memory, MB", [statistics.median(s.peak[1:]) for s in (bare, ours)]),
    ]
    print(f"{'':26}{bare.name:>18}{ours.name:>18}{'ratio':>9}")
    for label, (peer, own) in rows:
        print(f"{label:26}{peer:18.2f}{own:18.2f}{own / peer:9.2f}")


main()
