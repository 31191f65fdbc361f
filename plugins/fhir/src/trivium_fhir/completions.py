"""What the arguments of this plugin's resources and prompts can be, from the beginning that was typed.

Each takes that beginning and the arguments chosen already, and gives the whole list: the host bounds it. The tables are
loaded when somebody first types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def resource_names(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Resources, then data types."""
    from trivium_fhir.r4.elements import resources, types

    return [name for name in (*resources(), *types()) if name.lower().startswith(prefix.lower())]


def element_paths(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Resources until a point is typed, then the elements below what stands before the last point."""
    parent, point, begun = prefix.rpartition(".")
    if not point:
        return resource_names(prefix, chosen)
    from trivium.api import ToolFailure
    from trivium_fhir.explain.spelling import child_names, parse_element_path

    try:
        known = parse_element_path(parent, where="path")
    except ToolFailure:
        return []
    return [f"{known}.{name}" for name in child_names(known) if name.lower().startswith(begun.lower())]


def message_structures(prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Message structures with a map in the guide, then the types of message that have one of them."""
    from trivium_fhir.guide import index

    known = index()
    return [name for name in (*known.messages, *known.triggers) if name.lower().startswith(prefix.lower())]
