"""VR and VM in words."""

from __future__ import annotations

import re

from trivium_dicom.vr import Vr, named

_ENDLESS = 2**31
"""A bound beyond this is that of the length field, and no rule that anybody meets."""


def vr_rules(vr: str | None) -> list[str]:
    """Of each VR that the dictionary allows; none where only a private creator could say."""
    return [_rule(one) for one in named(vr)]


def vm_in_words(vm: str) -> str:
    """`2-2n` is `2-2n: 2 or more, in multiples of 2`; `1` says enough."""
    return vm if vm.isdecimal() else f"{vm}: {' or '.join(_part(part) for part in vm.split(' or '))}"


def _part(vm: str) -> str:
    least, _, most = vm.partition("-")
    step = re.fullmatch(r"([0-9]*)n", most)
    if step:
        many = f"{least} or more"
        return f"{many}, in multiples of {step[1]}" if step[1] else many
    return f"{least} to {most}" if most else least


def _rule(vr: Vr) -> str:
    parts = [_length(vr), vr.form, "encoded as (0008,0005) says" if vr.charset else None]
    return f"{vr.code} {vr.name}: {'; '.join(part for part in parts if part)}"


def _length(vr: Vr) -> str | None:
    if vr.fixed is not None:
        return f"{vr.fixed} bytes"
    if vr.most is None or vr.most > _ENDLESS:
        return None
    unit = "characters in each group" if vr.code == "PN" else "characters" if vr.charset else "bytes"
    return f"at most {vr.most} {unit}"
