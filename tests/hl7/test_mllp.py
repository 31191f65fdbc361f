"""What comes over the wire, and every way in which it can go wrong: each has words of its own."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hl7.mllp_peer import (
    ADT,
    ENHANCED,
    Script,
    Visit,
    acknowledgment,
    framed,
    peer,
    says,
    says_nothing,
    tool_for,
)

from trivium.api import NotFound, PeerFailed, PeerRejected, PeerTimeout, PeerUnavailable, ToolFailure
from trivium_hl7.net.frames import Blocks, Noise
from trivium_hl7.net.mllp import MOST
from trivium_hl7.sending.codes import Outcome
from trivium_hl7.sending.problems import AnswerProblem, LinkProblem, OutgoingProblem, SendingNote
from trivium_hl7.settings import Hl7Settings

pytestmark = pytest.mark.anyio

AA = acknowledgment("AA")
LOOKED_UP = "it is not known whether the message was taken: do not send it again before its control id (MSH-10)"


async def outcome_of(script: Script, message: str = ADT, **arguments: Any) -> Any:
    async with peer(script) as receiver:
        return await tool_for(ris=receiver)(message, **arguments)


async def failure_of(script: Script, message: str = ADT, *, timeout: float = 2.0, **arguments: Any) -> ToolFailure:
    """The failure in which a sending must end. Nothing is ever sent a second time."""
    async with peer(script) as receiver:
        with pytest.raises(ToolFailure) as caught:
            await tool_for(ris={**receiver.endpoint, "timeout": timeout})(message, **arguments)
        assert receiver.visits == 1
    return caught.value


# Blocks.


def blocks_of(*chunks: bytes) -> list[bytes]:
    blocks = Blocks(1000)
    found = []
    for chunk in chunks:
        blocks.feed(chunk)
        while (block := blocks.take()) is not None:
            found.append(block)
    return found


CONTENT = st.binary(max_size=40).map(lambda data: data.replace(b"\x0b", b"").replace(b"\x1c", b""))


@given(st.lists(CONTENT, max_size=5), st.lists(st.integers(0, 200), max_size=6))
def test_blocks_are_the_same_however_the_stream_is_cut(contents: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(framed, contents))
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert blocks_of(*(stream[a:b] for a, b in itertools.pairwise(places))) == contents


def test_line_ends_between_blocks_are_left_out() -> None:
    assert blocks_of(b"\r\n\x0bA\x1c\r\n\0\x0bB\x1c\r") == [b"A", b"B"]


def test_a_block_without_its_last_byte_ends_where_the_next_begins_or_the_stream_ends() -> None:
    blocks = Blocks(1000)
    blocks.feed(b"\x0bA\x1c\x0bB\x1c")
    assert (blocks.take(), blocks.take(), blocks.unsettled, blocks.take(closed=True)) == (b"A", None, True, b"B")
    assert (blocks.unended, blocks.held) == (2, False)


@pytest.mark.parametrize(
    ("data", "noise"),
    [
        (b"HTTP/1.1 400 Bad Request", Noise.HTTP),
        (b"\x15\x03\x03\x00\x02\x02\x46 ", Noise.TLS),
        (b"MSH|^~\\&|A", Noise.UNFRAMED),
        (b"\x00\x00hello there", Noise.UNKNOWN),
        (b"\x0bMSH|^~\\&|A", None),
        (b"\r\n\x0bMSH", None),
        (b"HTTP", None),
    ],
    ids=["http", "tls", "unframed", "unknown", "block", "block after line end", "too short to say"],
)
def test_what_is_no_block_is_known_by_its_first_bytes(data: bytes, noise: Noise | None) -> None:
    blocks = Blocks(1000)
    blocks.feed(data)
    assert blocks.noise() is noise


def test_many_small_chunks_of_a_large_block_take_linear_time() -> None:
    blocks = Blocks(10**9)
    started = time.perf_counter()
    blocks.feed(b"\x0b")
    for _ in range(100_000):
        blocks.feed(b"x" * 100)
        assert blocks.take() is None
    blocks.feed(b"\x1c\r")
    assert len(blocks.take() or b"") == 10_000_000
    assert time.perf_counter() - started < 5


# Before the message goes.


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def test_a_port_on_which_nothing_listens_is_refused() -> None:
    with pytest.raises(PeerUnavailable) as caught:
        await tool_for(ris={"host": "127.0.0.1", "port": closed_port()})()
    assert (caught.value.where, caught.value.problem) == ("endpoint ris", LinkProblem.REFUSED)
    assert "nothing was sent" in str(caught.value)


async def test_a_host_name_that_cannot_be_resolved_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    with pytest.raises(PeerUnavailable) as caught:
        await tool_for(ris={"host": "ris.invalid", "port": 2575})()
    assert caught.value.problem is LinkProblem.NAME_UNKNOWN


async def test_a_host_that_takes_no_connection_runs_into_the_timeout() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    waiting = []
    try:
        for _ in range(4):  # the queue of a listener that never accepts is soon full
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        with pytest.raises(PeerTimeout) as caught:
            await tool_for(ris={"host": "127.0.0.1", "port": port, "timeout": 0.5})()
        assert caught.value.problem is LinkProblem.CONNECT_TIMEOUT
        assert "within 0.5 seconds" in str(caught.value)
    finally:
        for one in [*waiting, listener]:
            one.close()


async def test_an_endpoint_that_nobody_has_set_up_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        await tool_for(ris={"host": "127.0.0.1", "port": 1})(endpoint="lab")
    assert (caught.value.where, caught.value.problem) == ("endpoint", OutgoingProblem.NO_ENDPOINT)


# An answer.


async def test_the_message_goes_out_framed_and_as_it_was_given() -> None:
    async with peer(says(framed(AA))) as receiver:
        result = await tool_for(ris=receiver)(ADT.replace("\r", "\n"))
    assert receiver.blocks == [framed(ADT.encode() + b"\r")]
    assert (result.outcome, result.accepted, result.bytes) == (Outcome.ACCEPTED, True, len(ADT) + 1)
    assert result.notes == ("message ends its segments with line feeds; the standard says carriage returns",)


async def test_the_connection_is_closed_once_the_answer_is_here() -> None:
    async with peer(says(framed(AA))) as receiver:
        await tool_for(ris=receiver)()
        with anyio.fail_after(5):
            while not receiver.left:
                await anyio.sleep(0.01)


@pytest.mark.parametrize(
    "pieces",
    [
        [bytes([byte]) for byte in framed(AA)],
        [b"\r\n", framed(AA)],
        [b"\x0b" + AA + b"\x1c"],
        [b"\x0b" + AA + b"\x1c\n"],
        [b"\x0b" + AA.replace(b"\r", b"\n") + b"\x1c\r"],
        [b"\x0b" + AA.replace(b"\r", b"\r\n") + b"\x1c\r"],
        [framed(b"\x06"), framed(AA)],
    ],
    ids=["byte by byte", "line end first", "no last byte", "line feed last", "LF", "CR LF", "commit block first"],
)
async def test_an_answer_is_read_however_it_comes(pieces: list[bytes]) -> None:
    result = await outcome_of(says(*pieces))
    assert (result.outcome, len(result.acknowledgments)) == (Outcome.ACCEPTED, 1)


async def test_a_block_without_its_last_byte_is_noted() -> None:
    result = await outcome_of(says(b"\x0b" + AA + b"\x1c"))
    assert result.notes == (SendingNote.NO_CARRIAGE_RETURN,)


async def test_two_answers_at_once_are_both_read() -> None:
    both = [framed(acknowledgment("CA")), framed(AA)]
    result = await outcome_of(says(*both, together=True), ENHANCED)
    assert [(one.code, result.outcome) for one in result.acknowledgments] == [
        ("CA", Outcome.ACCEPTED),
        ("AA", Outcome.ACCEPTED),
    ]
    assert result.notes == ()


async def test_answers_that_contradict_each_other_are_said_to_and_the_worst_counts() -> None:
    result = await outcome_of(says(framed(AA), framed(acknowledgment("AE")), together=True))
    assert (result.outcome, result.accepted) == (Outcome.ERROR, False)
    assert result.notes == (SendingNote.CONTRADICTION,)


async def test_what_comes_with_the_answer_and_is_none_does_not_undo_it() -> None:
    result = await outcome_of(says(framed(AA), framed(b"EVN|nonsense"), b"\x0bMSH", together=True))
    assert result.outcome is Outcome.ACCEPTED
    assert result.notes == (SendingNote.UNREADABLE_LATER, SendingNote.SURPLUS)


async def test_the_application_may_answer_later_on_the_same_connection() -> None:
    async def script(visit: Visit) -> None:
        await visit.message()
        await visit.say(framed(acknowledgment("CA")))
        await asyncio.sleep(0.3)
        await visit.say(framed(acknowledgment("AE", text="no bed")))
        await visit.gone()

    result = await outcome_of(script, ENHANCED)
    assert ([one.code for one in result.acknowledgments], result.outcome) == (["CA", "AE"], Outcome.ERROR)
    first, second = (one.round_trip_ms for one in result.acknowledgments)
    assert 0 < first < second


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_stored_message_whose_application_does_not_answer_here_is_stored(hangs_up: bool) -> None:
    async def script(visit: Visit) -> None:
        await visit.message()
        await visit.say(framed(acknowledgment("CA")))
        if not hangs_up:
            await visit.gone()

    result = await outcome_of(script, ENHANCED, application_wait=0.2)
    assert (result.outcome, result.accepted) == (Outcome.STORED, True)
    assert result.notes == (SendingNote.APPLICATION_OUTSTANDING,)


async def test_where_no_answer_is_asked_for_silence_is_unconfirmed() -> None:
    message = ADT.replace("|T|2.5.1", "|T|2.5.1|||NE|NE")
    result = await outcome_of(says_nothing, message, application_wait=0.2)
    assert (result.outcome, result.accepted, result.acknowledgments) == (Outcome.UNCONFIRMED, False, ())
    assert result.notes == (SendingNote.NOT_AWAITED,)


async def test_where_only_errors_are_asked_for_an_error_is_heard() -> None:
    message = ADT.replace("|T|2.5.1", "|T|2.5.1|||ER|NE")
    result = await outcome_of(says(framed(acknowledgment("CR"))), message)
    assert (result.outcome, result.notes) == (Outcome.REJECTED, ())


async def test_an_answer_to_another_message_is_passed_over_while_ours_may_come() -> None:
    stale = framed(acknowledgment("AE", to="CTL-0000"))
    result = await outcome_of(says(stale, framed(AA)))
    assert (result.outcome, result.notes) == (Outcome.ACCEPTED, (SendingNote.STRANGERS,))


# No answer that can be used.


async def hangs_up(visit: Visit) -> None:
    await visit.message()


async def hangs_up_at_once(visit: Visit) -> None:
    """Nothing is read, so that the connection is reset."""


async def resets(visit: Visit) -> None:
    await visit.message()
    visit.reset()


def says_and_hangs_up(data: bytes) -> Script:
    async def script(visit: Visit) -> None:
        await visit.message()
        await visit.say(data)

    return script


def floods(first: bytes) -> Script:
    async def script(visit: Visit) -> None:
        await visit.message()
        await visit.say(first + b"x" * (MOST + 100_000))
        await visit.gone()

    return script


@pytest.mark.parametrize(
    ("script", "kind", "problem"),
    [
        (says_nothing, PeerTimeout, AnswerProblem.NO_ANSWER),
        (says(b"\x0bMSH|^~\\&|"), PeerTimeout, AnswerProblem.HALF_ANSWER),
        (hangs_up, PeerFailed, AnswerProblem.CLOSED),
        (hangs_up_at_once, PeerFailed, AnswerProblem.CLOSED),
        (resets, PeerFailed, AnswerProblem.CLOSED),
        (says_and_hangs_up(b"\x0bMSH|^~\\&|"), PeerFailed, AnswerProblem.CLOSED_HALFWAY),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), PeerFailed, AnswerProblem.HTTP),
        (says(b"\x15\x03\x01\x00\x02\x02\x16"), PeerFailed, AnswerProblem.TLS_EXPECTED),
        (says(AA), PeerFailed, AnswerProblem.UNFRAMED),
        (says(b"220 mail.example.org ESMTP\r\n"), PeerFailed, AnswerProblem.GARBAGE),
        (says(b"?"), PeerFailed, AnswerProblem.GARBAGE),
        (says_and_hangs_up(b"?"), PeerFailed, AnswerProblem.GARBAGE),
        (floods(b"\x0b"), PeerFailed, AnswerProblem.OVERSIZED),
        (says(framed(b"")), PeerFailed, AnswerProblem.UNREADABLE),
        (says(framed(b"ACK")), PeerFailed, AnswerProblem.UNREADABLE),
        (says(framed(b"MSH|^~\\&|RIS\r")), PeerFailed, AnswerProblem.NO_MSA),
        (says(framed(acknowledgment("OK"))), PeerFailed, AnswerProblem.NO_CODE),
        (says(framed(acknowledgment(""))), PeerFailed, AnswerProblem.NO_CODE),
        (says(framed(acknowledgment("AA", to=""))), PeerFailed, AnswerProblem.NO_CONTROL_ID),
        (says(framed(acknowledgment("AA", to="CTL-0000"))), PeerFailed, AnswerProblem.OTHER_MESSAGE),
        (says_and_hangs_up(framed(acknowledgment("AA", to="X"))), PeerFailed, AnswerProblem.OTHER_MESSAGE),
        (says(framed(b"\x15")), PeerRejected, AnswerProblem.NOT_COMMITTED),
        (says(framed(b"\x06")), PeerTimeout, AnswerProblem.NO_ANSWER),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, AnswerProblem) else "",
)
async def test_each_failure_after_the_sending_has_words_of_its_own(
    script: Script, kind: type[ToolFailure], problem: AnswerProblem
) -> None:
    failure = await failure_of(script, timeout=0.6)
    assert (type(failure), failure.where, failure.problem) == (kind, "endpoint ris", problem)


def test_whoever_cannot_know_whether_a_message_was_taken_says_so_and_what_to_do() -> None:
    certain = {
        AnswerProblem.STALLED,
        AnswerProblem.HTTP,
        AnswerProblem.TLS_EXPECTED,
        AnswerProblem.NOT_COMMITTED,
    }
    assert {one for one in AnswerProblem if LOOKED_UP not in one} == certain
    assert all("nothing was sent" in one for one in LinkProblem)


async def test_a_receiver_that_stops_reading_never_gets_the_end_of_the_message() -> None:
    async def script(visit: Visit) -> None:
        visit.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a transport of a socket
        while not over.is_set():
            await asyncio.sleep(0.01)

    over = asyncio.Event()
    large = ADT + "\rOBX|1|TX|1||" + "x" * 12_000_000
    async with peer(script) as receiver:
        with pytest.raises(PeerTimeout) as caught:
            await tool_for(ris={**receiver.endpoint, "timeout": 0.5})(large)
        over.set()
    assert caught.value.problem is AnswerProblem.STALLED


async def test_an_answer_that_trickles_in_has_no_more_time_than_another() -> None:
    async def script(visit: Visit) -> None:
        await visit.message()
        for byte in framed(AA):
            await visit.say(bytes([byte]))
            await asyncio.sleep(0.05)

    started = time.monotonic()
    failure = await failure_of(script, timeout=0.5)
    assert failure.problem is AnswerProblem.HALF_ANSWER
    assert time.monotonic() - started < 3


# One after the other, and no longer than the caller stays.


async def test_messages_to_one_receiver_go_one_after_the_other_and_to_two_side_by_side() -> None:
    inside: dict[str, int] = {"lab": 0, "ris": 0, "all": 0, "most": 0}

    def counting(name: str) -> Script:
        async def script(visit: Visit) -> None:
            inside[name] += 1
            inside["all"] += 1
            assert inside[name] == 1
            inside["most"] = max(inside["most"], inside["all"])
            await visit.message()
            await asyncio.sleep(0.1)
            inside[name] -= 1
            inside["all"] -= 1
            await visit.say(framed(AA))
            await visit.gone()

        return script

    async with peer(counting("lab")) as lab, peer(counting("ris")) as ris:
        send = tool_for(lab=lab, ris=ris)

        async def one(name: str) -> None:
            assert (await send(ADT, name)).accepted

        async with anyio.create_task_group() as group:
            for name in ("lab", "ris") * 3:
                group.start_soon(one, name)
    assert (lab.visits, ris.visits, inside["most"]) == (3, 3, 2)


async def test_a_message_that_does_not_get_its_turn_is_not_sent() -> None:
    async with peer(says(framed(acknowledgment("CA")))) as receiver:
        send = tool_for(ris={**receiver.endpoint, "timeout": 0.3})

        async def waits_long_for_the_application() -> None:
            await send(ENHANCED, application_wait=2)

        async with anyio.create_task_group() as group:
            group.start_soon(waits_long_for_the_application)
            while not receiver.blocks:
                await anyio.sleep(0.01)
            with pytest.raises(PeerUnavailable) as caught:
                await send()
            group.cancel_scope.cancel()
    assert (caught.value.problem, receiver.visits) == (LinkProblem.BUSY, 1)


async def test_a_call_that_is_cancelled_closes_its_connection_and_frees_the_receiver() -> None:
    answers: list[Script] = [says_nothing, says(framed(AA))]

    async def script(visit: Visit) -> None:
        await answers.pop(0)(visit)

    async with peer(script) as receiver:
        send = tool_for(ris={**receiver.endpoint, "timeout": 30})
        with anyio.move_on_after(0.3) as scope:
            await send()
        assert scope.cancelled_caught
        with anyio.fail_after(5):
            while receiver.left < 1:
                await anyio.sleep(0.01)
        result = await send()
    assert result.outcome is Outcome.ACCEPTED


async def test_a_rehearsal_connects_to_nobody() -> None:
    async with peer(says_nothing) as receiver:
        result = await tool_for(ris=receiver)(dry_run=True)
        assert (receiver.visits, result.outcome, result.accepted) == (0, Outcome.PLANNED, False)
    assert (result.segments, result.bytes, result.encoding, result.connect_ms) == (4, len(ADT) + 1, "utf-8", None)


def test_endpoints_are_off_and_none_unless_somebody_sets_them() -> None:
    settings = Hl7Settings()
    assert (settings.allow_send, settings.endpoints) == (False, {})


async def test_a_round_trip_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    async with peer(says(framed(AA))) as receiver:
        send = tool_for(ris=receiver)
        await send()
        started = time.perf_counter()
        for _ in range(50):
            await send()
        each = (time.perf_counter() - started) / 50
    with capsys.disabled():
        print(f"\n  send_hl7_message: {1000 * each:.1f} ms each, connection included (50 in a row)")
    assert each < 0.2
