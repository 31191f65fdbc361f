"""What the approvals page looks like. Every value goes through `html.escape`; the page has no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template
from typing import Final

from trivium.pipeline.ledger import Approval
from trivium.policy import ApprovalLevel

PATH: Final = "/approvals"
REFRESH: Final = 15
"""Seconds after which the list loads again. A single question never does: nobody's tick gets lost."""

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
$refresh<title>$title</title>
<link rel="stylesheet" href="/approvals/style.css">
</head>
<body>
<header>
<p class="name"><a href="/approvals">Trivium <span>approvals</span></a></p>
$who</header>
<main>
$body</main>
</body>
</html>
""")

_WHO: Final = Template("""<form method="post" action="/approvals/logout">
<input type="hidden" name="csrf" value="$csrf">
<span class="who">$name</span>
<button class="quiet">Log out</button>
</form>
""")

_LOGIN: Final = Template("""<section class="login">
<h1>Log in to approve</h1>
$problem<form method="post" action="/approvals/login">
<label for="secret">Your secret</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus
 spellcheck="false" aria-describedby="hint">
<p id="hint" class="hint">It begins with <code>trv_</code>. Whoever runs this host makes one with
 <code>trivium access grant</code>.</p>
<button class="yes">Log in</button>
</form>
</section>
""")

_LIST: Final = Template("""<h1>$title</h1>
$news$questions<p class="foot">$refresh</p>
""")

_CARD: Final = Template("""<article>
<h2>$what</h2>
<p class="meta"><span>asked by <b>$caller</b></span> <span>$age</span> <span>$left</span></p>
$facts$mark<p class="go"><a class="button$weight" href="/approvals/question/$code" aria-label="$invitation, $code">
$invitation</a> <span class="code">$code</span></p>
</article>
""")

_QUESTION: Final = Template("""<p class="back"><a href="/approvals">All questions</a></p>
<h1>$what</h1>
$problem<p class="meta"><span>asked by <b>$caller</b></span> <span>$age</span> <span>$left</span>
 <span class="code">$code</span></p>
$facts$mark<form method="post" action="/approvals/decide" class="decide">
<input type="hidden" name="csrf" value="$csrf">
<input type="hidden" name="code" value="$code">
$tick<div class="buttons">
$approve<button class="no" name="decision" value="refuse" formnovalidate>Refuse</button>
</div>
</form>
<p class="foot">A yes is good for this one run, with exactly these values, while the question is open.</p>
""")

_TICK: Final = """<label class="tick"><input type="checkbox" name="looked" value="yes" required>
<span>I have looked at what moves where.</span></label>
"""
_APPROVE: Final = '<button class="yes" name="decision" value="approve">Approve this one run</button>\n'
_OWN: Final = (
    '<p class="mark">This is a call of your own account. Somebody else has to approve it; you can refuse it.</p>\n'
)


def login(problem: str = "") -> str:
    return _page("Log in", _LOGIN.substitute(problem=_problem(problem)))


def waiting(approvals: Iterable[Approval], *, who: str, csrf: str, news: str, now: float, refreshing: bool) -> str:
    """The list of everything that waits."""
    cards = [_card(approval, who, now) for approval in approvals]
    title = "Nothing waits for approval" if not cards else f"{len(cards)} waiting for a decision"
    body = _LIST.substitute(
        title=title,
        news=f'<p class="news" role="status">{escape(news)}</p>\n' if news else "",
        questions="".join(cards) or '<p class="empty">Questions appear here by themselves.</p>\n',
        refresh=f'This list loads again every {REFRESH} seconds. <a href="{PATH}?still">Hold it still</a>'
        if refreshing
        else f'This list stands still. <a href="{PATH}">Load it again, and keep it fresh</a>',
    )
    return _page(title, body, who=who, csrf=csrf, refreshing=refreshing)


def question(approval: Approval, *, who: str, csrf: str, now: float, problem: str = "") -> str:
    """One question, with the ways to answer it."""
    allowed = approval.may_be_approved_by(who)
    body = _QUESTION.substitute(
        _words(approval, now),
        csrf=escape(csrf),
        problem=_problem(problem),
        mark=_mark(approval, who),
        tick=_TICK if allowed else "",
        approve=_APPROVE if allowed else "",
    )
    return _page(f"Decide on {approval.code}", body, who=who, csrf=csrf)


def gone(*, who: str, csrf: str, problem: str) -> str:
    """In place of a question that is no more, or an answer that did not count."""
    body = f'<p class="back"><a href="{PATH}">All questions</a></p>\n<h1>Nothing was decided</h1>\n{_problem(problem)}'
    return _page("Nothing was decided", body, who=who, csrf=csrf)


def trouble(problem: str) -> str:
    """A page for somebody who is not logged in, or when the host itself is at fault."""
    return _page("Not now", f"<h1>Not now</h1>\n{_problem(problem)}")


def _page(title: str, body: str, *, who: str = "", csrf: str = "", refreshing: bool = False) -> str:
    return _PAGE.substitute(
        title=f"{escape(title)} - Trivium approvals",
        refresh=f'<meta http-equiv="refresh" content="{REFRESH}">\n' if refreshing else "",
        who=_WHO.substitute(csrf=escape(csrf), name=escape(who.partition(":")[2])) if who else "",
        body=body,
    )


def _card(approval: Approval, who: str, now: float) -> str:
    mine_to_decide = approval.may_be_approved_by(who)
    return _CARD.substitute(
        _words(approval, now),
        mark=_mark(approval, who),
        invitation="Look and decide" if mine_to_decide else "Look",
        weight=" yes" if mine_to_decide else "",
    )


def _words(approval: Approval, now: float) -> dict[str, str]:
    """What both the list and the single question say. The first line of a question asks, each other is one fact."""
    first, *facts = approval.question.split("\n")
    rows = "".join(_row(fact) for fact in facts)
    return {
        "what": escape(first),
        "caller": escape(approval.caller),
        "age": f"{_span(now - approval.opened)} ago",
        "left": f"open for {_span(approval.expires - now)} more",
        "facts": f"<table><tbody>\n{rows}</tbody></table>\n" if rows else "",
        "code": escape(approval.code),
    }


def _row(fact: str) -> str:
    name, _, value = fact.partition(":")
    return (
        f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td dir="auto">{escape(value.strip())}</td></tr>\n'
    )


def _mark(approval: Approval, who: str) -> str:
    if not approval.may_be_approved_by(who):
        return _OWN
    if approval.level is ApprovalLevel.OUTSIDE:
        return '<p class="hint">By this host\'s policy somebody else than the caller decides.</p>\n'
    return ""


def _problem(words: str) -> str:
    return f'<p class="problem" role="alert">{escape(words)}</p>\n' if words else ""


def _span(seconds: float) -> str:
    """A stretch of time as a person says it."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} {'second' if whole == 1 else 'seconds'}"
    minutes = whole // 60
    if minutes < 120:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    return f"{minutes // 60} hours"
