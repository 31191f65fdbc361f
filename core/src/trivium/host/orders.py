"""Text in a definition that gives a model orders, where it should say what the tool does.

A sieve for the crude, after what has been seen in the wild: a description that overrides, keeps secrets, pushes itself
forward or carries data off. It knows phrases, not meanings; what gets past it is still shown by the lock when it
changes, and no description opens a gate of this host. A phrase is looked for in the text as it reads
(`trivium.host.hidden.folded`), so that neither letters of another alphabet nor line breaks part it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from trivium.host.hidden import visible


@dataclass(frozen=True, slots=True)
class _Order:
    says: str
    """What the text does."""
    words: tuple[str, ...]
    pattern: str
    and_words: tuple[str, ...] = ("",)
    """Without one of the words and one of these it cannot be there. Most starts compile no pattern at all."""

    def found_in(self, plain: str) -> re.Match[str] | None:
        """Lines are texts of their own: words of two of them are no order."""
        if not (_has_one(self.words, plain) and _has_one(self.and_words, plain)):
            return None
        lines = [line for line in plain.split("\n") if _has_one(self.words, line) and _has_one(self.and_words, line)]
        return next(filter(None, (re.search(self.pattern, line) for line in lines)), None)


def _has_one(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


_PEOPLE: Final = r"(?:user|users|human|humans|operator|person|people|anyone|anybody|them)\b"
_DATA: Final = (
    r"(?:~/\.?(?:ssh|aws|gnupg|cursor|kube|docker|netrc|config|env)\b|/etc/(?:passwd|shadow)|\bid_rsa\b|\.ssh\b|\.env\b"
    r"|mcp\.json|system prompt|(?:chat|conversation|message) history|previous messages"
    r"|(?:this|the|whole|full|entire|complete|our) (?:chat|conversation)\b)"
)

ORDERS: Final = (
    _Order(
        "tells a model to disregard what it was told",
        ("ignore", "disregard", "forget", "override"),
        r"\b(?:ignore|disregard|forget|override)\b(?: \w+){0,4} (?:instructions?|prompts?|guidelines?|guardrails?)\b"
        r"|\b(?:ignore|disregard|forget)\b(?: \w+){0,2} (?:previous|prior|earlier|above|preceding)"
        r" (?:messages?|rules?|context|directions?|text|conversation)\b"
        r"|\b(?:ignore|disregard|forget) (?:everything|anything|all)(?: \w+){0,3}"
        r" (?:before|above|said|told|previously)\b",
        ("instruction", "prompt", "guideline", "guardrail", "previous", "prior", "earlier", "above", "preceding",
         "before", "said", "told"),
    ),
    _Order(
        "tells a model to keep something from people",
        ("tell", "mention", "inform", "reveal", "disclos", "notify", "warn", "alert"),
        r"\b(?:do not|don't|dont|never|must not|should not|cannot|can't|without|avoid) (?:ever )?"
        r"(?:tell|telling|mention|mentioning|inform|informing|reveal|revealing|disclose|disclosing|notify|notifying|warn"
        r"|warning|alert|alerting)\b(?: (?:this|it|that|anything|any of this|the (?:call|result|fact|step|tool))){0,2}"
        rf"(?: to| about)?(?: the| any| your)? {_PEOPLE}"
        r"|\b(?:do not|don't|dont|never) mention (?:this|that you|the (?:call|tool|step|note))\b",
        ("do not ", "don't ", "dont ", "never ", "must not ", "should not ", "cannot ", "can't ", "without ", "avoid "),
    ),
    _Order(
        "tells a model to keep something from people",
        ("secret", "covert", "silently", "keep ", "hide ", "conceal "),
        r"\b(?:secretly|covertly)\b"
        r"|\bsilently (?:call|send|forward|include|append|read|pass|collect|run|use|add)\b"
        r"|\bkeep (?:this|it|that|these)(?: \w+){0,2} (?:secret|hidden|confidential|silent)\b"
        rf"|\b(?:hide|conceal) (?:this|it|these|that|the \w+)(?: \w+){{0,3}} from (?:the |any |your )?{_PEOPLE}",
    ),
    _Order(
        "imitates the marks around a prompt",
        ("<", "[inst", "[/inst", "[sys", "[/sys", "##", "system prompt", "developer ", "instruction", "prompt:"),
        r"</?\s*(?:important|critical|system|instructions?|assistant|prompt|tool_?calls?|function_?calls?|thinking)"
        r"\s*/?>(?!\s*\|)|<\|[a-z_ ]{1,30}\|>|\[/?(?:inst|sys)\]|<</?sys>>"
        r"|#{2,} ?(?:system|instructions?)\b|\b(?:new|updated|hidden) (?:system )?(?:instructions?|prompt) ?:"
        r"|\bsystem prompt\b|\bdeveloper (?:prompt|instructions?)\b",
        ("important", "critical", "system", "instruction", "assistant", "prompt", "call", "thinking", "|>", "inst]",
         "sys]", "sys>"),
    ),
    _Order(
        "pushes itself in front of other tools",
        ("must ", "always ", "have to ", "has to ", "need to ", "required to ", "before "),
        r"\b(?:must|always|have to|has to|need to|required to)(?: \w+){0,2} (?:call|invoke|run|use|execute|prefer)"
        r" (?:this|it|me)\b.{0,40}"
        r"\b(?:first|before|every|each time|whenever|regardless|no matter|instead|for any|for all)\b"
        r"|\bbefore (?:you )?(?:use|using|call|calling|run|running|invoke|invoking|answer|answering)"
        r" (?:any|every|all|another|the)(?: other)? (?:tools?|questions?|requests?|users?)\b"
        r"|\bbefore (?:any|every|all) other tools?\b|\bbefore doing anything\b",
        (" this", " it ", " me ", "tool", "question", "request", "user", "doing anything"),
    ),
    _Order(
        "pushes itself in front of other tools",
        ("other tool", "prefer this", "prefer it", "this tool replaces", "this tool supersedes"),
        r"\b(?:instead of|rather than|in place of) (?:using |calling )?(?:any|all|every|the) other tools?\b"
        r"|\bprefer (?:this|it)(?: tool)? (?:over|to) (?:any|all|every|other|the other)\b"
        r"|\bthis tool (?:replaces|supersedes) (?:any|all|every|other|the other)\b"
        r"|\b(?:do not|don't|never) (?:use|call|run|invoke) (?:any )?other tools?\b",
    ),
    _Order(
        "tells a model to hand over what the tool has no use for",
        ("~/", "/etc/", "id_rsa", ".ssh", ".env", "mcp.json", "system prompt", "history", "previous messages", " chat",
         "conversation"),
        r"\b(?:read|open|send|include|pass|copy|append|forward|attach|upload|post|cat|fetch|collect|paste|put|summarize"
        rf"|add|repeat|print|output)\b.{{0,60}}{_DATA}",
    ),
    _Order(
        "tells a model to send something to an address",
        ("http:", "https:", "ftp:", "www.", "@"),
        r"\b(?:send|post|upload|forward|submit|transmit|exfiltrate|leak|e-?mail|mail|copy|report|append|deliver|bcc|cc)\b"
        r"(?:(?!e\.g\.|such as|for example|\blike\b|\().){0,60}"
        r"(?:(?:https?|ftp)://|www\.|[\w.+-]+@)(?![\w.-]*\b(?:example|localhost|invalid|test)\b|127\.0\.0\.1)[\w-]+\.[a-z\d]"
        r"|!\[[^\]]{0,80}\]\(\s*https?:",
    ),
    _Order(
        "tells a model who it is or how to behave",
        ("you are now", "from now on", "jailbreak", "developer mode"),
        r"\byou are now\b|\bfrom now on,? (?:you|always|never)\b|\bjailbreak|\bdeveloper mode\b",
    ),
    _Order(
        "tells a model who it is or how to behave",
        ("important", "attention", "warning", "instruction", "order"),
        r"\b(?:important|attention|warning|instructions?|orders?) (?:to|for) (?:the |any |all )?"
        r"(?:ai|llm|language model|model|assistant|agent)s?\b",
        ("to ai", "for ai", "llm", "model", "assistant", "agent"),
    ),
    _Order(
        "claims or gives an approval",
        ("approv", "confirm", "consent", "authoriz", "agreed", "permission"),
        r"\b(?:has|have) already (?:approved|consented|agreed|authorized|confirmed)\b"
        r"|\bauto-?approve|\bapprove (?:it |this |everything |all |every \w+ )?(?:automatically|without)\b"
        r"|\b(?:do not|don't|never|no need to) (?:ask|wait) for (?:approval|confirmation|consent|permission)\b",
        ("already", "auto", "without", "ask for", "wait for"),
    ),
)  # fmt: skip

_AGAINST: Final = (
    r"\b(?:instead of|rather than|in place of|replaces|supersedes)(?: using| calling| the| tool)* (?P<in_place>NAME)\b"
    r"|\b(?:do not|don't|never|stop|avoid|no longer) (?:use|using|call|calling|run|invoke)(?: the| tool)*"
    r" (?P<not_used>NAME)\b"
    r"|\b(?P<bad>NAME)(?: tool)? (?:is|was|has been)(?: now)? (?:deprecated|obsolete|broken|unsafe|insecure|disabled"
    r"|replaced|unreliable|outdated|retired|removed)\b"
)

LONG_WORD: Final = 60
"""Characters. Base64 of 45 bytes; the longest real words, UIDs and paths stay below or are no base64."""


def order_in(plain: str, others: Collection[str] = ()) -> str:
    """What is wrong with a folded text, with the words that say so; empty if nothing is.

    `others` are the tools of other plugins.
    """
    for order in ORDERS:
        if found := order.found_in(plain):
            return f"{order.says} ({_quoted(found)})"
    if any(name in plain for name in others) and (found := _against(tuple(sorted(others))).search(plain)):
        return f"talks a model out of {found[found.lastgroup or 0]} ({_quoted(found)})"
    return ""


@lru_cache(maxsize=16)
def _against(names: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all tools of other plugins: the same for each tool of a plugin, and dear to make."""
    return re.compile(_AGAINST.replace("NAME", "|".join(map(re.escape, names))))


def _quoted(found: re.Match[str]) -> str:
    text = visible(found.group())
    return f"'{text}'" if len(text) <= 60 else f"'{text[:60]}...'"


def unreadable(text: str) -> bool:
    """Whether a text has a word that no person can read: long, and of letters in both cases and digits."""
    return len(text) >= LONG_WORD and any(
        len(word) >= LONG_WORD
        and re.search(rf"[A-Za-z0-9+/_-]{{{LONG_WORD}}}", word)
        and not (word.islower() or word.isupper())
        for word in text.split()
    )
