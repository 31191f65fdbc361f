"""A place in nested sequences, as people and programs write it: a list of steps.

`RequestAttributesSequence.ScheduledProcedureStepID`, `(0040,0275)/(0040,0009)`, `00400275.00400009`,
`ds.RequestAttributesSequence[0].ScheduledProcedureStepID`, `ds[0x0040, 0x0275][0]["ScheduledProcedureStepID"].value`,
`00400275/Value/0/00400009` (DICOM JSON, PS3.18 annex F), `(0040,0275)[0].(0040,0009)` (DCMTK).
"""

from __future__ import annotations

import re
from typing import Final

# The number of an item, which says nothing of what an element means: `[0]`, `[*]`, `[<n>]`.
_ITEM: Final = re.compile(r"\[\s*(?:\d{1,5}|\*|<\w*>)\s*\]")
_BETWEEN: Final = re.compile(r"->|[./>\[\]]")
_MOST_STEPS: Final = 12
_NOTHING: Final = re.compile(r"\d{0,3}|\*|Value|vr|[a-z_][a-z0-9_]*")
"""Item numbers, members of DICOM JSON, and names that a program gives: `ds`, `file_meta`, `value`."""


def steps_of(text: str) -> list[str]:
    """What stands between the separators, quotes and item numbers taken away; one step for what is no path.

    A step that may be the name of a variable is left out, unless all are: what is left may still be no element.
    """
    if not _BETWEEN.search(text):
        return [text]
    parts = [part.strip().strip("\"'").strip() for part in _BETWEEN.split(_ITEM.sub("", text))]
    steps = [part for part in parts if not _NOTHING.fullmatch(part)]
    return steps if 0 < len(steps) <= _MOST_STEPS else [text]
