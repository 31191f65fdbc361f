"""What a value of a data type looks like: a made-up example, and its form with the names of its parts."""

from __future__ import annotations

from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.explain import places

EXAMPLES: Final = {
    "AD": "12 Example Street^^Sampletown^^12345",
    "CE": "GLU^Glucose^L",
    "CK": "4711^3^M10",
    "CN": "1234^Example^Ada",
    "CNE": "GLU^Glucose^L",
    "CP": "125.50&USD^UP",
    "CQ": "10^mL&milliliter&UCUM",
    "CWE": "GLU^Glucose^L",
    "CX": "4711^^^NORTH&2.999.1&ISO^MR",
    "DR": "20250101^20250131",
    "DT": "20250411",
    "DTM": "20250411101500+0200",
    "ED": "^application^pdf^Base64^JVBERi0xLjQ=",
    "EI": "A-1001^NORTH^2.999.1^ISO",
    "EIP": "A-1001&NORTH^F-2001&LAB",
    "ERL": "PID^1^5^1^1",
    "FN": "Example&&&&",
    "FT": "first line\\.br\\second line",
    "HD": "NORTH^2.999.1^ISO",
    "ID": "F",
    "IS": "I",
    "MO": "125.50^USD",
    "MSG": "ADT^A01^ADT_A01",
    "NM": "12.5",
    "PL": "WARD3^301^2^NORTH",
    "PT": "T",
    "RP": "report-17.pdf^NORTH^application^pdf",
    "SI": "1",
    "SN": ">^100",
    "SPS": "BLD^^",
    "ST": "free text without line ends",
    "TM": "101500",
    "TN": "(555)555-0100",
    "TQ": "1^Q6H^^20250411101500",
    "TS": "20250411101500+0200",
    "TX": "text for display",
    "VID": "2.5.1",
    "XAD": "12 Example Street^^Sampletown^^12345^USA^H",
    "XCN": "1234^Example^Ada^^^Dr.^^^NORTH",
    "XON": "North Clinic^L^4711",
    "XPN": "Example^Ada^M^^^^L",
    "XTN": "^PRN^PH^^1^555^5550100",
}
"""Invented people and numbers: OID arc 2.999 and telephone numbers 555-01xx are reserved for examples."""
PLACES: Final = {
    **{f"{header}-1": "|" for header in ("MSH", "BHS", "FHS")},
    **{f"{header}-2": "^~\\&" for header in ("MSH", "BHS", "FHS")},
}
"""Examples of places that their data type says too little of."""
_MOST: Final = 2_000
_MOST_PARTS: Final = 5
"""A larger data type inside another is named, its parts are not."""


def example(path: str, type_id: str, table: str) -> str | None:
    """An invented value, of a coded type one with a code of its table."""
    if path in PLACES:
        return PLACES[path]
    found = dictionary.table(table) if table else None
    if found and found.codes:
        code, display = next(iter(found.codes.items()))
        if type_id in ("ID", "IS"):
            return code
        if type_id in ("CE", "CNE", "CWE"):
            return f"{code}^{display}^HL7{table}"
    return EXAMPLES.get(type_id)


def shape(type_id: str, version: str) -> str | None:
    """`ID Number^...^Assigning Authority(Namespace ID&Universal ID&...)`; None for a primitive type."""
    parts = []
    for _, definition in places.components(type_id, version):
        inner = [one.name for _, one in places.components(definition.type, version)]
        within = "&".join(inner) if len(inner) <= _MOST_PARTS else definition.type
        parts.append(f"{definition.name}({within})" if inner else definition.name)
    text = "^".join(parts)
    return (text if len(text) <= _MOST else text[:_MOST] + " ...") or None
