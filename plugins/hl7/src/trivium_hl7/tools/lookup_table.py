"""The tool `lookup_hl7_table`."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Effect, tool
from trivium_hl7.explain import tables
from trivium_hl7.explain.tables import TableLookup


@tool(effect=Effect.LOCAL, title="Look up HL7 v2 table")
def lookup_hl7_table(
    table_number: Annotated[
        str | int,
        Field(description="Table number in any spelling (1, 0001, HL70001), or words: marital status, abnormal flags."),
    ],
    code: Annotated[
        str | None,
        Field(max_length=100, description="Only this code, or codes whose display has these words."),
    ] = None,
    version: Annotated[
        str | None,
        Field(max_length=12, description="Leave out codes that only other HL7 versions list, e.g. 2.5.1."),
    ] = None,
    limit: Annotated[int, Field(ge=1, le=500, description="Most codes to return.")] = 100,
    offset: Annotated[int, Field(ge=0, description="Codes to skip: next_offset of the answer before.")] = 0,
) -> Annotated[TableLookup, PUBLIC]:
    """Look up an HL7 v2 table by number or by words: its codes, their meaning and life, and who keeps them.

    Use it to learn what a code means, which codes a field may take, or which table covers a subject. For the table of a
    field use explain_hl7_field. It knows HL7 and user-defined tables only: no LOINC, SNOMED CT, CPT or UB lists.

    A number returns name, keeper (HL7: codes are closed; user-defined: a site may have its own), OID, fields that use
    it, and codes with display, status (deprecated, retired, backward compatible, new), the version that deprecated
    them and the versions that list them, in pages. Words return tables ranked by name and by displays, with the codes
    that fit: ask again by number. Unknown tables and codes are normal answers with that status.
    """
    return tables.lookup(str(table_number)[:200], code, version, limit=limit, offset=offset)
