"""What can go wrong with a FHIR server: closed lists of sentences, each read after a place. None holds a value."""

from __future__ import annotations

from typing import Final

from trivium.api import Problem

SETTING: Final = "TRIVIUM_FHIR__ENDPOINTS"
_UNKNOWN: Final = (
    "; it is not known whether the bundle was applied: do not send it again before somebody has looked at the server, "
    "unless every entry of it is conditional or updates by id, so that a repeat changes nothing"
)


class EndpointProblem(Problem):
    """Why a server cannot be asked at all."""

    UNKNOWN = "is no FHIR server that the operator has set up in " + SETTING
    NONE = "names no FHIR server: the operator has set up none; see " + SETTING
    SECRET_FILE = f"has a file with a secret that cannot be read, or that is empty; nothing was sent; check {SETTING}"
    CA_FILE = f"has a ca_file that cannot be read as PEM certificates; nothing was sent; check {SETTING}"


class LinkProblem(Problem):
    """Why there is no connection. Nothing was sent. It says nothing about what the server holds."""

    REFUSED = (
        "cannot be connected to: no such host, nothing listens there, or the network is down; nothing was sent; this "
        f"is no empty result; check base_url in {SETTING} and that the server runs"
    )
    CONNECT_TIMEOUT = (
        "did not take the connection within {seconds:g} seconds; nothing was sent; this is no empty result"
    )
    TLS = (
        "and this host did not agree on TLS: a certificate that is not trusted, has expired or is of another name, or "
        f"no TLS on this port; nothing was sent; check base_url and ca_file in {SETTING}"
    )
    BUSY = "is busy with other calls of this host after {seconds:g} seconds; nothing was sent"


class AnswerProblem(Problem):
    """Why an answer cannot be used. Nothing was changed at the server."""

    TIMEOUT = "did not finish its answer within {seconds:g} seconds; this is no empty result"
    CUT = "broke the connection before the answer was whole; this is no empty result"
    TOO_LARGE = "sent an answer of more than {limit} bytes, which was cut off; ask for less (count, elements)"
    ENCODING = "sent an answer that is packed in a way that was not asked for, or that cannot be unpacked"
    HTML = "answered with a web page, not with FHIR: check base_url in " + SETTING
    NOT_JSON = "answered with something that is not FHIR in JSON; check base_url in " + SETTING
    BAD_JSON = "sent an answer that is not readable as JSON"
    TOO_DEEP = "sent an answer that is nested more than {limit} levels deep"
    NOT_FHIR = "sent an answer that is not the resource that was asked for"
    REDIRECT = "sends this host to another address, where its credentials do not belong; check base_url in " + SETTING
    OTHER_ORIGIN = "gives a next page at another address, where this host does not go"


class StatusProblem(Problem):
    """A status that is a refusal (RFC 9110; R4 3.1.0)."""

    BAD_REQUEST = "refused the request as malformed (400)"
    UNAUTHORIZED = f"does not accept who this host says it is (401); check auth in {SETTING}"
    FORBIDDEN = "does not allow this host to do that (403)"
    NOT_FOUND = "has no such resource (404)"
    NOT_LISTED = "is not listed in the capability statement of this server"
    NOT_ALLOWED = "does not offer this interaction here ({status})"
    GONE = "had this resource, and it was deleted (410)"
    CONFLICT = "refused: the resource was changed by somebody else, or the request contradicts another (409)"
    PRECONDITION = "refused: a condition of the request does not hold, or fits several resources (412)"
    UNPROCESSABLE = "refused the content by its own rules (422)"
    THROTTLED = "asks to wait: too many requests (429); try again after {seconds:g} seconds"
    UNAVAILABLE = "is not available now (503); try again after {seconds:g} seconds; this is no empty result"
    SERVER_ERROR = "failed by itself (status {status}); this is no empty result"
    OTHER = "answered with status {status}, which this host does not expect here"


