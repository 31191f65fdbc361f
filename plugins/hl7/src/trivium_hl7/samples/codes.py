"""Codes out of the tables, for fields that must have one."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.samples.values import Coded

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/-]*")
_SENTENCE_END: Final = re.compile(r"\s[-\u2013]\s|[.;(]")
_USUAL: Final = {
    "0001": "U",
    "0003": "A01",
    "0004": "O",
    "0007": "R",
    "0063": "SPO",
    "0078": "N",
    "0085": "F",
    "0103": "T",
    "0105": "L",
    "0119": "NW",
    "0123": "F",
    "0136": "N",
    "0190": "H",
    "0200": "L",
    "0201": "PRN",
    "0202": "PH",
    "0203": "MR",
    "0301": "ISO",
    "0335": "BID",
    "0396": "L",
}
"""Rather than the first."""


_OPEN: Final = frozenset({"0003", "0076", "0104", "0354", "0396"})
"""Coding systems have a pattern (HL7nnnn, 99zzz); of types, events and versions the structures know more."""


@cache
def usual(table: str, most: int | None) -> str:
    """A code of the table that says nothing odd; empty where it has none of `most` characters."""
    known = dictionary.table(table) if table else None
    if known is None:
        return ""
    fits = [code for code in known.codes if _PLAIN.fullmatch(code) and (most is None or len(code) <= most)]
    preferred = _USUAL.get(table, "")
    if preferred in fits:
        return preferred
    return next((code for code in fits if known.codes[code]), fits[0] if fits else "")


@cache
def closed(table: str) -> frozenset[str] | None:
    """The codes of a table that HL7 keeps; None for one that a site may extend, or that lists none."""
    known = dictionary.table(table) if table and table not in _OPEN else None
    if known is None or not known.codes or not known.type.startswith("HL7"):
        return None
    return frozenset(known.codes)


@cache
def lists(table: str) -> frozenset[str]:
    """The codes that the table has, whoever keeps it."""
    known = dictionary.table(table) if table else None
    return frozenset(known.codes) if known else frozenset()


def named(code: Coded, table: str) -> Coded:
    """The code with its display and coding system, where the field's table knows it."""
    table = code.table or table
    known = dictionary.table(table) if table else None
    if code.system or known is None or code.code not in known.codes:
        return Coded(code.code, code.display, code.system or ("L" if code.code else ""))
    display = code.display or _SENTENCE_END.split(known.codes[code.code])[0][:60].strip()
    return Coded(code.code, display, f"HL7{table}")
