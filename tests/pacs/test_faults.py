"""Whatever a peer does, the caller gets a coded error in time: never "no results", never a hang."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.pacs.faults import Fault, faulty, flipping
from tests.pacs.kit import FakeCall, failure, tools_for
from tests.pacs.peers import HOST, Peer, free_port
from tests.pacs.scripted import ScriptedArchive
from trivium.api import PeerFailure
from trivium_pacs.embedded import DEMO_STUDIES, Destination, EmbeddedArchive
from trivium_pacs.keys import move_keys, study_keys
from trivium_pacs.net.archive import Archive
from trivium_pacs.net.moving import move
from trivium_pacs.net.wire import Limits, Wire
from trivium_pacs.plugin import trivium_tools
from trivium_pacs.settings import PacsSettings
from trivium_pacs.tools.query import QueryNote

TIMEOUT = 1.0
LONGEST = 4 * TIMEOUT + 2.0
"""Connection, acceptance, answer and hanging up may each take the time-out; a slow machine gets two seconds."""
IN_A_PDU = 40
NO_FOLDER = Path()
ACCEPTED, TWO_ROWS = 1, 5


@pytest.fixture(autouse=True)
def _nothing_hangs() -> Iterator[None]:
    """The call ends in time, and no thread of the association outlives it."""
    before, started = set(threading.enumerate()), time.monotonic()
    yield
    assert time.monotonic() - started < LONGEST
    end = time.monotonic() + 5
    while left := [t for t in threading.enumerate() if t not in before and _of_a_client(t)]:
        assert time.monotonic() < end, left
        time.sleep(0.05)


def _of_a_client(thread: threading.Thread) -> bool:
    return thread.name == "dimse responses" or thread.name.startswith("RequestorThread")


def query(port: int, ae_title: str = "TRIVIUM_DEMO") -> tuple[str, str]:
    tools = tools_for(Peer(port, ae_title, NO_FOLDER), timeout=TIMEOUT)
    return failure(lambda: tools["pacs_query"](call=FakeCall()))


@pytest.mark.parametrize("name", ["pacs_echo", "pacs_query", "pacs_retrieve"])
def test_without_an_archive_the_tools_say_which_settings_to_fill(name: str) -> None:
    tool = {spec.name: spec for spec in trivium_tools(settings=PacsSettings())}[name]
    arguments: dict[str, Any] = {"call": FakeCall()} if tool.call_parameter else {}
    if name == "pacs_retrieve":
        arguments |= {"study_instance_uid": "1.2.3", "destination_ae_title": "WS"}
    code, sentence = failure(lambda: tool(**arguments))
    assert code == "peer_unavailable"
    assert sentence.startswith("TRIVIUM_PACS__HOST is not set")


def test_a_stopped_archive_is_unavailable() -> None:
    code, sentence = query(free_port())
    assert (code, "refuses the TCP connection" in sentence) == ("peer_unavailable", True)


def test_an_unknown_host_name_is_unavailable_and_not_repeated() -> None:
    peer = tools_for(Peer(104, "X", NO_FOLDER, "no-such-archive.invalid"), timeout=TIMEOUT)
    code, sentence = failure(peer["pacs_echo"])
    assert (code, "cannot be resolved" in sentence, "invalid" in sentence) == ("peer_unavailable", True, False)


def test_a_wrong_ae_title_is_rejected_with_what_to_set(archive: EmbeddedArchive) -> None:
    code, sentence = query(archive.port, "WRONG")
    assert code == "peer_rejected"
    assert "called AE title not recognized" in sentence
    assert "TRIVIUM_PACS__AE_TITLE" in sentence


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port that takes no more connections and refuses none: its queue is full."""
    with socket.create_server((HOST, 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        time.sleep(0.1)
        yield address[1]
        for sock in waiting:
            sock.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue drops connections on Linux only")
def test_a_connection_that_is_never_answered_times_out(full_port: int) -> None:
    code, sentence = query(full_port)
    assert (code, "did not answer the TCP connection within 1 seconds" in sentence) == ("peer_timeout", True)


@pytest.mark.parametrize(
    ("result", "source", "reason", "words"),
    [
        (1, 1, 1, "gives no reason"),
        (1, 1, 2, "application context name not supported"),
        (1, 1, 3, "TRIVIUM_PACS__LOCAL_AE_TITLE"),
        (1, 1, 7, "TRIVIUM_PACS__AE_TITLE"),
        (1, 2, 2, "protocol version not supported"),
        (2, 3, 1, "temporary congestion; try again later"),
        (2, 3, 2, "limit of associations"),
        (1, 1, 5, "result 1, source 1, reason 5"),
    ],
)
def test_a_rejection_is_said_in_words(result: int, source: int, reason: int, words: str) -> None:
    with _answering(bytes((3, 0, 0, 0, 0, 4, 0, result, source, reason))) as port:
        code, sentence = query(port)
    assert (code, words in sentence) == ("peer_rejected", True), sentence


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes((3, 0, 0, 0, 0, 4, 0, 9, 9, 9)), b"\2" * 80]
)
def test_a_port_that_speaks_something_else_is_a_failed_peer(answer: bytes) -> None:
    with _answering(answer) as port:
        code, _ = query(port)
    assert code in ("peer_failed", "peer_rejected")


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """A port that answers the first bytes it gets with `answer` and closes."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(65536)
                client.sendall(answer)
                client.recv(65536)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    ("fault", "after_pdus", "and_bytes", "code", "words"),
    [
        ("stall", 0, 0, "peer_timeout", "did not answer the association request"),
        ("stall", 0, IN_A_PDU, "peer_timeout", "stopped in the middle of a message"),
        ("stall", ACCEPTED, 0, "peer_timeout", "did not answer within 1 seconds"),
        ("stall", TWO_ROWS, 0, "peer_timeout", "did not answer within 1 seconds"),
        ("stall", TWO_ROWS, 3, "peer_timeout", "stopped in the middle of a message"),
        ("stall", TWO_ROWS, IN_A_PDU, "peer_timeout", "stopped in the middle of a message"),
        ("cut", 0, 0, "peer_failed", "closed the connection before it answered the association request"),
        ("cut", ACCEPTED, 0, "peer_failed", "closed the connection before it had finished"),
        ("cut", TWO_ROWS, 0, "peer_failed", "closed the connection before it had finished"),
        ("cut", TWO_ROWS, IN_A_PDU, "peer_failed", "closed the connection before it had finished"),
        ("reset", 0, 0, "peer_failed", "closed the connection before it answered the association request"),
        ("reset", TWO_ROWS, 0, "peer_failed", "closed the connection before it had finished"),
        ("oversize", 0, 0, "peer_failed", "longer than 1048576 bytes"),
        ("oversize", TWO_ROWS, 0, "peer_failed", "longer than 1048576 bytes"),
        ("abort", 0, 0, "peer_failed", "aborted the association (source 2, reason 1"),
        ("abort", TWO_ROWS, 0, "peer_failed", "aborted the association (source 2, reason 1"),
        ("abort", ACCEPTED, 0, "peer_failed", "aborted the association (source 2, reason 1"),
        ("garbage", TWO_ROWS, 0, "peer_failed", "breaks the DICOM protocol"),
    ],
)
def test_a_query_over_a_broken_connection_fails_with_its_cause(
    archive: EmbeddedArchive, fault: Fault, after_pdus: int, and_bytes: int, code: str, words: str
) -> None:
    with faulty((archive.host, archive.port), fault, after_pdus=after_pdus, and_bytes=and_bytes) as port:
        seen, sentence = query(port)
    assert (seen, words in sentence) == (code, True), sentence


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bits_end_in_rows_or_in_a_coded_failure(archive: EmbeddedArchive, seed: int) -> None:
    """An exception in a thread of the library would fail this test as well: warnings are errors."""
    with flipping((archive.host, archive.port), seed=seed, rate=0.002) as port:
        tools = tools_for(Peer(port, archive.ae_title, NO_FOLDER), timeout=TIMEOUT)
        with suppress(PeerFailure):
            result = tools["pacs_query"](call=FakeCall())
            assert result.count or result.more


def test_an_echo_over_a_broken_connection_fails_with_its_cause(archive: EmbeddedArchive) -> None:
    with faulty((archive.host, archive.port), "cut", after_pdus=ACCEPTED) as port:
        tools = tools_for(Peer(port, archive.ae_title, NO_FOLDER), timeout=TIMEOUT)
        code, sentence = failure(tools["pacs_echo"])
    assert (code, "closed the connection" in sentence) == ("peer_failed", True)


@pytest.mark.parametrize(
    "identifier",
    [
        b"\x08\x00\x10\x11SQ\x00\x00\xff\xff\xff\xff\x01\x02\x03\x04\x05\x06\x07\x08",
        b"\x08\x00\x10\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 1500,
        b"\x10\x00\x10",
    ],
    ids=["broken sequence", "1500 nested sequences", "half a tag"],
)
def test_matches_that_cannot_be_read_are_not_no_matches(scripted: ScriptedArchive, identifier: bytes) -> None:
    with scripted.playing(finds=[(0xFF00, identifier)]) as archive:
        code, sentence = query(archive.port, archive.ae_title)
    assert (code, "cannot be read as DICOM" in sentence) == ("peer_failed", True)


def test_a_match_that_cannot_be_read_does_not_hide_those_that_can(scripted: ScriptedArchive) -> None:
    with scripted.playing(finds=[(0xFF00, b"\x10\x00\x10"), (0xFF00, {"PatientID": b"X"})]) as archive:
        result = tools_for(archive)["pacs_query"](call=FakeCall())
    assert (result.count, result.notes) == (1, (QueryNote.UNREADABLE,))


def test_a_query_on_an_association_that_is_over_fails_as_a_peer(archive: EmbeddedArchive) -> None:
    settings = PacsSettings(host=HOST, port=archive.port, ae_title=archive.ae_title, timeout=TIMEOUT)

    def too_late() -> None:
        with Archive(settings).queries() as finder:
            finder._link.hang_up()
            finder.find("STUDY", study_keys(), limit=1)

    code, _ = failure(too_late)
    assert code == "peer_failed"


def test_a_message_without_end_is_cut_off() -> None:
    wire = Wire(Limits(message=1000))
    raised = 0
    sock = _Endless()
    for _ in range(20):
        try:
            wire._receive(sock, 100)  # type: ignore[arg-type]  # as much of a socket as is needed
        except OSError:
            raised += 1
    assert raised == 10


@pytest.mark.parametrize(
    ("fault", "pdus", "code", "words"),
    [
        ("cut", 4, "peer_failed", "in the middle of the retrieve, after reporting 3 instances as sent"),
        ("stall", 3, "peer_timeout", "in the middle of the retrieve, after reporting 2 instances as sent"),
        ("abort", 4, "peer_failed", "aborted the association"),
    ],
)
def test_a_retrieve_over_a_broken_connection_says_how_far_it_was(
    fault: Fault, pdus: int, code: str, words: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Destination(tmp_path_factory.mktemp("received")) as destination:
        where = {destination.ae_title: (HOST, destination.port)}
        with (
            EmbeddedArchive(destinations=where) as archive,
            faulty((archive.host, archive.port), fault, after_pdus=pdus) as port,
        ):
            title = archive.ae_title
            settings = PacsSettings(host=HOST, port=port, ae_title=title, timeout=TIMEOUT, retrieve_silence=TIMEOUT)
            level, keys = move_keys(DEMO_STUDIES[0].uid, "")
            limits: Any = {"limit": 100, "call": FakeCall()}
            seen, sentence = failure(lambda: move(Archive(settings), level, keys, destination.ae_title, **limits))
    assert (seen, words in sentence) == (code, True), sentence


class _Endless:
    def settimeout(self, _: float) -> None: ...
    def setsockopt(self, *_: int) -> None: ...
    def recv(self, most: int) -> bytes:
        return bytes(most)
