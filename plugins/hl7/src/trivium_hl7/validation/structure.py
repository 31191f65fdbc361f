"""Segments: which are missing, out of place, too many, or none of this message."""

from __future__ import annotations

from collections.abc import Iterator

from trivium_hl7 import dictionary
from trivium_hl7.grouping import Misfit, MisfitKind
from trivium_hl7.paths import Path
from trivium_hl7.structures import Node, plain, structure, walk
from trivium_hl7.validation.context import Context
from trivium_hl7.validation.findings import Found

_RULES = {
    MisfitKind.MISSING: "segment.missing",
    MisfitKind.MISPLACED: "segment.misplaced",
    MisfitKind.REPEATED: "segment.repetitions",
    MisfitKind.GROUP_REPEATED: "segment.repetitions",
    MisfitKind.UNEXPECTED: "segment.unexpected",
    MisfitKind.LOCAL: "segment.local",
}


def structure_faults(context: Context) -> Iterator[Found]:
    if context.grouping is None or context.structure is None:
        yield Found("structure.unknown", Path("MSH", None, 9), "see MSH-9.1 and MSH-9.2", context.message.header)
        yield from _foreign(context)
        return
    for misfit in context.grouping.misfits:
        yield _fault(context, misfit, context.structure)


def _foreign(context: Context) -> Iterator[Found]:
    """Segments that no message has, where the structure is not known."""
    for seg in context.message.segments:
        if dictionary.segment_name(seg.id) is None:
            rule = "segment.local" if seg.id.startswith("Z") else "segment.undefined"
            yield Found(rule, context.path(seg), "", seg)


def _fault(context: Context, misfit: Misfit, structure_id: str) -> Found:
    seg, rule = misfit.segment, _RULES[misfit.kind]
    place = ".".join((*misfit.path, misfit.id))
    after = misfit.after.ordinal if misfit.after else None
    name = plain(structure_id)
    match misfit.kind:
        case MisfitKind.MISSING:
            instead = f", or one of {', '.join(misfit.alternatives)}" if misfit.alternatives else ""
            fix = f"{name} has it as {place}{instead}"
        case MisfitKind.MISPLACED:
            fix = f"{name} has it as {'; '.join(_places(context, misfit.id)[:3])}"
        case MisfitKind.REPEATED | MisfitKind.GROUP_REPEATED:
            fix = f"{place} stands once"
        case MisfitKind.UNEXPECTED:
            fix = _origin(misfit.id, structure_id, context.version)
            if dictionary.segment_name(misfit.id) is None:
                rule = "segment.undefined"
        case MisfitKind.LOCAL:
            fix = "a site profile can describe it" if context.profile is None else ""
    path = context.path(seg) if seg else Path(misfit.id)
    return Found(rule, path, fix, seg, after=after if seg is None else None)


def _places(context: Context, segment_id: str) -> list[str]:
    """Each place of a segment in the structure, with the required segments that it stands between."""
    leaves = list(_leaves(structure(context.structure or "", context.version) or (), "", required=True))
    found = []
    for index, (path, node, _) in enumerate(leaves):
        if node.id == segment_id:
            before = next((one.id for _, one, required in reversed(leaves[:index]) if required), "")
            after = next((one.id for _, one, required in leaves[index + 1 :] if required), "")
            found.append(f"{path}{node.id}{_between(before, after)}")
    return found


def _leaves(nodes: tuple[Node, ...], path: str, *, required: bool) -> Iterator[tuple[str, Node, bool]]:
    """Segments with their groups, and whether a message that has the group of the first has them too."""
    for node in nodes:
        if node.is_group:
            yield from _leaves(node.children, f"{path}{node.id}.", required=required and not node.choice)
        else:
            yield path, node, required and node.minimum > 0


def _between(before: str, after: str) -> str:
    if before and after:
        return f", between {before} and {after}"
    return f", after {before}" if before else ""


def _origin(segment_id: str, structure_id: str, version: str) -> str:
    """Which other versions have the segment in this message."""
    having = [v for v in dictionary.versions() if v != version and _has(structure_id, v, segment_id)]
    if having:
        return f"{plain(structure_id)} has it in version {', '.join(having)}"
    return f"{plain(structure_id)} has it in no version"


def _has(structure_id: str, version: str, segment_id: str) -> bool:
    nodes = structure(structure_id, version) or structure(plain(structure_id), version) or ()
    return any(node.id == segment_id for node in walk(nodes))
