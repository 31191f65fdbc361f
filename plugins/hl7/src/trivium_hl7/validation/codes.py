"""Codes against their tables.

A table that HL7 keeps is closed where the data type is ID or CNE; CE and CWE admit codes of others, which then name
their system; a user table (every IS, too) only suggests codes. Local codes that the standard foresees are none of
these: names that begin with Z, coding systems that begin with 99.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.charsets import codec_of
from trivium_hl7.dictionary import Table
from trivium_hl7.reader import NULL
from trivium_hl7.validation.forms import has_wrong_check_digit, is_oid
from trivium_hl7.validation.site_profile import SiteProfile

CODED: Final = frozenset({"CE", "CWE", "CNE", "CF"})
_CLOSED: Final = frozenset({"ID", "CNE"})
_OF_MANY_SYSTEMS: Final = frozenset({"0051", "0088"})
"""User tables of diagnoses and of procedures."""
SYSTEMS: Final = "0396"
"""The table of coding systems."""
_LOCAL: Final = {
    "0003": re.compile(r"Z[A-Z0-9]{2}"),
    "0076": re.compile(r"Z[A-Z0-9]{2}"),
    "0354": re.compile(r"Z[A-Z0-9]{2}_[A-Z0-9]{3}|[A-Z][A-Z0-9]{2}_Z[A-Z0-9]{2}|(?:RTB|RSP|QBP)_[KQ]\d\d"),
    "0203": re.compile(r"NN[A-Z]{3}|Z.*"),
    "0335": re.compile(r"(?:[5-9]|[1-9]\d+)ID|PRN.+|[API]?C[MDV]", re.ASCII),
    "0338": re.compile(r"NN[A-Z]{3}"),
    SYSTEMS: re.compile(r"99.*|L|HL7\d{4}|ISO\d+|IBT\d+|X12DE\d+|NCPDP.*|[0-2](?:\.\d+)+"),
}
"""Codes that a table describes by a pattern or leaves to the site."""
_MOST_NAMED: Final = 16
_PLACEHOLDER: Final = re.compile(r"(<[a-z#]+>)")
_PLACEHOLDERS: Final = {"<integer>": r"\d+", "<day#>": "[1-7]+"}
"""What stands for them; for any other: some text."""


def code_faults(text: str, table_number: str, type_id: str, profile: SiteProfile | None) -> Iterator[tuple[str, str]]:
    """Rule and remedy for a code that its table does not have, or has no more."""
    if text == NULL:
        return
    site = profile.tables.get(table_number) if profile else None
    if site and text in site.codes:
        return
    if site and site.replaces:
        yield "site.code", f"use a code of the site's table {table_number}: {_listed(list(site.codes))}"
        return
    table = dictionary.table(table_number)
    if table is None or not table.codes:
        if site:
            yield "site.code", f"use a code of the site's table {table_number}: {_listed(list(site.codes))}"
        return
    if _is_local(text, table_number):
        return
    if has_code(table_number, text):
        return
    yield _rule(table, type_id), _remedy(text, table, table_number)


def names_its_systems(table_number: str) -> bool:
    """Whether a field's own table says where its codes come from; those of diagnoses and procedures come from many."""
    return bool(table_number) and table_number not in _OF_MANY_SYSTEMS


def has_code(table_number: str, text: str) -> bool:
    table = dictionary.table(table_number) if table_number else None
    if table is None:
        return False
    if text in table.codes:
        return not _PLACEHOLDER.search(text)
    return any(pattern.fullmatch(text) for pattern in _patterns(table_number))


@cache
def _patterns(table_number: str) -> tuple[re.Pattern[str], ...]:
    """Codes that a table writes with a placeholder: `Q<integer>H` of table 0335, `TS<integer>` of table 0485."""
    table = dictionary.table(table_number)
    return tuple(_pattern(code) for code in (table.codes if table else ()) if _PLACEHOLDER.search(code))


def _pattern(code: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(code)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = (_PLACEHOLDERS.get(one, ".+") for one in parts[1::2])
    return re.compile("".join(parts), re.ASCII)


def is_system_oid(text: str) -> bool:
    """Whether a coding system is named by its OID, as many are that have no name in the table."""
    return is_oid(text.removeprefix("urn:oid:"))


def is_deprecated(text: str, table_number: str, version: str) -> bool:
    """Whether the table had given the code up by `version`."""
    code = dictionary.code(table_number, text)
    known = dictionary.versions()
    if code is None or code.deprecated_in not in known:
        return False
    return known.index(version) >= known.index(code.deprecated_in)


def coded_faults(
    texts: Sequence[str], table_number: str, type_id: str, version: str, profile: SiteProfile | None
) -> Iterator[tuple[int, str, str]]:
    """Component, rule and remedy for a coded value: identifier, text and coding system, and an alternate triple."""
    values = [*texts, "", "", "", "", "", ""]
    if any(texts) and not any(values[n] for n in (0, 1, 3, 4)) and not "".join(values[8:9]):
        yield 1, "type.coded", "give an identifier with its coding system (components 1 and 3), or a text (2)"
    for first in (0, 3):
        identifier, _, system = values[first : first + 3]
        if not identifier or identifier == NULL:
            continue
        table = "" if system else table_number if first == 0 else ""
        if re.fullmatch(r"HL7\d{4}", system, re.ASCII):
            table = system[3:]
            faults = code_faults(identifier, table, "CNE" if type_id != "IS" else type_id, profile)
        elif table:
            faults = code_faults(identifier, table, type_id, profile)
        else:
            faults = iter(())
        for rule, remedy in faults:
            yield first + 1, rule, remedy
        if table and is_deprecated(identifier, table, version):
            yield first + 1, "table.deprecated_code", f"table {table} has other codes for new messages"
        if not system and not names_its_systems(table):
            yield first + 3, "type.coded_system", "name the coding system (table 0396; L or 99zzz for a local one)"
        if has_wrong_check_digit(system, identifier):
            yield first + 1, "type.check_digit", "look the code up again"


def _rule(table: Table, type_id: str) -> str:
    if table.type != "HL7" or type_id not in (*_CLOSED, *CODED):
        return "table.user_code"
    return "table.unknown_code" if type_id in _CLOSED else "table.local_code"


def _is_local(text: str, number: str) -> bool:
    if number == "0211":
        return codec_of([text]) is not None and text in ("UNICODE UTF-8", "UNICODE UTF-16", "UNICODE UTF-32")
    if number == "0104":
        return text in dictionary.versions()
    pattern = _LOCAL.get(number)
    return (pattern is not None and pattern.fullmatch(text) is not None) or (number == SYSTEMS and is_system_oid(text))


def _remedy(text: str, table: Table, number: str) -> str:
    named = f"table {number} ({table.name})" if table.name else f"table {number}"
    near = next((code for code in table.codes if code.upper() == text.strip().upper()), None)
    if near is not None:
        return f"write {near}, as {named} has it"
    codes = list(table.codes)
    if len(codes) > _MOST_NAMED:
        return f"use one of the {len(codes)} codes of {named}"
    return f"use a code of {named}: {_listed(codes)}"


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - _MOST_NAMED} more" if len(codes) > _MOST_NAMED else ""
    return ", ".join(codes[:_MOST_NAMED]) + more
