"""The answers of `lookup_dicom_uid`, put together from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version

from trivium_dicom import iods
from trivium_dicom.tools.uid_results import Origin, SopClassFacts, SyntaxFacts, UidMatch, UidMatches
from trivium_dicom.uids import form, registered
from trivium_dicom.uids.registered import TRANSFER_SYNTAX, Uid
from trivium_dicom.uids.roots import arc_of, root_of, uuid_of
from trivium_dicom.uids.syntaxes import syntax_of
from trivium_dicom.words import Hit, MatchedBy

_WITH_DETAILS = 3
_DICOM = "1.2.840.10008."
_UNNAMED = "Nobody has registered this UID: it is one of a study, series, instance, device or private definition."
_UNKNOWN = "Only DICOM gives UIDs under this root, and the dictionary lacks this one: misspelled, or younger."
_NEAR = "Nothing has this keyword, name or these words; these are spelled nearly so."
_NEWER = "Younger than this dictionary."


def by_uid(text: str) -> UidMatches:
    """What a UID in digits is, or where one without a name comes from."""
    uid = form.bare(text)
    faults = [fault.value for fault in form.faults_of(text)]
    if known := registered.registered().get(uid):
        return _answer([Hit(known, MatchedBy.NUMBER, 1.0)], 1, faults=faults)
    if form.UidFault.CHARACTERS in faults or form.UidFault.EMPTY_COMPONENT in faults:
        return _answer([], 1, faults=faults)
    note = _UNKNOWN if uid.startswith(_DICOM) else _UNNAMED
    return _answer([], 1, faults=faults, origin=_origin(uid), note=note)


def by_words(text: str, limit: int) -> UidMatches | None:
    """UIDs by keyword, name or words; None where there is none."""
    hits = registered.find(text)
    if not hits:
        return None
    return _answer(hits, limit, note=_NEAR if hits[0].by is MatchedBy.NEAR else None)


def _answer(
    hits: Sequence[Hit[Uid]],
    limit: int,
    *,
    faults: Sequence[str] = (),
    origin: Origin | None = None,
    note: str | None = None,
) -> UidMatches:
    return UidMatches(
        matches=[_match(hit, details=at < _WITH_DETAILS) for at, hit in enumerate(hits[:limit])],
        total=len(hits),
        origin=origin,
        faults=list(faults) or None,
        note=note,
        dictionary=_dictionary(),
    )


@cache
def _dictionary() -> str:
    return f"pydicom {version('pydicom')} (DICOM PS3.6), private UIDs of vendors"


def _match(hit: Hit[Uid], *, details: bool) -> UidMatch:
    one = hit.entry
    return UidMatch(
        uid=one.uid,
        keyword=one.keyword or None,
        name=one.name,
        type=one.type,
        retired=one.retired or None,
        sop_class=sop_class_facts(one.uid) if details else None,
        transfer_syntax=syntax_facts(one.uid) if details and one.type.endswith(TRANSFER_SYNTAX) else None,
        note=_NEWER if one.newer else one.info or None,
        matched_by=hit.by.value,
        score=hit.score if hit.score < 1 else None,
    )


def sop_class_facts(uid: str) -> SopClassFacts | None:
    """None for what is no storage SOP class, or one whose object the sources lack."""
    iod = iods.iod_of(uid)
    if iod is None:
        return None
    usages = [use.usage for use in iod.modules]
    return SopClassFacts(
        iod=iod.name,
        id=iod.id,
        mandatory_modules=[use.module.name for use in iod.modules if use.usage == "M"],
        conditional_modules=usages.count("C"),
        optional_modules=usages.count("U"),
        functional_groups=len(iod.macros) or None,
    )


def syntax_facts(uid: str) -> SyntaxFacts | None:
    found = syntax_of(uid)
    if found is None:
        return None
    return SyntaxFacts(
        vr=found.vr,
        byte_order=found.byte_order,
        deflated=found.deflated or None,
        encapsulated=found.encapsulated,
        codec=found.codec,
        loss=found.loss,
        note=found.note,
        source=f"PS3.5 {found.clause}" if found.clause[0] in "Aa" else "private",
    )


def _origin(uid: str) -> Origin:
    root, uuid = root_of(uid), uuid_of(uid)
    return Origin(
        root=root.root if root else None,
        owner=root.owner if root else None,
        arc=arc_of(uid),
        uuid=str(uuid) if uuid else None,
        uuid_version=uuid.version if uuid else None,
        source=root.source if root else None,
    )
