"""The page on which an approver decides what waits: plain forms over HTTP, no script.

Approvers log in with their secret on a form and get a session cookie, rather than HTTP Basic: a session can be ended,
the secret travels once and is not kept by the browser for every later request, and a cookie with `SameSite=Strict` is
not sent along when another site makes the browser ask, as Basic credentials are. Against requests that another page
forges there are three more things: the `Host` has to be one of ours, the browser has to say that the form came from
here (`Sec-Fetch-Site`, `Origin`), and each form carries a token of its session.

Deciding takes two steps. The list loads again by itself and has no tick to lose; a question on its own stands still,
and a yes there needs a tick.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, Literal
from urllib.parse import parse_qsl

from anyio import fail_after, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from trivium.access import AccessFault, People, Role
from trivium.pipeline.ledger import Approval, Ledger, Verdict
from trivium.pipeline.ledger_file import LedgerFault
from trivium.transports import approvals_html as html
from trivium.transports.approvals_sessions import LASTS, Attempts, Session, Sessions

log = logging.getLogger("trivium.approvals")

LARGEST: Final = 8192
"""Bytes of a form: all of ours are far smaller."""
SLOWEST: Final = 10.0
"""Seconds that a form may take to arrive. Nobody has to log in to send one."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

NOT_WAITING: Final = "This question waits no longer: it has expired, or somebody has decided already."
OWN_CALL: Final = "This is a call of your own account: somebody else has to approve it."
FOREIGN: Final = "This form did not come from this page, or your login has ended. Nothing was decided."

Handler = Callable[[Request], Awaitable[Response]]


class _Refused(Exception):
    """The request ends here, with this page."""

    def __init__(self, status: int, page: str, **headers: str) -> None:
        self.response = _answer(page, status, headers)