class TokenProblem(Problem):
    """Why there is no access token (SMART backend services). The FHIR server was not asked."""

    KEY = f"has a private key that cannot be read or does not fit its algorithm; check private_key_file in {SETTING}"
    NO_CONFIGURATION = f"has no usable .well-known/smart-configuration; set token_url in {SETTING} or check base_url"
    NOT_SECURE = "names a token endpoint that is not https"
    REFUSED = (
        "gave no token (status {status}): its authorization server does not accept client id, key or scopes; check "
        f"client_id, key_id, algorithm, scopes in {SETTING}, and that our public key is registered"
    )
    UNREADABLE = "gave an answer in place of a token that cannot be used"


class SearchProblem(Problem):
    """Why a search was not sent. Nothing was sent."""

    TYPE = "is no resource type of R4"
    ID = "is no logical id: 1 to 64 letters, digits, dots and hyphens"
    VERSION = "is no version id: 1 to 64 letters, digits, dots and hyphens"
    FORM = "has not the form name=value"
    EMPTY = "has an empty value"
    NOT_TEXT = "holds half a character (a lone surrogate), which is no text"
    UNKNOWN = "is no search parameter of this type in R4"
    NOT_OFFERED = (
        "is a search parameter of R4 that this server does not list for this type in its capability statement; it "
        "would ignore it and answer with records that were not asked for"
    )
    CONTROL = "belongs into the argument of that name (elements, include, count, cursor), or cannot be used here"
    MODIFIER = "has a modifier that R4 does not have for a parameter of this sort"
    CHAIN = "is chained to something that R4 does not have, or more than {limit} steps deep"
    DATE = "has a value that is no date of FHIR, such as 2026-03-01 or ge2026-03-01T10:00:00Z"
    NUMBER = "has a value that is no number, such as 5.4 or gt5.4"
    REFERENCE = "has a value that is no reference, such as 123 or Patient/123"
    ELEMENT = "is no element at the top of this resource in R4"
    INCLUDE = "is no reference parameter in the form Type:parameter or Type:parameter:Target"
    TOO_LONG = "makes a request of more than {limit} characters; ask for less at a time"
    CURSOR = "is not known, or no more: search again from the start"
    CURSOR_ALONE = "goes with no other argument but endpoint and type: the next page is of the same search"
    WITHHELD = "holds a mark of this host in place of a value that it did not hand out"


class BundleProblem(Problem):
    """Why a bundle was not sent. Nothing was sent."""

    NOT_TEXT = "holds half a character (a lone surrogate), which is no text"
    NOT_BUNDLE = "is no Bundle of type transaction or batch"
    NO_ENTRIES = "has no entries"
    TOO_MANY = "has more than {limit} entries"
    TOO_LONG = "is longer than {limit} bytes"
    NO_REQUEST = "has no request with method and url"
    METHOD = "has a method other than POST and PUT; this tool neither deletes nor patches"
    URL = "has a url that is not Type (POST), or Type/id or Type?condition (PUT)"
    RESOURCE = "has no resource, or one of another type or id than its url says"
    CONDITION = "has an ifNoneExist that is not a condition such as identifier=system|value, or is no POST"
    WITHHELD = (
        "holds a mark of this host in place of a value that it did not hand out whole (withheld, record text, or cut "
        "short); the server would store the mark: put the value there, or leave the element out"
    )
    INVALID = "breaks the rules of R4 (errors: {number:g}); look at them with validate_fhir_resource"
    DUPLICATE = "has a fullUrl that another entry has too"


class WriteProblem(Problem):
    """Why it is not certain what became of a bundle."""

    CUT = "broke the connection before the answer was whole" + _UNKNOWN
    TIMEOUT = "did not finish its answer within {seconds:g} seconds" + _UNKNOWN
    UNREADABLE = "answered with something that is no account of the entries" + _UNKNOWN
    SERVER_ERROR = "failed by itself (status {status})" + _UNKNOWN
    REDIRECT = "sends this host to another address, and the bundle was not sent there" + _UNKNOWN
