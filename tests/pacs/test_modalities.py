"""The closed list of modalities, held against the context group that pydicom ships (PS3.16 CID 33)."""

from __future__ import annotations

from pydicom.sr.codedict import codes

from trivium_pacs.modalities import MODALITIES

NEWER = {"ANN", "RTINTENT", "RTRAD", "RTSEGANN", "XAPROTOCOL"}
"""Defined terms of PS3.3 C.7.3.1.1.1 that pydicom 3.0's edition of the context group does not have yet."""
RETIRED = {"AS", "CD", "CF", "CP", "CS", "DD", "DF", "DM", "DS", "EC", "FA", "FS", "LP", "MA", "MS", "OPR", "ST", "VF"}
"""Defined terms that PS3.3 C.7.3.1.1.1 keeps for objects of old."""


def test_the_list_is_the_standard_s_context_group_and_what_came_before_and_after() -> None:
    group = {getattr(codes.cid33, name).value for name in codes.cid33.dir()}
    assert len(group) > 70
    assert group | NEWER | RETIRED == MODALITIES
    assert group.isdisjoint(RETIRED)