@dataclass
class ApprovalsPage:
    ledger: Ledger
    people: People
    scheme: Literal["http", "https"]
    """As the browser sees it."""
    hosts: frozenset[str]
    """Values of the `Host` header that are ours, in lower case."""
    proxied: bool = False
    """Whether the last hop of `X-Forwarded-For` was written by our own proxy."""
    sessions: Sessions = field(default_factory=Sessions)
    attempts: Attempts = field(default_factory=Attempts)

    def routes(self) -> list[Route]:
        return [
            Route(html.PATH, self._guarded(self.list), methods=["GET"]),
            Route(f"{html.PATH}/question/{{code}}", self._guarded(self.question), methods=["GET"]),
            Route(f"{html.PATH}/decide", self._guarded(self.decide), methods=["POST"]),
            Route(f"{html.PATH}/login", self._guarded(self.login), methods=["POST"]),
            Route(f"{html.PATH}/logout", self._guarded(self.logout), methods=["POST"]),
            Route(f"{html.PATH}/style.css", _style, methods=["GET"]),
        ]

    # Pages.

    async def list(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _answer(html.login())
        waiting = await to_thread.run_sync(self.ledger.waiting)
        news, session.news = session.news, ""
        return _answer(
            html.waiting(
                waiting,
                who=_by(session),
                csrf=session.csrf,
                news=news,
                now=time.time(),
                refreshing="still" not in request.query_params,
            )
        )

    async def question(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _see_other()
        return await self._question(session, request.path_params["code"])

    async def decide(self, request: Request) -> Response:
        session, form = await self._sent_from_here(request)
        code, decision = form.get("code", ""), form.get("decision")
        if decision not in ("approve", "refuse"):
            return await self._question(session, code, problem="Choose one of the two buttons.", status=400)
        approve = decision == "approve"
        if approve and form.get("looked") != "yes":
            return await self._question(session, code, problem="Look first, and tick the box.", status=400)
        verdict = await to_thread.run_sync(lambda: self.ledger.decide(code, approve=approve, by=_by(session)))
        if verdict is Verdict.OWN_CALL:
            return await self._question(session, code, problem=OWN_CALL, status=403)
        if verdict is Verdict.NOT_WAITING:
            return _answer(html.gone(who=_by(session), csrf=session.csrf, problem=NOT_WAITING), 409)
        self.sessions.prolong(session)
        session.news = f"{code} was {'approved for one run' if approve else 'refused'}."
        return _see_other()

    async def login(self, request: Request) -> Response:
        form = await self._form(request)
        address = self._address(request)
        if wait := self.attempts.wait(address):
            problem = "Too many wrong secrets came from your address. Wait a minute."
            raise _Refused(429, html.login(problem), **{"Retry-After": str(round(wait) + 1)})
        entry = await to_thread.run_sync(self.people.who, form.get("secret", "").strip())
        if entry is None or entry.role is not Role.APPROVER:
            self.attempts.failed(address)
            log.warning("a login to the approvals page was refused")
            raise _Refused(403, html.login("This secret does not open this page."))
        self.sessions.end(self._cookie(request))  # who logs in again is there once
        cookie, _ = self.sessions.begin(entry)
        response = _see_other()
        response.set_cookie(
            self._cookie_name(request),
            cookie,
            max_age=round(LASTS),
            path="/" if self._secure else html.PATH,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        return response

    async def logout(self, request: Request) -> Response:
        await self._sent_from_here(request)
        self.sessions.end(self._cookie(request))
        response = _see_other()
        response.delete_cookie(
            self._cookie_name(request),
            path="/" if self._secure else html.PATH,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        return response

    async def _question(self, session: Session, code: str, *, problem: str = "", status: int = 200) -> Response:
        approval = await self._waiting(code)
        if approval is None:
            return _answer(html.gone(who=_by(session), csrf=session.csrf, problem=NOT_WAITING), 404)
        page = html.question(approval, who=_by(session), csrf=session.csrf, now=time.time(), problem=problem)
        return _answer(page, status)

    async def _waiting(self, code: str) -> Approval | None:
        waiting = await to_thread.run_sync(self.ledger.waiting)
        return next((approval for approval in waiting if approval.code == code), None)

    # Who is there, and from where.

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.headers.get("host", "").lower() not in self.hosts:
                return Response("this host does not go by that name\n", 421, media_type="text/plain")
            try:
                return await handler(request)
            except _Refused as refused:
                return refused.response
            except LedgerFault as fault:
                log.error("the approval ledger cannot be used (%s)", fault)
                return _answer(html.trouble("The ledger of approvals cannot be used; the host's log says why."), 503)
            except AccessFault as fault:
                log.error("nobody can log in: %s", fault)
                return _answer(html.trouble("Nobody can log in just now; the host's log says why."), 503)

        return guarded

    @property
    def _secure(self) -> bool:
        return self.scheme == "https"

    def _cookie_name(self, request: Request) -> str:
        """With the prefix, a browser takes the cookie over TLS only, and from this very host only (RFC 6265bis).

        The port is in it because cookies know none: two hosts of one machine would log each other's approvers out.
        """
        _, colon, port = request.headers["host"].rpartition("]")[2].partition(":")
        return ("__Host-trivium" if self._secure else "trivium") + (f"-{port}" if colon else "")

    def _cookie(self, request: Request) -> str:
        return request.cookies.get(self._cookie_name(request), "")

    async def _session(self, request: Request) -> Session | None:
        """The session of a request, as long as its approver has access. Raises `AccessFault`."""
        cookie = self._cookie(request)
        session = self.sessions.of(cookie)
        if session is not None and not await to_thread.run_sync(self.people.good, session.entry):
            self.sessions.end(cookie)
            return None
        return session

    async def _sent_from_here(self, request: Request) -> tuple[Session, dict[str, str]]:
        """The session and the form, when the form is one of this session's. Raises `_Refused`."""
        form = await self._form(request)
        session = await self._session(request)
        if session is None or not session.accepts(form.get("csrf", "")):
            raise _Refused(403, html.trouble(FOREIGN))
        return session, form

    async def _form(self, request: Request) -> dict[str, str]:
        """The fields of a form that came from a page of this host. Raises `_Refused`."""
        if not self._from_own_page(request):
            raise _Refused(403, html.trouble(FOREIGN))
        body = b""
        try:
            with fail_after(SLOWEST):
                async for part in request.stream():
                    body += part
                    if len(body) > LARGEST:
                        raise _Refused(413, html.trouble("This form is too large."))
            return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10))
        except TimeoutError:
            raise _Refused(408, html.trouble("This form took too long to arrive."), Connection="close") from None
        except (ValueError, ClientDisconnect):
            raise _Refused(400, html.trouble("This form cannot be read.")) from None

    def _from_own_page(self, request: Request) -> bool:
        """Whether the browser says so. Under `no-referrer` it sends `Origin: null` even to where the form came from."""
        own = f"{self.scheme}://{request.headers['host'].lower()}"
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if site is None:
            return origin == own
        return site == "same-origin" and origin in (None, "null", own)

    def _address(self, request: Request) -> str:
        forwarded = request.headers.getlist("x-forwarded-for") if self.proxied else []
        if forwarded:
            return forwarded[-1].rpartition(",")[2].strip()
        return request.client.host if request.client else ""


def _by(session: Session) -> str:
    """As records name the approver."""
    return f"page:{session.entry.name}"


async def _style(_: Request) -> Response:
    css = await to_thread.run_sync(files("trivium.transports").joinpath("approvals.css").read_bytes)
    return Response(css, media_type="text/css", headers={**HEADERS, "Cache-Control": "max-age=3600"})


def _answer(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(page, status, headers={**HEADERS, **(headers or {})})


def _see_other() -> Response:
    return RedirectResponse(html.PATH, 303, headers=HEADERS)
