"""The HTTP host: both eras on one address, callers by their token, and nobody else."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.wire.conftest import Installation
from tests.wire.http_host import HttpHost, grant
from trivium import access
from trivium.access import Role
from trivium.testing import Era, Person, error_code, text_of
from trivium.transports.http_headers import EveryRequest, failed

pytestmark = pytest.mark.anyio

ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


@pytest.fixture
def token(installation: Installation) -> str:
    return grant(installation, "alice")


@pytest.fixture
def host(installation: Installation, token: str) -> Iterator[HttpHost]:
    installation.license()
    with HttpHost(installation) as running:
        yield running


def post(host: HttpHost, body: Any, token: str | None = None, **headers: str) -> httpx2.Response:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.post(f"{host.url}/mcp", json=body, headers={**ACCEPT, **bearer, **headers})


async def test_a_caller_lists_and_calls_with_progress_and_approves_at_the_client(
    installation: Installation, host: HttpHost, token: str, era: Era
) -> None:
    told: list[float] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    person = Person()
    async with host.client(token, era, person) as client:
        assert "pacs_retrieve" in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("pacs_retrieve", installation.retrieve, progress_callback=on_progress)
    assert error_code(result) == "", text_of(result)
    assert installation.destination.received == 20
    assert len(person.asked) == 1
    assert told == sorted(told)
    assert told
    opened = [record for record in installation.audit() if record["event"] == "opened"]
    assert {record["caller"] for record in opened} == {"http:alice"}


async def test_a_client_that_cannot_ask_is_told_the_command_and_the_page(
    installation: Installation, host: HttpHost, token: str, era: Era
) -> None:
    async with host.client(token, era) as client:
        refusal = text_of(await client.call_tool("pacs_retrieve", installation.retrieve))
    code = refusal.partition("`trivium approvals approve ")[2].partition("`")[0]
    assert refusal == (
        "approval_required: pacs_retrieve needs a person's approval and this client cannot ask for it. Let a person "
        f"run `trivium approvals approve {code}` on the host or open {host.url}/approvals, then call again with the "
        "same arguments"
    )
    assert installation.destination.received == 0


# Who may come in.


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic YWxpY2U6eA=="}])
def test_without_a_token_nobody_gets_in(host: HttpHost, headers: dict[str, str]) -> None:
    for body in (INITIALIZE, {"no": "sense"}):
        answer = httpx2.post(f"{host.url}/mcp", json=body, headers={**ACCEPT, **headers})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_a_wrong_an_expired_and_a_withdrawn_token_are_refused(installation: Installation, host: HttpHost) -> None:
    expired = grant(installation, "bob", days=-1)
    withdrawn = grant(installation, "carol")
    replaced = grant(installation, "dave")
    fresh = grant(installation, "dave")
    assert post(host, INITIALIZE, withdrawn).status_code == 200
    access.withdraw(installation.home / access.FILE, "carol")
    for token in (expired, withdrawn, replaced, "trv_" + "A" * 43, fresh.lower(), fresh[:-1], fresh + "x"):
        assert post(host, INITIALIZE, token).status_code == 401
    assert post(host, INITIALIZE, fresh).status_code == 200


def test_an_approver_cannot_call(installation: Installation, host: HttpHost) -> None:
    answer = post(host, INITIALIZE, grant(installation, "mary", Role.APPROVER))
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"


def test_a_damaged_register_keeps_everybody_out_until_it_is_whole_again(
    installation: Installation, host: HttpHost, token: str
) -> None:
    register = installation.home / access.FILE
    whole = register.read_text()
    assert post(host, INITIALIZE, token).status_code == 200
    register.write_text(whole[: len(whole) // 2])
    assert post(host, INITIALIZE, token).status_code == 401
    register.write_text(whole)
    assert post(host, INITIALIZE, token).status_code == 200
    complaints = host.stop()
    assert "trivium.http: error: nobody can call: access.json, line 2: is not JSON\n" in complaints
    assert token not in complaints


def test_a_session_is_of_no_use_to_another_caller(installation: Installation, host: HttpHost, token: str) -> None:
    begun = post(host, INITIALIZE, token)
    session = begun.headers["mcp-session-id"]
    mine = {"Mcp-Session-Id": session, "Mcp-Protocol-Version": "2025-11-25"}
    thief = grant(installation, "mallory")
    for method, body in (("POST", LIST), ("GET", None), ("DELETE", None)):
        stolen = httpx2.request(
            method,
            f"{host.url}/mcp",
            json=body,
            headers={**ACCEPT, **mine, "Authorization": f"Bearer {thief}"},
        )
        assert stolen.status_code == 404
    assert post(host, LIST, token, **mine).status_code == 200


def test_a_name_that_was_given_to_somebody_else_does_not_bring_the_old_session_along(
    installation: Installation, host: HttpHost, token: str
) -> None:
    session = post(host, INITIALIZE, token).headers["mcp-session-id"]
    another = grant(installation, "alice")
    mine = {"Mcp-Session-Id": session, "Mcp-Protocol-Version": "2025-11-25"}
    assert post(host, LIST, token, **mine).status_code == 401
    assert post(host, LIST, another, **mine).status_code == 404


# Other pages in the same browser.


def raw(host: HttpHost, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> int:
    """The status of a request with just these headers."""
    connection = http.client.HTTPConnection(urlsplit(host.url).netloc, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.putheader("Content-Length", str(len(body or "")))
    connection.endheaders((body or "").encode())
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
def test_a_foreign_host_and_a_foreign_origin_are_refused(host: HttpHost, token: str, era: Era) -> None:
    port = urlsplit(host.url).port
    common = {"Authorization": f"Bearer {token}", **{n.replace("-", "_"): v for n, v in ACCEPT.items()}}
    body = json.dumps(INITIALIZE)
    if era == "2026-07-28":
        common["Mcp_Protocol_Version"] = era
    for name in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1:{port}.evil.example"):
        assert raw(host, "/mcp", method="POST", body=body, Host=name, **common) == 421
    own = f"127.0.0.1:{port}"
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", f"https://{own}"):
        assert raw(host, "/mcp", method="POST", body=body, Host=own, Origin=origin, **common) == 403
    for good in (own, f"localhost:{port}"):
        assert raw(host, "/mcp", method="POST", body=body, Host=good, Origin=f"http://{good}", **common) in (200, 400)


def test_the_page_is_not_served_under_a_foreign_name(host: HttpHost) -> None:
    port = urlsplit(host.url).port
    assert raw(host, "/approvals", Host=f"evil.example:{port}") == 421
    assert raw(host, "/approvals", Host=f"localhost:{port}") == 200


def test_a_listed_web_page_may_call_and_another_may_not(installation: Installation, token: str) -> None:
    installation.settings["TRIVIUM_HTTP__ALLOWED_ORIGINS"] = "https://viewer.example.org"
    with HttpHost(installation) as host:
        ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        for origin, allowed in (("https://viewer.example.org", 200), ("https://evil.example", 400)):
            answer = httpx2.options(f"{host.url}/mcp", headers={"Origin": origin, **ask})
            assert answer.status_code == allowed
        answer = post(host, INITIALIZE, token, Origin="https://viewer.example.org")
        assert answer.headers["access-control-allow-origin"] == "https://viewer.example.org"
        assert "access-control-allow-origin" not in post(host, INITIALIZE, token, Origin="https://evil.example").headers


def test_a_header_that_can_be_read_in_two_ways_is_refused(host: HttpHost, token: str) -> None:
    good, bad = f"Bearer {token}", "Bearer trv_wrong"
    for first, second in ((good, bad), (bad, good), (good, good)):
        headers = [*ACCEPT.items(), ("Authorization", first), ("authorization", second)]
        answer = httpx2.post(f"{host.url}/mcp", json=INITIALIZE, headers=headers)
        assert (answer.status_code, answer.text) == (400, "a header is there twice\n")


def test_no_answer_is_kept_or_taken_for_something_else(host: HttpHost, token: str) -> None:
    allowed = {"Authorization": f"Bearer {token}", **ACCEPT}
    for method, path, headers, status in (
        ("GET", "/health", {}, 200),
        ("GET", "/approvals", {}, 200),
        ("GET", "/approvals", {"Host": "evil.example"}, 421),
        ("GET", "/approvals/login", {}, 405),
        ("POST", "/approvals/login", {}, 403),
        ("GET", "/approvals/question/<b>", {}, 303),
        ("GET", "/nowhere", {}, 404),
        ("TRACE", "/mcp", allowed, 405),
        ("POST", "/mcp", {}, 401),
        ("POST", "/mcp", allowed, 400),
    ):
        answer = httpx2.request(method, f"{host.url}{path}", headers=headers)
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (status, "nosniff"), path
        assert answer.headers["cache-control"] == "no-store"
    assert httpx2.get(f"{host.url}/approvals/style.css").headers["cache-control"] == "max-age=3600"


async def test_what_fails_at_the_host_is_not_told_to_the_client() -> None:
    async def fails(_: Request) -> Response:
        raise ValueError("Zorblax^Quentin")

    app = Starlette(
        routes=[Route("/", fails)], middleware=[Middleware(EveryRequest)], exception_handlers={Exception: failed}
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://trivium.example.org") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (500, "this failed at the host\n")
    assert answer.headers["cache-control"] == "no-store"


def test_only_one_spelling_of_the_path_leads_in(host: HttpHost, token: str) -> None:
    own = f"127.0.0.1:{urlsplit(host.url).port}"
    common = {"Authorization": f"Bearer {token}", **{n.replace("-", "_"): v for n, v in ACCEPT.items()}}
    for path in ("/mcp/", "//mcp", "/MCP", "/mcp;x", "/approvals/../mcp", f"http://{own}.evil.example/mcp"):
        assert raw(host, path, method="POST", body=json.dumps(INITIALIZE), Host=own, **common) == 404
    query = f"/mcp?access_token={token}"
    del common["Authorization"]
    assert raw(host, query, method="POST", body=json.dumps(INITIALIZE), Host=own, **common) == 401


def test_health_says_ok_and_nothing_else(host: HttpHost) -> None:
    answer = httpx2.get(f"{host.url}/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "server" not in answer.headers


def test_what_is_too_large_is_refused(host: HttpHost, token: str) -> None:
    assert post(host, {"filler": "x" * 5_000_000}, token).status_code == 413
    assert httpx2.post(f"{host.url}/approvals/login", data={"secret": "x" * 9000}).status_code == 403
    large = {"Sec-Fetch-Site": "same-origin"}
    answer = httpx2.post(f"{host.url}/approvals/login", data={"secret": "x" * 9000}, headers=large)
    assert answer.status_code == 413


async def test_no_token_and_no_address_of_a_request_is_logged(
    installation: Installation, host: HttpHost, token: str
) -> None:
    approver = grant(installation, "mary", Role.APPROVER)
    with host.browser() as browser:
        browser.log_in("trv_wrong-secret").log_in(approver).open("/approvals?patient=ZZTEST")
    async with host.client(token) as client:
        await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})
    complaints = host.stop()
    for word in (token, approver, "trv_", "ZZTEST", "GET /"):
        assert word not in complaints


async def test_a_running_call_may_end_before_the_host_does(
    installation: Installation, host: HttpHost, token: str, era: Era
) -> None:
    results = []
    async with anyio.create_task_group() as group:
        started = anyio.Event()

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            started.set()

        async def retrieve() -> None:
            async with host.client(token, era, Person()) as client:
                await client.list_tools()  # which the client looks at again to check a result
                results.append(
                    await client.call_tool("pacs_retrieve", installation.retrieve, progress_callback=on_progress)
                )

        group.start_soon(retrieve)
        with anyio.fail_after(30):
            await started.wait()
        host.process.terminate()
    assert [error_code(result) for result in results] == [""]
    assert await anyio.to_thread.run_sync(host.process.wait, 30) == 0
    events = [record["event"] for record in installation.audit()]
    assert (events[0], events[-1]) == ("started", "stopped")
    assert [events.count(event) for event in ("started", "stopped")] == [1, 1]
    assert installation.destination.received == 20


# When it does not start.


def refusal(house: Installation, *options: str) -> str:
    command = [sys.executable, "-m", "trivium", "serve", *options]
    ended = subprocess.run(command, env=house.environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    return ended.stderr


ANYWHERE = ("--http", "--port", "0", "--host", "0.0.0.0")
NAMED = {"TRIVIUM_HTTP__ALLOWED_HOSTS": "trivium.example.org"}


def test_it_does_not_start_when_nobody_could_come_in(installation: Installation) -> None:
    for entries in ((), (("bob", -1.0),)):
        for name, days in entries:
            grant(installation, name, days=days)
        assert refusal(installation, "--http", "--port", "0") == (
            "trivium: nobody has access; make a secret with `trivium access grant NAME --role caller`\n"
        )


def test_it_does_not_start_with_a_register_that_it_cannot_read(installation: Installation, token: str) -> None:
    (installation.home / access.FILE).write_text('{"people": [\n')
    assert refusal(installation, "--http", "--port", "0") == "trivium: access.json, line 2: is not JSON\n"


def test_beyond_this_machine_it_wants_tls_or_a_proxy_that_speaks_it(installation: Installation, token: str) -> None:
    installation.settings.update(NAMED)
    assert "would travel in the clear; set http.certificate and http.key, or http.behind_proxy" in refusal(
        installation, *ANYWHERE
    )
    installation.settings["TRIVIUM_HTTP__BEHIND_PROXY"] = "true"
    with HttpHost(installation, "--host", "0.0.0.0") as host:
        assert host.url == "https://trivium.example.org"


def test_beyond_this_machine_it_wants_to_know_its_names(installation: Installation, token: str) -> None:
    installation.settings["TRIVIUM_HTTP__BEHIND_PROXY"] = "true"
    assert "http.allowed_hosts does not say by which names it is called" in refusal(installation, *ANYWHERE)


def test_anonymous_callers_are_for_loopback_only(installation: Installation) -> None:
    installation.settings.update(NAMED)
    installation.settings["TRIVIUM_HTTP__ANONYMOUS"] = "true"
    installation.settings["TRIVIUM_HTTP__BEHIND_PROXY"] = "true"
    expected = "trivium: http.anonymous is for callers on this machine alone\n"
    assert refusal(installation, *ANYWHERE) == expected
    assert refusal(installation, "--http", "--port", "0") == expected


async def test_anonymous_callers_are_recorded_as_such_and_a_bad_token_is_still_refused(
    installation: Installation, era: Era
) -> None:
    installation.settings["TRIVIUM_HTTP__ANONYMOUS"] = "true"
    with HttpHost(installation) as host:
        async with host.client(None, era) as client:
            assert error_code(await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})) == ""
        assert post(host, INITIALIZE, "trv_wrong").status_code == 401
    (opened,) = [record for record in installation.audit() if record["event"] == "opened"]
    assert opened["caller"] == "http:anonymous"


@pytest.mark.parametrize("name", ["https://trivium.example.org", "trivium.example.org/mcp", "*", "a:*", "u@a", "a b"])
def test_a_name_that_no_client_sends_is_said(installation: Installation, token: str, name: str) -> None:
    installation.settings["TRIVIUM_HTTP__ALLOWED_HOSTS"] = name
    assert refusal(installation, "--http", "--port", "0") == (
        "trivium: each of http.allowed_hosts is a name, or a name and a port: trivium.example.org:8420\n"
    )


@pytest.mark.parametrize("origin", ["*", "null", "viewer.example.org", "https://viewer.example.org/", "https://V.org"])
def test_an_origin_that_no_browser_sends_is_said(installation: Installation, token: str, origin: str) -> None:
    installation.settings["TRIVIUM_HTTP__ALLOWED_ORIGINS"] = origin
    assert refusal(installation, "--http", "--port", "0") == (
        "trivium: each of http.allowed_origins is as a browser sends it: https://viewer.example.org\n"
    )


def test_host_and_port_go_with_http(installation: Installation) -> None:
    assert refusal(installation, "--port", "1234") == "trivium: --host and --port go with --http\n"


def test_half_a_certificate_is_none(installation: Installation, token: str) -> None:
    installation.settings["TRIVIUM_HTTP__CERTIFICATE"] = str(installation.home / "missing.pem")
    assert refusal(installation, "--http", "--port", "0") == ("trivium: http.certificate and http.key go together\n")
    installation.settings["TRIVIUM_HTTP__KEY"] = str(installation.home / "missing.key")
    assert "missing.pem" in refusal(installation, "--http", "--port", "0")
    for name in ("missing.pem", "missing.key"):
        (installation.home / name).write_text("not a certificate\n")
    assert refusal(installation, "--http", "--port", "0") == (
        "trivium: http.certificate and http.key cannot be used (SSLError)\n"
    )


def certificate(folder: Path) -> tuple[Path, Path]:
    """One for `localhost` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_over_tls_beyond_this_machine(installation: Installation, token: str, tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    installation.settings.update(NAMED, TRIVIUM_HTTP__CERTIFICATE=str(public), TRIVIUM_HTTP__KEY=str(private))
    with HttpHost(installation, "--host", "0.0.0.0") as host:
        where = urlsplit(host.url)
        assert (where.scheme, where.hostname) == ("https", "trivium.example.org")
        with httpx2.Client(verify=ssl.create_default_context(cafile=str(public))) as client:
            address = f"https://localhost:{where.port}"
            headers = {**ACCEPT, "Authorization": f"Bearer {token}"}
            assert client.post(f"{address}/mcp", json=INITIALIZE, headers=headers).status_code == 200
            assert client.get(f"{address}/approvals").status_code == 200
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"http://localhost:{where.port}/health")


STDIO = """
import sys
sys.argv = ["trivium", "serve"]
from trivium.cli import main
main()
print([name for name in sys.modules if name.startswith(("trivium.access", "trivium.transports.http", "typer"))])
"""


def test_nothing_of_http_is_loaded_over_stdio(installation: Installation) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STDIO],
        env=installation.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert (ended.stdout, ended.stderr) == ("[]\n", "")


def test_a_port_that_is_taken_is_said_so(installation: Installation, host: HttpHost) -> None:
    port = str(urlsplit(host.url).port)
    assert refusal(installation, "--http", "--port", port) == (
        f"trivium: 127.0.0.1 port {port} cannot be listened on (Address already in use)\n"
    )


def test_the_register_is_for_its_owner_only(installation: Installation, token: str) -> None:
    register = installation.home / access.FILE
    assert stat.S_IMODE(os.stat(register).st_mode) == 0o600
    register.chmod(0o666)
    assert refusal(installation, "--http", "--port", "0") == (
        "trivium: access.json can be written by other accounts (chmod 600 access.json)\n"
    )
