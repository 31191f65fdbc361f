"""What the arguments of this plugin's resources and prompts can be, from the beginning that was typed.

Each takes that beginning and the arguments chosen already, and gives the whole list: the host bounds it. The tables are
loaded when somebody first types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def tags(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Keywords; for a beginning in digits, tag numbers."""
    from trivium_dicom.dictionary import entries
    from trivium_dicom.words import compact

    wanted = compact(prefix)
    if wanted[:1].isdigit():
        return [entry.digits for entry in entries() if entry.digits.startswith(wanted)]
    known = sorted((entry.retired, entry.keyword) for entry in entries() if entry.keyword)
    return [keyword for _, keyword in known if keyword.lower().startswith(wanted)]


def uids(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Keywords; for a beginning in digits, UIDs."""
    from trivium_dicom.uids.registered import registered

    known = registered().values()
    if prefix[:1].isdigit():
        return [one.uid for one in known if one.uid.startswith(prefix)]
    return [one.keyword for one in known if one.keyword and _begins(one.keyword, prefix)]


def iods(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Ids of IODs such as `ct-image`; for a beginning in digits, UIDs of their SOP classes."""
    from trivium_dicom.iods import iod, iod_ids

    if prefix[:1].isdigit() and (found := [one for one in _sop_classes() if one.startswith(prefix)]):
        return found
    return [one for one in iod_ids() if _begins(one, prefix) or ((named := iod(one)) and _begins(named.name, prefix))]


def creators(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Private creators that the dictionaries know."""
    from trivium_dicom.dictionary import private_creators

    return [one for one in private_creators() if _begins(one, prefix)]


def _sop_classes() -> Sequence[str]:
    from trivium_dicom.iods import iod, iod_ids

    return [uid for one in iod_ids() if (found := iod(one)) for uid in found.sop_classes]


def _begins(text: str, prefix: str) -> bool:
    return text.casefold().startswith(prefix.casefold())
