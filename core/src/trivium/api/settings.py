"""Types for settings that plugins and the host share."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator
from pydantic_settings.sources.types import NoDecode

T = TypeVar("T")


def _split(value: Any) -> Any:
    return tuple(part for raw in value.split(",") if (part := raw.strip())) if isinstance(value, str) else value


CommaSeparated: TypeAlias = Annotated[tuple[T, ...], NoDecode, BeforeValidator(_split)]
"""A tuple that an environment variable gives as `A, B` and a settings file as a list."""
