"""The part of the HL7 knowledge that tells of messages: structure trees, and which messages share them."""

from __future__ import annotations

import re
from typing import Any

from scripts import hl7_corrections as facts


def trees(structures: dict[str, Any]) -> dict[str, Any]:
    """Structures, those of 2.7.1 whose choices our source runs together into one name as 2.7 has them."""
    made: dict[str, Any] = {}
    for name, by_version in sorted(structures.items()):
        kept = {v: found if isinstance(found, str) else _tree(found, name, v) for v, found in by_version.items()}
        if name.startswith(facts.NO_CHOICES):
            kept = {v: found if isinstance(found, str) else _without_choices(found) for v, found in kept.items()}
        made[name] = {v: found for v, found in kept.items() if found}
        if any("," in segment for segment in _segments(made[name].get("2.7.1", []))):
            made[name].pop("2.7.1")
            if "2.7" in made[name]:
                made[name]["2.7.1"] = "2.7"
    for name in facts.STAND_IN_2_7_1:
        made[name]["2.7.1"] = "2.7"
    for name, added in facts.ADDED_TREES.items():
        made[name] |= added
    for empty, same in facts.SAME_TREE.items():
        made[empty] = made[same]
    return made


def _tree(rows: list[Any], name: str, version: str) -> list[Any]:
    """Of one message, and of segments that its version has: QBP_Qnn of 2.6 goes on with its answer."""
    end = next((n for n, row in enumerate(rows) if n and row[0] == "MSH"), len(rows))
    return _nodes([row for row in rows[:end] if row[0] != facts.NOT_YET.get((name, version))])


def _without_choices(rows: list[Any]) -> list[Any]:
    return [
        [*row[:3], _without_choices(row[3]), *(mark for mark in row[4:] if mark != "choice")]
        if row[3:] and row[3]
        else row
        for row in rows
    ]


def _segments(rows: Any) -> list[str]:
    if isinstance(rows, str):
        return []
    return [name for row in rows for name in (_segments(row[3]) if row[3:] and row[3] else [row[0]])]


def _nodes(rows: list[Any]) -> list[Any]:
    """Without groups that hold nothing, as the QBP that 2.4 forgot to take out of QBP_Q13."""
    return [_node(row) for row in rows if row[3:] != [[]]]


def _node(row: list[Any]) -> list[Any]:
    """A row with its mark in the fifth place always: the source leaves an empty fourth out.

    Placeholders for whatever segments a site chooses bear one name. 2.9.1 writes a choice as a group of optional
    alternatives, and one of a single alternative as a group in a group.
    """
    name, minimum, maximum, *rest = row
    inner = rest[0] if rest and isinstance(rest[0], list) else []
    mark = next((one for one in rest if isinstance(one, str)), None)
    if [child[0] for child in inner] == ["Segment", "group"]:
        return [facts.ANY_SEGMENT, minimum, 0]
    children = _nodes(inner) or None
    if children and [child[0] for child in children] == ["CHOICE_1_GROUP"]:
        children = children[0][3]
    elif children and name.endswith(("_OBJECT", "CHOICE")) and not any(child[1] for child in children):
        children, mark = [[child[0], 1, 1, *child[3:]] for child in children], "choice"
    if children:
        name = facts.GROUP_NAMES.get(name, name)
        name = re.sub("[^A-Z0-9]+", "_", name.upper())  # "Procedure" beside "PROCEDURE", "OBSERVATION/RESULT_GROUP"
    node = [name, minimum, maximum, children, mark]
    while node[-1] is None:
        node.pop()
    return node


def message_name(name: str) -> str:
    """O59_A is O59; Znn_B, which stands for any site-defined event, is Znn."""
    return name.partition("_")[0]


def groups(messages: dict[str, Any], codes: list[list[Any]]) -> dict[str, list[str]]:
    """The structures of each message as MSH-9.3 names them: its own, those of table 0354, then the one of 2.9.1.

    In this order the first that a version has is right: A47 and A49 left ADT_A30 when 2.7 withdrew it.
    """
    found: dict[str, list[str]] = {}
    for structure, display, *_ in (padded(row) for row in codes):
        text = display or ""
        for wrong, right in facts.MISPRINTS.items():
            text = text.replace(wrong, right)
        events = re.split(r"[,. ]+", text.removeprefix("Events ").rstrip(", "))
        if facts.STRUCTURE.fullmatch(structure) and all(facts.EVENT.fullmatch(event) for event in events):
            for event in events:
                found.setdefault(f"{structure[:3]}^{event}", []).append(structure)
    for name, row in messages.items():
        message, structure = message_name(name), row[0].partition("-")[0] if row else ""
        if structure and structure != "ACK" and "nn" not in message:
            found.setdefault(message, []).append(structure)
    for message, structures in facts.ALSO.items():
        found.setdefault(message, []).extend(structures)
    return {message: _own_first(message, structures) for message, structures in sorted(found.items())}


def _own_first(message: str, structures: list[str]) -> list[str]:
    own = message.replace("^", "_")
    return sorted(dict.fromkeys(structures), key=lambda structure: structure != own)


def padded(row: list[Any]) -> list[Any]:
    return row + [None] * (5 - len(row))
