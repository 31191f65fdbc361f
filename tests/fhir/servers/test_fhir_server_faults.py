"""Every way in which a FHIR server can fail has an error of its own, and none is an empty result."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from typing import Any

import pytest
from tests.fhir.servers.kit import PATIENT, servers_at, text_of
from tests.fhir.servers.scripted import Answer, Asked, fhir, scripted

from trivium.api import NotFound, PeerFailed, PeerRejected, PeerTimeout, PeerUnavailable, TooLarge, ToolFailure
from trivium_fhir.servers.problems import AnswerProblem, EndpointProblem, LinkProblem, StatusProblem
from trivium_fhir.tools.fhir_read import fhir_read

pytestmark = pytest.mark.anyio
CANARY = "Quentin Zorblax"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def outcome(code: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": code, "diagnostics": f"row of {CANARY}", "expression": [CANARY]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


async def failure(answer: Answer, **settings: Any) -> ToolFailure:
    """What reading a patient fails with when the server answers so."""
    with scripted(lambda asked: answer) as server:
        async with servers_at(server.base, **settings) as servers:
            with pytest.raises(ToolFailure) as caught:
                await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")
            return caught.value


@pytest.mark.parametrize(
    ("status", "expected", "problem"),
    [
        (400, PeerRejected, StatusProblem.BAD_REQUEST),
        (401, PeerRejected, StatusProblem.UNAUTHORIZED),
        (403, PeerRejected, StatusProblem.FORBIDDEN),
        (404, NotFound, StatusProblem.NOT_FOUND),
        (405, PeerRejected, StatusProblem.NOT_ALLOWED),
        (409, PeerRejected, StatusProblem.CONFLICT),
        (410, NotFound, StatusProblem.GONE),
        (412, PeerRejected, StatusProblem.PRECONDITION),
        (422, PeerRejected, StatusProblem.UNPROCESSABLE),
        (500, PeerFailed, StatusProblem.SERVER_ERROR),
        (502, PeerFailed, StatusProblem.SERVER_ERROR),
        (418, PeerFailed, StatusProblem.OTHER),
    ],
)
async def test_each_status_is_an_error_of_its_own(
    status: int, expected: type[ToolFailure], problem: StatusProblem
) -> None:
    found = await failure(fhir(outcome("processing"), status))

    assert type(found) is expected
    assert found.problem is problem
    assert found.where == "endpoint main (issue processing)"


@pytest.mark.parametrize(("status", "problem"), [(429, StatusProblem.THROTTLED), (503, StatusProblem.UNAVAILABLE)])
async def test_a_server_that_asks_to_wait_says_how_long(status: int, problem: StatusProblem) -> None:
    found = await failure(fhir(outcome("throttled"), status, Retry_After="17"))

    assert type(found) is PeerUnavailable
    assert (found.problem, found.numbers) == (problem, {"seconds": 17})


async def test_the_servers_own_words_are_in_no_error() -> None:
    found = await failure(fhir(outcome(CANARY), 422))

    assert str(found) == "endpoint main refused the content by its own rules (422)"


async def test_a_web_page_is_no_answer() -> None:
    found = await failure(Answer(200, b"<html>Login</html>", type="text/html"))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.HTML)


async def test_text_that_is_no_json_is_no_answer() -> None:
    found = await failure(Answer(200, b"{]"))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.BAD_JSON)


async def test_another_media_type_is_no_answer() -> None:
    found = await failure(Answer(200, b"<Patient/>", type="application/fhir+xml"))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.NOT_JSON)


async def test_another_resource_is_no_answer() -> None:
    found = await failure(fhir({"resourceType": "Device", "id": "p-17"}))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.NOT_FHIR)


@pytest.mark.parametrize("levels", [70, 5_000, 200_000])
async def test_deep_json_is_refused(levels: int) -> None:
    deep = '{"resourceType":"Patient","extension":' + "[" * levels + "]" * levels + "}"
    found = await failure(Answer(200, deep.encode()))

    assert (type(found), found.problem) == (TooLarge, AnswerProblem.TOO_DEEP)


async def test_an_answer_that_is_too_large_is_cut_off() -> None:
    large = PATIENT | {"text": {"status": "generated", "div": "x" * 50_000}}
    found = await failure(fhir(large), max_bytes=10_000)

    assert (type(found), found.problem) == (TooLarge, AnswerProblem.TOO_LARGE)


async def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(json.dumps(PATIENT).encode())
    with scripted(lambda asked: Answer(200, packed, {"Content-Encoding": "gzip"})) as server:
        async with servers_at(server.base) as servers:
            found = await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")

    assert json.loads(text_of(found.resource)) == PATIENT


async def test_a_bomb_is_never_unpacked_whole() -> None:
    bomb = zlib.compressobj(9, wbits=31)
    packed = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(300)) + bomb.flush()
    found = await failure(Answer(200, packed, {"Content-Encoding": "gzip"}), max_bytes=100_000)

    assert len(packed) < 400_000
    assert (type(found), found.problem) == (TooLarge, AnswerProblem.TOO_LARGE)


@pytest.mark.parametrize(
    ("encoding", "body"), [("br", b"x"), ("gzip", b"no gzip"), ("gzip", gzip.compress(b"{}", mtime=0)[:-4])]
)
async def test_what_cannot_be_unpacked_is_no_answer(encoding: str, body: bytes) -> None:
    found = await failure(Answer(200, body, {"Content-Encoding": encoding}))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.ENCODING)


async def test_a_connection_that_breaks_is_no_empty_result() -> None:
    found = await failure(Answer(200, json.dumps(PATIENT).encode(), cut=True))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.CUT)


async def test_a_server_that_hangs_up_is_no_empty_result() -> None:
    found = await failure(Answer(hang_up=True))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.CUT)


async def test_a_server_that_stalls_is_given_up() -> None:
    found = await failure(Answer(stall=2.0), timeout=0.3)

    assert (type(found), found.problem) == (PeerTimeout, AnswerProblem.TIMEOUT)


async def test_a_server_that_is_down_is_no_empty_result() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    async with servers_at(f"http://127.0.0.1:{port}/fhir") as servers:
        with pytest.raises(PeerUnavailable) as caught:
            await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")

    assert caught.value.problem is LinkProblem.REFUSED


async def test_plain_http_where_tls_is_expected_is_said() -> None:
    with scripted(lambda asked: fhir(PATIENT)) as server:
        async with servers_at(f"https://127.0.0.1:{server.port}/fhir") as servers:
            with pytest.raises(PeerUnavailable) as caught:
                await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")

    assert caught.value.problem is LinkProblem.TLS


async def test_credentials_do_not_follow_a_redirect_to_another_origin() -> None:
    with scripted(lambda asked: fhir(PATIENT)) as thief:
        away = Answer(302, headers={"Location": f"{thief.base}/Patient/p-17"})
        found = await failure(away, auth="bearer", token="secret-of-ours")

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.REDIRECT)
    assert thief.asked == []


async def test_a_redirect_within_the_origin_is_followed() -> None:
    def script(asked: Asked) -> Answer:
        return (
            fhir(PATIENT) if asked.path == "/r4/Patient/p-17" else Answer(307, headers={"Location": "/r4/Patient/p-17"})
        )

    with scripted(script) as server:
        async with servers_at(server.base) as servers:
            found = await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")

    assert json.loads(text_of(found.resource)) == PATIENT


async def test_redirects_in_a_circle_end() -> None:
    found = await failure(Answer(302, headers={"Location": "/fhir/Patient/p-17"}))

    assert (type(found), found.problem) == (PeerFailed, AnswerProblem.REDIRECT)


async def test_an_unknown_endpoint_is_told_which_there_are() -> None:
    async with servers_at("https://fhir.example/r4") as servers:
        with pytest.raises(NotFound) as caught:
            await fhir_read(servers=servers, endpoint="mian", type="Patient", id="p-17")

    assert caught.value.problem is EndpointProblem.UNKNOWN
    assert caught.value.where == "endpoint (there are: main)"
