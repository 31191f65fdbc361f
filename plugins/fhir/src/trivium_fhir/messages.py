"""Which message structure a caller means, in any usual spelling."""

from __future__ import annotations

import re
from typing import Final

from trivium.api import BadInput, NotFound, Problem
from trivium_fhir.guide import index

_LONGEST: Final = 40
_MESSAGE: Final = re.compile(r" *([A-Za-z]{3})[-^_ .]([A-Za-z][A-Za-z0-9]{2})(?:\^([A-Za-z]{3}_[A-Za-z0-9]{3}))? *")


class MessageProblem(Problem):
    UNREADABLE = "is not a message structure or type such as ADT_A01, ADT^A08 or ORU^R01^ORU_R01"
    NOT_MAPPED = (
        "has no message map in the guide, which maps ADT_A01, ADT_A02, ADT_A05, ADT_A06, ADT_A09, ADT_A11, ADT_A17,"
        " MDM_T02, OML_O21, ORM_O01, ORU_R01, SIU_S12 and VXU_V04"
    )


def parse_message_structure(text: str, *, where: str) -> str:
    """The guide's message structure for `ADT_A01`, `ADT^A04` (which has structure ADT_A01) or `ADT^A04^ADT_A01`."""
    named = _MESSAGE.fullmatch(text) if len(text) <= _LONGEST else None
    if named is None:
        raise BadInput(where=where, problem=MessageProblem.UNREADABLE)
    known = index()
    explicit = (named[3] or "").upper()
    structure = explicit if explicit in known.messages else known.triggers.get(f"{named[1]}^{named[2]}".upper())
    if structure is None:
        raise NotFound(where=where, problem=MessageProblem.NOT_MAPPED)
    return structure
