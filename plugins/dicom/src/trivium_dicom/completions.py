"""What the arguments of this plugin's resources and prompts can be, from the beginning that was typed.

Each takes that beginning and the arguments chosen already, and gives the whole list: the host bounds it. The tables are
loaded when somebody first types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def tags(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Keywords, the shortest first; for a beginning in digits, tag numbers."""
    from trivium_dicom.dictionary import entries
    from trivium_dicom.words import compact

    wanted = compact(prefix)
    if wanted[:1].isdigit():
        return [entry.digits for entry in entries() if entry.digits.startswith(wanted)]
    found = [
        (entry.retired, len(entry.keyword), entry.keyword)
        for entry in entries()
        if entry.keyword and (entry.keyword.lower().startswith(wanted) or compact(entry.name).startswith(wanted))
    ]
    return [keyword for *_, keyword in sorted(found)]


def uids(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Keywords; for a beginning in digits, UIDs."""
    from trivium_dicom.uids.registered import registered

    known = sorted(registered().values(), key=lambda one: (one.retired, one.newer))
    if prefix[:1].isdigit():
        return [one.uid for one in known if one.uid.startswith(prefix)]
    return [one.keyword for one in known if one.keyword and _begins(one.keyword, prefix)]


def iods(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Ids of IODs such as `ct-image`, those with a word that begins so behind the others; for a beginning in digits,
    UIDs of their SOP classes.
    """
    from trivium_dicom.iods import iod, iod_ids

    if prefix[:1].isdigit() and (found := [one for one in _sop_classes() if one.startswith(prefix)]):
        return found
    names = {one: named.name for one in iod_ids() if (named := iod(one))}
    first = [one for one, name in names.items() if _begins(one, prefix) or _begins(name, prefix)]
    return [*first, *(one for one, name in names.items() if one not in first and _has_word(name, prefix))]


def creators(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Private creators that the dictionaries know, those with a word that begins so behind the others."""
    from trivium_dicom.dictionary import private_creators

    known = private_creators()
    first = [one for one in known if _begins(one, prefix)]
    return [*first, *(one for one in known if one not in first and _has_word(one, prefix))]


def _sop_classes() -> Sequence[str]:
    from trivium_dicom.iods import iod, iod_ids

    return [uid for one in iod_ids() if (found := iod(one)) for uid in found.sop_classes]


def _has_word(text: str, prefix: str) -> bool:
    return any(_begins(word, prefix) for word in text.split())


def _begins(text: str, prefix: str) -> bool:
    return text.casefold().startswith(prefix.casefold())
