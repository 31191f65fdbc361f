"""Definitions as data: all that clients are shown of a tool, a resource or a prompt, and what its gates go by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from trivium.api import PromptSpec, ResourceSpec
from trivium.host.offers import Offer
from trivium.host.schemas import schema_of
from trivium.pipeline.call import Sort

Definition: TypeAlias = Mapping[str, Any]


def definition_of(spec: Offer) -> dict[str, Any]:
    """The annotations that clients see of a tool follow from `effect` and `title`."""
    if isinstance(spec, ResourceSpec):
        return {
            "title": spec.title,
            "description": spec.description,
            "uri": spec.uri,
            "mime_type": spec.mime_type,
            "variables": {name: info.description or "" for name, info in spec.tool.input.model_fields.items()},
            "requires": sorted(spec.tool.requires),
        }
    if isinstance(spec, PromptSpec):
        return {
            "title": spec.title,
            "description": spec.description,
            "arguments": {
                one.name: {"description": one.description, "required": one.required} for one in spec.arguments
            },
            "requires": sorted(spec.tool.requires),
        }
    return {
        "title": spec.title,
        "description": spec.description,
        "input": schema_of(spec.input),
        "output": schema_of(spec.output),
        "effect": spec.effect.value,
        "requires": sorted(spec.requires),
        "approval": spec.approval,
    }


def sort_of(definition: Definition) -> Sort:
    """Of what it is the definition."""
    return "resource" if "uri" in definition else "prompt" if "arguments" in definition else "tool"


def canonical(definition: Definition) -> str:
    """The same text for the same definition, whatever the order of its keys."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"))


def texts_of(definition: Definition) -> set[str]:
    """Every text of a definition, names included."""
    texts: set[str] = set()
    rest: list[Any] = [definition]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, dict):
            texts.update(value)
            rest.extend(value.values())
        elif isinstance(value, list):
            rest.extend(value)
    return texts


def places_of(text: str, value: Any, place: str = "") -> Iterator[str]:
    """Where a text stands: `input.properties.code.description`; `name of input.properties.code` where it is a name."""
    if value == text:
        yield place
    elif isinstance(value, dict):
        for name, part in value.items():
            below = f"{place}.{name}" if place else str(name)
            if name == text:
                yield f"name of {below}"
            yield from places_of(text, part, below)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places_of(text, part, f"{place}[{index}]")
