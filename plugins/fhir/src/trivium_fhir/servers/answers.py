"""What a server's answer says: the resource in it, or the error that its status is."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from trivium.api import NotFound, PeerFailed, PeerRejected, PeerUnavailable, Problem, TooLarge
from trivium_fhir.phi.places import words
from trivium_fhir.servers.problems import AnswerProblem, StatusProblem

if TYPE_CHECKING:
    from trivium_fhir.servers.net.exchange import Reply

MOST_LEVELS: Final = 64
ISSUE_CODES: Final = words(
    """invalid structure required value invariant security login unknown expired forbidden suppressed processing
    not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
    conflict transient lock-error no-store exception timeout incomplete throttled informational"""
)
"""R4 value set issue-type: what an error may repeat of an OperationOutcome."""
_LONGEST_WAIT: Final = 86_400
_UNSAID_WAIT: Final = 5
_CHARSET: Final = re.compile(r"""charset\s*=\s*"?utf-?8"?""", re.IGNORECASE)
_STATUS: Final[dict[int, tuple[type[NotFound | PeerRejected], Problem]]] = {
    400: (PeerRejected, StatusProblem.BAD_REQUEST),
    401: (PeerRejected, StatusProblem.UNAUTHORIZED),
    403: (PeerRejected, StatusProblem.FORBIDDEN),
    404: (NotFound, StatusProblem.NOT_FOUND),
    405: (PeerRejected, StatusProblem.NOT_ALLOWED),
    406: (PeerRejected, StatusProblem.NOT_ALLOWED),
    409: (PeerRejected, StatusProblem.CONFLICT),
    410: (NotFound, StatusProblem.GONE),
    412: (PeerRejected, StatusProblem.PRECONDITION),
    415: (PeerRejected, StatusProblem.NOT_ALLOWED),
    422: (PeerRejected, StatusProblem.UNPROCESSABLE),
    501: (PeerRejected, StatusProblem.NOT_ALLOWED),
}


def resource_of(reply: Reply, where: str, *types: str) -> dict[str, Any]:
    """The resource in an answer, of one of these types. Raises `ToolFailure` for any other answer."""
    if reply.status not in (200, 201):
        raise_status(reply, where)
    found = json_of(reply, where)
    if not isinstance(found, dict) or found.get("resourceType") not in types:
        raise PeerFailed(where=where, problem=AnswerProblem.NOT_FHIR)
    return found


def json_of(reply: Reply, where: str) -> Any:
    """The JSON of an answer. Raises `PeerFailed` or `TooLarge`."""
    kind = reply.headers.get("content-type", "").lower()
    media = kind.partition(";")[0].strip()
    if media in ("text/html", "application/xhtml+xml"):
        raise PeerFailed(where=where, problem=AnswerProblem.HTML)
    if media != "application/json" and not media.endswith("+json"):
        raise PeerFailed(where=where, problem=AnswerProblem.NOT_JSON)
    if "charset" in kind and not _CHARSET.search(kind):
        raise PeerFailed(where=where, problem=AnswerProblem.NOT_JSON)
    found = parsed(reply.body)
    if found is _BAD:
        raise PeerFailed(where=where, problem=AnswerProblem.BAD_JSON)
    if found is _DEEP or is_deeper(found, MOST_LEVELS):
        raise TooLarge(where=where, problem=AnswerProblem.TOO_DEEP, limit=MOST_LEVELS)
    return found


_BAD: Final = object()
_DEEP: Final = object()


def parsed(body: bytes | str) -> Any:
    """JSON with decimals as they are written; `_BAD` or `_DEEP` where it cannot be read."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        return _DEEP
    except ValueError:  # also of bytes that are not UTF-8, and of numbers with thousands of digits
        return _BAD


def is_unreadable(found: object) -> bool:
    return found is _BAD or found is _DEEP


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def is_deeper(value: Any, limit: int) -> bool:
    """Whether objects and lists stand in one another more than `limit` deep."""
    level = [value]
    for _ in range(limit + 1):
        inner = (
            [
                one
                for item in level
                for one in (item.values() if isinstance(item, dict) else item)
                if isinstance(one, dict | list)
            ]
            if level and isinstance(level[0], dict | list)
            else []
        )
        if not inner:
            return False
        level = inner
    return True


def raise_status(reply: Reply, where: str) -> NoReturn:
    """The error that a status is, with the issue codes that the server gives. Its own words are never in it."""
    codes = issue_codes(reply)
    place = f"{where} (issue {', '.join(codes)})" if codes else where
    if reply.status in _STATUS:
        failure, problem = _STATUS[reply.status]
        raise failure(where=place, problem=problem, status=reply.status)
    if reply.status in (429, 503):
        problem = StatusProblem.THROTTLED if reply.status == 429 else StatusProblem.UNAVAILABLE
        raise PeerUnavailable(where=place, problem=problem, seconds=wait_of(reply))
    if 300 <= reply.status < 400:
        raise PeerFailed(where=place, problem=AnswerProblem.REDIRECT)
    problem = StatusProblem.SERVER_ERROR if reply.status >= 500 else StatusProblem.OTHER
    raise PeerFailed(where=place, problem=problem, status=reply.status)


def wait_of(reply: Reply) -> float:
    """Retry-After in seconds (RFC 9110 10.2.3), as a number or a date; a few where it is not said."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_WAIT)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return _UNSAID_WAIT
    return float(round(min(max(wait, 0.0), _LONGEST_WAIT)))


def issues_of(outcome: Any) -> list[dict[str, Any]]:
    """The issues of an OperationOutcome; none of anything else."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return []
    issues = outcome.get("issue")
    return [one for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []


def issue_codes(reply: Reply) -> list[str]:
    """Codes of R4 issue-type in the answer, each once, in its order."""
    found = [one.get("code") for one in issues_of(parsed(reply.body))]
    return list(dict.fromkeys(code for code in found if isinstance(code, str) and code in ISSUE_CODES))[:5]
