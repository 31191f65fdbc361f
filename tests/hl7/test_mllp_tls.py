"""MLLP over TLS: who the receiver is gets checked, who we are is shown, and what fails is said."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.authority import Authority
from tests.hl7.mllp_peer import ADT, Visit, acknowledgment, framed, peer, says, says_nothing, tool_for

from trivium.api import PeerFailed, PeerTimeout, PeerUnavailable, ToolFailure
from trivium_hl7.sending.problems import AnswerProblem, LinkProblem

pytestmark = pytest.mark.anyio

AA = framed(acknowledgment("AA"))


def receiver(
    authority: Authority, name: str = "127.0.0.1", *, days: int = 30, asks_for_ours: bool = False, tls_1_2: bool = False
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(name, days=days))
    if tls_1_2:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if asks_for_ours:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)
    return context


async def sent(context: ssl.SSLContext, **endpoint: Any) -> Any:
    async with peer(says(AA), tls=context) as found:
        return await tool_for(ris={**found.endpoint, "tls": True, **endpoint})()


async def failure(context: ssl.SSLContext, **endpoint: Any) -> ToolFailure:
    """How a sending fails before the receiver has got a message."""
    async with peer(says(AA), tls=context) as found:
        with pytest.raises(ToolFailure) as caught:
            await tool_for(ris={**found.endpoint, "tls": True, **endpoint})()
    assert found.blocks == []
    return caught.value


@pytest.mark.parametrize("tls_1_2", [False, True], ids=["1.3", "1.2"])
async def test_a_message_goes_to_a_receiver_whose_certificate_is_trusted(authority: Authority, tls_1_2: bool) -> None:
    result = await sent(receiver(authority, tls_1_2=tls_1_2), ca_file=authority.file)
    assert (result.accepted, result.secured) == (True, True)


async def test_our_certificate_is_shown_where_it_is_asked_for(authority: Authority) -> None:
    certificate, key = authority.issue("trivium.example.org")
    context = receiver(authority, asks_for_ours=True)
    result = await sent(context, ca_file=authority.file, certificate=certificate, key=key)
    assert result.accepted


@contextmanager
def blocking_receiver(context: ssl.SSLContext) -> Iterator[int]:
    """The port of a receiver that ends a handshake that fails with an alert, which asyncio's do not send."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            plain, _ = server.accept()
            plain.settimeout(5)
            with plain.dup() as kept, plain:  # closing with bytes unread would reset the connection before the alert
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(1000)
                kept.settimeout(5)
                while kept.recv(1000):
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(10)


@pytest.mark.parametrize(
    ("tls_1_2", "kind", "problem"),
    [(False, PeerFailed, AnswerProblem.TLS_ALERT), (True, PeerUnavailable, LinkProblem.TLS_REFUSED)],
    ids=["1.3", "1.2"],
)
async def test_a_receiver_that_asks_for_our_certificate_in_vain_is_understood(
    authority: Authority, tls_1_2: bool, kind: type[ToolFailure], problem: object
) -> None:
    with blocking_receiver(receiver(authority, asks_for_ours=True, tls_1_2=tls_1_2)) as port:
        ours = {"host": "127.0.0.1", "port": port, "tls": True, "ca_file": authority.file}
        with pytest.raises(ToolFailure) as caught:
            await tool_for(ris=ours)()
    assert (type(caught.value), caught.value.problem) == (kind, problem)


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    found = await failure(receiver(authority))
    assert (type(found), found.problem) == (PeerUnavailable, LinkProblem.TLS_UNTRUSTED)


@pytest.mark.parametrize("name", ["192.0.2.1", "ris.example.org"])
async def test_a_certificate_for_another_host_is_not_trusted(authority: Authority, name: str) -> None:
    found = await failure(receiver(authority, name), ca_file=authority.file)
    assert (type(found), found.problem) == (PeerUnavailable, LinkProblem.TLS_HOST_NAME)


async def test_an_expired_certificate_is_not_trusted(authority: Authority) -> None:
    found = await failure(receiver(authority, days=-1), ca_file=authority.file)
    assert (type(found), found.problem) == (PeerUnavailable, LinkProblem.TLS_EXPIRED)


async def test_a_receiver_without_tls_is_understood() -> None:
    async def answers_in_the_clear(visit: Visit) -> None:
        await visit.reader.read(1)
        await visit.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await visit.gone()

    async with peer(answers_in_the_clear) as found:
        with pytest.raises(PeerUnavailable) as caught:
            await tool_for(ris={**found.endpoint, "tls": True})()
    assert caught.value.problem is LinkProblem.TLS_NOT_SPOKEN


async def test_a_receiver_that_says_nothing_to_tls_runs_into_the_timeout() -> None:
    async with peer(says_nothing) as found:
        with pytest.raises(PeerTimeout) as caught:
            await tool_for(ris={**found.endpoint, "tls": True, "timeout": 0.4})()
    assert caught.value.problem is LinkProblem.TLS_TIMEOUT


async def test_a_receiver_that_hangs_up_on_tls_is_understood() -> None:
    async def hangs_up(visit: Visit) -> None:
        await visit.reader.read(1000)

    async with peer(hangs_up) as found:
        with pytest.raises(PeerUnavailable) as caught:
            await tool_for(ris={**found.endpoint, "tls": True})()
    assert caught.value.problem is LinkProblem.TLS_CLOSED


async def test_a_receiver_of_tls_that_is_spoken_to_in_the_clear_is_understood(authority: Authority) -> None:
    """One that sends an alert is known by it (test_mllp); most just close."""
    async with peer(says(AA), tls=receiver(authority)) as found:
        with pytest.raises(PeerFailed) as caught:
            await tool_for(ris=found)()
    assert (found.blocks, caught.value.problem) == ([], AnswerProblem.CLOSED)
    assert "as one does that expects TLS" in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "something else"])
async def test_a_file_of_authorities_that_cannot_be_used_is_a_fault_of_the_settings(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    async with peer(says(AA)) as found:
        with pytest.raises(PeerUnavailable) as caught:
            await tool_for(ris={**found.endpoint, "tls": True, "ca_file": file})()
    assert (caught.value.problem, found.visits) == (LinkProblem.CA_FILE, 0)


async def test_a_key_that_cannot_be_used_is_a_fault_of_the_settings_and_nobody_is_asked_for_a_password(
    authority: Authority,
) -> None:
    ours, sealed = authority.issue("trivium.example.org", password=b"secret")
    other, key = authority.issue("other.example.org")
    wrong: list[dict[str, Any]] = [
        {"certificate": ours, "key": sealed},
        {"certificate": ours, "key": key},
        {"certificate": other},
        {"key": key},
        {"certificate": authority.folder / "missing.pem", "key": key},
    ]
    async with peer(says(AA)) as found:
        for files in wrong:
            with pytest.raises(PeerUnavailable) as caught:
                await tool_for(ris={**found.endpoint, "tls": True, "ca_file": authority.file, **files})(ADT)
            assert caught.value.problem is LinkProblem.OWN_CERTIFICATE
    assert found.visits == 0
