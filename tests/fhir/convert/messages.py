"""Synthetic messages for the tests of the conversion, and what is often asked of a result."""

from __future__ import annotations

from typing import Any

from trivium_fhir.convert.engine import convert
from trivium_fhir.convert.model import Conversion, Options
from trivium_hl7.reader import parse_message

MSH = r"MSH|^~\&|LAB|NORTH^1.2.3.4^ISO|EHR|SOUTH|20260102030405+0100||{type}|M1|P|2.5.1"


def converted(type_: str, *segments: str, options: Options | None = None) -> Conversion:
    """The conversion of a message of our own."""
    return convert(parse_message("\r".join([MSH.format(type=type_), *segments])), options)


def bodies(conversion: Conversion, type_: str) -> list[dict[str, Any]]:
    """All resources of a type, with references named by the key of what they point to."""
    for draft in conversion.drafts:
        for pointer in draft.pointers:
            pointer["reference"] = draft.key
    return [draft.body for draft in conversion.drafts if draft.type == type_]


def body(conversion: Conversion, type_: str) -> dict[str, Any]:
    """The only resource of a type."""
    (found,) = bodies(conversion, type_)
    return found
