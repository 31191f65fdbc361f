"""Which segment of a message stands in which group of its structure, and what does not fit.

grouping = group(message, "ORU_R01", "2.5.1")
for result in grouping.root.groups("PATIENT_RESULT"): ...
"""

from __future__ import annotations

from trivium_hl7.grouping.matching import group
from trivium_hl7.grouping.tree import Group, Grouping, Misfit, MisfitKind

__all__ = ["Group", "Grouping", "Misfit", "MisfitKind", "group"]
