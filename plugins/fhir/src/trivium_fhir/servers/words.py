"""Closed choices of the results, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Method(StrEnum):
    """How an entry is written."""

    POST = "POST"
    PUT = "PUT"


class Outcome(StrEnum):
    """What became of a bundle."""

    PLANNED = "planned"
    APPLIED = "applied"
    PARTLY = "partly"
    REJECTED = "rejected"


NEXT: Final[Mapping[Outcome, str]] = {
    Outcome.PLANNED: "Nothing was sent. To send it, call again with dry_run=false; a person has to approve.",
    Outcome.APPLIED: "Done. The ids of the results can be read with fhir_read.",
    Outcome.PARTLY: "Correct the failed entries and send those alone; the others are stored.",
    Outcome.REJECTED: "Nothing was stored. Correct what the issues name (validate_fhir_resource), then send again.",
}


class Note(StrEnum):
    """What is odd about a request or an answer, and was tolerated."""

    NO_STATEMENT = (
        "the server has no readable capability statement: which search parameters it knows was not checked; it may "
        "ignore some and answer with more"
    )
    IGNORED = (
        "the server's own link of this page lacks a parameter that was sent: it may have ignored it, so these may be "
        "more records than asked for"
    )
    NO_SELF = "the server does not say which parameters it used"
    OTHER_PAGE = "the next page is at another address, where this host does not go; what follows is not shown"
    OUTCOME = "the server sent an OperationOutcome with the results: look for it in the bundle"
    NOT_ELEMENTS = "the server was asked for some elements alone; the resource may be incomplete (SUBSETTED)"
    OTHER_RESOURCE = "the server's resource has another id than was asked for"
    NOT_REPEATABLE = (
        "entries create resources without a condition: sending this bundle a second time would make them twice"
    )
    BATCH = "a batch is no unit: some entries can be stored while others fail"
    OTHER_VERSION = "the server's FHIR version is not 4.0: results may have elements that R4 does not have"
