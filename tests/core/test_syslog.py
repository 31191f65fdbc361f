"""Audit messages over TLS: framing, whom it trusts, and that a receiver that fails loses nothing."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from tests.authority import Authority
from tests.conftest import leave_out
from tests.core.audit_records import EVERYTHING, NOON, chained, hostile, move, opened, trail_text
from trivium.audit import forward, open_trail
from trivium.audit.dicom import xml
from trivium.audit.events import messages
from trivium.audit.forward import Forwarder
from trivium.audit.syslog import SyslogFault, deliver, frame
from trivium.settings import CoreSettings
from trivium.settings.model import AuditSettings, SyslogSettings

HOST: Final = "trivium.example.org"
PATIENCE: Final = 20.0
KEY: Final = b"k" * 32


# A receiver.


class Receiver:
    """Takes connections one after the other, in a thread, until the test is over."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.taken: list[bytes] = []
        """The messages that were read, of all connections."""
        self.connections = 0
        self.breaks = 0
        """So many connections are reset after their first message, unread what follows."""
        self.read_nothing = False
        self.without_a_word = False
        """Connections are closed without close_notify."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._socket.close()
        assert not self._thread.is_alive()

    def texts(self) -> list[str]:
        """The XML of the messages."""
        return [message.partition(b"\xef\xbb\xbf")[2].decode() for message in self.taken]

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            plain.settimeout(PATIENCE)
            try:
                connection = self.context.wrap_socket(plain, server_side=True)
            except OSError:
                plain.close()
                continue
            self.connections += 1
            with connection:
                self._talk(connection)

    def _talk(self, connection: ssl.SSLSocket) -> None:
        if self.breaks or self.read_nothing:
            self.breaks -= 1
            if not self.read_nothing:
                self.taken.append(_first_message(connection))
            # A reset, as the system sends it for a program that dies with something unread.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        try:
            with connection.makefile("rb") as stream:
                while size := _octets(stream):
                    self.taken.append(stream.read(size))
            if not self.without_a_word:
                connection.unwrap()
        except OSError:
            pass


def _octets(stream: Any) -> int:
    digits = b""
    while (char := stream.read(1)) not in (b" ", b""):
        digits += char
    return int(digits) if digits else 0


def _first_message(connection: ssl.SSLSocket) -> bytes:
    digits = b""
    while (char := connection.recv(1)) != b" ":
        digits += char
    message = b""
    while len(message) < int(digits):
        message += connection.recv(int(digits) - len(message))
    return message


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def receivers() -> Iterator[Callable[[ssl.SSLContext], Receiver]]:
    opened_here: list[Receiver] = []

    def make(context: ssl.SSLContext) -> Receiver:
        opened_here.append(Receiver(context))
        return opened_here[-1]

    yield make
    for each in opened_here:
        each.close()


@pytest.fixture
def receiver(authority: Authority, receivers: Callable[[ssl.SSLContext], Receiver]) -> Receiver:
    return receivers(server_context(*authority.issue("localhost")))


@pytest.fixture
def target(authority: Authority, receiver: Receiver) -> SyslogSettings:
    return SyslogSettings(host="localhost", port=receiver.port, ca=authority.file)


@pytest.fixture
def settings(tmp_path: Path, target: SyslogSettings) -> CoreSettings:
    return settings_of(tmp_path, target)


def settings_of(tmp_path: Path, target: SyslogSettings) -> CoreSettings:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return CoreSettings(home=home, audit=AuditSettings(source=HOST, syslog=target))


def add(settings: CoreSettings, *bodies: Mapping[str, Any]) -> None:
    trail = open_trail(settings, KEY)
    for body in bodies:
        trail.append(body, flush=False)
    trail.seal()


def expected(settings: CoreSettings) -> list[str]:
    """What a receiver should have of the whole trail."""
    records = [json.loads(line) for line in settings.audit_file.read_text().splitlines()]
    return [xml(message, HOST) for message in messages(records)]


# Framing.


def test_a_message_is_framed_as_the_standards_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 4711)
    text = "<AuditMessage>é</AuditMessage>"
    body = (
        b"<85>1 2026-03-31T12:00:00.000Z trivium.example.org trivium 4711 DICOM+RFC3881 - \xef\xbb\xbf" + text.encode()
    )
    assert frame(text, NOON, HOST) == f"{len(body)} ".encode() + body


@pytest.mark.parametrize(
    ("source", "host_name"), [("", "-"), ("room 1 é\n", "room-1---"), ("h" * 300, "h" * 255), ("a.b-c", "a.b-c")]
)
def test_the_host_name_is_printable_ascii(source: str, host_name: str) -> None:
    assert frame("", 0.0, source).split(b" ")[3] == host_name.encode()


def test_hostile_records_do_not_leave_their_frames(settings: CoreSettings, receiver: Receiver) -> None:
    records = [hostile(record) for record in EVERYTHING]
    found = list(messages(chained(*records)))
    frames = [frame(xml(message, HOST), message.time, HOST) for message in found]
    deliver(frames, settings.audit.syslog)
    assert receiver.texts() == [xml(message, HOST) for message in found]
    assert {ElementTree.fromstring(text).tag for text in receiver.texts()} == {"AuditMessage"}


# Whom it trusts.


def test_a_receiver_with_the_right_certificate_gets_all(target: SyslogSettings, receiver: Receiver) -> None:
    deliver([frame(f"<m>{number}</m>", NOON, HOST) for number in range(2000)], target)
    assert receiver.texts() == [f"<m>{number}</m>" for number in range(2000)]
    assert receiver.connections == 1


def test_a_receiver_may_close_without_a_word_when_it_has_read_all(target: SyslogSettings, receiver: Receiver) -> None:
    receiver.without_a_word = True
    for number in range(20):
        deliver([frame(f"<m>{number}</m>", NOON, HOST)], target)
    assert receiver.texts() == [f"<m>{number}</m>" for number in range(20)]


def refused(target: SyslogSettings, receiver: Receiver, sentence: str) -> None:
    with pytest.raises(SyslogFault) as caught:
        deliver([frame("<m/>", NOON, HOST)], target)
    assert str(caught.value) == sentence
    assert receiver.taken == []


def test_another_authority_is_not_trusted(target: SyslogSettings, receiver: Receiver, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    other = target.model_copy(update={"ca": stranger.file})
    refused(other, receiver, f"syslog receiver localhost:{receiver.port}: SSLCertVerificationError")


def test_the_systems_authorities_do_not_know_ours(target: SyslogSettings, receiver: Receiver) -> None:
    other = target.model_copy(update={"ca": None})
    refused(other, receiver, f"syslog receiver localhost:{receiver.port}: SSLCertVerificationError")


def test_another_host_name_is_not_trusted(target: SyslogSettings, receiver: Receiver) -> None:
    other = target.model_copy(update={"host": "127.0.0.1"})
    refused(other, receiver, f"syslog receiver 127.0.0.1:{receiver.port}: SSLCertVerificationError")


def test_an_expired_certificate_is_not_trusted(
    authority: Authority, target: SyslogSettings, receivers: Callable[[ssl.SSLContext], Receiver]
) -> None:
    expired = receivers(server_context(*authority.issue("localhost", days=-1)))
    other = target.model_copy(update={"port": expired.port})
    refused(other, expired, f"syslog receiver localhost:{expired.port}: SSLCertVerificationError")


def test_old_tls_is_not_spoken(
    authority: Authority, target: SyslogSettings, receivers: Callable[[ssl.SSLContext], Receiver]
) -> None:
    context = server_context(*authority.issue("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    old = receivers(context)
    other = target.model_copy(update={"port": old.port})
    refused(other, old, f"syslog receiver localhost:{old.port}: SSLError")


def test_tls_1_2_is_spoken(
    authority: Authority, target: SyslogSettings, receivers: Callable[[ssl.SSLContext], Receiver]
) -> None:
    context = server_context(*authority.issue("localhost"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    older = receivers(context)
    deliver([frame("<m/>", NOON, HOST)], target.model_copy(update={"port": older.port}))
    assert older.texts() == ["<m/>"]


@pytest.fixture
def mutual(authority: Authority, receivers: Callable[[ssl.SSLContext], Receiver]) -> Receiver:
    """A receiver that asks for the sender's certificate."""
    context = server_context(*authority.issue("localhost"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    return receivers(context)


def test_a_receiver_may_ask_for_our_certificate(authority: Authority, target: SyslogSettings, mutual: Receiver) -> None:
    certificate, key = authority.issue(HOST)
    update = {"port": mutual.port, "certificate": certificate, "key": key}
    deliver([frame("<m/>", NOON, HOST)], target.model_copy(update=update))
    assert mutual.texts() == ["<m/>"]


def test_who_has_no_certificate_for_such_a_receiver_sends_nothing(target: SyslogSettings, mutual: Receiver) -> None:
    with pytest.raises(SyslogFault, match=f"^syslog receiver localhost:{mutual.port}: "):
        deliver([frame("<m/>", NOON, HOST)], target.model_copy(update={"port": mutual.port}))
    assert mutual.taken == []


@pytest.mark.parametrize("broken", ["absent", "empty", "encrypted"])
def test_certificates_that_cannot_be_used_are_said(
    authority: Authority, target: SyslogSettings, receiver: Receiver, broken: str
) -> None:
    certificate, key = authority.issue(HOST, password=b"secret" if broken == "encrypted" else None)
    if broken == "absent":
        key.unlink()
    elif broken == "empty":
        key.write_text("")
    names = {"absent": "FileNotFoundError", "empty": "SSLError", "encrypted": "ValueError"}
    other = target.model_copy(update={"certificate": certificate, "key": key})
    sentence = f"certificates for syslog receiver localhost:{receiver.port} cannot be used ({names[broken]})"
    refused(other, receiver, sentence)


def test_nobody_there_is_said(target: SyslogSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SyslogFault, match=f"^syslog receiver localhost:{port}: ConnectionRefusedError$"):
        deliver([frame("<m/>", NOON, HOST)], target.model_copy(update={"port": port}))


# Forwarding.


def test_what_is_new_is_sent_once(settings: CoreSettings, receiver: Receiver) -> None:
    forwarder = Forwarder(settings)
    assert forwarder.send() == 0
    add(settings, *EVERYTHING)
    assert forwarder.send() == len(expected(settings))
    assert receiver.texts() == expected(settings)
    assert (forwarder.send(), Forwarder(settings).send()) == (0, 0)
    add(settings, *move("d1" * 8))
    assert Forwarder(settings).send() == 2
    assert receiver.texts() == expected(settings)


def test_a_call_that_is_open_while_the_host_restarts_is_told_whole(settings: CoreSettings, receiver: Receiver) -> None:
    for record in EVERYTHING:
        add(settings, record)
        Forwarder(settings).send()
    assert receiver.texts() == expected(settings)


def test_a_receiver_that_breaks_off_loses_nothing(settings: CoreSettings, receiver: Receiver) -> None:
    add(settings, *EVERYTHING)
    forwarder = Forwarder(settings)
    receiver.breaks = 2
    for _ in range(2):
        with pytest.raises(SyslogFault, match=f"^syslog receiver localhost:{receiver.port}: "):
            forwarder.send()
    assert forwarder.send() == len(expected(settings))
    first, *_ = whole = expected(settings)
    assert receiver.texts() == [first, first, *whole]


def test_a_receiver_that_takes_the_bytes_and_dies_unread_has_not_received(
    settings: CoreSettings, receiver: Receiver
) -> None:
    add(settings, EVERYTHING[0])
    receiver.read_nothing = True
    with pytest.raises(SyslogFault):
        Forwarder(settings).send()
    receiver.read_nothing = False
    receiver.breaks = 0
    assert Forwarder(settings).send() == 1
    assert receiver.texts() == expected(settings)


def test_a_large_trail_goes_in_several_deliveries(
    settings: CoreSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "_BATCH", 7)
    add(settings, *EVERYTHING)
    Forwarder(settings).send()
    assert receiver.texts() == expected(settings)
    assert receiver.connections == -(-len(EVERYTHING) // 7)


def test_what_had_arrived_before_a_break_is_not_sent_again(
    settings: CoreSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "_BATCH", 7)
    add(settings, *EVERYTHING)
    sent: list[int] = []

    def second_fails(frames: Any, target: SyslogSettings) -> None:
        sent.append(0)
        if len(sent) == 2:
            raise SyslogFault("gone")
        deliver(frames, target)

    monkeypatch.setattr(forward, "deliver", second_fails)
    with pytest.raises(SyslogFault, match="gone"):
        Forwarder(settings).send()
    Forwarder(settings).send()
    assert receiver.texts() == expected(settings)


def test_the_trail_may_be_rotated_meanwhile(tmp_path: Path, target: SyslogSettings, receiver: Receiver) -> None:
    small = AuditSettings(source=HOST, syslog=target, rotate_megabytes=0.001)
    settings = CoreSettings(home=tmp_path / "home", audit=small)
    texts: list[str] = []
    for number in range(12):
        run = f"{number:016x}"
        add(settings, opened(run, "pacs_retrieve", "moves_images"), *move(run)[1:])
        Forwarder(settings).send()
        texts = receiver.texts()
    files = list(settings.home.glob("audit-*.jsonl"))
    assert len(files) >= 3
    assert len(texts) == 24
    assert len(set(texts)) == 24


def test_another_trail_in_its_place_is_sent_from_its_beginning(
    settings: CoreSettings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    settings.audit_file.write_bytes(trail_text(*EVERYTHING))
    Forwarder(settings).send()
    receiver.taken.clear()
    settings.audit_file.write_bytes(trail_text(*reversed(EVERYTHING)))
    Forwarder(settings).send()
    assert receiver.texts() == expected(settings)
    assert caplog.messages == ["the audit trail is not the one that was forwarded before: all of it is sent"]


def test_a_line_that_is_no_record_is_said_and_the_rest_is_sent(
    settings: CoreSettings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    lines = trail_text(*EVERYTHING).splitlines(keepends=True)
    settings.audit_file.write_bytes(b"".join([*lines[:1], b"no record\n", *lines[1:], b'{"torn":']))
    forwarder = Forwarder(settings)
    forwarder.send()
    forwarder.send()
    assert receiver.texts() == [xml(message, HOST) for message in messages(chained(*EVERYTHING))]
    where = f"audit.jsonl, byte {len(lines[0])}"
    assert caplog.messages == [f"{where}: not a record, so it cannot be forwarded; see `trivium audit verify`"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"first": -1, "offset": 0, "hash": "", "open": []}', '{"first": 0}']
)
def test_a_cursor_that_cannot_be_read_is_said_and_nothing_is_sent(
    settings: CoreSettings, receiver: Receiver, content: str
) -> None:
    add(settings, *EVERYTHING)
    (settings.home / "audit.syslog.json").write_text(content)
    with pytest.raises(SyslogFault) as caught:
        Forwarder(settings).send()
    assert str(caught.value) == ("audit.syslog.json cannot be read; if it is taken away, the whole trail is sent again")
    assert receiver.taken == []


def test_the_cursor_is_for_its_owner_and_leaves_no_litter(settings: CoreSettings) -> None:
    add(settings, *EVERYTHING)
    Forwarder(settings).send()
    assert sorted(path.name for path in settings.home.glob("audit.syslog*")) == [
        "audit.syslog.json",
        "audit.syslog.lock",
    ]
    assert (settings.home / "audit.syslog.json").stat().st_mode & 0o777 == 0o600


def test_one_process_forwards_at_a_time(
    settings: CoreSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(settings, *EVERYTHING)
    others: list[int | None] = []

    def meanwhile(frames: Any, target: SyslogSettings) -> None:
        others.append(Forwarder(settings).send())
        deliver(frames, target)

    monkeypatch.setattr(forward, "deliver", meanwhile)
    assert Forwarder(settings).send() == len(expected(settings))
    assert others == [None]
    assert receiver.texts() == expected(settings)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_the_thread_sends_what_comes_and_ends(settings: CoreSettings, receiver: Receiver) -> None:
    forwarder = Forwarder(settings, pause=0.02)
    forwarder.start()
    try:
        for record in EVERYTHING:
            add(settings, record)
        wait_for(lambda: receiver.texts() == expected(settings))
    finally:
        forwarder.stop(PATIENCE)
    assert "trivium audit forwarder" not in {thread.name for thread in threading.enumerate()}


def test_an_outage_is_said_once_and_so_is_its_end(
    settings: CoreSettings, receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(settings, *EVERYTHING)
    tries: list[int] = []
    monkeypatch.setattr(forward, "_LONGEST_PAUSE", 0.01)

    def fails_thrice(frames: Any, target: SyslogSettings) -> None:
        tries.append(0)
        if len(tries) == 2:
            raise RuntimeError("Zorblax")
        if len(tries) <= 3:
            raise SyslogFault("syslog receiver example.org:6514: TimeoutError")
        deliver(frames, target)

    monkeypatch.setattr(forward, "deliver", fails_thrice)
    forwarder = Forwarder(settings, pause=0.01)
    with caplog.at_level(logging.WARNING):
        forwarder.start()
        try:
            wait_for(lambda: receiver.texts() == expected(settings))
            wait_for(lambda: len(caplog.messages) == 2)
        finally:
            forwarder.stop(PATIENCE)
    assert caplog.messages == [
        "audit messages wait: syslog receiver example.org:6514: TimeoutError",
        "audit messages are forwarded again",
    ]
    assert len(tries) == 4


def test_without_a_receiver_no_thread_is_started(tmp_path: Path) -> None:
    forwarder = Forwarder(settings_of(tmp_path, SyslogSettings()))
    assert not forwarder.wanted
    forwarder.start()
    assert "trivium audit forwarder" not in {thread.name for thread in threading.enumerate()}
    forwarder.stop()


# A real daemon.


@dataclass
class Rsyslog:
    """A real daemon on loopback that takes certified senders only."""

    port: int
    received: Path


@pytest.fixture
def rsyslog(tmp_path: Path, authority: Authority) -> Iterator[Rsyslog]:
    program = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin")
    if program is None or not list(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so")):
        leave_out("rsyslogd is not installed (Debian packages rsyslog, rsyslog-gnutls)")
    certificate, key = authority.issue("localhost")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    output, config = tmp_path / "received", tmp_path / "rsyslog.conf"
    config.write_text(f"""
global(
    workDirectory="{tmp_path}" maxMessageSize="64k" defaultNetstreamDriver="gtls"
    defaultNetstreamDriverCAFile="{authority.file}"
    defaultNetstreamDriverCertFile="{certificate}"
    defaultNetstreamDriverKeyFile="{key}"
)
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
template(name="all" type="string" string="%pri% %timestamp:::date-rfc3339% %hostname% %app-name% %msgid% %msg%\\n")
input(type="imtcp" address="127.0.0.1" port="{port}")
action(type="omfile" file="{output}" template="all")
""")
    command = [program, "-n", "-f", str(config), "-i", str(tmp_path / "pid")]
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _listens(port))
        yield Rsyslog(port, output)
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)


@pytest.mark.peers
def test_rsyslog_takes_the_messages(tmp_path: Path, authority: Authority, rsyslog: Rsyslog) -> None:
    certificate, key = authority.issue(HOST)
    target = SyslogSettings(host="localhost", port=rsyslog.port, ca=authority.file, certificate=certificate, key=key)
    settings = settings_of(tmp_path, target)
    add(settings, *EVERYTHING)
    sent = Forwarder(settings).send()
    output = rsyslog.received
    wait_for(lambda: output.exists() and len(output.read_text().splitlines()) == sent)
    received = [line.split(" ", 5) for line in output.read_text().splitlines()]
    assert [line[5].lstrip("\ufeff") for line in received] == expected(settings)
    assert {(line[0], *line[2:5]) for line in received} == {("85", HOST, "trivium", "DICOM+RFC3881")}


@pytest.mark.peers
def test_what_rsyslog_turns_away_has_not_arrived(authority: Authority, rsyslog: Rsyslog) -> None:
    """It closes without a word of TLS, as it does when all is well."""
    target = SyslogSettings(host="localhost", port=rsyslog.port, ca=authority.file)
    for _ in range(40):
        with pytest.raises(SyslogFault, match=f"^syslog receiver localhost:{rsyslog.port}: "):
            deliver([frame("<m/>", NOON, HOST)], target)
    assert not rsyslog.received.exists()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
