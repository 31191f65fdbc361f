"""Words of which a person has seen that they name nobody: what is left in the public corpora, looked at one by one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, cast

_SEEN: Final = """
unmodified modified removed trivium ps3 15 2026c table e 1
manu unapproved unverified portrait separate syn wsd nrgy lin nd small parts mpr csa csaparallel norm ot rtdose rtplan
rtstruct seg pf hfs ffs monochrome1 monochrome2 ybr full 422 palette color rel elec density contains has obs context
inferred acq text pname num uidref scoord tcoord cw pfp sat2 gr semiautomatic sk osp ss iso 10918 ir gb18030 ir 1ps
hu algo1 window1 window2 sn om 1h uv fr plain 5mm 0001 2022 dcm scpecg ucum rfc3066 99trivium srt sct ln retain clean
uids dates full device identity institution patient characteristics safe private descriptors structured graphics
"""
_MAKERS: Final = """
siemens; toshiba_mec; philips medical systems; agfa-gevaert ag; cms, inc.; sonosite, inc.; mortara instrument, inc.;
ge medical systems; gems_acqu_01; siemens mr header; prisma; triotim; avanto;
syngo mr e11; syngo mr b17; syngo mr 2004v 4vb11d
"""
"""Of the attributes that name makers, models and versions."""
_CODE: Final = re.compile(r"[A-Z]{0,2}-?[0-9A-F]{4,7}|[a-zA-Z0-9./%{}\[\]:-]{1,12}", re.ASCII)
_SEQUENCE: Final = re.compile(r"\*?(?:ep2d|epse2d|epfid2d|fl3d|fl2d|tse2d)\d{0,3}(?:_\d{1,3})?", re.ASCII)
_OFFSET: Final = re.compile(r"[+-]\d{4}", re.ASCII)
_CHARSET: Final = re.compile(r"ISO(?: 2022 IR|_IR) \d{1,3}|GB18030|GBK", re.ASCII)
_KERNEL: Final = re.compile(r"[BH]\d{2}[fs]?|FC\d{2}|STANDARD|BONE", re.ASCII)
_OWN_FORMS: Final = {
    "00181210": _KERNEL,
    "00080005": _CHARSET,
    "00180024": _SEQUENCE,
    "00080201": _OFFSET,
    "00080100": _CODE,
}


def is_harmless(tag: str, text: str) -> bool:
    """Whether every word of it is known to name nobody."""
    if (form := _OWN_FORMS.get(tag)) and form.fullmatch(text):
        return True
    if text.casefold() in _makers():
        return True
    words = [one for one in re.split(r"[^a-z0-9]+", text.casefold()) if one]
    return all(one in _words() or (one.isdigit() and len(one) < 3) for one in words)


@cache
def _makers() -> frozenset[str]:
    return frozenset(one.strip() for one in _MAKERS.replace("\n", " ").split(";"))


@cache
def _words() -> frozenset[str]:
    """Those of the concepts of PS3.16 that pydicom has, and those seen."""
    from pydicom.sr._concepts_dict import concepts

    found = set(_SEEN.split())
    for schemes in cast(dict[str, dict[str, dict[str, Any]]], concepts).values():
        for codes in schemes.values():
            for meaning, _ in codes.values():
                found |= set(re.split(r"[^a-z0-9]+", meaning.casefold()))
    return frozenset(found - {"smith", "john", "peter", "ewing", "baker", "luke", "paul"})
