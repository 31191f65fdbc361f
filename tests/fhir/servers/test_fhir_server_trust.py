"""Whom this host speaks to, what it tells nobody, and how long it listens."""

from __future__ import annotations

import json
import logging
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from tests.authority import Authority
from tests.fhir.servers.kit import PATIENT, servers_at, statement
from tests.fhir.servers.scripted import Answer, Asked, fhir, scripted

from trivium.api import PeerTimeout, PeerUnavailable, TooLarge, ToolFailure
from trivium_fhir.servers.problems import AnswerProblem, EndpointProblem, LinkProblem
from trivium_fhir.tools.fhir_read import fhir_read
from trivium_fhir.tools.fhir_search import fhir_search

pytestmark = pytest.mark.anyio
SECRET = "secret-of-ours"


async def read(base: str, **settings: Any) -> None:
    async with servers_at(base, **settings) as servers:
        await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")


async def failure(answer: Answer, **settings: Any) -> ToolFailure:
    with scripted(lambda asked: answer) as server:
        with pytest.raises(ToolFailure) as caught:
            await read(server.base, **settings)
        return caught.value


def tls_of(authority: Authority, name: str = "127.0.0.1", days: int = 30) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(name, days=days))
    return context


async def test_a_certificate_of_the_sites_own_authority_is_trusted_where_it_is_named(authority: Authority) -> None:
    with scripted(lambda asked: fhir(PATIENT), tls_of(authority)) as server:
        await read(server.base.replace("http:", "https:"), ca_file=authority.file)

    assert [asked.path for asked in server.asked] == ["/fhir/Patient/p-17"]


@pytest.mark.parametrize(
    ("name", "days", "trusted"), [("127.0.0.1", 30, False), ("elsewhere.example", 30, True), ("127.0.0.1", -1, True)]
)
async def test_a_certificate_that_does_not_fit_gets_no_credentials(
    name: str, days: int, trusted: bool, authority: Authority
) -> None:
    settings = {"ca_file": authority.file} if trusted else {}
    tls = tls_of(authority, name, days)
    with scripted(lambda asked: fhir(PATIENT), tls) as server, pytest.raises(PeerUnavailable) as caught:
        await read(server.base.replace("http:", "https:"), auth="bearer", token=SECRET, **settings)

    assert caught.value.problem is LinkProblem.TLS
    assert server.asked == []


async def test_a_ca_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")

    found = await failure(fhir(PATIENT), ca_file=tmp_path / "ca.pem")

    assert (type(found), found.problem) == (PeerUnavailable, EndpointProblem.CA_FILE)


async def test_proxies_and_credentials_of_the_environment_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login somebody password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with scripted(lambda asked: fhir(PATIENT)) as thief, scripted(lambda asked: fhir(PATIENT)) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{thief.port}")
        await read(server.base)

    assert thief.asked == []
    assert "Authorization" not in server.asked[0].headers


async def test_a_cookie_of_the_server_is_not_kept() -> None:
    with scripted(lambda asked: Answer(200, json.dumps(PATIENT).encode(), {"Set-Cookie": "a=b; Path=/"})) as server:
        async with servers_at(server.base) as servers:
            for _ in range(2):
                await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")

    assert ["Cookie" in asked.headers for asked in server.asked] == [False, False]


async def test_an_answer_that_drips_is_given_up_after_the_whole_time() -> None:
    begin = time.monotonic()
    found = await failure(Answer(200, json.dumps(PATIENT).encode(), drip=0.2), timeout=0.5)

    assert (type(found), found.problem) == (PeerTimeout, AnswerProblem.TIMEOUT)
    assert time.monotonic() - begin < 5


async def test_an_answer_without_an_end_is_cut_off() -> None:
    found = await failure(Answer(200, b'{"resourceType":"Patient"' + b" " * 10_000, endless=True), max_bytes=100_000)

    assert (type(found), found.problem) == (TooLarge, AnswerProblem.TOO_LARGE)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        (timedelta(seconds=600), 500, 600),
        (timedelta(days=-1), 0, 0),
        ("99999999999999", 86_400, 86_400),
        ("Zorblax", 5, 5),
        ("-3", 5, 5),
        ("", 5, 5),
    ],
)
async def test_how_long_to_wait_is_a_number_whatever_the_server_writes(
    said: str | timedelta, least: int, most: int
) -> None:
    if isinstance(said, timedelta):
        said = format_datetime(datetime.now(UTC) + said, usegmt=True)
    found = await failure(fhir({}, 503, Retry_After=said))

    assert least <= found.numbers["seconds"] <= most


@pytest.mark.parametrize("status", [200, 401, 500])
async def test_neither_secrets_nor_what_is_searched_for_is_in_a_log_or_an_error(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def script(asked: Asked) -> Answer:
        return fhir(statement("Patient")) if "metadata" in asked.path else fhir({"resourceType": "Bundle"}, status)

    caplog.set_level(logging.DEBUG)
    told = ""
    with scripted(script) as server:
        async with servers_at(server.base, auth="bearer", token=SECRET) as servers:
            try:
                given = ["family=Zorblax"]
                await fhir_search(servers=servers, endpoint="main", type="Patient", parameters=given)
            except ToolFailure as error:
                told = f"{error!r} {error} {error.__cause__} {error.__context__}"
            told += repr(servers) + repr(servers.server("main")) + repr(servers.endpoints)

    assert len(server.asked) == 2
    assert [word for word in (SECRET, "Zorblax") if word in caplog.text + told] == []
