"""What a tool that moves or changes things declares before the host will serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from trivium.api.errors import RefusalCode
from trivium.api.phi import PUBLIC, Kind, PhiBy


@dataclass(frozen=True, slots=True)
class Safety:
    """The gates of one effectful tool, made from its plugin's settings. The host checks them, the tool does not."""

    enabled: bool
    """Whether the operator has switched the tool on."""
    switch: str
    """The setting that does so, as a refusal names it: `TRIVIUM_PACS__ALLOW_RETRIEVE=true`."""
    switch_code: RefusalCode = RefusalCode.SWITCHED_OFF
    destination: str | None = None
    """The argument that names where things go."""
    destinations: frozenset[str] = frozenset()
    """Where they may go. Empty means nowhere."""
    destinations_setting: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    """The most of each count of the preflight that one call may move: `{"instances": 5000}`."""
    limits_setting: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """How a tool that reads records counts them, so that a policy can bound what is read in a call and in an hour."""

    asked: str
    """The integer argument that bounds how many come."""
    found: str
    """The public integer field of the result that says how many came."""


class Fact(BaseModel):
    """One line that the approving person sees."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    label: Annotated[str, PUBLIC]
    value: Annotated[str, PhiBy("kind")]
    kind: Annotated[Kind | None, PUBLIC] = None


class Preflight(BaseModel):
    """What a call would move, found out before anything moves.

    `counts` are compared with `Safety.limits`; a limit whose count is absent is a no. `facts` go into the question
    that a person answers, under the same redaction as a result.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    counts: Annotated[dict[str, int], PUBLIC]
    facts: tuple[Fact, ...] = ()
