"""What `validate_fhir_resource` answers."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Kind, PhiBy
from trivium_fhir.result import Result


class FhirFinding(Result):
    """Equal findings: `<path> <problem>`."""

    severity: Annotated[Literal["error", "warning", "note"], PUBLIC]
    path: Annotated[str, PUBLIC] = Field(description="JSON names; [*] stands for any repetition")
    problem: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    first: Annotated[str | None, PUBLIC] = Field(default=None, description="the first place, counted from 0")
    code: Annotated[str, PUBLIC] = Field(description="stable, for programs")
    rule: Annotated[str, PUBLIC] = Field(description="R4 page, value set, or key of the invariant")
    name: Annotated[str | None, PhiBy("phi")] = Field(default=None, description="of an element that R4 does not define")
    phi: Annotated[Kind | None, PUBLIC] = None


class FhirTotals(Result):
    error: Annotated[int, PUBLIC]
    warning: Annotated[int, PUBLIC]
    note: Annotated[int, PUBLIC]


class FhirValidation(Result):
    """Whether a resource conforms to R4, and everything that says otherwise."""

    type: Annotated[str | None, PUBLIC] = Field(default=None, description="absent: no resource of R4")
    verdict: Annotated[Literal["conforms", "conforms with warnings", "does not conform"], PUBLIC]
    totals: FhirTotals = Field(description="single findings of each severity")
    resources: Annotated[int, PUBLIC] = Field(description="checked: with entries and contained ones")
    total: Annotated[int, PUBLIC] = Field(description="different findings of the severities asked for")
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more follow: ask for this offset")
    left_out: Annotated[int | None, PUBLIC] = Field(default=None, description="findings beyond the 2000 kinds kept")
    findings: tuple[FhirFinding, ...] = Field(description="errors first")
