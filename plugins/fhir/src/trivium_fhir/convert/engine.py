"""HL7 v2 to FHIR R4 by the V2-to-FHIR guide's maps (HL7 V2-to-FHIR 1.0.0).

conversion = convert(message, Options(time_zone="+01:00"))

Each segment is put through the segment maps that the guide's message map names at its place in the message. A message
that the guide has no map for is put through those of the guide's nearest message, by its own grammar.
"""

from __future__ import annotations

from trivium_fhir.convert.filling import fill
from trivium_fhir.convert.linking import link_all, nearest_draft
from trivium_fhir.convert.model import Conversion, Draft, Note, Options
from trivium_fhir.convert.own_maps import own_uses
from trivium_fhir.convert.plans import Plan, plan
from trivium_fhir.convert.running import Run
from trivium_fhir.convert.scopes import Scope, scopes
from trivium_fhir.convert.switching import SWITCH
from trivium_fhir.convert.tidying import tidy
from trivium_fhir.convert.uses import Applied, applied, follows, nearest
from trivium_fhir.guide import index
from trivium_hl7 import dictionary, structures
from trivium_hl7.reader import Message, Segment

_UNGUIDED = "the guide has no map for this message: its segment maps are applied by the message's own structure"
_MISFIT = "the message does not fit its structure: segments without a place are taken with those around them"
_NO_STRUCTURE = "the message has no known structure: its segments are taken in their order"
_ZONED = "times without an offset were read in the time zone of the settings"


def convert(message: Message, options: Options | None = None) -> Conversion:
    """Convert a message. Never fails on what the message holds: the ledger says what became of it."""
    options = options or Options()
    structure, guide, version = _structures(message)
    run = Run(message, options)
    placed, fits = scopes(message, structure, version)
    guided = guide in index().messages
    base = guide if guided and guide else nearest(message.header.value(9))
    anchor = ""
    for seg, scope in zip(message.segments, placed, strict=True):
        found = applied(base, guided, seg.text[:3], _names(scope), anchor)
        if run.maps is not None:
            found += own_uses(run.maps, seg.text[:3])
        if found:
            _apply(run, seg, scope, found)
        if not follows(seg.text[:3]):
            anchor = seg.text[:3]
    return _finished(run, structure, guided, _notes(run, structure, guided, fits))


def _structures(message: Message) -> tuple[str | None, str | None, str]:
    """The message's structure, the guide's message for it, and the version of its grammar."""
    header = message.header
    code, event, named = (header.value(9, component=number) for number in (1, 2, 3))
    version = dictionary.version_for(message.version)
    found = structures.structure_of(code, event, version) or (structures.named(named, version) if named else None)
    if found is None and named:
        version = dictionary.FALLBACK_VERSION
        found = structures.named(named, version) or structures.structure_of(code, event, version)
    guide = index().triggers.get(f"{code}^{event}")
    if guide is None and found and not event:
        guide = structures.plain(found)
    return found, guide, version


def _names(scope: Scope) -> tuple[str, ...]:
    names = []
    at: Scope | None = scope
    while at is not None:
        names.append(at.id)
        at = at.parent
    return tuple(names)


def _notes(run: Run, structure: str | None, guided: bool, fits: bool) -> list[Note]:
    found = [] if guided else [Note(_UNGUIDED)]
    if structure is None:
        found.append(Note(_NO_STRUCTURE))
    elif not fits:
        found.append(Note(_MISFIT))
    if run.zone.used:
        found.append(Note(_ZONED))
    return found


def _apply(run: Run, seg: Segment, scope: Scope, uses: tuple[Applied, ...]) -> None:
    """Put a segment through its maps."""
    run.segment, run.scope, run.repetition = seg, scope, ()
    work: list[tuple[Plan, Draft]] = []
    switch = _switch(run, seg)
    own: dict[str, Draft] = {}
    for use in uses:
        if use.map is None or (use.test is not None and not use.test(run)):
            continue
        draft = own.get(use.label) or _draft_for(run, seg, scope, use)
        if draft is None:
            continue
        own[use.label] = draft
        work.append((plan(use.map, seg.text[:3], use.type, run.maps, switch), draft))
        for link in use.links:
            run.links.append((link, scope, seg.ordinal, draft))
    fill(run, seg, work)


def _switch(run: Run, seg: Segment) -> str:
    """A data type of HL7, or nothing: there are few, so that few plans are made."""
    if seg.text[:3] != SWITCH[0]:
        return ""
    value = seg.value(SWITCH[1])
    return value if dictionary.is_type(value) else ""


def _draft_for(run: Run, seg: Segment, scope: Scope, use: Applied) -> Draft | None:
    """The draft that a use goes on with: that of a segment before, unless this one begins it anew."""
    found = nearest_draft(scope, use.label, seg.ordinal) if use.near else scope.draft((use.label,), seg.ordinal)
    if use.extends or (found is not None and not _begins(found, seg)):
        return found
    draft = Draft(use.type, use.label, seg.ordinal)
    draft.slots["by"] = seg.text[:3]
    draft.slots["scope"] = scope
    run.made.append(draft)
    scope.add_draft(use.label, draft)
    return draft


def _begins(found: Draft, seg: Segment) -> bool:
    """A segment like the one that made the draft makes the next one."""
    return bool(found.slots.get("by") == seg.text[:3] and found.segment != seg.ordinal)


def _finished(run: Run, structure: str | None, guided: bool, notes: list[Note]) -> Conversion:
    link_all(run)
    drafts = tidy(run)
    envelope = next((draft for draft in drafts if draft.type == "Bundle"), None)
    run.account.keep(drafts)
    kept = [draft for draft in drafts if draft is not envelope]
    header = next((draft for draft in kept if draft.type == "MessageHeader"), None)
    plain = structures.plain(structure) if structure else None
    return Conversion(plain, guided, kept, header, envelope, run.account, notes)
