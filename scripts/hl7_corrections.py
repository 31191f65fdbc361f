"""Where the sources of the HL7 knowledge err, are silent or disagree, and what is right: each with its reason."""

from __future__ import annotations

import re
from typing import Any, Final

NO_CODES: Final = frozenset({"...", "…", "_", "2 ...", "etc", "varies", "Varies", "<null>"})
"""What the standard prints where a range goes on, where a list is open or empty, and for nothing at all."""
FIELDS: Final[dict[tuple[str, str, int], dict[str, Any]]] = {
    ("2.3", "DB1", 1): {"table": None},
    ("2.3", "EVN", 2): {"usage": "R"},
    ("2.3", "NK1", 7): {"usage": "O"},
    ("2.3", "OBR", 27): {"usage": "O", "maximum": 0},
    ("2.3", "ORC", 7): {"usage": "O"},
    ("2.3", "PT", 1): {"type": "ID"},
    ("2.3", "PT", 2): {"type": "ID"},
    ("2.3", "RXG", 1): {"usage": "R"},
    ("2.3", "RXG", 2): {"usage": "O"},
    ("2.3.1", "OBX", 4): {"usage": "O"},
    ("2.3.1", "OBX", 9): {"maximum": 1},
    ("2.4", "OBX", 8): {"maximum": 5},
    ("2.4", "OBX", 9): {"maximum": 1},
    ("2.4", "PID", 38): {"maximum": 1},
    ("2.5", "TQ1", 12): {"table": "0472"},
    ("2.5.1", "OBX", 2): {"maximum": 1},
    ("2.5.1", "TQ1", 12): {"table": "0472"},
    ("2.6", "DG1", 3): {"usage": "R"},
    ("2.6", "PMT", 11): {"usage": "R"},
    ("2.6", "TQ1", 12): {"table": "0472"},
}
"""Fields and components where a version's source says what neither the version before nor the one after does, or
another source.

HL7 v2.3 itself prints EVN-2 R, NK1-7 and ORC-7 O (chapters 3.3.1, 3.3.5, 4.3.1) and both of PT as ID (2.8.29); OBR-27
is ORC-7 (item 221). The source has the usage of RXG-1 and RXG-2 the wrong way round. OBX-4 is required in the table for
waveforms only (chapter 7.18.3 of 2.3), and hl7apy has OBX-2 once. DG1-3 and PMT-11 are required in hl7apy's 2.6, and in
every version after it. The five repetitions of OBX-9 are those of OBX-8, one row too low in the same table for
waveforms; OBX-8 has them in 2.3 and 2.3.1, and repeats in 2.5; OBX-9 repeats in no version before or after. PID-38 is
once in hl7apy's 2.4 and in 2.5. DB1-1 is a set id, which hl7apy and later versions give no table. 0427 has risk
management incidents: the conjunction of TQ1-12 is 0472 in hl7apy's 2.6, from 2.7 on, and by the name of that table.
"""
USAGE_UNKNOWN: Final = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6")
"""Versions whose sources tell required and optional alone, and nothing, or little, of what was withdrawn."""
MISPRINTED_TABLES: Final = frozenset({("2.3", "DB1", 2)})
"""Where hl7apy has a wrong one: 0033 has routes; the disabled persons of DB1-2 are 0334 from 2.3.1 on."""
RENAMED: Final = frozenset(
    {
        *(("AD", 7), ("CCD", 1), ("CX", 3), ("LA1", 6), ("LA2", 6), ("MSG", 1), ("NDL", 9), ("PPN", 12), ("TQ", 9)),
        *(("XCN", 10), ("XCN", 12), ("XON", 5), ("IN1", 25), ("RQ1", 2), ("RQD", 7), ("STF", 9)),
        *(("AIL", 4), ("PRA", 3)),
    }
)
"""Places whose name another version writes otherwise (`Code Identifying The Check Digit Scheme Employed` and `Check
Digit Scheme`) and means the same: their tables hold for both. Elsewhere another name is another field.
"""
OPEN_TABLES: Final = {"0291": "HL7-EXT"}
"""Tables that go on elsewhere: `... Source RFC 2046`, so any registered subtype, PDF too, is a code."""
STRUCTURE: Final = re.compile(r"[A-Z][A-Z0-9]{2}_[A-Z][A-Z0-9]{2}")
EVENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
MISPRINTED_CODES: Final = frozenset({("0354", "BRP_030")})
"""With a zero in place of the letter; BRP_O30 is there too."""
MISPRINTS: Final = {"|17": "I17", "|18": "I18", "PCC, PCG": "PCG"}
"""In the displays of table 0354. PCC is an event of PPP alone (HL7 v2.5.1 chapter 12)."""
EARLY: Final = ("2.3", "2.3.1")
EVENTS_EARLY: Final = {
    "ADT_A01": "A01 A04 A05 A08 A13 A14 A28 A31",
    "ADT_A02": "A02 A21 A22 A23 A25 A26 A27 A29 A32 A33",
    "ADT_A09": "A09 A10 A11 A15",
    "ADT_A24": "A24 A37",
    "ADT_A43": "A43 A44",
    "BAR_P01": "P01 P05",
    "ORF_R04": "R02 R04",
    "QRY_R02": "R02 R04",
    "RPI_I01": "I01 I04",
}
"""Where table 0354 groups events otherwise in 2.3.1, and the structures of 2.3 in our source do, than it does later.

As HL7 v2.3.1 prints the table, save two: A37 has a structure of its own there, which equals ADT_A24 segment by segment
(hl7-dictionary, lib/2.3.1/messages.js), and ORF_R02 is ORF_R04 in our source.
"""
ALSO: Final = {"ADR^A19": ["ARD_A19"], "ADT^A12": ["ADT_A09"], "ADT^A44": ["ADT_A43"]}
"""Structures in some versions: ARD_A19 in the source of 2.3, ADT_A09 of A12 in 2.4, ADT_A43 of A44 till 2.6."""
NAMED_TOO: Final = {"ADT^A31": "ADT_A28", "RSP^K22": "RSP_K21"}
"""What MSH-9.3 may say as well: A31 stands twice in table 0354 of 2.3.1; IHE ITI TF-2 3.21 writes RSP^K22^RSP_K21."""
ADDED_TREES: Final[dict[str, dict[str, Any]]] = {
    "MFN_M04": {"2.3": "2.4", "2.3.1": "2.4"},
    "MFN_M05": {"2.3.1": "2.4"},
    "MFN_M06": {"2.3.1": "2.4"},
    "RPR_I03": {"2.3": "2.4", "2.3.1": "2.4"},
    "RRE_O02": {"2.3": "2.3.1"},
    "RSP_K22": {
        "2.5": [
            ["MSH", 1, 1], ["SFT", 0, 0], ["MSA", 1, 1], ["ERR", 0, 1], ["QAK", 1, 1], ["QPD", 1, 1],
            ["QUERY_RESPONSE", 0, 0, [["PID", 1, 1], ["PD1", 0, 1], ["NK1", 0, 0], ["QRI", 0, 1]]], ["DSC", 0, 1],
        ],
        "2.5.1": "2.5",
        "2.6": "2.7",
    },
}  # fmt: skip
"""Structures of events the standard has in these versions and hl7apy leaves out, as hl7-dictionary 1.0.1 has them."""
STAND_IN_2_7_1: Final = ("EHC_E24", "QVR_Q17", "RSP_K11", "SDR_S31", "SDR_S32")
"""Structures that 2.7.1 has, and our source not: it gives SDR under the other messages that share it (SDN_S36, SMD_S32
...), and breaks the rest off where 2.7 and 2.8 go on.
"""
NOT_YET: Final = {("ADT_A14", "2.1"): "PD1"}
"""A segment that hl7apy puts into a structure of a version which has no such segment; PD1 came with 2.3."""
GROUP_NAMES: Final = {"TIIMING": "TIMING"}
"""Misprints: OML_O21 of 2.5 and 2.6; 2.5.1 and 2.7 have it right."""
NO_CHOICES: Final = ("EHC_", "QBP_E", "RSP_E", "SDR_")
"""hl7apy takes these choices of one alternative, which is a sequence (HL7/v2ig: QUERY of QBP_E22), for alternatives."""
ANY_SEGMENT: Final = "ANYHL7SEGMENT"
VARYING: Final = {("MFA", 5), ("MFE", 4), ("OBX", 5), ("QPD", 3), ("RDT", 1)}
"""Fields whose data type varies in every version; hl7-dictionary has ST in 2.7 and 2.7.1, hl7apy does not."""
NO_SEGMENT: Final = frozenset({"ED"})
"""ED is a data type; a segment's id has three characters (HL7 v2.5.1 chapter 2.5.2)."""
SAME_TREE: Final = {"QBP_Q21-F": "QBP_Q21-A"}
"""Structures of 2.9.1 that the source leaves empty, and the one they equal in every earlier version (K25's query)."""
POOR: Final = ("2.8", "2.8.1", "2.8.2")
NEIGHBORS: Final = ("2.7.1", "2.9.1")
"""hl7apy, the source of 2.8, tells required and optional alone, calls the conditional OBX-2 and OBX-4 required, and
has no tables of components. A usage C or W that both neighbors agree on holds for it, and a table, if the type is one.
"""
