"""The page on which people approve: who gets in, what they see, and that each yes lets exactly one run through."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.wire.conftest import Installation
from tests.wire.http_host import Browser, HttpHost, PageHere, grant
from trivium import access
from trivium.access import Role
from trivium.pipeline import Ledger
from trivium.policy import ApprovalLevel
from trivium.testing import Era, Person, error_code, text_of
from trivium.transports.approvals_sessions import FAILURES, LASTS, WINDOW, Attempts, Sessions

pytestmark = pytest.mark.anyio

OUTSIDE = '[tools.pacs_retrieve]\napproval = "outside"\n'
HOSTILE = '<script>alert("1")</script>"><img src=x onerror=alert(2)>&amp;'


@pytest.fixture
def host(installation: Installation) -> Iterator[HttpHost]:
    installation.license()
    grant(installation, "alice")
    with HttpHost(installation) as running:
        yield running


@pytest.fixture
def mary(installation: Installation) -> str:
    return grant(installation, "mary", Role.APPROVER)


@pytest.fixture
def page(installation: Installation) -> Iterator[PageHere]:
    with PageHere(installation) as running:
        yield running


@pytest.fixture
def browser(page: PageHere) -> Iterator[Browser]:
    with page.browser() as one:
        yield one


@pytest.fixture
def visitor(host: HttpHost) -> Iterator[Browser]:
    """A browser at a whole host."""
    with host.browser() as one:
        yield one


def ledger(house: Installation) -> Ledger:
    return Ledger(house.home / "approvals.sqlite3", seconds=600)


def ask(
    house: Installation,
    *facts: str,
    caller: str = "http:alice",
    level: ApprovalLevel = ApprovalLevel.ASK,
) -> str:
    """A question that waits; its code."""
    question = "\n".join(["Allow pacs_retrieve, once?", *facts])
    return ledger(house).open(caller=caller, tool="pacs_retrieve", digest=question, level=level, question=question).code


def decided(house: Installation) -> list[dict[str, Any]]:
    return [record for record in house.audit() if record["event"] == "decided"]


# Deciding.


async def test_a_run_approved_on_the_page_happens_exactly_once(
    installation: Installation, host: HttpHost, visitor: Browser, mary: str, era: Era
) -> None:
    alice = grant(installation, "alice")
    async with host.client(alice, era) as client:
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_required"
        (code,) = visitor.log_in(mary).codes
        for fact in ("asked by http:alice", installation.study.uid, "WORKSTATION", "instances 20", "series 1"):
            assert fact in visitor.text
        visitor.decide(code, "approve")
        assert f"{code} was approved for one run." in visitor.text
        assert "Nothing waits for approval" in visitor.text
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == ""
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_required"
    assert installation.destination.received == 20
    (record,) = decided(installation)
    assert {name: record[name] for name in ("approval", "tool", "approve", "by")} == {
        "approval": code,
        "tool": "pacs_retrieve",
        "approve": True,
        "by": "page:mary",
    }


async def test_a_run_refused_on_the_page_does_not_happen(
    installation: Installation, host: HttpHost, visitor: Browser, mary: str
) -> None:
    async with host.client(grant(installation, "alice")) as client:
        await client.call_tool("pacs_retrieve", installation.retrieve)
        (code,) = visitor.log_in(mary).codes
        assert f"{code} was refused." in visitor.decide(code, "refuse", looked=False).text
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_declined"
    assert installation.destination.received == 0


async def test_where_somebody_else_has_to_approve_neither_client_nor_caller_can(
    installation: Installation, host: HttpHost, visitor: Browser, mary: str, era: Era
) -> None:
    (installation.home / "policy.toml").write_text(OUTSIDE)
    own = grant(installation, "alice", Role.APPROVER)
    person = Person()
    async with host.client(grant(installation, "alice"), era, person) as client:
        refused = await client.call_tool("pacs_retrieve", installation.retrieve)
        assert error_code(refused) == "approval_required"
        assert "needs the approval of somebody else than http:alice, outside this client" in text_of(refused)
        assert person.asked == []
        (code,) = visitor.log_in(own).codes
        assert "This is a call of your own account. Somebody else has to approve it" in visitor.text
        visitor.open(f"/approvals/question/{code}")
        assert "Approve" not in visitor.text
        visitor.submit("/approvals/decide", {**visitor.hidden, "looked": "yes", "decision": "approve"})
        assert visitor.page.status_code == 403
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == "approval_required"
        assert installation.destination.received == 0
        visitor.log_in(mary).decide(code, "approve")
        assert error_code(await client.call_tool("pacs_retrieve", installation.retrieve)) == ""
    assert installation.destination.received == 20
    assert person.asked == []


async def test_a_yes_at_the_client_ends_when_the_policy_then_wants_somebody_else(
    installation: Installation, host: HttpHost
) -> None:
    class Slow(Person):
        async def __call__(self, context: Any, params: Any) -> Any:
            (installation.home / "policy.toml").write_text(OUTSIDE)
            return await super().__call__(context, params)

    async with host.client(grant(installation, "alice"), "2026-07-28", Slow()) as client:
        refused = await client.call_tool("pacs_retrieve", installation.retrieve)
    assert error_code(refused) == "approval_required"
    assert installation.destination.received == 0


def test_a_yes_needs_a_look_and_a_tick(installation: Installation, browser: Browser, mary: str) -> None:
    code = ask(installation)
    browser.log_in(mary).decide(code, "approve", looked=False)
    assert browser.page.status_code == 400
    assert "Look first, and tick the box." in browser.text
    assert len(ledger(installation).waiting()) == 1
    browser.submit("/approvals/decide", {**browser.hidden, "looked": "yes"})
    assert browser.page.status_code == 400
    assert len(ledger(installation).waiting()) == 1


def test_what_somebody_else_has_decided_is_not_decided_again(
    installation: Installation, browser: Browser, mary: str
) -> None:
    code = ask(installation)
    browser.log_in(mary).open(f"/approvals/question/{code}")
    form = {**browser.hidden, "looked": "yes", "decision": "approve"}
    ledger(installation).decide(code, approve=False, by="console:root")
    assert browser.submit("/approvals/decide", form).page.status_code == 409
    assert "This question waits no longer" in browser.text
    for unknown in (code, "AAAA-AAAA", "%3Cscript%3E"):
        assert browser.open(f"/approvals/question/{unknown}").page.status_code == 404
        assert "script" not in browser.page.text


# What it shows.


def test_a_hostile_value_is_text_like_any_other(installation: Installation, browser: Browser, mary: str) -> None:
    code = ask(installation, f"destination_ae_title: {HOSTILE}", f"{HOSTILE}: 1", caller=f"http:{HOSTILE}")
    browser.log_in(mary)
    for path in ("/approvals", f"/approvals/question/{code}"):
        page = browser.open(path).page.text
        assert "<script" not in page
        assert "<img" not in page
        assert page.count("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&quot;&gt;&lt;img src=x") == 3
        assert "onerror=alert(2)&gt;&amp;amp;" in page


def test_nothing_on_the_page_comes_from_elsewhere_or_runs(
    installation: Installation, page: PageHere, mary: str
) -> None:
    code = ask(installation)
    with page.browser() as browser:
        browser.open()
        pages = [browser.page, browser.log_in(mary).page, browser.open(f"/approvals/question/{code}").page]
        style = browser.open("/approvals/style.css").page
    for one in pages:
        assert set(re.findall(r'(?:href|src|action)="([^"]*)"', one.text)) <= {
            "/approvals",
            "/approvals?still",
            "/approvals/style.css",
            "/approvals/login",
            "/approvals/logout",
            "/approvals/decide",
            f"/approvals/question/{code}",
        }
        assert one.headers["cache-control"] == "no-store"
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text
    assert "@import" not in style.text
    for one in (*pages, style):
        headers = one.headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers


def test_the_list_refreshes_unless_it_is_held_still_and_a_question_never_does(
    installation: Installation, browser: Browser, mary: str
) -> None:
    code = ask(installation)
    assert 'http-equiv="refresh" content="15"' in browser.log_in(mary).page.text
    assert 'http-equiv="refresh"' not in browser.open("/approvals?still").page.text
    assert 'http-equiv="refresh"' not in browser.open(f"/approvals/question/{code}").page.text


# Who gets in.


def test_nobody_sees_or_decides_anything_without_logging_in(installation: Installation, browser: Browser) -> None:
    code = ask(installation, "instances: 20")
    for path in ("/approvals", f"/approvals/question/{code}"):
        browser.open(path)
        assert "Log in to approve" in browser.text
        assert code not in browser.page.text
        assert "instances" not in browser.page.text
    browser.submit("/approvals/decide", {"code": code, "decision": "approve", "looked": "yes", "csrf": ""})
    assert browser.page.status_code == 403
    assert len(ledger(installation).waiting()) == 1


def test_a_callers_secret_does_not_open_the_page(installation: Installation, browser: Browser, mary: str) -> None:
    for secret in (grant(installation, "alice"), "trv_wrong", "", mary.lower(), mary + "x"):
        assert browser.log_in(secret).page.status_code == 403
        assert "This secret does not open this page." in browser.text
    assert "Nothing waits for approval" in browser.log_in(f" {mary}\n").text


def test_the_cookie_is_for_this_page_alone(page: PageHere, browser: Browser, mary: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = httpx2.post(f"{page.url}/approvals/login", data={"secret": mary}, headers=headers)
    assert answer.status_code == 303
    name, *attributes = answer.headers["set-cookie"].split("; ")
    port = page.url.rpartition(":")[2]
    assert re.fullmatch(rf"trivium-{port}=[A-Za-z0-9_-]{{43}}", name)
    assert set(attributes) == {"HttpOnly", "Max-Age=1800", "Path=/approvals", "SameSite=strict"}
    assert mary not in name


def test_behind_a_proxy_that_speaks_tls_the_cookie_goes_over_tls_alone(installation: Installation) -> None:
    mary = grant(installation, "mary", Role.APPROVER)
    installation.settings["TRIVIUM_HTTP__BEHIND_PROXY"] = "true"
    installation.settings["TRIVIUM_HTTP__ALLOWED_HOSTS"] = "trivium.example.org"
    with HttpHost(installation) as host:
        port = _port_of(host)
        answer = httpx2.post(
            f"http://127.0.0.1:{port}/approvals/login",
            data={"secret": mary},
            headers={"Host": "trivium.example.org", "Origin": "https://trivium.example.org"},
        )
    assert answer.status_code == 303
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-trivium=")  # the port of the scheme stands in no Host header
    assert set(attributes) == {"HttpOnly", "Max-Age=1800", "Path=/", "SameSite=strict", "Secure"}


def test_two_hosts_of_one_machine_do_not_log_each_others_approvers_out(
    installation: Installation, browser: Browser, mary: str
) -> None:
    with PageHere(installation) as second, second.browser() as there:
        there.client.cookies = browser.client.cookies  # one browser, which knows no ports
        browser.log_in(mary)
        there.log_in(mary)
        for one in (browser, there):
            assert "Nothing waits for approval" in one.open().text


def test_who_logs_in_again_is_there_once_and_never_under_a_cookie_that_was_given(
    page: PageHere, browser: Browser, mary: str
) -> None:
    port = page.url.rpartition(":")[2]
    browser.client.cookies.set(f"trivium-{port}", "chosen-by-somebody", path="/approvals", domain="127.0.0.1")
    browser.log_in(mary)
    (first,) = browser.client.cookies.jar
    assert first.value != "chosen-by-somebody"
    browser.submit("/approvals/login", {"secret": mary})
    with page.browser() as thief:
        thief.client.cookies.set(first.name, first.value or "", path="/approvals", domain="127.0.0.1")
        assert "Log in to approve" in thief.open().text
    assert "Nothing waits for approval" in browser.open().text


def test_a_form_that_never_ends_is_not_waited_for(
    page: PageHere, browser: Browser, mary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trivium.transports.approvals_page.SLOWEST", 0.1)
    where = urlsplit(page.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        head = f"POST /approvals/login HTTP/1.1\r\nHost: {where.netloc}\r\nSec-Fetch-Site: same-origin\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\nsecret=trv_".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert "Nothing waits for approval" in browser.log_in(mary).text


def test_who_logs_out_or_loses_access_is_out_at_once(installation: Installation, browser: Browser, mary: str) -> None:
    browser.log_in(mary).submit("/approvals/logout", {"csrf": "x"})
    assert browser.page.status_code == 403
    browser.open().submit("/approvals/logout", browser.hidden)
    assert "Log in to approve" in browser.text
    assert "Log in to approve" in browser.open().text
    code = ask(installation)
    browser.log_in(mary).open(f"/approvals/question/{code}")
    form = {**browser.hidden, "looked": "yes", "decision": "approve"}
    access.withdraw(installation.home / access.FILE, "mary")
    assert browser.submit("/approvals/decide", form).page.status_code == 403
    assert "Log in to approve" in browser.open().text
    assert len(ledger(installation).waiting()) == 1


def test_a_form_that_another_page_sends_decides_nothing(
    installation: Installation, page: PageHere, browser: Browser, mary: str
) -> None:
    code = ask(installation)
    browser.log_in(mary).open(f"/approvals/question/{code}")
    form = {**browser.hidden, "looked": "yes", "decision": "approve"}
    own = page.url
    for headers in (
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": f"{own}.evil.example"},
        {"Origin": own, "Sec-Fetch-Site": "cross-site"},
        {"Origin": own, "Sec-Fetch-Site": "same-site"},
        {"Origin": own, "Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ):
        assert browser.submit("/approvals/decide", form, headers).page.status_code == 403
        assert browser.submit("/approvals/login", {"secret": mary}, headers).page.status_code == 403
    with page.browser() as another:
        other = another.log_in(mary).open(f"/approvals/question/{code}").hidden["csrf"]
    for csrf in ("", "x", other, form["csrf"][:-1]):
        assert browser.submit("/approvals/decide", {**form, "csrf": csrf}).page.status_code == 403
    assert len(ledger(installation).waiting()) == 1
    browser.submit("/approvals/decide", form, {"Origin": own})
    assert browser.page.status_code == 200
    assert ledger(installation).waiting() == []


def test_decisions_are_sent_by_forms_only(installation: Installation, browser: Browser, mary: str) -> None:
    code = ask(installation)
    browser.log_in(mary)
    assert browser.open(f"/approvals/decide?code={code}&decision=approve&looked=yes").page.status_code == 405
    assert len(ledger(installation).waiting()) == 1


def test_wrong_secrets_are_slowed_down(installation: Installation, browser: Browser, mary: str) -> None:
    for _ in range(FAILURES):
        assert browser.log_in("trv_wrong").page.status_code == 403
    assert browser.log_in(mary).page.status_code == 429
    assert 1 <= int(browser.page.headers["retry-after"]) <= WINDOW + 1


def test_a_damaged_register_or_ledger_is_said_without_detail(
    installation: Installation, host: HttpHost, visitor: Browser, mary: str
) -> None:
    code = ask(installation)
    visitor.log_in(mary).open(f"/approvals/question/{code}")
    form = {**visitor.hidden, "looked": "yes", "decision": "approve"}
    (installation.home / "approvals.sqlite3").write_text("not a ledger")
    for page in (visitor.submit("/approvals/decide", form), visitor.open()):
        assert page.page.status_code == 503
        assert "The ledger of approvals cannot be used" in page.text
    (installation.home / access.FILE).write_text("{")
    assert visitor.open().page.status_code == 503
    assert "Nobody can log in just now" in visitor.text
    complaints = host.stop()
    assert "approvals.sqlite3 is not a ledger of approvals" in complaints
    assert "access.json, line 1: is not JSON" in complaints


# Sessions.


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def entry(name: str = "mary") -> access.Entry:
    return access.Entry(name=name, role=Role.APPROVER, sha256="0" * 64, made=0, expires=None)


def test_a_session_ends_half_an_hour_after_the_last_decision() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    cookie, session = sessions.begin(entry())
    clock.now += LASTS - 1
    assert sessions.of(cookie) is session
    sessions.prolong(session)
    clock.now += LASTS - 1
    assert sessions.of(cookie) is session
    clock.now += 1
    assert sessions.of(cookie) is None
    clock.now -= LASTS
    assert sessions.of(cookie) is None


def test_sessions_have_their_own_cookies_and_tokens_and_are_bounded() -> None:
    sessions = Sessions(Clock())
    begun = [sessions.begin(entry()) for _ in range(1001)]
    assert len({cookie for cookie, _ in begun} | {session.csrf for _, session in begun}) == 2002
    assert sessions.of(begun[0][0]) is None
    assert sessions.of(begun[1][0]) is begun[1][1]
    assert not begun[1][1].accepts(begun[2][1].csrf)
    assert not begun[1][1].accepts("\udcff")


def test_an_address_waits_for_its_own_failures_only_and_not_for_ever() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(FAILURES):
        assert attempts.wait("10.0.0.1") == 0
        attempts.failed("10.0.0.1")
        clock.now += 1
    assert attempts.wait("10.0.0.1") == WINDOW - FAILURES
    assert attempts.wait("10.0.0.2") == 0
    clock.now += WINDOW - FAILURES
    assert attempts.wait("10.0.0.1") == 0


def _port_of(host: HttpHost) -> int:
    """Behind a proxy the address that the host tells is the proxy's, so the port is looked up in the system."""
    inodes: set[str] = set()
    for link in Path(f"/proc/{host.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # the host closes files while this looks at them
            inodes.add(link.readlink().name.removeprefix("socket:[").removesuffix("]"))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in inodes:
            return int(fields[1].rpartition(":")[2], 16)
    raise AssertionError("the host listens nowhere")
