"""What stands in a policy file and in an edition file, as strict models. Every name they do not know is an error."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from trivium.api import Effect, Kind
from trivium.policy.hours import QuietHours


class ApprovalLevel(StrEnum):
    """Who approves a run. Listed from the least to the most."""

    NONE = "none"
    ASK = "ask"
    """The person at the client."""
    OUTSIDE = "outside"
    """Somebody outside the client, who is not the caller."""


def known_zone(name: str) -> str:
    """Raises `ValueError` for a time zone that this machine does not know."""
    import zoneinfo  # only a policy that names a zone needs it

    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("no time zone of this name is known here; they are named like 'Europe/Berlin'") from None
    return name


Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Count = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""What is counted: `instances`, `studies`, `rows`, or another count of a tool's preflight."""
Most = Annotated[int, Field(ge=0, strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Hours = Annotated[QuietHours, BeforeValidator(QuietHours.parse)]
Zone = Annotated[str, AfterValidator(known_zone)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Table(Section):
    """The rules of an effect, a tool, or the tools that a pattern names. Unset means: no rule."""

    enabled: Switch = True
    approval: ApprovalLevel | None = None
    quiet_hours: tuple[Hours, ...] = ()
    destinations: frozenset[Name] | None = None
    """Where things may go. Empty means nowhere."""
    archives: frozenset[Name] | None = None
    """What may be read from, by name; `default` is the one that a call means when it names none."""
    per_call: dict[Count, Most] = {}
    per_hour: dict[Count, Most] = {}
    """Of an effect: all its tools together. Of a tool, or of each tool that a pattern names: that tool alone."""


class Opening(Section):
    """Patient data of these kinds is shown to these callers."""

    callers: Names
    tools: Names = ("*",)
    kinds: Annotated[frozenset[Kind], Field(min_length=1)]


class Demand(Section):
    """These tools run only under a license with these entitlements."""

    tools: Names
    entitlements: Annotated[frozenset[Name], Field(min_length=1)]


class PolicyFile(Section):
    read_only: Switch = False
    audit_required: Literal["effectful", "remote", "all"] = "effectful"
    """Which calls are refused when the audit trail cannot be written; `remote`: also reads of systems and files."""
    time_zone: Zone | None = None
    """By whose clock it is quiet; unset means this machine's."""
    effects: dict[Effect, Table] = {}
    tools: dict[Name, Table] = {}
    open: tuple[Opening, ...] = ()
    demand: tuple[Demand, ...] = ()


EMPTY: Final = PolicyFile.model_construct()
"""Not validated: most hosts have no policy file, and then need not build what would check one."""


class EditionFile(Section):
    """What an edition of the product asks a license for. It can demand, and nothing else."""

    name: Name
    summary: str = ""
    demand: tuple[Demand, ...] = ()
